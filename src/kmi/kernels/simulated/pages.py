"""Memory that a module shares with processes: `kmi.pages` in the simulated kernel."""

import errno
from typing import Final

from kmi.errors import error
from kmi.kernels.simulated.scheduler import current
from kmi.kernels.simulated.sync import may_sleep
from kmi.kernels.simulated.world import world

__all__ = ["Area", "Pages"]

PAGE: Final = 4096
MOST: Final = 65536


class Pages:
    """So many pages of memory, zero at first, that can be mapped."""

    def __init__(self, count: int) -> None:
        may_sleep("Pages()")
        current().scheduler.preempt()
        if not 1 <= count <= MOST:
            raise error(errno.EINVAL, f"{count} is not one of 1 to {MOST} pages")
        world().allocator.point("pages")
        self._memory = bytearray(count * PAGE)

    @property
    def size(self) -> int:
        return len(self._memory)

    def read(self, offset: int, count: int) -> bytes:
        self._within(offset, count)
        if count:
            world().allocator.point("bytes")
        return bytes(self._memory[offset : offset + count])

    def write(self, offset: int, data: bytes | bytearray) -> None:
        self._within(offset, len(data))
        self._memory[offset : offset + len(data)] = data

    def _within(self, offset: int, count: int) -> None:
        current().scheduler.preempt()
        if not (0 <= offset <= self.size and 0 <= count <= self.size - offset):
            raise IndexError(f"{count} bytes at {offset} are not all within {self.size}")


class Area:
    """The part of a process's address space that a call of mmap(2) is about."""

    def __init__(self, length: int, offset: int, writable: bool, private: bool) -> None:
        self._length = length
        self._offset = offset
        self._writable = writable
        self._private = private
        self.mapped: memoryview | None = None
        """What the process sees from now on; not part of the interface."""

    @property
    def length(self) -> int:
        return self._length

    @property
    def offset(self) -> int:
        return self._offset

    @property
    def writable(self) -> bool:
        return self._writable

    def map(self, pages: Pages, offset: int = 0, writable: bool = True) -> None:
        may_sleep("Area.map")
        current().scheduler.preempt()
        if self.mapped is not None:
            raise error(errno.EINVAL, "the area is mapped already")
        if offset % PAGE or not 0 <= offset <= pages.size or self._length > pages.size - offset:
            said = f"{self._length} bytes at {offset} are not whole pages of {pages.size}"
            raise error(errno.EINVAL, said)
        if self._writable and self._private:
            raise error(errno.EINVAL, "stores to a private mapping")
        if self._writable and not writable:
            raise error(errno.EACCES, "the pages are read-only")
        self.mapped = memoryview(pages._memory)[offset : offset + self._length]
