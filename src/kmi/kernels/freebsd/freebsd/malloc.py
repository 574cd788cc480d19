"""malloc(9) by types of the module's own.

Invariants: a piece of memory holds its type, so no type ends before its last piece; a piece whose memory is
NULL is freed.
"""

from kmi.integers import u8, usize
from kmi.interface import confined
from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_type,
    kmi_freebsd_type_allocate,
    kmi_freebsd_type_end,
    kmi_freebsd_type_free,
    kmi_freebsd_type_new,
    kmi_freebsd_type_pieces,
    kmi_freebsd_type_resize,
    malloc_usable_size,
    memcpy,
)
from kmi.runtime.buffers import byte
from kmi.unsafe import Pointer, cast, null, tail, unsafe

MOST: usize = 268435456


class MallocType:
    """A record in the module's list of types, which ends with the object or with the module."""

    def __init__(self, name: str, description: str) -> None:
        with unsafe("the name has room in the record, which this object ends"):
            size = cast(usize, len(name.encode()))
            self._type: Pointer[kmi_freebsd_type] = null(kmi_freebsd_type)
            if not 1 <= size <= 31 or "\0" in name:
                raise ValueError(f"{name!r} is not a name of 1 to 31 bytes")
            self._type = kmi_freebsd_type_new(name._data(), size)
            if self._type == null(kmi_freebsd_type):
                raise MemoryError

    def allocate(self, size: int, flags: int) -> "Memory":
        return Memory(self, size, flags)

    @property
    def in_use(self) -> int:
        with unsafe("the record is there as long as the object"):
            return cast(int, kmi_freebsd_type_pieces(self._type))

    def __del__(self) -> None:
        with unsafe("every piece of memory holds this object; NULL if there was no memory"):
            kmi_freebsd_type_end(self._type)


@confined
class Block:
    """The memory and how much of it was asked for; a class below it allocates."""

    def __init__(self, type: MallocType) -> None:
        with unsafe("the object frees what it allocates, once"):
            self._type = type
            self._size: usize = 0
            self._memory: Pointer[u8] = null(u8)

    def _take(self, memory: Pointer[u8], size: int) -> None:
        """The memory that was allocated for it."""
        with unsafe("only compares"):
            if memory == null(u8):
                raise MemoryError
        self._memory = memory
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: int) -> int:
        at = self._at(index)
        with unsafe("the index was checked"):
            return self._memory[at]

    def __setitem__(self, index: int, value: int) -> None:
        at = self._at(index)
        stored = byte(value)
        with unsafe("the index was checked"):
            self._memory[at] = stored

    def read(self, offset: int, count: int) -> bytes:
        self._within(offset, count)
        if count == 0:
            return b""
        with unsafe("the bytes are new and have room; the source was checked"):
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

    def free(self) -> None:
        self._there()
        self._free(False)

    def zero_and_free(self) -> None:
        self._there()
        self._free(True)

    def _free(self, zero: bool) -> None:
        with unsafe("it is not freed; from here on it is"):
            memory, size = self._memory, self._size
            self._memory = null(u8)
            self._size = 0
            if memory != null(u8):
                self._release(memory, size, zero)

    def _release(self, memory: Pointer[u8], size: usize, zero: bool) -> None:
        with unsafe("it is the memory of this object, which has it no more"):
            kmi_freebsd_type_free(self._type._type, memory, zero)

    def _there(self) -> None:
        with unsafe("only compares"):
            if self._memory == null(u8):
                raise ValueError("the memory is freed")

    def _at(self, index: int) -> usize:
        at = index + self._size if index < 0 else index
        if at < 0 or at >= self._size:
            self._there()
            raise IndexError(f"index {index} out of range of {self._size}")
        return at

    def _within(self, offset: int, count: int) -> None:
        self._there()
        if not (0 <= offset <= self._size and 0 <= count <= self._size - offset):
            raise IndexError(f"{count} bytes at {offset} are not all within {self._size}")

    def __del__(self) -> None:
        self._free(False)


class Memory(Block):
    """Memory from malloc(9)."""

    def __init__(self, type: MallocType, size: int, flags: int) -> None:
        super().__init__(type)
        check_size(size)
        with unsafe("the size was checked"):
            self._take(kmi_freebsd_type_allocate(type._type, size, flags), size)

    @property
    def usable(self) -> int:
        with unsafe("it is not freed"):
            self._there()
            return malloc_usable_size(cast(Pointer[None], self._memory))

    def resize(self, size: int, flags: int) -> None:
        self._there()
        check_size(size)
        with unsafe("the memory is this object's, and so is what comes instead"):
            moved = kmi_freebsd_type_resize(self._type._type, self._memory, self._size, size, flags)
            if moved == null(u8):
                raise MemoryError
            self._memory = moved
            self._size = size

    def resize_or_free(self, size: int, flags: int) -> None:
        try:
            self.resize(size, flags)
        except MemoryError:
            self.free()
            raise


def check_size(size: int) -> None:
    """Refuse what no allocator is to be asked for."""
    if size < 0:
        raise ValueError(f"{size} bytes")
    if size > MOST:
        raise MemoryError
