"""Which line of a module's Python a place in its machine code is.

    line_of(Path("semaphore.ko"), "Semaphore_read", 0x4c)      # 'semaphore.py:46 in Semaphore_read'

An oops names places as ``function+offset/size``; the debug information of the ``.ko`` has the line, for the
C that kmi writes says with ``#line`` where each statement comes from. Inlined functions are seen through.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import Symbol, SymbolTableSection

from kmi.kernels.building.lines import Line

__all__ = ["Line", "Place", "has_place", "line_of", "lines_of", "places"]

_ALIGNMENT = 64
"""The most by which functions of a module are aligned, in bytes."""

_PLACE = re.compile(r"\b([\w.]+)\+0x([0-9a-f]+)/0x([0-9a-f]+) \[(\w+)\]")


@dataclass(frozen=True)
class Place:
    """A place in a module's machine code, as the kernel prints it: ``function+0x4c/0x1a0 [module]``."""

    function: str
    offset: int
    #: The length of the function's code in bytes.
    size: int
    module: str

    def __str__(self) -> str:
        return f"{self.function}+{self.offset:#x}/{self.size:#x} [{self.module}]"


def places(text: str) -> list[Place]:
    """The places that a kernel's report names in modules, in order."""
    return [
        Place(function, int(offset, 16), int(size, 16), module)
        for function, offset, size, module in _PLACE.findall(text)
    ]


def has_place(ko: Path, place: Place) -> bool:
    """Whether this build of the module has a function of that name and size.

    The kernel reckons a function to reach as far as the next one, so what aligns that counts as its own.
    """
    with ko.open("rb") as file:
        symbol = _symbol(ELFFile(file), place.function)
        return symbol is not None and 0 <= place.size - symbol["st_size"] < _ALIGNMENT


def lines_of(ko: Path, function: str, offset: int) -> list[Line]:
    """The lines of Python at the place, the innermost of what was inlined there first.

    Empty where it is no Python, or where nothing on this computer can tell (binutils are missing).
    """
    with ko.open("rb") as file:
        elf = ELFFile(file)
        symbol = _symbol(elf, function)
        if symbol is None:
            return []
        section = elf.get_section(symbol["st_shndx"]).name
        address = symbol["st_value"] + offset
    command = ["addr2line", "-e", str(ko), "-j", section, "-i", "-f", hex(address)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []  # binutils come with the compiler, but a finished .ko may be run without one
    said = done.stdout.splitlines()
    found = []
    for name, where in zip(said[::2], said[1::2], strict=False):
        path, _, number = where.split(" ")[0].rpartition(":")
        if path.endswith(".py") and number.isdecimal():
            found.append(Line(Path(path), int(number), name))
    return found


def line_of(ko: Path, function: str, offset: int) -> str | None:
    """``FILE:LINE in FUNCTION``, the innermost; None where it is no line of Python."""
    found = lines_of(ko, function, offset)
    return str(found[0]) if found else None


def _symbol(elf: ELFFile, function: str) -> Symbol | None:
    """The function's symbol, if it is defined in this file."""
    table = elf.get_section_by_name(".symtab")
    found = table.get_symbol_by_name(function) if isinstance(table, SymbolTableSection) else None
    return found[0] if found and isinstance(found[0]["st_shndx"], int) else None
