"""`memoryview`: a window on the bytes of a `bytes` or a `bytearray`, and of a part of them.

Each window is an export: a bytearray that has any cannot be re-sized, and so its bytes stay where they are.
Invariants: while `_open`, the owner is alive and `_memory` points at `_length` of its bytes; a window gives
its export back once, when it is released or dies.
"""

from kmi.integers import i64, u8
from kmi.runtime.buffers import byte, clamp, equal, has_byte, hashed
from kmi.runtime.characters import hexadecimal
from kmi.runtime.memory import add, move
from kmi.unsafe import Pointer, address_of, cast, null, unsafe


class memoryview:
    """A view of bytes that belong to another object."""

    _memory: Pointer[u8]
    _length: int
    _open: bool

    def __init__(self, buffer: bytearray | None, data: bytes | None) -> None:
        self._buffer = buffer
        self._bytes = data
        self._length = 0
        self._open = True
        if buffer is not None:
            _export(buffer, 1)

    @staticmethod
    def __from_bytearray__(buffer: bytearray) -> memoryview:
        view = memoryview(buffer, None)
        view._memory = buffer._data()
        view._length = buffer._length
        return view

    @staticmethod
    def __from_bytes__(data: bytes) -> memoryview:
        view = memoryview(None, data)
        view._memory = data._data()
        view._length = data._length
        return view

    @staticmethod
    def __from_memoryview__(other: memoryview) -> memoryview:
        return other._part(0, other._length)

    def __del__(self) -> None:
        self.release()

    def release(self) -> None:
        if self._open:
            self._open = False
            buffer = self._buffer
            if buffer is not None:
                _export(buffer, -1)

    def __enter__(self) -> memoryview:
        self._check()
        return self

    def __exit__(self) -> None:
        self.release()

    def _check(self) -> None:
        if not self._open:
            raise ValueError("operation forbidden on released memoryview object")

    def _data(self) -> Pointer[u8]:
        """The bytes, for as long as the view lives and is not released."""
        self._check()
        return self._memory

    def _part(self, first: int, last: int) -> memoryview:
        """Another view, of these bytes alone."""
        self._check()
        view = memoryview(self._buffer, self._bytes)
        with unsafe("both ends are inside"):
            view._memory = self._memory + first
        view._length = last - first
        return view

    @property
    def nbytes(self) -> int:
        self._check()
        return self._length

    @property
    def readonly(self) -> bool:
        self._check()
        return self._buffer is None

    def __len__(self) -> int:
        self._check()
        return self._length

    def __advance__(self, position: int) -> int:
        self._check()
        return position if position < self._length else -1

    def __item__(self, position: int) -> int:
        with unsafe("the position is in range"):
            return self._memory[position]

    def _at(self, index: int) -> int:
        """The position of an index."""
        self._check()
        at = index + self._length if index < 0 else index
        if at < 0 or at >= self._length:
            raise IndexError(f"index {index} out of range of {self._length}")
        return at

    def __getitem__(self, index: int) -> int:
        at = self._at(index)
        with unsafe("the index was checked"):
            return self._memory[at]

    def _writable(self) -> None:
        self._check()
        if self._buffer is None:
            raise TypeError("cannot modify read-only memory")

    def __setitem__(self, index: int, value: int) -> None:
        self._writable()
        at = self._at(index)
        if value < 0 or value > 255:
            raise ValueError("memoryview: invalid value for format 'B'")
        with unsafe("the index was checked"):
            self._memory[at] = value

    def __slice__(self, start: int, stop: int) -> memoryview:
        self._check()
        first = clamp(start, self._length)
        last = clamp(stop, self._length)
        return self._part(first, last if last > first else first)

    def __setslice__(self, start: int, stop: int, data: bytes) -> None:
        self._fill(start, stop, data._data(), data._length)

    def __setslice_bytearray__(self, start: int, stop: int, data: bytearray) -> None:
        self._fill(start, stop, data._data(), data._length)

    def __setslice_memoryview__(self, start: int, stop: int, data: memoryview) -> None:
        self._fill(start, stop, data._data(), data._length)

    def _fill(self, start: int, stop: int, data: Pointer[u8], size: int) -> None:
        """Stores bytes, which may be this view's own, in place of as many."""
        self._writable()
        first = clamp(start, self._length)
        last = clamp(stop, self._length)
        if size != (last - first if last > first else 0):
            raise ValueError("memoryview assignment: lvalue and rvalue have different structures")
        with unsafe("both ends are inside"):
            move(cast(Pointer[None], self._memory + first), cast(Pointer[None], data), size)

    def __contains__(self, value: int) -> bool:
        self._check()
        if value < 0 or value > 255:
            return False
        return has_byte(self._memory, self._length, byte(value))

    def __eq__(self, other: memoryview) -> bool:
        if not self._open or not other._open:
            return self is other
        return equal(self._memory, self._length, other._memory, other._length)

    def __eq_bytes__(self, other: bytes) -> bool:
        return self._open and equal(self._memory, self._length, other._data(), other._length)

    def __eq_bytearray__(self, other: bytearray) -> bool:
        return self._open and equal(self._memory, self._length, other._data(), other._length)

    def __hash__(self) -> int:
        self._check()
        if self._buffer is not None:
            raise ValueError("cannot hash writable memoryview object")
        return hashed(self._memory, self._length)

    def tobytes(self) -> bytes:
        return bytes.__from_memory__(self._data(), self._length)

    def tolist(self) -> list[int]:
        self._check()
        result: list[int] = list.__with_room__(self._length)
        at = 0
        while at < self._length:
            result.append(self.__item__(at))
            at += 1
        return result

    def hex(self) -> str:
        self._check()
        size = self._length * 2
        text = str.__allocate__(size, size)
        with unsafe("the text has room for two digits of each"):
            hexadecimal(text._data(), self._memory, self._length, null(u8))
        return text


def _export(buffer: bytearray, by: int) -> None:
    """Counts the views of a buffer: one may die when the lock of its buffer is another thread's already."""
    with unsafe("the number is the buffer's, which the caller holds"):
        add(cast(Pointer[i64], address_of(buffer._exports)), by)
