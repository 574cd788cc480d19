"""`bytes`: an object with its bytes, and a NUL that nobody counts, behind it.

Literals are static objects of this layout, which kmi_object.h states too.
"""

from kmi.integers import u8
from kmi.runtime.buffers import (
    END,
    byte,
    clamp,
    count_between,
    equal,
    find,
    find_between,
    gather,
    has_byte,
    hashed,
    less,
    rfind_between,
    stands_at,
    stepping,
)
from kmi.runtime.characters import (
    DIGIT,
    LOWER,
    SPACE,
    UPPER,
    ascii,
    cased,
    hexadecimal,
    only,
    pad,
    recase,
    spare_left,
)
from kmi.runtime.memory import LARGEST, copy, fill
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
from kmi.runtime.unicode import decode
from kmi.unsafe import Pointer, allocate, cast, inline, null, tail, unsafe


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
    def _from_bytearray_slice(data: bytearray, start: int, stop: int) -> bytes:
        """`bytes(data[start:stop])`, which needs no copy between."""
        first = clamp(start, data._length)
        last = clamp(stop, data._length)
        with unsafe("both ends are inside"):
            return bytes.__from_memory__(data._data() + first, max(last - first, 0))

    @staticmethod
    def __from_memoryview__(data: memoryview) -> bytes:
        return data.tobytes()

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
        return has_byte(self._data(), self._length, byte(value))

    def __contains_bytes__(self, wanted: bytes) -> bool:
        return find(self._data(), self._length, wanted._data(), wanted._length, 0) >= 0

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

    def find(self, wanted: bytes, start: int = 0, stop: int = END) -> int:
        return find_between(self._data(), self._length, wanted._data(), wanted._length, start, stop)

    def rfind(self, wanted: bytes, start: int = 0, stop: int = END) -> int:
        return rfind_between(self._data(), self._length, wanted._data(), wanted._length, start, stop)

    def index(self, wanted: bytes, start: int = 0, stop: int = END) -> int:
        at = self.find(wanted, start, stop)
        if at < 0:
            raise ValueError("subsection not found")
        return at

    def rindex(self, wanted: bytes, start: int = 0, stop: int = END) -> int:
        at = self.rfind(wanted, start, stop)
        if at < 0:
            raise ValueError("subsection not found")
        return at

    def count(self, wanted: bytes, start: int = 0, stop: int = END) -> int:
        return count_between(self._data(), self._length, wanted._data(), wanted._length, start, stop)

    def startswith(self, prefix: bytes, start: int = 0, stop: int = END) -> bool:
        return stands_at(self._data(), self._length, prefix._data(), prefix._length, start, stop, False)

    def endswith(self, suffix: bytes, start: int = 0, stop: int = END) -> bool:
        return stands_at(self._data(), self._length, suffix._data(), suffix._length, start, stop, True)

    def removeprefix(self, prefix: bytes) -> bytes:
        return self.__slice__(prefix._length, END) if self.startswith(prefix) else self

    def removesuffix(self, suffix: bytes) -> bytes:
        return self.__slice__(0, self._length - suffix._length) if self.endswith(suffix) else self

    def _parts(self, ends: list[int]) -> list[bytes]:
        """The pieces that begin and end there."""
        result: list[bytes] = list.__with_room__(len(ends) // 2)
        at = 0
        while at < len(ends):
            result.append(self.__slice__(ends[at], ends[at + 1]))
            at += 2
        return result

    def split(self, sep: bytes | None = None, maxsplit: int = -1) -> list[bytes]:
        if sep is None:
            return self._parts(split_spaces(self._data(), self._length, maxsplit, False))
        return self._parts(split(self._data(), self._length, sep._data(), sep._length, maxsplit))

    def rsplit(self, sep: bytes | None = None, maxsplit: int = -1) -> list[bytes]:
        if sep is None:
            return self._parts(rsplit_spaces(self._data(), self._length, maxsplit, False))
        return self._parts(rsplit(self._data(), self._length, sep._data(), sep._length, maxsplit))

    def splitlines(self, keepends: bool = False) -> list[bytes]:
        return self._parts(lines(self._data(), self._length, keepends, False))

    def partition(self, sep: bytes) -> tuple[bytes, bytes, bytes]:
        if sep._length == 0:
            raise ValueError("empty separator")
        at = self.find(sep)
        if at < 0:
            return (self, b"", b"")
        return (self.__slice__(0, at), sep, self.__slice__(at + sep._length, END))

    def rpartition(self, sep: bytes) -> tuple[bytes, bytes, bytes]:
        if sep._length == 0:
            raise ValueError("empty separator")
        at = self.rfind(sep)
        if at < 0:
            return (b"", b"", self)
        return (self.__slice__(0, at), sep, self.__slice__(at + sep._length, END))

    def strip(self, some: bytes | None = None) -> bytes:
        return self._stripped(some, True, True)

    def lstrip(self, some: bytes | None = None) -> bytes:
        return self._stripped(some, True, False)

    def rstrip(self, some: bytes | None = None) -> bytes:
        return self._stripped(some, False, True)

    def _stripped(self, some: bytes | None, left: bool, right: bool) -> bytes:
        data = self._data()
        first = 0
        last = self._length
        if some is None:
            if left:
                first = left_end(data, last, False)
            if right:
                last = right_end(data, last, first, False)
        else:
            if left:
                first = left_of(data, last, some._data(), some._length, False)
            if right:
                last = right_of(data, last, first, some._data(), some._length, False)
        return self.__slice__(first, last)

    def join(self, parts: list[bytes]) -> bytes:
        size = 0
        for part in parts:
            size += part._length + self._length
        if size > 0:
            size -= self._length
        result = bytes.__allocate__(size)
        at = 0
        with unsafe("the parts were counted, and nobody changes them meanwhile"):
            for part in parts:
                copy(cast(Pointer[None], tail(result) + at), cast(Pointer[None], tail(part)), part._length)
                at += part._length
                if at < size:
                    copy(
                        cast(Pointer[None], tail(result) + at), cast(Pointer[None], tail(self)), self._length
                    )
                    at += self._length
        return result

    def replace(self, old: bytes, new: bytes, count: int = -1) -> bytes:
        found = replaced(self._data(), self._length, old._data(), old._length, count, self._length)
        if found == 0:
            return self
        grown = new._length - old._length
        if grown > 0 and found > LARGEST // grown:
            raise MemoryError
        result = bytes.__allocate__(self._length + found * grown)
        replace(
            result._data(),
            self._data(),
            self._length,
            old._data(),
            old._length,
            new._data(),
            new._length,
            found,
            False,
        )
        return result

    def upper(self) -> bytes:
        result = bytes.__allocate__(self._length)
        recase(result._data(), self._data(), self._length, LOWER)
        return result

    def lower(self) -> bytes:
        result = bytes.__allocate__(self._length)
        recase(result._data(), self._data(), self._length, UPPER)
        return result

    def swapcase(self) -> bytes:
        result = bytes.__allocate__(self._length)
        recase(result._data(), self._data(), self._length, LOWER | UPPER)
        return result

    def isdigit(self) -> bool:
        return only(self._data(), self._length, DIGIT)

    def isalpha(self) -> bool:
        return only(self._data(), self._length, LOWER | UPPER)

    def isalnum(self) -> bool:
        return only(self._data(), self._length, LOWER | UPPER | DIGIT)

    def isspace(self) -> bool:
        return only(self._data(), self._length, SPACE)

    def isupper(self) -> bool:
        return cased(self._data(), self._length, UPPER, LOWER)

    def islower(self) -> bool:
        return cased(self._data(), self._length, LOWER, UPPER)

    def isascii(self) -> bool:
        return ascii(self._data(), self._length)

    def ljust(self, width: int, by: bytes = b" ") -> bytes:
        return self._padded(0, width - self._length, by, "ljust")

    def rjust(self, width: int, by: bytes = b" ") -> bytes:
        return self._padded(width - self._length, 0, by, "rjust")

    def center(self, width: int, by: bytes = b" ") -> bytes:
        left = spare_left(self._length, width)
        return self._padded(left, width - self._length - left, by, "center")

    def _padded(self, left: int, right: int, by: bytes, name: str) -> bytes:
        if by._length != 1:
            raise TypeError(f"{name}() argument 2 must be a byte string of length 1, not bytes")
        if left + right <= 0:
            return self
        result = bytes.__allocate__(left + self._length + right)
        pad(result._data(), self._data(), self._length, left, right, by[0])
        return result

    def zfill(self, width: int) -> bytes:
        if width <= self._length:
            return self
        result = self._padded(width - self._length, 0, b"0", "zfill")
        if self._length > 0 and (self[0] == 43 or self[0] == 45):
            with unsafe("the sign goes to the front of the new bytes"):
                tail(result)[width - self._length] = 48
                tail(result)[0] = tail(self)[0]
        return result

    def translate(self, table: bytes) -> bytes:
        if table._length != 256:
            raise ValueError("translation table must be 256 characters long")
        result = bytes.__allocate__(self._length)
        at = 0
        with unsafe("a byte is below 256"):
            while at < self._length:
                tail(result)[at] = tail(table)[tail(self)[at]]
                at += 1
        return result

    def hex(self, sep: str | None = None) -> str:
        between = 0
        if sep is not None:
            if sep._length != 1:
                raise ValueError("sep must be length 1.")
            if sep._size != 1:
                raise ValueError("sep must be ASCII.")
            between = self._length - 1 if self._length > 0 else 0
        size = self._length * 2 + between
        text = str.__allocate__(size, size)
        with unsafe("the text has room for it"):
            place = null(u8) if sep is None else sep._data()
            hexadecimal(text._data(), self._data(), self._length, place)
        return text

    @staticmethod
    def fromhex(text: str) -> bytes:
        return bytes.__from_bytearray__(bytearray.fromhex(text))

    @staticmethod
    def __of_byte__(value: int) -> bytes:
        """An argument that is a single byte."""
        return bytes.__filled__(1, byte(value))

    @staticmethod
    def __filled__(length: int, value: u8) -> bytes:
        result = bytes.__allocate__(length)
        with unsafe("the bytes were just made"):
            fill(cast(Pointer[None], tail(result)), value, length)
        return result

    def decode(self, encoding: str = "utf-8") -> str:
        return decode(self._data(), self._length, encoding)
