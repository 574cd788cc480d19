"""`bytes`: an object with its bytes, and a NUL that nobody counts, behind it.

Literals are static objects of this layout, which kmi_object.h states too.
"""

from kmi.integers import u8
from kmi.runtime.buffers import clamp, count, ends, equal, find, gather, hashed, less, starts, stepping
from kmi.runtime.memory import LARGEST, copy, fill
from kmi.unsafe import Pointer, allocate, cast, inline, tail, unsafe


class bytes:
    """An immutable sequence of bytes."""

    _length: int

    @staticmethod
    def __allocate__(length: int) -> bytes:
        """Uninitialised bytes, for who fills them before anybody else sees them."""
        if length > LARGEST:
            raise MemoryError
        with unsafe("the memory behind the object is one byte longer, for the NUL"):
            result = allocate(bytes, length + 1)
            result._length = length
            tail(result)[length] = 0
            return result

    @staticmethod
    def __from_memory__(data: Pointer[u8], length: int) -> bytes:
        """A copy of memory."""
        result = bytes.__allocate__(length)
        if length > 0:
            with unsafe("the caller says how long its memory is"):
                copy(cast(Pointer[None], tail(result)), cast(Pointer[None], data), length)
        return result

    @staticmethod
    def __from_nothing__() -> bytes:
        return b""

    @staticmethod
    def __from_int__(length: int) -> bytes:
        if length < 0:
            raise ValueError("negative count")
        result = bytes.__allocate__(length)
        with unsafe("the bytes were just made"):
            fill(cast(Pointer[None], tail(result)), 0, length)
        return result

    @staticmethod
    def __from_bytes__(data: bytes) -> bytes:
        return data

    @staticmethod
    def __from_bytearray__(data: bytearray) -> bytes:
        return bytes.__from_memory__(data._data(), data._length)

    @staticmethod
    def __from_list__(values: list[int]) -> bytes:
        result = bytes.__allocate__(len(values))
        at = 0
        with unsafe("the bytes were just made, and nobody else sees them"):
            for value in values:
                if value < 0 or value > 255:
                    raise ValueError("bytes must be in range(0, 256)")
                tail(result)[at] = value
                at += 1
        return result

    @inline
    def _data(self) -> Pointer[u8]:
        """The bytes, for as long as the object lives."""
        with unsafe("the bytes stand behind the object"):
            return tail(self)

    @inline
    def __len__(self) -> int:
        return self._length

    @inline
    def __advance__(self, position: int) -> int:
        return position if position < self._length else -1

    @inline
    def __item__(self, position: int) -> int:
        with unsafe("the position is in range"):
            return tail(self)[position]

    @inline
    def __getitem__(self, index: int) -> int:
        at = index + self._length if index < 0 else index
        if at < 0 or at >= self._length:
            raise IndexError(f"index {index} out of range of {self._length}")
        with unsafe("the index was checked"):
            return tail(self)[at]

    def __slice__(self, start: int, stop: int) -> bytes:
        first = clamp(start, self._length)
        last = clamp(stop, self._length)
        if first >= last:
            return b""
        if first == 0 and last == self._length:
            return self
        with unsafe("both ends are inside"):
            return bytes.__from_memory__(tail(self) + first, last - first)

    def __stepslice__(self, start: int | None, stop: int | None, step: int) -> bytes:
        first, count = stepping(start, stop, step, self._length)
        result = bytes.__allocate__(count)
        with unsafe("all positions are inside"):
            gather(tail(result), tail(self) + first, step, count)
        return result

    def __contains__(self, value: int) -> bool:
        if value < 0 or value > 255:
            raise ValueError("byte must be in range(0, 256)")
        at = 0
        while at < self._length:
            if self.__item__(at) == value:
                return True
            at += 1
        return False

    def __eq__(self, other: bytes) -> bool:
        return equal(self._data(), self._length, other._data(), other._length)

    def __eq_bytearray__(self, other: bytearray) -> bool:
        return equal(self._data(), self._length, other._data(), other._length)

    def __lt__(self, other: bytes) -> bool:
        return less(self._data(), self._length, other._data(), other._length)

    def __hash__(self) -> int:
        return hashed(self._data(), self._length)

    def __add__(self, other: bytes) -> bytes:
        if other._length == 0:
            return self
        if self._length == 0:
            return other
        result = bytes.__allocate__(self._length + other._length)
        with unsafe("the result has room for both"):
            copy(cast(Pointer[None], tail(result)), cast(Pointer[None], tail(self)), self._length)
            copy(
                cast(Pointer[None], tail(result) + self._length),
                cast(Pointer[None], tail(other)),
                other._length,
            )
        return result

    def __mul__(self, times: int) -> bytes:
        if times <= 0 or self._length == 0:
            return b""
        if times > LARGEST // self._length:
            raise MemoryError
        result = bytes.__allocate__(self._length * times)
        at = 0
        with unsafe("the result has room for all"):
            while at < result._length:
                copy(cast(Pointer[None], tail(result) + at), cast(Pointer[None], tail(self)), self._length)
                at += self._length
        return result

    def find(self, wanted: bytes) -> int:
        return find(self._data(), self._length, wanted._data(), wanted._length, 0)

    def index(self, wanted: bytes) -> int:
        at = self.find(wanted)
        if at < 0:
            raise ValueError("subsection not found")
        return at

    def count(self, wanted: bytes) -> int:
        return count(self._data(), self._length, wanted._data(), wanted._length)

    def startswith(self, prefix: bytes) -> bool:
        return starts(self._data(), self._length, prefix._data(), prefix._length)

    def endswith(self, suffix: bytes) -> bool:
        return ends(self._data(), self._length, suffix._data(), suffix._length)
