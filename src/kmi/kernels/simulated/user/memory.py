"""User memory: what is mapped where, and copying that stops at the first byte that is not.

Invariants: between any two mappings lies an unmapped page, and a buffer's last byte is the last of its page,
so that a kernel which goes one byte too far faults. Copies are exact to the byte.
"""

from dataclasses import dataclass
from typing import Final

__all__ = ["Buffer", "Memory", "MOST_MAPPED", "TASK_SIZE"]

PAGE: Final = 4096
TASK_SIZE: Final = 0x7FFF_FFFF_F000
"""The end of user space: what Linux on x86_64 has with four levels of page tables."""
MOST_MAPPED: Final = 1 << 20
"""The most bytes of a buffer that are really mapped; what lies beyond faults."""
_FIRST: Final = 0x7F00_0000_0000


@dataclass
class Buffer:
    """A mapped range of user memory."""

    address: int
    data: bytearray | memoryview
    writable: bool = True

    @property
    def end(self) -> int:
        return self.address + len(self.data)


class Memory:
    """The memory of one process."""

    def __init__(self) -> None:
        self._buffers: list[Buffer] = []

    def map(self, data: bytes, room: int | None = None) -> Buffer:
        """Map `data`, which is followed by an unmapped page; `room`: only so many bytes of it."""
        mapped = bytearray(data[: MOST_MAPPED if room is None else min(room, MOST_MAPPED)])
        end = max((buffer.end for buffer in self._buffers), default=_FIRST)
        first_page = (end + 2 * PAGE - 1) // PAGE * PAGE
        pages = (len(mapped) + PAGE - 1) // PAGE * PAGE
        buffer = Buffer(first_page + pages - len(mapped), mapped)
        self._buffers.append(buffer)
        return buffer

    def share(self, view: memoryview, writable: bool, address: int | None = None) -> Buffer:
        """Map what others see, too: whole pages, where there is room if no address is said."""
        end = max((buffer.end for buffer in self._buffers), default=_FIRST)
        first_page = (end + 2 * PAGE - 1) // PAGE * PAGE
        buffer = Buffer(first_page if address is None else address, view, writable)
        self._buffers.append(buffer)
        return buffer

    def unmap(self, buffer: Buffer) -> None:
        """Take a mapping away."""
        self._buffers = [other for other in self._buffers if other is not buffer]

    def copy_in(self, address: int, count: int) -> bytes:
        """The bytes from `address` on, up to `count`, up to the first that is not mapped."""
        buffer = self._at(address)
        if buffer is None or count <= 0:
            return b""
        start = address - buffer.address
        return bytes(buffer.data[start : start + count])

    def copy_out(self, address: int, data: bytes | bytearray | memoryview) -> int:
        """Store bytes from `address` on, up to the first that is not mapped; how many."""
        buffer = self._at(address)
        if buffer is None or not buffer.writable:
            return 0
        count = min(len(data), buffer.end - address)
        start = address - buffer.address
        buffer.data[start : start + count] = data[:count]
        return count

    def _at(self, address: int) -> Buffer | None:
        return next((b for b in self._buffers if b.address <= address < b.end), None)
