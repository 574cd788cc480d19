"""Pages that processes map: vmalloc's memory, whose pages each mapping counts for itself.

Invariant: a mapping keeps its file open and its pages in memory, so neither the module's code nor what the
process sees goes while there is one; the object needs no count for it.
"""

from errno import EACCES, EINVAL

from kmi.integers import u8, u64, usize
from kmi.kernels.linux.bindings import (
    kmi_linux_area,
    kmi_linux_area_length,
    kmi_linux_area_map,
    kmi_linux_area_offset,
    kmi_linux_area_private,
    kmi_linux_area_writable,
    kmi_linux_pages,
    kmi_linux_pages_free,
    kmi_linux_pages_new,
    memcpy,
)
from kmi.unsafe import Pointer, cast, null, place, tail, unsafe


class Pages:
    """Zeroed pages, contiguous for the kernel."""

    def __init__(self, count: int) -> None:
        if not 1 <= count <= 65536:
            raise OSError(EINVAL, f"{count} is not one of 1 to 65536 pages")
        with unsafe("the object frees what it allocates, once"):
            self._size: usize = count * 4096
            self._pages: Pointer[kmi_linux_pages] = kmi_linux_pages_new(cast(u64, self._size))
            if self._pages == null(kmi_linux_pages):
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
        with unsafe("mappings have counts of the pages; NULL if there was no memory"):
            kmi_linux_pages_free(self._pages)


@place
class Area:
    """The `vm_area_struct` of one call of mmap."""

    record: kmi_linux_area

    @property
    def length(self) -> int:
        with unsafe("the area is there during the call"):
            return cast(int, kmi_linux_area_length(self.record.area))

    @property
    def offset(self) -> int:
        with unsafe("the area is there during the call"):
            return cast(int, kmi_linux_area_offset(self.record.area))

    @property
    def writable(self) -> bool:
        with unsafe("the area is there during the call"):
            return kmi_linux_area_writable(self.record.area)

    def map(self, pages: Pages, offset: int = 0, writable: bool = True) -> None:
        with unsafe("the pages reach to the end of the area, which is mapped once"):
            if self.record.mapped:
                raise OSError(EINVAL, "the area is mapped already")
            if offset % 4096 != 0 or not 0 <= offset <= pages.size or self.length > pages.size - offset:
                raise OSError(EINVAL, f"{self.length} bytes at {offset} are not whole pages of {pages.size}")
            private = kmi_linux_area_private(self.record.area)
            if self.writable and private:
                raise OSError(EINVAL, "stores to a private mapping")
            if self.writable and not writable:
                raise OSError(EACCES, "the pages are read-only")
            status = kmi_linux_area_map(self.record.area, pages._memory + offset, writable and not private)
            if status != 0:
                raise OSError(-status, "cannot be mapped")
            self.record.mapped = True
