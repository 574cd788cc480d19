"""Pages that processes map: a VM object, wired into the kernel's own map as well (`pages.h`).

Invariant: each mapping counts the object, so what a process sees stays while it sees it; the Pages' count is
given up by `__del__`.
"""

from errno import EACCES, EINVAL

from kmi.integers import u8, u64, usize
from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_area,
    kmi_freebsd_area_map,
    kmi_freebsd_pages,
    kmi_freebsd_pages_free,
    kmi_freebsd_pages_new,
    memcpy,
    vm_object,
)
from kmi.unsafe import Pointer, address_of, cast, null, place, tail, unsafe


class Pages:
    """Zeroed pages, contiguous for the kernel."""

    _pages: kmi_freebsd_pages

    def __init__(self, count: int) -> None:
        if not 1 <= count <= 65536:
            raise OSError(EINVAL, f"{count} is not one of 1 to 65536 pages")
        with unsafe("the object frees what it allocates, once"):
            self._size: usize = count * 4096
            if not kmi_freebsd_pages_new(address_of(self._pages), cast(u64, self._size)):
                raise MemoryError
            self._memory: Pointer[u8] = self._pages.memory

    @property
    def size(self) -> int:
        return self._size

    def read(self, offset: int, count: int) -> bytes:
        self._within(offset, count)
        if count == 0:
            return b""
        with unsafe("the bytes are new and have room; a process may change the source, never its size"):
            taken = bytes.__allocate__(cast(usize, count))
            memcpy(cast(Pointer[None], tail(taken)), cast(Pointer[None], self._memory + offset), count)
            return taken

    def write(self, offset: int, data: bytes) -> None:
        self._write(offset, data._data(), len(data))

    def __write_bytearray__(self, offset: int, data: bytearray) -> None:
        self._write(offset, data._data(), len(data))

    def _write(self, offset: int, data: Pointer[u8], count: int) -> None:
        self._within(offset, count)
        with unsafe("all of it is inside"):
            memcpy(cast(Pointer[None], self._memory + offset), cast(Pointer[None], data), count)

    def _within(self, offset: int, count: int) -> None:
        if not (0 <= offset <= self._size and 0 <= count <= self._size - offset):
            raise IndexError(f"{count} bytes at {offset} are not all within {self._size}")

    def __del__(self) -> None:
        with unsafe("mappings have counts of the object; nothing if there was no memory"):
            kmi_freebsd_pages_free(address_of(self._pages))


@place
class Area:
    """What one call of d_mmap_single asks for."""

    record: kmi_freebsd_area

    @property
    def length(self) -> int:
        with unsafe("the record is the call's"):
            return cast(int, self.record.length)

    @property
    def offset(self) -> int:
        with unsafe("the record is the call's"):
            return cast(int, self.record.offset)

    @property
    def writable(self) -> bool:
        with unsafe("the record is the call's"):
            return self.record.writable

    def map(self, pages: Pages, offset: int = 0, writable: bool = True) -> None:
        with unsafe("the pages reach to the end of the area, which is mapped once"):
            if self.record.object != null(vm_object):
                raise OSError(EINVAL, "the area is mapped already")
            if offset % 4096 != 0 or not 0 <= offset <= pages.size or self.length > pages.size - offset:
                raise OSError(EINVAL, f"{self.length} bytes at {offset} are not whole pages of {pages.size}")
            if self.writable and not writable:
                raise OSError(EACCES, "the pages are read-only")
            kmi_freebsd_area_map(address_of(self.record), address_of(pages._pages), cast(u64, offset))
