"""A kld in memory: sections placed, symbols resolved, relocations applied, as FreeBSD's linker does it.

    image = Image.load(Path("echo.ko").read_bytes(), engine, address, resolve)
    image.linker_set("sysinit_set")       # [0xffffffff82003010, ...]
    image.symbol_at(rip)                  # 'Echo_read', 0x4c

Source: sys/kern/link_elf_obj.c, sys/amd64/amd64/elf_machdep.c.

Invariants: a relocation of a kind that FreeBSD's linker does not know refuses the load with ENOEXEC, and so
does a symbol that nothing defines; code is not writable, and nothing else is executable.
"""

from __future__ import annotations

import errno
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kmi.kernels.freebsd.toolchain import image as file_image
from kmi.kernels.freebsd.toolchain.image import Malformed, Relocation, Section
from kmi.machines.cpu.engine import PAGE, Engine

__all__ = ["Image", "LinkError", "Placed"]

RELOCATABLE, X86_64 = 1, 62
"""ET_REL and EM_X86_64."""
WRITE: Final = 0x1
EXECUTE: Final = 0x4

NONE, R64, PC32, PLT32, R32S = 0, 1, 2, 4, 11
"""The relocations that link_elf_obj applies to what a compiler emits for a module."""
KNOWN: Final = (NONE, R64, PC32, PLT32, R32S)

read = lru_cache(maxsize=16)(file_image.read)
"""A file's image, read once for however often it is loaded."""


class LinkError(OSError):
    """A kld that is not loaded: the errno of kldload, and why.

    `prints` are the lines that FreeBSD writes to its log: of most reasons it says nothing.
    """

    def __init__(self, number: int, said: str, refused: int = 0, prints: Sequence[str] = ()) -> None:
        super().__init__(number, said)
        self.said = said
        self.prints = tuple(prints)
        self.refused = refused
        """The host's errno of what its module answered to MOD_LOAD; 0 if it was not asked."""


@dataclass(frozen=True)
class Placed:
    """A section in memory."""

    name: str
    address: int
    size: int
    index: int


class Image:
    """A module's file in memory."""

    def __init__(self, engine: Engine, address: int) -> None:
        self.engine = engine
        self.address = address
        self.size = 0
        self.sections: list[Placed] = []
        self.symbols: dict[str, int] = {}
        self._functions: list[tuple[int, int, str]] = []
        self._parts: list[tuple[int, int, int]] = []
        """From where to where pages are of one use."""

    @classmethod
    def load(
        cls,
        data: bytes,
        engine: Engine,
        address: int,
        resolve: Callable[[str], int | None],
        depend: Callable[[Image], None] = lambda image: None,
    ) -> Image:
        """Place a kld at the address; `resolve` knows the kernel's symbols. Raises LinkError.

        `depend` is called when the file's own symbols are in it, so that its metadata can be read, and before
        those of others are.
        """
        image = cls(engine, address)
        try:
            file = read(data)
            if file.kind != RELOCATABLE or file.machine != X86_64:
                raise LinkError(errno.ENOEXEC, "kldload: the file is no relocatable object of this machine")
            image._place(file)
            image._link(file, resolve, depend)
            image._seal()
        except (Malformed, KeyError, IndexError, ValueError) as error:
            image.unmap()
            raise LinkError(errno.ENOEXEC, f"kldload: the file is damaged: {error}") from None
        except LinkError:
            image.unmap()
            raise
        return image

    def unmap(self) -> None:
        """Take it out of memory."""
        for first, last, _ in self._parts:
            self.engine.unmap(first, last - first)
        self._parts.clear()

    # Placing.

    def _place(self, file: file_image.Image) -> None:
        """Give each section that is to be in memory its address: by what it may be used for, page by page."""
        sections = [one for one in file.sections if one.loaded and one.size]
        at = self.address
        for rights in (EXECUTE, 0, WRITE):
            first = at
            for section in sections:
                if self._rights(section) != rights:
                    continue
                at = _aligned(at, max(section.alignment, 1))
                self.sections.append(Placed(section.name, at, section.size, section.index))
                at += section.size
            at = _aligned(at, PAGE)
            if at > first:
                self.engine.map(first, at - first)
                self._parts.append((first, at, rights))
        self.size = at - self.address
        for placed in self.sections:
            if data := file.sections[placed.index].data:
                self.engine.write(placed.address, data)

    @staticmethod
    def _rights(section: Section) -> int:
        return EXECUTE if section.flags & EXECUTE else WRITE if section.flags & WRITE else 0

    def _seal(self) -> None:
        """After linking: code can no longer be written, the rest not be executed."""
        for first, last, rights in self._parts:
            if last > first:
                self.engine.protect(
                    first, last - first, writable=rights == WRITE, executable=rights == EXECUTE
                )

    # Linking.

    def _link(
        self,
        file: file_image.Image,
        resolve: Callable[[str], int | None],
        depend: Callable[[Image], None],
    ) -> None:
        addresses = {placed.index: placed.address for placed in self.sections}
        if file.symbol_tables != 1:
            said = f"link_elf_obj: a kld has one symbol table, and this file {file.symbol_tables}"
            raise LinkError(errno.ENOEXEC, said)
        values: list[int | str | None] = []
        for symbol in file.symbols:
            where = symbol.section
            if symbol.undefined:
                found = self._set_bound(symbol.name) if symbol.name else 0
                found = resolve(symbol.name) if found is None else found
                if found is None and symbol.weak:
                    found = 0
                values.append(symbol.name if found is None else found)  # missing if anything refers to it
            elif where == "SHN_ABS":
                values.append(symbol.value)
            elif where == "SHN_COMMON":
                raise LinkError(errno.ENOEXEC, f"link_elf_obj: {symbol.name} is a common symbol")
            else:
                base = addresses.get(where) if isinstance(where, int) else None
                values.append(None if base is None else base + symbol.value)
                if base is not None and symbol.name:
                    self.symbols.setdefault(symbol.name, base + symbol.value)
                    if symbol.function:
                        self._functions.append((base + symbol.value, symbol.size, symbol.name))
        self._functions.sort()
        for local in (True, False):
            for index, base in sorted(addresses.items()):
                entries = file.sections[index].relocations
                own = [entry for entry in entries if entry.symbol.local is local]
                self._relocate(own, base, values)
            if local:
                depend(self)

    def _set_bound(self, name: str) -> int | None:
        """The value of `__start_set_x` or `__stop_set_x`: an end of one of this file's linker sets."""
        for prefix in ("__start_", "__stop_"):
            if name.startswith(prefix):
                for placed in self.sections:
                    if placed.name == name.removeprefix(prefix):
                        return placed.address + (placed.size if prefix == "__stop_" else 0)
        return None

    def _relocate(self, entries: Iterable[Relocation], base: int, values: list[int | str | None]) -> None:
        for entry in entries:
            kind, at = entry.type, base + entry.offset
            value = values[entry.index]
            if kind == NONE:
                continue
            if kind not in KNOWN:
                said = f"kldload: unexpected relocation type {kind}, symbol index {entry.index}"
                raise LinkError(errno.ENOEXEC, said, prints=[said])
            if isinstance(value, str):
                said = f"link_elf_obj: symbol {value} undefined"
                raise LinkError(errno.ENOENT, said, prints=[said])
            if value is None:
                raise LinkError(errno.ENOEXEC, f"link_elf_obj: a relocation at {at:#x} is against nothing")
            value += entry.addend
            if kind == R64:
                self.engine.write(at, (value & (1 << 64) - 1).to_bytes(8, "little"))
                continue
            if kind in (PC32, PLT32):
                value -= at
            else:  # R32S
                value = _signed(value)
            if not -1 << 31 <= value < 1 << 31:
                raise LinkError(errno.ENOEXEC, f"kldload: relocation type {kind} at {at:#x} does not fit")
            self.engine.write(at, (value & (1 << 32) - 1).to_bytes(4, "little"))

    # What is in it.

    def linker_set(self, name: str) -> list[int]:
        """The pointers in a linker set, in the file's order: of its first section alone."""
        for placed in self.sections:
            if placed.name == f"set_{name}":
                data = self.engine.read(placed.address, placed.size)
                return [int.from_bytes(data[at : at + 8], "little") for at in range(0, len(data), 8)]
        return []

    def holds(self, address: int) -> bool:
        """Whether the address is in this module."""
        return self.address <= address < self.address + self.size

    def function_at(self, address: int) -> tuple[str, int] | None:
        """The function that an instruction is in, and how far."""
        index = bisect_right(self._functions, (address, 1 << 63, "")) - 1
        if index < 0:
            return None
        start, size, name = self._functions[index]
        return (name, address - start) if address < start + max(size, 1) else None


def _aligned(address: int, alignment: int) -> int:
    return -(-address // alignment) * alignment


def _signed(value: int) -> int:
    """The 64 bits of an address as a signed number: what a sign-extended 32-bit field can give."""
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value
