"""How much of a kernel's stack each entry point of a module can use, seen when it is built.

    _Device_None_read  304 bytes  ->  Echo_read.part.0  96 bytes  ->  kmi_raise_text  64 bytes:   464 of 8,192

gcc says with `-fcallgraph-info=su` what each function keeps on the stack and whom it calls, after inlining.
Half of the stack is the module's; the other half is for what the kernel does beneath its calls. A chain of
calls that needs more fails the build, with a sentence that names it.

What the graph does not show: a release may end any object, so it counts as a call of every destructor; a
piece of a message may be of any kind; a call of a function value may be of whatever has its address taken.
Functions that call each other in a circle count once each: they are stopped at run time, where half of the
stack is used (`kmi_platform_stack_low`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from kmi.compiler.components import components
from kmi.kernels.linux.toolchain.kbuild import Commands

__all__ = ["FLAG", "Entry", "StackError", "check", "entries", "limit", "watched"]

FLAG = "-fcallgraph-info=su"
STACK = 16 << 10
"""THREAD_SIZE of x86-64. With KASAN it is twice that: arch/x86/include/asm/page_64_types.h."""
RELEASES = "kmi_object.h"
DESTROY = ("kmi_destroy_", "kmi_object_free")
FORMATS = "kmi_format.h"
WRITE = "kmi_piece_write_"

_NODE = re.compile(r'^node: \{ title: "([^"]+)" label: "([^"]*)"', re.MULTILINE)
_EDGE = re.compile(r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)" label: "([^"]*)"', re.MULTILINE)
_BYTES = re.compile(r"(\d+) bytes \(")


class StackError(Exception):
    """A chain of calls can use more of the stack than the module may."""


@dataclass(slots=True)
class _Function:
    name: str
    place: str
    size: int
    calls: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Entry:
    """A function that only others call: the kernel, mostly."""

    name: str
    size: int
    """Bytes of stack that it and what it calls can use."""
    chain: tuple[str, ...]
    """The deepest calls, each with its place and its own bytes."""


def watched(commands: Commands) -> Commands:
    """The commands of a build that also writes who calls whom, and what each keeps on the stack: `NAME.ci`.

    A header that was precompiled without the flag makes gcc crash, so it belongs to all that is compiled.
    """
    line = commands.compile.line.replace(" -c ", f" {FLAG} -c ", 1)
    return replace(commands, compile=replace(commands.compile, line=line))


def limit(kasan: bool) -> int:
    """The bytes that a call into the module may use."""
    return (STACK * 2 if kasan else STACK) // 2


def check(graph: str, allowed: int, name: str) -> list[Entry]:
    """All entry points, deepest first. Raises StackError if one can use more than is allowed."""
    found = entries(graph)
    if found and found[0].size > allowed:
        deepest = found[0]
        raise StackError(
            f"{name}: {deepest.name} can use {deepest.size:,} bytes of the kernel's stack, and a module may "
            f"use {allowed:,}: {' -> '.join(deepest.chain)}; keep less in locals, or call less deeply"
        )
    return found


def entries(graph: str) -> list[Entry]:
    """What each function needs that no other calls by name."""
    functions = _read(graph)
    called = {target for each in functions.values() for target in each.calls}
    depth = _Depth(functions)
    found = [
        Entry(functions[title].name, depth.of(title), tuple(depth.chain(title)))
        for title in functions
        if title not in called or functions[title].name.startswith(DESTROY)
    ]
    return sorted(found, key=lambda each: (-each.size, each.name))


def _read(graph: str) -> dict[str, _Function]:
    functions: dict[str, _Function] = {}
    for title, label in _NODE.findall(graph):
        parts = label.split("\\n")
        if (size := _BYTES.search(label)) is not None:
            place = Path(parts[1]).name.rpartition(":")[0] if len(parts) > 1 else "?"
            functions[title] = _Function(parts[0], place, int(size.group(1)))
    edges = [each for each in _EDGE.findall(graph) if each[0] in functions]
    by_name = {target for _, target, _ in edges}
    destroyers = {title for title, each in functions.items() if each.name.startswith(DESTROY)}
    writers = {title for title, each in functions.items() if each.name.startswith(WRITE)}
    values = {title for title in functions if title not in by_name} - destroyers
    for source, target, where in edges:
        if target in functions:
            functions[source].calls.add(target)
        elif target == "__indirect_call":
            file = Path(where).name.partition(":")[0]
            if file == RELEASES:
                functions[source].calls |= destroyers
            elif file == FORMATS:
                functions[source].calls |= writers
            elif file.endswith(".py"):
                functions[source].calls |= values - {source}
    return functions


class _Depth:
    """The deepest chain from each function, where circles are one step that costs all of their functions."""

    def __init__(self, functions: dict[str, _Function]) -> None:
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
