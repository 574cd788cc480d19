"""What a process has mapped of files: it sees the same bytes as the module and as all who map them.

Invariants: each mapping holds its file; one that is cut in two is two mappings; between any two lies a page
that is not mapped.
"""

from dataclasses import dataclass
from typing import Any, Final

from kmi.kernels.simulated.user.memory import Buffer, Memory

__all__ = ["Mappings"]

PAGE: Final = 4096


@dataclass
class _Mapping:
    buffer: Buffer
    file: Any
    """The open file, which is held."""


class Mappings:
    """The mappings of one process."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._all: list[_Mapping] = []

    def add(self, file: Any, view: memoryview, writable: bool) -> int:
        """Map what a view shows; the address."""
        buffer = self._memory.share(view, writable)
        self._all.append(_Mapping(buffer, file.hold()))
        return buffer.address

    def remove(self, start: int, length: int) -> None:
        """Unmap the pages of a range, whatever is there."""
        end = start + (length + PAGE - 1) // PAGE * PAGE
        for one in list(self._all):
            buffer = one.buffer
            if buffer.end <= start or end <= buffer.address:
                continue
            self._all.remove(one)
            self._memory.unmap(buffer)
            for low, high in ((buffer.address, start), (end, buffer.end)):
                if low < high:
                    view = memoryview(buffer.data)[low - buffer.address : high - buffer.address]
                    kept = self._memory.share(view, buffer.writable, low)
                    self._all.append(_Mapping(kept, one.file.hold()))
            one.file.drop()

    def copy_to(self, other: "Mappings") -> None:
        """Give a child the same mappings, at the same addresses."""
        for one in self._all:
            view = memoryview(one.buffer.data)
            kept = other._memory.share(view, one.buffer.writable, one.buffer.address)
            other._all.append(_Mapping(kept, one.file.hold()))

    def end(self) -> None:
        """Unmap all, as the process ends."""
        while self._all:
            one = self._all.pop()
            self._memory.unmap(one.buffer)
            one.file.drop()
