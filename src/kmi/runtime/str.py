"""`str`: UTF-8 behind an object that knows its bytes and its code points.

Literals are static objects of this layout, which kmi_object.h states too. Positions are code points, as in
Python; where every one is a single byte (`_size == _length`) they are found at once, else by walking.
Invariant: the bytes are valid UTF-8, and a NUL that nobody counts is behind them.
"""

from kmi.integers import u8
from kmi.runtime.buffers import (
    END,
    clamp,
    code_points,
    count_between,
    equal,
    find,
    find_between,
    gather,
    hashed,
    is_utf8,
    less,
    rfind,
    rfind_between,
    stands_at,
    stepping,
)
from kmi.runtime.characters import DIGIT, LOWER, UPPER, cased, only, recase, spare_left
from kmi.runtime.memory import LARGEST, copy
from kmi.runtime.pieces import (
    left_end,
    left_of,
    lines,
    replace,
    replaced,
    right_end,
    right_of,
    rsplit,
    rsplit_spaces,
    split,
    split_spaces,
)
from kmi.runtime.text import Text
from kmi.runtime.unicode import decode, encode
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

    def __ord__(self) -> int:
        """`ord(text)`."""
        if self._length != 1:
            raise TypeError(f"ord() expected a character, but string of length {self._length} found")
        with unsafe("the text is valid UTF-8 of one code point"):
            first = tail(self)[0]
            value = first if first < 0x80 else first & (0x7F >> self._size)
            for at in range(1, self._size):
                value = value << 6 | (tail(self)[at] & 0x3F)
            return value

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

    def _point(self, position: int) -> int:
        """The code point at a position that is in range."""
        at = self._offset(position)
        with unsafe("the text is valid UTF-8"):
            first = tail(self)[at]
            if first < 0x80:
                return first
            if first < 0xE0:
                return (first & 31) << 6 | tail(self)[at + 1] & 63
            if first < 0xF0:
                return (first & 15) << 12 | (tail(self)[at + 1] & 63) << 6 | tail(self)[at + 2] & 63
            upper = (first & 7) << 18 | (tail(self)[at + 1] & 63) << 12
            return upper | (tail(self)[at + 2] & 63) << 6 | tail(self)[at + 3] & 63

    def _position(self, at: int) -> int:
        """Which code point begins at a byte; -1 stays -1."""
        if at < 0 or self._size == self._length:
            return at
        with unsafe("the text before that byte"):
            return code_points(self._data(), at)

    def _part(self, first: int, last: int) -> str:
        """The text between two bytes."""
        if first >= last:
            return ""
        if first == 0 and last == self._size:
            return self
        with unsafe("both ends are inside, and at code points"):
            return str.__from_memory__(tail(self) + first, last - first)

    def _low(self, start: int) -> int:
        """The byte at which a slice begins; one behind the end where it begins behind the text."""
        return self._offset(clamp(start, self._length)) if start <= self._length else self._size + 1

    def _high(self, stop: int) -> int:
        return self._offset(clamp(stop, self._length))

    def find(self, wanted: str, start: int = 0, stop: int = END) -> int:
        low = self._low(start)
        return self._position(
            find_between(self._data(), self._size, wanted._data(), wanted._size, low, self._high(stop))
        )

    def rfind(self, wanted: str, start: int = 0, stop: int = END) -> int:
        low = self._low(start)
        return self._position(
            rfind_between(self._data(), self._size, wanted._data(), wanted._size, low, self._high(stop))
        )

    def index(self, wanted: str, start: int = 0, stop: int = END) -> int:
        at = self.find(wanted, start, stop)
        if at < 0:
            raise ValueError("substring not found")
        return at

    def rindex(self, wanted: str, start: int = 0, stop: int = END) -> int:
        at = self.rfind(wanted, start, stop)
        if at < 0:
            raise ValueError("substring not found")
        return at

    def count(self, wanted: str, start: int = 0, stop: int = END) -> int:
        if wanted._size == 0:
            first = clamp(start, self._length)
            last = clamp(stop, self._length)
            return last - first + 1 if start <= self._length and first <= last else 0
        low = self._low(start)
        return count_between(
            self._data(), self._size, wanted._data(), wanted._size, low, self._high(stop)
        )

    def startswith(self, prefix: str, start: int = 0, stop: int = END) -> bool:
        low = self._low(start)
        return stands_at(
            self._data(), self._size, prefix._data(), prefix._size, low, self._high(stop), False
        )

    def endswith(self, suffix: str, start: int = 0, stop: int = END) -> bool:
        low = self._low(start)
        return stands_at(
            self._data(), self._size, suffix._data(), suffix._size, low, self._high(stop), True
        )

    def removeprefix(self, prefix: str) -> str:
        return self._part(prefix._size, self._size) if self.startswith(prefix) else self

    def removesuffix(self, suffix: str) -> str:
        return self._part(0, self._size - suffix._size) if self.endswith(suffix) else self

    def _parts(self, ends: list[int]) -> list[str]:
        """The pieces that begin and end there."""
        result: list[str] = list.__with_room__(len(ends) // 2)
        at = 0
        while at < len(ends):
            result.append(self._part(ends[at], ends[at + 1]))
            at += 2
        return result

    def split(self, sep: str | None = None, maxsplit: int = -1) -> list[str]:
        if sep is None:
            return self._parts(split_spaces(self._data(), self._size, maxsplit, True))
        return self._parts(split(self._data(), self._size, sep._data(), sep._size, maxsplit))

    def rsplit(self, sep: str | None = None, maxsplit: int = -1) -> list[str]:
        if sep is None:
            return self._parts(rsplit_spaces(self._data(), self._size, maxsplit, True))
        return self._parts(rsplit(self._data(), self._size, sep._data(), sep._size, maxsplit))

    def splitlines(self, keepends: bool = False) -> list[str]:
        return self._parts(lines(self._data(), self._size, keepends, True))

    def partition(self, sep: str) -> tuple[str, str, str]:
        if sep._size == 0:
            raise ValueError("empty separator")
        at = find(self._data(), self._size, sep._data(), sep._size, 0)
        if at < 0:
            return (self, "", "")
        return (self._part(0, at), sep, self._part(at + sep._size, self._size))

    def rpartition(self, sep: str) -> tuple[str, str, str]:
        if sep._size == 0:
            raise ValueError("empty separator")
        at = rfind(self._data(), self._size, sep._data(), sep._size)
        if at < 0:
            return ("", "", self)
        return (self._part(0, at), sep, self._part(at + sep._size, self._size))

    def strip(self, some: str | None = None) -> str:
        return self._stripped(some, True, True)

    def lstrip(self, some: str | None = None) -> str:
        return self._stripped(some, True, False)

    def rstrip(self, some: str | None = None) -> str:
        return self._stripped(some, False, True)

    def _stripped(self, some: str | None, left: bool, right: bool) -> str:
        data = self._data()
        first = 0
        last = self._size
        if some is None:
            if left:
                first = left_end(data, last, True)
            if right:
                last = right_end(data, last, first, True)
        else:
            if left:
                first = left_of(data, last, some._data(), some._size, True)
            if right:
                last = right_of(data, last, first, some._data(), some._size, True)
        return self._part(first, last)

    def join(self, parts: list[str]) -> str:
        size = 0
        length = 0
        for part in parts:
            size += part._size + self._size
            length += part._length + self._length
        if len(parts) > 0:
            size -= self._size
            length -= self._length
        result = str.__allocate__(size, length)
        at = 0
        with unsafe("the parts were counted, and nobody changes them meanwhile"):
            for part in parts:
                copy(cast(Pointer[None], tail(result) + at), cast(Pointer[None], tail(part)), part._size)
                at += part._size
                if at < size:
                    copy(cast(Pointer[None], tail(result) + at), cast(Pointer[None], tail(self)), self._size)
                    at += self._size
        return result

    def replace(self, old: str, new: str, count: int = -1) -> str:
        found = replaced(self._data(), self._size, old._data(), old._size, count, self._length)
        if found == 0:
            return self
        grown = new._size - old._size
        if grown > 0 and found > LARGEST // grown:
            raise MemoryError
        length = self._length + found * (new._length - old._length)
        result = str.__allocate__(self._size + found * grown, length)
        replace(
            result._data(),
            self._data(),
            self._size,
            old._data(),
            old._size,
            new._data(),
            new._size,
            found,
            True,
        )
        return result

    def _recased(self, wanted: int) -> str:
        """The text with its letters of the wanted case in the other one; of ASCII text alone."""
        self._plain()
        result = str.__allocate__(self._size, self._length)
        recase(result._data(), self._data(), self._size, wanted)
        return result

    def _plain(self) -> None:
        """Of other text than ASCII a kernel does not know the kinds of characters."""
        if self._size != self._length:
            raise NotImplementedError("only ASCII has cases and kinds of characters in a kernel")

    def upper(self) -> str:
        return self._recased(LOWER)

    def lower(self) -> str:
        return self._recased(UPPER)

    def swapcase(self) -> str:
        return self._recased(LOWER | UPPER)

    def isdigit(self) -> bool:
        self._plain()
        return only(self._data(), self._size, DIGIT)

    def isdecimal(self) -> bool:
        return self.isdigit()

    def isnumeric(self) -> bool:
        return self.isdigit()

    def isalpha(self) -> bool:
        self._plain()
        return only(self._data(), self._size, LOWER | UPPER)

    def isalnum(self) -> bool:
        self._plain()
        return only(self._data(), self._size, LOWER | UPPER | DIGIT)

    def isupper(self) -> bool:
        self._plain()
        return cased(self._data(), self._size, UPPER, LOWER)

    def islower(self) -> bool:
        self._plain()
        return cased(self._data(), self._size, LOWER, UPPER)

    def isspace(self) -> bool:
        return self._size > 0 and left_end(self._data(), self._size, True) == self._size

    def isascii(self) -> bool:
        return self._size == self._length

    def ljust(self, width: int, by: str = " ") -> str:
        return self._padded(0, width - self._length, by)

    def rjust(self, width: int, by: str = " ") -> str:
        return self._padded(width - self._length, 0, by)

    def center(self, width: int, by: str = " ") -> str:
        left = spare_left(self._length, width)
        return self._padded(left, width - self._length - left, by)

    def _padded(self, left: int, right: int, by: str) -> str:
        if by._length != 1:
            raise TypeError("The fill character must be exactly one character long")
        if left + right <= 0:
            return self
        return by * left + self + by * right

    def zfill(self, width: int) -> str:
        if width <= self._length:
            return self
        zeroes = "0" * (width - self._length)
        if self._size > 0 and (self.startswith("+") or self.startswith("-")):
            return self._part(0, 1) + zeroes + self._part(1, self._size)
        return zeroes + self

    def encode(self, encoding: str = "utf-8") -> bytes:
        return encode(self, encoding)

    @staticmethod
    def __decode__(data: Pointer[u8], size: int) -> str:
        """The text of memory that somebody else wrote; UnicodeDecodeError where it is no UTF-8."""
        return decode(data, size, "utf-8")
