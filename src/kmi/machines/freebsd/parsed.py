"""What a kld's file says, read once for however often it is loaded.

    parsed = parse(data)
    parsed.sections, parsed.symbols, parsed.relocations

Raises what pyelftools does of a file that is damaged.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import SymbolTableSection

__all__ = ["Entry", "Parsed", "Section", "Symbol", "parse"]


class Section(NamedTuple):
    """A section of the file."""

    name: str
    flags: int
    size: int
    alignment: int
    data: bytes | None
    """None of one that is all zero, and not in the file."""


class Symbol(NamedTuple):
    """A symbol."""

    name: str
    where: int | str
    """The number of its section, or pyelftools' word for where it is."""
    value: int
    size: int
    local: bool
    weak: bool
    function: bool


class Entry(NamedTuple):
    """A relocation."""

    kind: int
    offset: int
    symbol: int
    addend: int


@dataclass(frozen=True)
class Parsed:
    """A file."""

    relocatable: bool
    """It is a relocatable object of this machine: nothing else of it was read if it is not."""
    sections: list[Section]
    symbols: list[Symbol] | None
    relocations: list[tuple[int, list[Entry]]]
    """By the number of the section that they are in."""


@lru_cache(maxsize=16)
def parse(data: bytes) -> Parsed:
    """Read a file."""
    elf = ELFFile(io.BytesIO(data))
    if elf["e_type"] != "ET_REL" or elf["e_machine"] != "EM_X86_64":
        return Parsed(False, [], None, [])
    sections, symbols = [], None
    relocations: list[tuple[int, list[Entry]]] = []
    for section in elf.iter_sections():
        flags, size = section["sh_flags"], section["sh_size"]
        held = section.data() if flags & 0x2 and size and section["sh_type"] != "SHT_NOBITS" else None
        sections.append(Section(section.name, flags, size, section["sh_addralign"], held))
        if isinstance(section, SymbolTableSection) and symbols is None:
            symbols = [
                Symbol(
                    symbol.name,
                    symbol["st_shndx"],
                    symbol["st_value"],
                    symbol["st_size"],
                    symbol["st_info"]["bind"] == "STB_LOCAL",
                    symbol["st_info"]["bind"] == "STB_WEAK",
                    symbol["st_info"]["type"] == "STT_FUNC",
                )
                for symbol in section.iter_symbols()
            ]
    for section in elf.iter_sections():
        target = section["sh_info"]
        if (
            isinstance(section, RelocationSection)
            and target < len(sections)
            and sections[target].flags & 0x2
            and sections[target].size
        ):
            entries = [
                Entry(entry["r_info_type"], entry["r_offset"], entry["r_info_sym"], entry["r_addend"])
                for entry in section.iter_relocations()
            ]
            relocations.append((target, entries))
    return Parsed(True, sections, symbols, relocations)
