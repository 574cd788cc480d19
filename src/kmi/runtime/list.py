"""`list[T]`: a growing array.

Invariants: `0 <= _length <= _room`; the first `_length` slots hold one count each of what they refer to, the
rest is uninitialised. An item that is dropped is taken out first: its `__del__` may come back to this list.
"""

from typing import Generic, TypeVar

from kmi.integers import u8
from kmi.runtime.memory import LARGEST, allocate, free, move, reallocate
from kmi.runtime.text import Text
from kmi.unsafe import Pointer, cast, inline, null, sizeof, take, unsafe

T = TypeVar("T")


class list(Generic[T]):
    """A sequence that grows."""

    _items: Pointer[T]
    _length: int
    _room: int

    def __init__(self) -> None:
        self._length = 0
        self._room = 0

    @staticmethod
    def __from_list__(other: list[T]) -> list[T]:
        """`list(other)`: a copy."""
        return other.copy()

    @staticmethod
    def __with_room__(room: int) -> list[T]:
        """An empty list with memory for so many items: what `[a, b, c]` starts from."""
        result: list[T] = list()
        result._reserve(room)
        return result

    def __del__(self) -> None:
        self.clear()

    @inline
    def __len__(self) -> int:
        return self._length

    @inline
    def __advance__(self, position: int) -> int:
        return position if position < self._length else -1

    @inline
    def __item__(self, position: int) -> T:
        with unsafe("the position is in range"):
            return self._items[position]

    @inline
    def __getitem__(self, index: int) -> T:
        at = index + self._length if index < 0 else index
        if at < 0 or at >= self._length:
            raise IndexError(f"index {index} out of range of {self._length}")
        with unsafe("the index was checked"):
            return self._items[at]

    def __setitem__(self, index: int, value: T) -> None:
        at = index + self._length if index < 0 else index
        if at < 0 or at >= self._length:
            raise IndexError(f"index {index} out of range of {self._length}")
        with unsafe("the old item is dropped after the new one is in its place"):
            old = take(self._items, at)
            self._items[at] = value
            del old

    def __delitem__(self, index: int) -> None:
        at = index + self._length if index < 0 else index
        if at < 0 or at >= self._length:
            raise IndexError(f"index {index} out of range of {self._length}")
        old = self._take_out(at)
        del old

    def __slice__(self, start: int, stop: int) -> list[T]:
        first = _clamp(start, self._length)
        last = _clamp(stop, self._length)
        result: list[T] = list()
        if first < last:
            result._reserve(last - first)
            with unsafe("room was reserved"):
                while first < last:
                    result._items[result._length] = self._items[first]
                    result._length += 1
                    first += 1
        return result

    def __setslice__(self, start: int, stop: int, items: list[T]) -> None:
        source = items.copy()
        first = _clamp(start, self._length)
        last = _clamp(stop, self._length)
        if last < first:
            last = first
        dropped: list[T] = list()
        dropped._reserve(last - first)
        added = source._length
        self._reserve(self._length + added)
        with unsafe("room was reserved on both sides; each slot keeps one owner"):
            if last > first:
                move(
                    cast(Pointer[None], dropped._items),
                    cast(Pointer[None], self._items + first),
                    (last - first) * sizeof(T),
                )
                dropped._length = last - first
            if self._length > last and self._room > 0:
                move(
                    cast(Pointer[None], self._items + (first + added)),
                    cast(Pointer[None], self._items + last),
                    (self._length - last) * sizeof(T),
                )
            if added > 0:
                move(
                    cast(Pointer[None], self._items + first),
                    cast(Pointer[None], source._items),
                    added * sizeof(T),
                )
            source._length = 0
            self._length = self._length - (last - first) + added

    def __delslice__(self, start: int, stop: int) -> None:
        first = _clamp(start, self._length)
        last = _clamp(stop, self._length)
        if first >= last:
            return
        dropped: list[T] = list()
        dropped._reserve(last - first)
        with unsafe("what goes is moved aside and dropped when the list is whole again"):
            move(
                cast(Pointer[None], dropped._items),
                cast(Pointer[None], self._items + first),
                (last - first) * sizeof(T),
            )
            dropped._length = last - first
            move(
                cast(Pointer[None], self._items + first),
                cast(Pointer[None], self._items + last),
                (self._length - last) * sizeof(T),
            )
            self._length -= last - first

    def __contains__(self, value: T) -> bool:
        at = 0
        while at < self._length:
            if self.__item__(at) == value:
                return True
            at += 1
        return False

    def __eq__(self, other: list[T]) -> bool:
        if self._length != other._length:
            return False
        at = 0
        while at < self._length and at < other._length:
            if self.__item__(at) != other.__item__(at):
                return False
            at += 1
        return self._length == other._length

    def __lt__(self, other: list[T]) -> bool:
        at = 0
        while at < self._length and at < other._length:
            left = self.__item__(at)
            right = other.__item__(at)
            if left != right:
                return left < right
            at += 1
        return self._length < other._length

    def __add__(self, other: list[T]) -> list[T]:
        result: list[T] = list()
        result._reserve(self._length + other._length)
        result.extend(self)
        result.extend(other)
        return result

    def __iadd__(self, other: list[T]) -> None:
        self.extend(other)

    def __mul__(self, times: int) -> list[T]:
        result: list[T] = list()
        if times <= 0 or self._length == 0:
            return result
        if times > LARGEST // self._length:
            raise MemoryError
        result._reserve(self._length * times)
        while times > 0:
            result.extend(self)
            times -= 1
        return result

    @inline
    def append(self, value: T) -> None:
        if self._length == self._room:
            self._reserve(self._length + 1)
        with unsafe("room was reserved"):
            self._items[self._length] = value
            self._length += 1

    def extend(self, other: list[T]) -> None:
        count = other._length
        self._reserve(self._length + count)
        at = 0
        with unsafe("room was reserved; the other list may be this one"):
            while at < count:
                self._items[self._length] = other._items[at]
                self._length += 1
                at += 1

    def insert(self, index: int, value: T) -> None:
        at = _clamp(index, self._length)
        self._reserve(self._length + 1)
        with unsafe("room was reserved"):
            move(
                cast(Pointer[None], self._items + (at + 1)),
                cast(Pointer[None], self._items + at),
                (self._length - at) * sizeof(T),
            )
            self._items[at] = value
            self._length += 1

    def pop(self, index: int = -1) -> T:
        if self._length == 0:
            raise IndexError("pop from empty list")
        at = index + self._length if index < 0 else index
        if at < 0 or at >= self._length:
            raise IndexError("pop index out of range")
        return self._take_out(at)

    def remove(self, value: T) -> None:
        at = 0
        while at < self._length:
            if self.__item__(at) == value:
                if at < self._length:  # its __eq__ may have taken items out
                    old = self._take_out(at)
                    del old
                return
            at += 1
        raise ValueError("list.remove(x): x not in list")

    def index(self, value: T) -> int:
        at = 0
        while at < self._length:
            if self.__item__(at) == value:
                return at
            at += 1
        raise ValueError("list.index(x): x not in list")

    def count(self, value: T) -> int:
        at = 0
        found = 0
        while at < self._length:
            if self.__item__(at) == value:
                found += 1
            at += 1
        return found

    def reverse(self) -> None:
        with unsafe("two items trade places; each slot keeps one owner"):
            low = 0
            high = self._length - 1
            while low < high:
                first = take(self._items, low)
                last = take(self._items, high)
                self._items[low] = last
                self._items[high] = first
                low += 1
                high -= 1

    def clear(self) -> None:
        with unsafe("the list is empty before the first item is dropped, for its __del__ may come back"):
            items = self._items
            at = self._length
            self._length = 0
            self._room = 0
            self._items = null(T)
            while at > 0:
                at -= 1
                old = take(items, at)
                del old
            free(cast(Pointer[None], items))

    def copy(self) -> list[T]:
        result: list[T] = list()
        result.extend(self)
        return result

    def __repr__(self) -> str:
        text = Text("[")
        at = 0
        while at < self._length:
            if at > 0:
                text.add(", ")
            text.add(f"{self.__item__(at)!r}")
            at += 1
        return text.end("]")

    def _take_out(self, at: int) -> T:
        """The item there, whose count is the caller's; those behind it move up."""
        with unsafe("the index was checked by the caller"):
            old = take(self._items, at)
            self._length -= 1
            move(
                cast(Pointer[None], self._items + at),
                cast(Pointer[None], self._items + (at + 1)),
                (self._length - at) * sizeof(T),
            )
            return old

    def _reserve(self, wanted: int) -> None:
        """Room for so many items; MemoryError leaves the list as it is."""
        if wanted <= self._room:
            return
        if wanted > LARGEST:
            raise MemoryError
        room = self._room + self._room // 2 + 4
        if room < wanted:
            room = wanted
        with unsafe("the memory grows; what is in it moves along"):
            if self._room == 0:
                self._items = cast(Pointer[T], allocate(room * sizeof(T)))
            else:
                old = cast(Pointer[u8], self._items)
                self._items = cast(Pointer[T], reallocate(old, self._length * sizeof(T), room * sizeof(T)))
            self._room = room


def _clamp(index: int, length: int) -> int:
    """The position of a slice's end, as Python counts it: from the end where negative, and never outside."""
    if index < 0:
        index += length
        return 0 if index < 0 else index
    return length if index > length else index
