"""Where in a module's source an instruction is: a line of Python, from the kld's debug information.

    places = Places(linker)
    places.describe(rip)                     # 'echo.py:46 in Echo_read'
    places.nearest(addresses)                # the first of the author's own

What was inlined is seen through. Lines of kmi's own library are shown only where there are none of the
author's; what is no line of Python, or has no debug information, is `function+0x12 of module`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from elftools.common.exceptions import DWARFError, ELFError

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
            return str(next((line for line in lines if _authored(line)), lines[0]))
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
            lines = [str(line) for line in self.lines(address) if _authored(line)]
            said += [line for line in lines or [self.describe(address)] if line not in said[-1:]]
        return tuple(said)

    def nearest(self, addresses: Sequence[int]) -> str:
        """The first line of the author's; what is first where there is none; empty if it is in no module."""
        for address in addresses:
            for line in self.lines(address):
                if _authored(line):
                    return str(line)
        return next(iter(self.all(addresses)), "")


def _authored(line: Line) -> bool:
    """Whether a line is not of kmi's own library."""
    return line.path.parts[:1] != ("kmi",)
