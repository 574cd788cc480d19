"""`str`: UTF-8 behind an object that knows its bytes and its code points.

Literals are static objects of this layout, which kmi_object.h states too. Positions are code points, as in
Python; where every one is a single byte (`_size == _length`) they are found at once, else by walking.
Invariant: the bytes are valid UTF-8, and a NUL that nobody counts is behind them.
"""

from kmi.integers import u8
from kmi.runtime.buffers import (
    clamp,
    code_points,
    count,
    ends,
    equal,
    find,
    gather,
    hashed,
    is_utf8,
    less,
    starts,
    stepping,
)
from kmi.runtime.memory import LARGEST, copy
from kmi.runtime.text import Text
from kmi.unsafe import ConstPointer, Pointer, allocate, cast, inline, tail, unsafe


class str:
    """An immutable sequence of code points."""

    _size: int
    _length: int

    @staticmethod
    def __allocate__(size: int, length: int) -> str:
        """An uninitialised one, for who fills it before anybody else sees it."""
        if size > LARGEST:
            raise MemoryError
        with unsafe("the memory behind the object is one byte longer, for the NUL"):
            result = allocate(str, size + 1)
            result._size = size
            result._length = length
            tail(result)[size] = 0
            return result

    @staticmethod
    def __from_memory__(data: Pointer[u8], size: int) -> str:
        """A copy of memory that holds valid UTF-8."""
        with unsafe("the caller says how long its memory is"):
            result = str.__allocate__(size, code_points(data, size))
            if size > 0:
                copy(cast(Pointer[None], tail(result)), cast(Pointer[None], data), size)
            return result

    @staticmethod
    def __from_c_string__(data: ConstPointer[u8]) -> str:
        """A copy of C's text, which must be valid UTF-8."""
        size = 0
        with unsafe("C's text ends in a NUL"):
            text = cast(Pointer[u8], data)
            while text[size] != 0:
                size += 1
            if not is_utf8(text, size):
                raise ValueError("text is not valid UTF-8")
            return str.__from_memory__(text, size)

    @staticmethod
    def __from_nothing__() -> str:
        return ""

    @staticmethod
    def __from_str__(text: str) -> str:
        return text

    @inline
    def _data(self) -> Pointer[u8]:
        """The bytes, for as long as the object lives."""
        with unsafe("the bytes stand behind the object"):
            return tail(self)

    def _offset(self, position: int) -> int:
        """The byte at which a code point begins; the end for the position behind the last."""
        if self._size == self._length:
            return position
        at = 0
        with unsafe("the text is valid UTF-8 and the position is not behind its end"):
            while position > 0:
                at += 1
                while at < self._size and tail(self)[at] & 0xC0 == 0x80:
                    at += 1
                position -= 1
        return at

    @inline
    def __len__(self) -> int:
        return self._length

    @inline
    def __advance__(self, position: int) -> int:
        return position if position < self._length else -1

    def __item__(self, position: int) -> str:
        first = self._offset(position)
        last = self._offset(position + 1)
        with unsafe("both ends are inside"):
            return str.__from_memory__(tail(self) + first, last - first)

    def __getitem__(self, index: int) -> str:
        at = index + self._length if index < 0 else index
        if at < 0 or at >= self._length:
            raise IndexError(f"index {index} out of range of {self._length}")
        return self.__item__(at)

    def __slice__(self, start: int, stop: int) -> str:
        first = clamp(start, self._length)
        last = clamp(stop, self._length)
        if first >= last:
            return ""
        if first == 0 and last == self._length:
            return self
        begin = self._offset(first)
        end = self._offset(last)
        with unsafe("both ends are inside"):
            return str.__from_memory__(tail(self) + begin, end - begin)

    def __stepslice__(self, start: int | None, stop: int | None, step: int) -> str:
        first, count = stepping(start, stop, step, self._length)
        if self._size == self._length:
            plain = str.__allocate__(count, count)
            with unsafe("all positions are inside, and each is one byte"):
                gather(tail(plain), tail(self) + first, step, count)
            return plain
        text = Text("")
        while count > 0:
            text.add(self.__item__(first))
            first = first + step if count > 1 else first
            count -= 1
        return text.end("")

    def __contains__(self, wanted: str) -> bool:
        return find(self._data(), self._size, wanted._data(), wanted._size, 0) >= 0

    def __eq__(self, other: str) -> bool:
        return equal(self._data(), self._size, other._data(), other._size)

    def __lt__(self, other: str) -> bool:
        return less(self._data(), self._size, other._data(), other._size)

    def __hash__(self) -> int:
        return hashed(self._data(), self._size)

    def __add__(self, other: str) -> str:
        if other._size == 0:
            return self
        if self._size == 0:
            return other
        result = str.__allocate__(self._size + other._size, self._length + other._length)
        with unsafe("the result has room for both"):
            copy(cast(Pointer[None], tail(result)), cast(Pointer[None], tail(self)), self._size)
            copy(
                cast(Pointer[None], tail(result) + self._size), cast(Pointer[None], tail(other)), other._size
            )
        return result

    def __mul__(self, times: int) -> str:
        if times <= 0 or self._size == 0:
            return ""
        if times > LARGEST // self._size:
            raise MemoryError
        result = str.__allocate__(self._size * times, self._length * times)
        at = 0
        with unsafe("the result has room for all"):
            while at < result._size:
                copy(cast(Pointer[None], tail(result) + at), cast(Pointer[None], tail(self)), self._size)
                at += self._size
        return result

    def find(self, wanted: str) -> int:
        at = find(self._data(), self._size, wanted._data(), wanted._size, 0)
        if at < 0 or self._size == self._length:
            return at
        with unsafe("the text before what was found"):
            return code_points(self._data(), at)

    def index(self, wanted: str) -> int:
        at = self.find(wanted)
        if at < 0:
            raise ValueError("substring not found")
        return at

    def count(self, wanted: str) -> int:
        if wanted._size == 0:
            return self._length + 1
        return count(self._data(), self._size, wanted._data(), wanted._size)

    def startswith(self, prefix: str) -> bool:
        return starts(self._data(), self._size, prefix._data(), prefix._size)

    def endswith(self, suffix: str) -> bool:
        return ends(self._data(), self._size, suffix._data(), suffix._size)

    def encode(self) -> bytes:
        return bytes.__from_memory__(self._data(), self._size)

    @staticmethod
    def __decode__(data: Pointer[u8], size: int) -> str:
        """The text of memory that somebody else wrote; UnicodeError where it is no UTF-8."""
        with unsafe("the caller says how long its memory is"):
            if not is_utf8(data, size):
                raise UnicodeError("invalid utf-8")
        return str.__from_memory__(data, size)
