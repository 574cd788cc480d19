"""`bytearray`: a growing buffer, from whose front bytes go away without moving the rest.

Invariants: `0 <= _start`, `_start + _length <= _room`; the bytes stand at `_memory + _start`; `_memory` is
null while `_room` is 0. Whatever gives memory back has copied what it still needs before: an argument may be
this very object.
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
    leave_out,
    less,
    rfind_between,
    scatter,
    stands_at,
    stepping,
)
from kmi.runtime.characters import DIGIT, LOWER, SPACE, UPPER, ascii, cased, only
from kmi.runtime.digits import from_hex
from kmi.runtime.memory import LARGEST, allocate, copy, fill, free, move
from kmi.runtime.unicode import decode
from kmi.unsafe import Pointer, cast, inline, null, unsafe


class bytearray:
    """A mutable sequence of bytes."""

    _memory: Pointer[u8]
    _start: int
    _length: int
    _room: int
    _exports: int
    """How many memoryviews there are of it: with any, it cannot be re-sized."""

    def __init__(self) -> None:
        self._start = 0
        self._length = 0
        self._room = 0
        self._exports = 0

    @staticmethod
    def __from_int__(length: int) -> bytearray:
        if length < 0:
            raise ValueError("negative count")
        result = bytearray()
        result._open(0, length)
        if length > 0:
            with unsafe("the room was just made"):
                fill(cast(Pointer[None], result._memory), 0, length)
        return result

    @staticmethod
    def __from_bytes__(data: bytes) -> bytearray:
        result = bytearray()
        result._append_memory(data._data(), data._length)
        return result

    @staticmethod
    def __from_bytearray__(data: bytearray) -> bytearray:
        result = bytearray()
        result._append_memory(data._data(), data._length)
        return result

    @staticmethod
    def __from_memoryview__(data: memoryview) -> bytearray:
        result = bytearray()
        result._append_memory(data._data(), len(data))
        return result

    @staticmethod
    def __from_list__(values: list[int]) -> bytearray:
        result = bytearray()
        for value in values:
            result.append(value)
        return result

    def __del__(self) -> None:
        with unsafe("nobody holds the memory any longer"):
            free(cast(Pointer[None], self._memory))

    @inline
    def _data(self) -> Pointer[u8]:
        """The bytes, until the next change."""
        with unsafe("the start is inside the memory"):
            return self._memory + self._start

    @inline
    def __len__(self) -> int:
        return self._length

    @inline
    def __advance__(self, position: int) -> int:
        return position if position < self._length else -1

    @inline
    def __item__(self, position: int) -> int:
        with unsafe("the position is in range"):
            return self._memory[self._start + position]

    @inline
    def __getitem__(self, index: int) -> int:
        at = index + self._length if index < 0 else index
        if at < 0 or at >= self._length:
            raise IndexError(f"index {index} out of range of {self._length}")
        with unsafe("the index was checked"):
            return self._memory[self._start + at]

    @inline
    def __setitem__(self, index: int, value: int) -> None:
        stored = byte(value)  # before the index, as CPython looks at them
        at = index + self._length if index < 0 else index
        if at < 0 or at >= self._length:
            raise IndexError(f"index {index} out of range of {self._length}")
        with unsafe("the index was checked"):
            self._memory[self._start + at] = stored

    def __delitem__(self, index: int) -> None:
        at = index + self._length if index < 0 else index
        if at < 0 or at >= self._length:
            raise IndexError(f"index {index} out of range of {self._length}")
        self._close(at, at + 1)

    def __slice__(self, start: int, stop: int) -> bytearray:
        first = clamp(start, self._length)
        last = clamp(stop, self._length)
        result = bytearray()
        if first < last:
            with unsafe("both ends are inside"):
                result._append_memory(self._data() + first, last - first)
        return result

    def __stepslice__(self, start: int | None, stop: int | None, step: int) -> bytearray:
        first, count = stepping(start, stop, step, self._length)
        result = bytearray()
        result._open(0, count)
        with unsafe("all positions are inside"):
            gather(result._data(), self._data() + first, step, count)
        return result

    def __setstepslice__(self, start: int | None, stop: int | None, step: int, data: bytes) -> None:
        first, count = stepping(start, stop, step, self._length)
        if step == 1:
            self.__setslice__(first, first + count, data)
            return
        if data._length == 0:  # a bytearray, unlike a list, takes nothing for a deletion
            self.__delstepslice__(start, stop, step)
            return
        if data._length != count:
            raise ValueError(
                f"attempt to assign bytes of size {data._length} to extended slice of size {count}"
            )
        with unsafe("all positions are inside"):
            scatter(self._data() + first, data._data(), step, count)

    def __setstepslice_bytearray__(
        self, start: int | None, stop: int | None, step: int, data: bytearray
    ) -> None:
        self.__setstepslice__(start, stop, step, bytes.__from_bytearray__(data))

    def __delstepslice__(self, start: int | None, stop: int | None, step: int) -> None:
        first, count = stepping(start, stop, step, self._length)
        if step == 1:
            self.__delslice__(first, first + count)
            return
        if self._exports > 0:
            self._exported()
        if count == 0:
            return
        leave_out(self._data(), self._length, first, step, count)
        self._length -= count

    def __setslice__(self, start: int, stop: int, data: bytes) -> None:
        first = clamp(start, self._length)
        last = clamp(stop, self._length)
        if last < first:
            last = first
        added = data._length
        if added > last - first:
            self._open(last, added - (last - first))
        elif added < last - first:
            self._close(first + added, last)
        if added > 0:
            with unsafe("there is room for exactly the new bytes"):
                copy(cast(Pointer[None], self._data() + first), cast(Pointer[None], data._data()), added)

    def __setslice_bytearray__(self, start: int, stop: int, data: bytearray) -> None:
        self.__setslice__(start, stop, bytes.__from_bytearray__(data))

    def __delslice__(self, start: int, stop: int) -> None:
        first = clamp(start, self._length)
        last = clamp(stop, self._length)
        if first < last:
            self._close(first, last)

    def __contains__(self, value: int) -> bool:
        return has_byte(self._data(), self._length, byte(value))

    def __contains_bytes__(self, wanted: bytes) -> bool:
        return find(self._data(), self._length, wanted._data(), wanted._length, 0) >= 0

    def __eq__(self, other: bytearray) -> bool:
        return equal(self._data(), self._length, other._data(), other._length)

    def __eq_bytes__(self, other: bytes) -> bool:
        return equal(self._data(), self._length, other._data(), other._length)

    def __lt__(self, other: bytearray) -> bool:
        return less(self._data(), self._length, other._data(), other._length)

    def __add__(self, other: bytearray) -> bytearray:
        result = bytearray.__from_bytearray__(self)
        result._append_memory(other._data(), other._length)
        return result

    def __add_bytes__(self, other: bytes) -> bytearray:
        result = bytearray.__from_bytearray__(self)
        result._append_memory(other._data(), other._length)
        return result

    def __iadd__(self, other: bytes) -> None:
        self.extend(other)

    def __iadd_bytearray__(self, other: bytearray) -> None:
        if other is self and self._length > 0:
            self._exported()
        self.__extend_bytearray__(other)

    def __mul__(self, times: int) -> bytearray:
        result = bytearray()
        if times <= 0 or self._length == 0:
            return result
        if times > LARGEST // self._length:
            raise MemoryError
        result._reserve(self._length * times)
        while times > 0:
            result._append_memory(self._data(), self._length)
            times -= 1
        return result

    @inline
    def append(self, value: int) -> None:
        stored = byte(value)
        if self._start + self._length == self._room or self._exports > 0:
            self._reserve(1)
        with unsafe("room was reserved"):
            self._memory[self._start + self._length] = stored
            self._length += 1

    def extend(self, data: bytes) -> None:
        self._append_memory(data._data(), data._length)

    def _extend_slice(self, data: bytes, start: int, stop: int) -> None:
        """`extend(data[start:stop])`, which needs no copy between."""
        first = clamp(start, data._length)
        last = clamp(stop, data._length)
        with unsafe("both ends are inside, and bytes never change"):
            self._append_memory(data._data() + first, last - first)

    def __extend_bytearray__(self, data: bytearray) -> None:
        """`extend` of a bytearray, which may be this one."""
        size = data._length
        self._reserve(size)
        self._append_memory(data._data(), size)

    def __extend_list__(self, values: list[int]) -> None:
        self.__extend_bytearray__(bytearray.__from_list__(values))

    def insert(self, index: int, value: int) -> None:
        stored = byte(value)
        at = clamp(index, self._length)
        self._open(at, 1)
        with unsafe("the gap was just made"):
            self._memory[self._start + at] = stored

    def pop(self, index: int = -1) -> int:
        if self._length == 0:
            raise IndexError("pop from empty bytearray")
        at = index + self._length if index < 0 else index
        if at < 0 or at >= self._length:
            raise IndexError("pop index out of range")
        value = self.__item__(at)
        self._close(at, at + 1)
        return value

    def remove(self, value: int) -> None:
        wanted = byte(value)
        at = 0
        while at < self._length:
            if self.__item__(at) == wanted:
                self._close(at, at + 1)
                return
            at += 1
        raise ValueError("value not found in bytearray")

    def clear(self) -> None:
        if self._exports > 0:
            self._close(0, self._length)
            return
        with unsafe("the buffer has no memory after this"):
            free(cast(Pointer[None], self._memory))
            self._memory = null(u8)
        self._start = 0
        self._length = 0
        self._room = 0

    def copy(self) -> bytearray:
        return bytearray.__from_bytearray__(self)

    def reverse(self) -> None:
        low = 0
        high = self._length - 1
        with unsafe("both positions are inside"):
            data = self._data()
            while low < high:
                kept = data[low]
                data[low] = data[high]
                data[high] = kept
                low += 1
                high -= 1

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

    def removeprefix(self, prefix: bytes) -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).removeprefix(prefix))

    def removesuffix(self, suffix: bytes) -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).removesuffix(suffix))

    def split(self, sep: bytes | None = None, maxsplit: int = -1) -> list[bytearray]:
        return _each(bytes.__from_bytearray__(self).split(sep, maxsplit))

    def rsplit(self, sep: bytes | None = None, maxsplit: int = -1) -> list[bytearray]:
        return _each(bytes.__from_bytearray__(self).rsplit(sep, maxsplit))

    def splitlines(self, keepends: bool = False) -> list[bytearray]:
        return _each(bytes.__from_bytearray__(self).splitlines(keepends))

    def partition(self, sep: bytes) -> tuple[bytearray, bytearray, bytearray]:
        left, middle, right = bytes.__from_bytearray__(self).partition(sep)
        return (
            bytearray.__from_bytes__(left),
            bytearray.__from_bytes__(middle),
            bytearray.__from_bytes__(right),
        )

    def rpartition(self, sep: bytes) -> tuple[bytearray, bytearray, bytearray]:
        left, middle, right = bytes.__from_bytearray__(self).rpartition(sep)
        return (
            bytearray.__from_bytes__(left),
            bytearray.__from_bytes__(middle),
            bytearray.__from_bytes__(right),
        )

    def strip(self, some: bytes | None = None) -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).strip(some))

    def lstrip(self, some: bytes | None = None) -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).lstrip(some))

    def rstrip(self, some: bytes | None = None) -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).rstrip(some))

    def join(self, parts: list[bytes]) -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).join(parts))

    def replace(self, old: bytes, new: bytes, count: int = -1) -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).replace(old, new, count))

    def upper(self) -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).upper())

    def lower(self) -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).lower())

    def swapcase(self) -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).swapcase())

    def ljust(self, width: int, by: bytes = b" ") -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).ljust(width, by))

    def rjust(self, width: int, by: bytes = b" ") -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).rjust(width, by))

    def center(self, width: int, by: bytes = b" ") -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).center(width, by))

    def zfill(self, width: int) -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).zfill(width))

    def translate(self, table: bytes) -> bytearray:
        return bytearray.__from_bytes__(bytes.__from_bytearray__(self).translate(table))

    def hex(self, sep: str | None = None) -> str:
        return bytes.__from_bytearray__(self).hex(sep)

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

    @staticmethod
    def fromhex(text: str) -> bytearray:
        return from_hex(text)

    def decode(self, encoding: str = "utf-8") -> str:
        return decode(self._data(), self._length, encoding)

    def __repr__(self) -> str:
        return f"bytearray({bytes.__from_bytearray__(self)!r})"

    def _append_memory(self, data: Pointer[u8], size: int) -> None:
        """Bytes from memory at the end. If the memory is this buffer's, room for them was reserved before."""
        if size <= 0:
            return
        self._reserve(size)
        with unsafe("room was reserved"):
            copy(cast(Pointer[None], self._data() + self._length), cast(Pointer[None], data), size)
            self._length += size

    def _exported(self) -> None:
        raise BufferError("Existing exports of data: object cannot be re-sized")

    def _reserve(self, more: int) -> None:
        """Room for so many bytes behind the last one; MemoryError leaves the buffer as it is."""
        if self._exports > 0 and more > 0:
            self._exported()
        wanted = self._length + more
        if self._start + wanted <= self._room:
            return
        if wanted > LARGEST:
            raise MemoryError
        with unsafe("the bytes move to the front, of this memory or of more"):
            if self._length <= self._start and wanted <= self._room:
                copy(cast(Pointer[None], self._memory), cast(Pointer[None], self._data()), self._length)
                self._start = 0
                return
            room = self._length + self._length // 2 + 16
            if room < wanted:
                room = wanted
            memory = allocate(room)
            if self._length > 0:
                copy(cast(Pointer[None], memory), cast(Pointer[None], self._data()), self._length)
            free(cast(Pointer[None], self._memory))
            self._memory = memory
            self._start = 0
            self._room = room

    def _open(self, at: int, size: int) -> None:
        """A gap of uninitialised bytes before a position."""
        if size == 0:
            return
        self._reserve(size)
        with unsafe("room was reserved"):
            if at < self._length:
                move(
                    cast(Pointer[None], self._data() + (at + size)),
                    cast(Pointer[None], self._data() + at),
                    self._length - at,
                )
            self._length += size

    def _close(self, first: int, last: int) -> None:
        """The bytes from first to last go: at the front by a step of the start, else by moving the rest."""
        if self._exports > 0 and first < last:
            self._exported()
        if first == 0:
            self._start += last
        elif last < self._length:
            with unsafe("both ends are inside"):
                move(
                    cast(Pointer[None], self._data() + first),
                    cast(Pointer[None], self._data() + last),
                    self._length - last,
                )
        self._length -= last - first
        if self._length == 0:
            self._start = 0


def _each(parts: list[bytes]) -> list[bytearray]:
    """Each of these as a buffer of its own."""
    result: list[bytearray] = list.__with_room__(len(parts))
    for part in parts:
        result.append(bytearray.__from_bytes__(part))
    return result
