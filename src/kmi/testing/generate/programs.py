"""Typed programs, made up: what the differential harness feeds to CPython and to the compiler.

    program = generate(seed=7, name="p7")
    program.source          # classes, functions, and `def main_p7() -> None`

Programs are well typed by construction, end, and stay small; the interesting part is values: integers cluster
at the boundaries of places, containers are empty or aliased, exceptions leave loops and `finally` at odd
moments. Each is made from a seed alone, so a failure is its seed; `differential_shrink` makes the program
small.

Invariants: names are unique in a file of many programs; functions call only functions before them; every loop
is bounded; the work of a program is estimated while it is written and stays below a few thousand steps.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final, TypeVar

__all__ = ["Program", "Writer", "file_of", "generate"]

HEADER: Final = """\
from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, Flag, IntEnum, IntFlag
from errno import EAGAIN, EBUSY, ENOENT, EPERM
from types import TracebackType
from typing import Annotated, ClassVar, Final, Generic, Protocol, Self, TypeVar
from weakref import ref

from kmi import i8, i16, i32, i64, info, u8, u16, u32, u64, usize, wrapping
from kmi.integers import be16, be32, le16
from kmi.struct import Struct
from kmi.sync import Mutex, RwLock, SpinLock

T = TypeVar("T")


class Told(Protocol):
    def told(self) -> str: ...


N = TypeVar("N", bound=Told)


def none_int(n: int) -> int | None:
    return n if n else None


def none_str(n: int) -> str | None:
    return "x" * n if n else None


def narrow(n: int) -> list[u8]:
    return [k * 85 for k in range(n)]


def doubled(n: int) -> int:
    return n * 2


def halved(n: int) -> int:
    return n // 2
"""
TABLED: Final = ("set[int]", "deque[int]", "tuple[int, bytes]", "tuple[int, str]", "list[str]", "list[bytes]",
                 "list[u8]", "list[tuple[int, str]]", "dict[str, int]", "memoryview", "int | None",
                 "str | None", "Callable[[int], int]")  # fmt: skip
"""Types whose expressions all come from the tables of forms."""
BITS: Final = {
    "u8": 8,
    "u16": 16,
    "u32": 32,
    "u64": 64,
    "usize": 64,
    "i8": 8,
    "i16": 16,
    "i32": 32,
    "i64": 64,
    "int": 64,
}
INTS: Final = ("int", "int", "int", *BITS)
BUILT_IN_ERRORS: Final = ("ValueError", "OverflowError", "IndexError", "KeyError", "ZeroDivisionError",
"OSError",
                          "ArithmeticError", "LookupError", "RuntimeError", "Exception")  # fmt: skip
MOST_WORK: Final = 3000

T = TypeVar("T")


@dataclass(frozen=True)
class Program:
    """A program: its text without the imports, and the name of its `main`."""

    name: str
    body: str

    @property
    def main(self) -> str:
        return f"main_{self.name}"

    @property
    def source(self) -> str:
        """A file with this program alone."""
        return file_of([self])


def file_of(programs: list[Program]) -> str:
    """One file with many programs: compiling it once is what takes the time."""
    return HEADER + "".join(f"\n\n{program.body}" for program in programs)


@dataclass
class Class:
    """A class of the program: its fields by name, and its methods."""

    name: str
    fields: dict[str, str]
    parameters: list[str]
    """The types that its constructor takes."""
    methods: list[Function] = field(default_factory=list)
    derived: list[Class] = field(default_factory=list)
    loud: bool = False
    """Says when it dies, or holds something that does."""


@dataclass
class Function:
    """What a call needs to know."""

    name: str
    parameters: list[str]
    result: str
    work: int = 1


@dataclass
class Scope:
    """The locals that can be named here, by type; inner blocks see the outer ones."""

    locals: dict[str, str]
    fixed: set[str] = field(default_factory=set)
    """Those that are not to be assigned: loop counters, what is iterated over."""
    result: str = "None"
    loops: int = 0
    handling: bool = False
    multiplier: int = 1

    def inner(self, **changes: int | bool) -> Scope:
        made = Scope(
            dict(self.locals), set(self.fixed), self.result, self.loops, self.handling, self.multiplier
        )
        for name, value in changes.items():
            setattr(made, name, value)
        return made


class Writer:
    """Draws what to write; the rest of the generator is in `generate_expressions` and
    `generate_statements`."""

    def __init__(self, source: random.Random, name: str) -> None:
        self.random = source
        self.name = name
        self.lines: list[str] = []
        self.classes: list[Class] = []
        self.errors: list[str] = []
        self.functions: list[Function] = []
        self.numbers = 0
        self.work = 0
        """Estimated steps of the function that is being written."""

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def pick(self, choices: list[T] | tuple[T, ...]) -> T:
        return choices[self.random.randrange(len(choices))]

    def below(self, count: int) -> int:
        return self.random.randrange(count)

    def fresh(self, prefix: str) -> str:
        """A name that nothing else has."""
        self.numbers += 1
        return f"{prefix}{self.numbers}"

    def emit(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def value_type(self) -> str:
        """A type for a parameter or a field."""
        kinds = ["int", *self.pick_some(INTS, 4), "bool", "bytes", "bytearray", "list[int]", "dict[int, int]"]
        kinds += ["str", "dict[bytes, int]", *self.pick_some(TABLED, 5)]
        for declared in self.classes:
            kinds += [declared.name, f"{declared.name} | None", f"list[{declared.name}]"]
        return self.pick(kinds)

    def quiet_type(self) -> str:
        """A type for a parameter: of nothing that says when it dies.

        An argument that nobody else holds dies with the callee's frame in CPython, before the callee's other
        locals; compiled code borrows parameters, so there it dies when the call has returned.
        """
        while True:
            kind = self.value_type()
            if not any(declared.loud and declared.name in kind for declared in self.classes):
                return kind

    def pick_some(self, choices: tuple[T, ...], count: int) -> list[T]:
        return [self.pick(choices) for _ in range(count)]


def generate(seed: int, name: str) -> Program:
    """The program of a seed."""
    from kmi.testing.generate.statements import Statements  # it builds on this module

    writer = Statements(random.Random(seed), name)
    writer.program()
    return Program(name, "\n".join(writer.lines) + "\n")
