"""How much of a kernel's stack each entry point of a module can use, seen when it is built.

    _Device_None_read  304 bytes  ->  Echo_read.part.0  96 bytes  ->  kmi_raise_text  64 bytes:   464 of 8,192

A compiler says what each function keeps on the stack and whom it calls, after inlining; each has its own
words for it, which its kernel's toolchain reads. Half of the stack is the module's; the other half is for
what the kernel does beneath its calls. A chain of calls that needs more fails the build, with a sentence that
names it.

What a graph of calls does not show: a release may end any object, so it counts as a call of every destructor;
a piece of a message may be of any kind; a call of a function value may be of whatever has its address taken.
Functions that call each other in a circle count once each: they are stopped at run time, where half of the
stack is used (`kmi_platform_stack_low`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kmi.compiler.components import components

__all__ = ["Call", "Entry", "Function", "StackError", "connect", "entries", "refuse"]

RELEASES = "kmi_object.h"
DESTROY = ("kmi_destroy_", "kmi_object_free")
FORMATS = "kmi_format.h"
WRITE = "kmi_piece_write_"


class StackError(Exception):
    """A chain of calls can use more of the stack than the module may."""


@dataclass(slots=True)
class Function:
    """A function, as the machine has it: what was inlined into it is part of it."""

    name: str
    place: str
    """File and line."""
    size: int
    """The bytes of stack that it keeps for itself."""
    calls: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Call:
    """One place where a function calls."""

    source: str
    target: str | None
    """None: through a pointer."""
    file: str
    """The name of the file that the call is written in."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A function that only others call: the kernel, mostly."""

    name: str
    size: int
    """Bytes of stack that it and what it calls can use."""
    chain: tuple[str, ...]
    """The deepest calls, each with its place and its own bytes."""


def refuse(found: Sequence[Entry], allowed: int, name: str) -> None:
    """Raise StackError if the deepest entry can use more than is allowed."""
    if found and found[0].size > allowed:
        deepest = found[0]
        raise StackError(
            f"{name}: {deepest.name} can use {deepest.size:,} bytes of the kernel's stack, and a module may "
            f"use {allowed:,}: {' -> '.join(deepest.chain)}; keep less in locals, or call less deeply"
        )


def entries(functions: dict[str, Function]) -> list[Entry]:
    """What each function needs that no other calls by name, the deepest first."""
    called = {target for each in functions.values() for target in each.calls}
    depth = _Depth(functions)
    found = [
        Entry(functions[title].name, depth.of(title), tuple(depth.chain(title)))
        for title in functions
        if title not in called or functions[title].name.startswith(DESTROY)
    ]
    return sorted(found, key=lambda each: (-each.size, each.name))


def connect(functions: dict[str, Function], calls: Iterable[Call]) -> None:
    """Give each function its calls, and those that go through pointers to all whom they may be of."""
    known = [each for each in calls if each.source in functions]
    by_name = {each.target for each in known}
    destroyers = {title for title, each in functions.items() if each.name.startswith(DESTROY)}
    writers = {title for title, each in functions.items() if each.name.startswith(WRITE)}
    values = {title for title in functions if title not in by_name} - destroyers
    for call in known:
        own = functions[call.source].calls
        if call.target in functions:
            own.add(call.target)
        elif call.target is None:
            if call.file == RELEASES:
                own |= destroyers
            elif call.file == FORMATS:
                own |= writers
            elif call.file.endswith(".py"):
                own |= values - {call.source}


class _Depth:
    """The deepest chain from each function, where circles are one step that costs all of their functions."""

    def __init__(self, functions: dict[str, Function]) -> None:
        self.functions = functions
        calls = {title: sorted(each.calls) for title, each in functions.items()}
        self.members = dict(enumerate(components(calls)))
        self.circle = {title: number for number, members in self.members.items() for title in members}
        self.best: dict[int, tuple[int, int | None]] = {}
        for number in self.members:  # a circle comes after those that it calls
            own = sum(functions[title].size for title in self.members[number])
            below = {
                self.circle[target] for title in self.members[number] for target in functions[title].calls
            } - {number}
            deepest = max(below, key=lambda each: (self.best[each][0], each), default=None)
            self.best[number] = (own + (self.best[deepest][0] if deepest is not None else 0), deepest)

    def of(self, title: str) -> int:
        """Bytes."""
        return self.best[self.circle[title]][0]

    def chain(self, title: str) -> Iterable[str]:
        """The functions of the deepest chain, in words."""
        number: int | None = self.circle[title]
        while number is not None:
            members = sorted(self.members[number], key=lambda each: (each != title, each))
            for each in members:
                function = self.functions[each]
                yield f"{function.name} ({function.place}, {function.size:,})"
            number = self.best[number][1]
