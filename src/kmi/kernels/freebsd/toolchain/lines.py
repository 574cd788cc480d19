"""Which line of a module's Python a place in a kld's code is.

    lines = Lines(Path("echo.ko"))          # or the bytes of one
    lines.at(0x4c)                          # [Line echo.py:46 in Echo_read, Line echo.py:80 in Device_read]
    lines.function(0x4c)                    # ("Echo_read", 0x1c)

Offsets are those in the section .text, which has all of a kld's code (`compiler.link`). The innermost of what
was inlined at the place comes first; C that is not Python's is left out. Read from the file's debug
information alone, with no other program.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from elftools.dwarf.compileunit import CompileUnit
from elftools.dwarf.die import DIE
from elftools.dwarf.dwarfinfo import DWARFInfo
from elftools.dwarf.ranges import RangeEntry
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from kmi.kernels.building.lines import Line

__all__ = ["CODE", "Lines"]

CODE = ".text"
"""The section with the code."""

_SCOPES = ("DW_TAG_lexical_block", "DW_TAG_inlined_subroutine", "DW_TAG_subprogram")


class Lines:
    """The debug information of one kld, read when it is first asked for."""

    def __init__(self, kld: Path | bytes) -> None:
        self._kld = kld

    def at(self, offset: int) -> list[Line]:
        """The lines of Python at that place of the code; empty where there are none."""
        found = []
        for path, number, function in self._places(offset):
            if path.suffix == ".py":
                found.append(Line(path, number, function))
        return found

    def function(self, offset: int) -> tuple[str, int] | None:
        """The function at that place, and how far into it that is."""
        starts = [start for start, _, _ in self._functions]
        index = bisect_right(starts, offset) - 1
        if index < 0:
            return None
        start, size, name = self._functions[index]
        return (name, offset - start) if offset < start + size else None

    @cached_property
    def _functions(self) -> list[tuple[int, int, str]]:
        table, code = self._elf.get_section_by_name(".symtab"), self._elf.get_section_index(CODE)
        if not isinstance(table, SymbolTableSection):
            return []
        return sorted(
            (symbol["st_value"], symbol["st_size"], symbol.name)
            for symbol in table.iter_symbols()
            if symbol["st_shndx"] == code and symbol["st_info"]["type"] == "STT_FUNC"
        )

    @cached_property
    def _elf(self) -> ELFFile:
        return ELFFile(io.BytesIO(self._kld if isinstance(self._kld, bytes) else self._kld.read_bytes()))

    @cached_property
    def _dwarf(self) -> DWARFInfo:
        return self._elf.get_dwarf_info()

    def _places(self, offset: int) -> Iterator[tuple[Path, int, str]]:
        """File, line and function, from the innermost outwards."""
        dwarf = self._dwarf
        for unit in dwarf.iter_CUs():
            scopes = list(_scopes(unit.get_top_DIE(), offset, dwarf, unit))
            functions = [each for each in scopes if each.tag != "DW_TAG_lexical_block"]
            if not functions:
                continue
            files = _files(dwarf, unit)
            line = _line(dwarf, unit, offset)
            for each in reversed(functions):
                if line is not None:
                    yield files[line[0]], line[1], _name(each)
                call = each.attributes.get("DW_AT_call_file"), each.attributes.get("DW_AT_call_line")
                line = None if call[0] is None or call[1] is None else (call[0].value, call[1].value)
            return


def _scopes(die: DIE, offset: int, dwarf: DWARFInfo, unit: CompileUnit) -> Iterator[DIE]:
    """The function and what is inlined in it that have the place, from the outermost inwards."""
    for child in die.iter_children():
        if child.tag in _SCOPES and _has(child, offset, dwarf, unit):
            yield child
            yield from _scopes(child, offset, dwarf, unit)
            return


def _has(die: DIE, offset: int, dwarf: DWARFInfo, unit: CompileUnit) -> bool:
    low, high = die.attributes.get("DW_AT_low_pc"), die.attributes.get("DW_AT_high_pc")
    if low is not None and high is not None:
        end = high.value if high.form == "DW_FORM_addr" else low.value + high.value
        return bool(low.value <= offset < end)
    ranges, lists = die.attributes.get("DW_AT_ranges"), dwarf.range_lists()
    if ranges is None or lists is None:
        return False
    base = unit.get_top_DIE().attributes["DW_AT_low_pc"].value
    return any(
        base + each.begin_offset <= offset < base + each.end_offset
        for each in lists.get_range_list_at_offset(ranges.value)
        if isinstance(each, RangeEntry)
    )


def _name(die: DIE) -> str:
    if "DW_AT_abstract_origin" in die.attributes:  # where it is inlined, it has no name of its own
        die = die.get_DIE_from_attribute("DW_AT_abstract_origin")
    name = die.attributes.get("DW_AT_name")
    return name.value.decode() if name is not None else "?"


def _files(dwarf: DWARFInfo, unit: CompileUnit) -> dict[int, Path]:
    """The files of a unit, by the number that lines have for them."""
    program = dwarf.line_program_for_CU(unit)
    if program is None:
        return {}
    first = 0 if program["version"] >= 5 else 1
    return {
        index: Path(entry.name.decode() if isinstance(entry.name, bytes) else entry.name)
        for index, entry in enumerate(program["file_entry"], first)
    }


def _line(dwarf: DWARFInfo, unit: CompileUnit, offset: int) -> tuple[int, int] | None:
    """File and line of a place, as the table of lines has it."""
    program = dwarf.line_program_for_CU(unit)
    before = None
    for entry in program.get_entries() if program is not None else ():
        state = entry.state
        if state is None:
            continue
        if before is not None and before.address <= offset < state.address:
            return before.file, before.line
        before = None if state.end_sequence else state
    return None
