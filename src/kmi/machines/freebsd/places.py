"""Where in a module's source an instruction is: a line of Python, from the kld's debug information.

    places = Places(linker)
    places.describe(rip)                     # 'echo.py:46 in Echo_read'
    places.nearest(addresses)                # the first of the author's own

What was inlined is seen through. Lines of kmi's own library, and calls in C, are shown only where none of the
author's are; what is no line of Python, or has no debug information, is `function+0x12 of module`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from elftools.common.exceptions import DWARFError, ELFError

import kmi
from kmi.kernels.building.lines import Line
from kmi.kernels.freebsd.toolchain.lines import CODE, Lines

if TYPE_CHECKING:
    from kmi.machines.freebsd.linker import File, Linker

__all__ = ["Places"]


@lru_cache(maxsize=8)
def _lines(data: bytes) -> Lines:
    return Lines(data)


@lru_cache(maxsize=4096)
def _at(data: bytes, offset: int) -> tuple[Line, ...]:
    try:
        return tuple(_lines(data).at(offset))
    except (ELFError, DWARFError, KeyError, ValueError):
        return ()  # a file of others, whose debug information is another's, or none


class Places:
    """The source of all modules that are loaded."""

    def __init__(self, linker: Linker) -> None:
        self._linker = linker

    def _file(self, address: int) -> File | None:
        return next((file for file in self._linker.files if file.image.holds(address)), None)

    def _name(self, address: int) -> str:
        file = self._file(address)
        return file.name if file is not None else ""

    def lines(self, address: int) -> list[Line]:
        """The lines of Python that an instruction is of, the innermost first."""
        file = self._file(address)
        if file is None:
            return []
        for placed in file.image.sections:
            if placed.name == CODE and placed.address <= address < placed.address + placed.size:
                return list(_at(file.data, address - placed.address))
        return []

    def describe(self, address: int) -> str:
        """An instruction, in one line."""
        lines = self.lines(address)
        if lines:
            return str(next((line for line in lines if _authored(line, self._name(address))), lines[0]))
        file = self._file(address)
        if file is None:
            return f"{address:#x}"
        found = file.image.function_at(address)
        return f"{found[0]}+{found[1]:#x} of {file.name}" if found else f"{address:#x} in {file.name}"

    def all(self, addresses: Sequence[int]) -> tuple[str, ...]:
        """Instructions, but for those that are in no module: the lines of the author's that led there."""
        said: list[str] = []
        for address in addresses:
            if self._file(address) is None:
                continue
            lines = [str(line) for line in self.lines(address) if _authored(line, self._name(address))]
            said += [line for line in lines if line not in said[-1:]]
        known = tuple(self.describe(address) for address in addresses if self._file(address) is not None)
        return tuple(said) or known

    def nearest(self, addresses: Sequence[int]) -> str:
        """The first line of the author's; what is first where there is none; empty if it is in no module."""
        for address in addresses:
            for line in self.lines(address):
                if _authored(line, self._name(address)):
                    return str(line)
        return next(iter(self.all(addresses)), "")


@lru_cache(maxsize=1)
def _library() -> frozenset[str]:
    """The names of the files of kmi's own library, which debug information has without their directories."""
    here = Path(kmi.__file__).parent
    roots = (here / "runtime", here / "kernels" / "compiled", here / "kernels" / "freebsd")
    return frozenset(path.name for root in roots for path in root.glob("*.py"))


def _authored(line: Line, module: str = "") -> bool:
    """Whether a line is not of kmi's own library: the module's own file may have the name of one of those."""
    return line.path.name not in _library() or line.path.stem == module
