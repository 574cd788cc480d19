"""A kld's file, read as FreeBSD's linker reads it, and distrusted: any file gives an image or a sentence.

    image = read(Path("echo.ko").read_bytes())
    image.section("set_modmetadata_set").data
    image.follow(index, 0x18)                   # where the pointer at that place of a section points to

Only what the linker looks at is here: sections, symbols, the relocations of sections that are loaded.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from elftools.common.exceptions import ELFError
from elftools.construct.core import ConstructError
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.enums import ENUM_RELOC_TYPE_x64
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import Symbol as ElfSymbol
from elftools.elf.sections import SymbolTableSection

__all__ = ["Image", "Malformed", "Relocation", "Section", "Symbol", "read"]

#: e_type, e_machine, e_version; e_shoff; e_shentsize, e_shnum, e_shstrndx (ELF-64 Object File Format, 1998).
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_NOBITS = 8
_RELOCATABLE = 1
_RELOCATIONS = {number: name for name, number in ENUM_RELOC_TYPE_x64.items() if isinstance(number, int)}


class Malformed(Exception):
    """The file is not even that; the message is a sentence."""


@dataclass(frozen=True)
class Symbol:
    """A name of the file."""

    name: str
    section: int | str
    """The index of the section that defines it; or SHN_UNDEF, SHN_ABS, SHN_COMMON."""
    value: int
    size: int
    weak: bool
    local: bool
    function: bool

    @property
    def undefined(self) -> bool:
        return self.section == "SHN_UNDEF"


@dataclass(frozen=True)
class Relocation:
    """A place to be filled in when the file is loaded."""

    offset: int
    type: int
    """What is to be stored there, as a number: R_X86_64_PC32 is 2."""
    index: int
    """The symbol's place in the table."""
    symbol: Symbol
    addend: int

    @property
    def kind(self) -> str:
        """The type's name without the prefix: ``PC32``."""
        return _RELOCATIONS.get(self.type, str(self.type)).removeprefix("R_X86_64_")


@dataclass
class Section:
    """A section, with the relocations that are for it."""

    index: int
    name: str
    kind: int | str
    flags: int
    alignment: int
    size: int
    data: bytes
    relocations: list[Relocation] = field(default_factory=list)

    @property
    def loaded(self) -> bool:
        """Whether it has a place in the kernel's memory."""
        return bool(self.flags & SH_FLAGS.SHF_ALLOC)


@dataclass
class Image:
    """A file of sections."""

    abi: int
    machine: int
    kind: int
    sections: list[Section]
    symbols: list[Symbol]
    symbol_tables: int

    def section(self, name: str) -> Section | None:
        """The first of that name, which is the one that FreeBSD's linker finds."""
        return next((one for one in self.sections if one.name == name), None)

    def follow(self, section: Section, offset: int) -> tuple[Section, int] | None:
        """Where the pointer at that place will point to; None if nothing of this file."""
        for one in section.relocations:
            if one.offset == offset and one.kind == "64" and isinstance(one.symbol.section, int):
                if one.symbol.section < len(self.sections):
                    return self.sections[one.symbol.section], one.symbol.value + one.addend
        return None

    def text(self, section: Section, offset: int) -> str | None:
        """The C string that the pointer at that place will point to."""
        if (target := self.follow(section, offset)) is None:
            return None
        there, start = target
        end = there.data.find(b"\0", start)
        return there.data[start:end].decode(errors="replace") if 0 <= start <= end else None

    def words(self, section: Section, offset: int, count: int) -> tuple[int, ...] | None:
        """The ints at that place of a section."""
        if offset < 0 or offset + 4 * count > len(section.data):
            return None
        return struct.unpack_from(f"<{count}i", section.data, offset)


def read(data: bytes) -> Image:
    """The image of a file. Raises Malformed."""
    kind, machine, table, size, count = _header(data)
    whole = _sections(data, table, size, count)
    try:
        elf = ELFFile(io.BytesIO(data))
        sections = list(_each_section(elf, data, whole))
        tables = [one for one in elf.iter_sections() if isinstance(one, SymbolTableSection)]
        tables = [one for one in tables if one["sh_type"] == "SHT_SYMTAB"]
        symbols = [_symbol(one) for one in tables[0].iter_symbols()] if tables else []
        linkable = kind == _RELOCATABLE and len(tables) == 1
        for found in elf.iter_sections() if linkable else ():
            if isinstance(found, RelocationSection) and 0 < found["sh_info"] < len(sections):
                target = sections[found["sh_info"]]
                if target.loaded:
                    target.relocations += _relocations(found, target, symbols)
    except (ELFError, ConstructError, UnicodeDecodeError, ValueError, KeyError, IndexError) as error:
        raise Malformed(f"its tables contradict each other ({error}); build it again") from error
    return Image(data[7], machine, kind, sections, symbols, len(tables))


def _header(data: bytes) -> tuple[int, int, int, int, int]:
    """Type, machine, and the table of sections: where, how large an entry, how many."""
    if len(data) < _HEADER.size:
        raise Malformed(f"it has {len(data)} bytes, and an ELF file has more: it was cut off")
    ident, kind, machine, version, _, _, table, _, _, _, _, size, count, _ = _HEADER.unpack_from(data)
    if ident[:4] != b"\x7fELF":
        raise Malformed(f"it is no ELF file: it begins with {ident[:4]!r}")
    if ident[4] != 2 or ident[5] != 1:
        bits, end = "32" if ident[4] == 1 else "64", "big" if ident[5] == 2 else "little"
        raise Malformed(
            f"it is an ELF file of {bits} bits, {end} endian, and amd64 has 64, little endian: "
            "compile for x86_64-unknown-freebsd"
        )
    if ident[6] != 1 or version != 1:
        raise Malformed(f"its ELF version is {version}, and the only one there is is 1: the file is damaged")
    if not table or not count or size != _SECTION.size:
        raise Malformed("it has no table of sections: link it with `ld -r`, and do not strip its headers")
    return kind, machine, table, size, count


def _sections(data: bytes, table: int, size: int, count: int) -> list[tuple[int, ...]]:
    """The table of sections, of which each is in the file as far as it says."""
    if table + size * count > len(data):
        raise Malformed(
            f"it was cut off: it has {len(data):,} bytes, and its table of sections would end at "
            f"{table + size * count:,}; copy it again"
        )
    found = [_SECTION.unpack_from(data, table + index * size) for index in range(count)]
    for index, (_, kind, _, _, offset, length, *_) in enumerate(found):
        if index and kind != _NOBITS and offset + length > len(data):
            raise Malformed(
                f"it was cut off: it has {len(data):,} bytes, and section {index} would end at "
                f"{offset + length:,}; copy it again"
            )
    return found


def _each_section(elf: ELFFile, data: bytes, whole: list[tuple[int, ...]]) -> Iterator[Section]:
    for index, one in enumerate(elf.iter_sections()):
        offset, size, alignment = whole[index][4], whole[index][5], whole[index][8]
        held = b"" if whole[index][1] == _NOBITS else data[offset : offset + size]
        yield Section(index, one.name, one["sh_type"], one["sh_flags"], alignment, size, held)


def _symbol(one: ElfSymbol) -> Symbol:
    bind, kind = one["st_info"]["bind"], one["st_info"]["type"]
    return Symbol(
        one.name,
        one["st_shndx"],
        one["st_value"],
        one["st_size"],
        weak=bind == "STB_WEAK",
        local=bind == "STB_LOCAL",
        function=kind == "STT_FUNC",
    )


def _relocations(
    found: RelocationSection, target: Section, symbols: list[Symbol]
) -> Iterator[Relocation]:
    for one in found.iter_relocations():
        number = one["r_info_sym"]
        if number >= len(symbols):
            raise ValueError(f"{target.name} has a relocation of symbol {number} of {len(symbols)}")
        addend = one["r_addend"] if found.is_RELA() else 0
        yield Relocation(one["r_offset"], one["r_info_type"], number, symbols[number], addend)
