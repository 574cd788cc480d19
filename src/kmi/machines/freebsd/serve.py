"""Functions of the kernel that Python serves: how they are declared, and how arguments reach them.

    class Malloc:
        @serves("void *malloc(size_t size, struct malloc_type *type, int flags)",
                page="malloc(9)", source="sys/kern/kern_malloc.c")
        def malloc(self, size: int, type: int, flags: int) -> int: ...

The prototype is C's, and says how wide and how signed each argument is. A method gets pointers as addresses;
of a prototype that ends in `...` it gets a reader of the rest, too.

Invariant: what is served here is modelled on the manual page and the source file that it names, which is no
proof that FreeBSD does the same: `confirmed` says what a run on a real machine has shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from kmi.machines.cpu.engine import ARGUMENTS as REGISTERS
from kmi.machines.cpu.engine import Engine

__all__ = ["Rest", "Served", "served_by", "serves"]

F = TypeVar("F", bound=Callable[..., Any])

_PROTOTYPE = re.compile(r"^(?P<result>.*?)(?P<name>\w+)\((?P<parameters>.*)\)$", re.DOTALL)

#: The width in bits, negative where it is signed, of C's types that the interface of the kernel uses.
WIDTHS: Final[dict[str, int]] = {
    "bool": 8, "char": -8, "uint8_t": 8, "u_char": 8, "uint16_t": 16, "u_short": 16, "int": -32,
    "int32_t": -32, "uint32_t": 32, "u_int": 32, "mode_t": 16, "uid_t": 32, "gid_t": 32, "pid_t": -32,
    "long": -64, "u_long": 64, "int64_t": -64, "uint64_t": 64, "size_t": 64, "ssize_t": -64, "off_t": -64,
    "vm_size_t": 64, "sbintime_t": -64, "vm_paddr_t": 64, "vm_offset_t": 64, "vm_ooffset_t": -64,
    "vm_memattr_t": 8, "uintptr_t": 64, "intptr_t": -64, "intmax_t": -64, "time_t": -64, "dev_t": 64,
    "cap_ioctl_t": 64, "module_t": 64, "va_list": 64, "d_priv_dtor_t": 64, "callout_func_t": 64,
    "task_fn_t": 64, "vm_object_t": 64, "vm_map_t": 64,
}  # fmt: skip


@dataclass(frozen=True)
class Served:
    """A function that the model serves, and where what it does is said."""

    name: str
    result: int | None
    """The width of its result, as in `WIDTHS`; None if it has none."""
    parameters: tuple[int, ...]
    variadic: bool
    page: str
    source: str
    confirmed: str = ""
    """The release on which a run on a real machine has shown the same; empty: modelled."""


def serves(prototype: str, *, page: str, source: str, confirmed: str = "") -> Callable[[F], F]:
    """Say that a method is the kernel's function of this prototype."""
    matched = _PROTOTYPE.match(prototype.strip())
    if matched is None:
        raise ValueError(f"not a prototype: {prototype}")
    words = [word.strip() for word in matched["parameters"].split(",")]
    variadic = words[-1] == "..."
    parameters = tuple(_width(word) or 64 for word in words if word not in ("...", "void"))
    made = Served(
        matched["name"], _width(matched["result"] + " x"), parameters, variadic, page, source, confirmed
    )

    def mark(method: F) -> F:
        marks = getattr(method, "_kmi_served", ())
        method._kmi_served = (*marks, made)  # type: ignore[attr-defined]
        return method

    return mark


def _width(words: str) -> int | None:
    """The width of what is declared; None of `void`."""
    if "*" in words or "[" in words:
        return 64
    kinds = [w for w in words.split()[:-1] if w not in ("const", "static", "volatile", "register", "struct")]
    if kinds == ["void"]:
        return None
    if kinds[:1] == ["unsigned"]:
        return abs(WIDTHS[kinds[1]]) if len(kinds) > 1 else 32
    if kinds == ["long", "long"]:
        return -64
    if len(kinds) != 1 or kinds[0] not in WIDTHS:
        raise ValueError(f"a type of no known width: {words}")
    return WIDTHS[kinds[0]]


def served_by(part: object) -> Iterator[tuple[Served, Callable[..., Any]]]:
    """What an object serves: each function with the method that does it."""
    for name in dir(type(part)):
        for served in getattr(getattr(type(part), name), "_kmi_served", ()):
            yield served, getattr(part, name)


class Rest:
    """The arguments behind `...`, one after the other: also when other threads have run meanwhile."""

    def __init__(self, engine: Engine, first: int) -> None:
        self._engine = engine
        self._next = first
        # What is in registers is read now: another thread may have them when it is asked for.
        self._registers = [engine.argument(number) for number in range(REGISTERS)]
        self._stack = engine.stack

    def take(self, width: int = 64) -> int:
        """The next one, of that width: negative where it is signed."""
        at = self._next
        self._next += 1
        if at < REGISTERS:
            return narrowed(self._registers[at], width)
        data = self._engine.read(self._stack + 8 * (at - REGISTERS), 8)
        return narrowed(int.from_bytes(data, "little"), width)


class VaList:
    """A `va_list` in memory: what `vprintf` and its like are given."""

    def __init__(self, engine: Engine, address: int) -> None:
        self._engine = engine
        self._address = address

    def take(self, width: int = 64) -> int:
        """The next argument: from the registers that were saved, then from the stack (System V ABI)."""
        offset = self._read(self._address, 4)
        if offset < 48:
            at = self._read(self._address + 16, 8) + offset
            self._engine.write(self._address, (offset + 8).to_bytes(4, "little"))
        else:
            at = self._read(self._address + 8, 8)
            self._engine.write(self._address + 8, (at + 8).to_bytes(8, "little"))
        return narrowed(self._read(at, 8), width)

    def _read(self, at: int, size: int) -> int:
        return int.from_bytes(self._engine.read(at, size), "little")


def narrowed(value: int, width: int) -> int:
    """A register as a value of a type: 64 bits cut to its width, and signed where that is negative."""
    bits = abs(width)
    value &= (1 << bits) - 1
    return value - (1 << bits) if width < 0 and value >> (bits - 1) else value
