"""Which line of a module's Python a place in its machine code is.

    line_of(Path("semaphore.ko"), "Semaphore_read", 0x4c)      # 'semaphore.py:46 in Semaphore_read'

An oops names places as ``function+offset``; the debug information of the ``.ko`` has the line, for the C that
kmi writes says with ``#line`` where each statement comes from. Inlined functions are seen through.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

__all__ = ["line_of", "places"]

_PLACE = re.compile(r"\b([\w.]+)\+0x([0-9a-f]+)/0x[0-9a-f]+ \[(\w+)\]")


def places(text: str) -> list[tuple[str, int, str]]:
    """The places that a kernel's report names in modules, in order: function, offset, module."""
    return [(name, int(offset, 16), module) for name, offset, module in _PLACE.findall(text)]


def line_of(ko: Path, function: str, offset: int) -> str | None:
    """``FILE:LINE in FUNCTION``; None where it is no line of Python, or nothing here can tell."""
    with ko.open("rb") as file:
        elf = ELFFile(file)
        table = elf.get_section_by_name(".symtab")
        found = table.get_symbol_by_name(function) if isinstance(table, SymbolTableSection) else None
        if not found or not isinstance(found[0]["st_shndx"], int):
            return None
        section = elf.get_section(found[0]["st_shndx"]).name
        address = found[0]["st_value"] + offset
    command = ["addr2line", "-e", str(ko), "-j", section, "-i", "-f", hex(address)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None  # binutils come with the compiler, but a finished .ko may be run without one
    said = done.stdout.splitlines()
    for name, where in zip(said[::2], said[1::2], strict=False):
        path, _, number = where.split(" ")[0].rpartition(":")
        if path.endswith(".py") and number.isdecimal():
            return f"{Path(path).name}:{number} in {name}"
    return None
