"""`list[T]`: a growing array.

Invariants: `0 <= _length <= _room`; the first `_length` slots hold one count each of what they refer to, the
rest is uninitialised. An item that is dropped is taken out first: its `__del__` may come back to this list.
"""

from typing import Generic, TypeVar

from kmi.integers import u8
from kmi.runtime.buffers import clamp, stepping
from kmi.runtime.memory import LARGEST, allocate, free, move, reallocate
from kmi.runtime.sorting import sort
from kmi.runtime.text import Text
from kmi.unsafe import Pointer, cast, inline, null, sizeof, take, unsafe

K = TypeVar("K")
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
        first = clamp(start, self._length)
        last = clamp(stop, self._length)
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
        first = clamp(start, self._length)
        last = clamp(stop, self._length)
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
        first = clamp(start, self._length)
        last = clamp(stop, self._length)
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
        at = clamp(index, self._length)
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

    def sort(self, *, reverse: bool = False) -> None:
        items = self._aside()
        try:
            if reverse:
                items.reverse()
            with unsafe("nothing is moved beside the items"):
                sort(items._items, null(u8), 0, items._length)
        finally:
            if reverse:
                items.reverse()
            changed = self._back(items)
        if changed:
            raise ValueError("list modified during sort")

    def __sort_by__(self, keys: list[K], reverse: bool) -> None:
        """`sort(key=…)`, given the key of each item; the keys are sorted with the items."""
        if keys._length != self._length:
            raise ValueError("list modified during sort")
        items = self._aside()
        try:
            if reverse:
                items.reverse()
                keys.reverse()
            with unsafe("as many keys as items, and nobody else sees either"):
                sort(keys._items, cast(Pointer[u8], items._items), sizeof(T), items._length)
        finally:
            if reverse:
                items.reverse()
            changed = self._back(items)
        if changed:
            raise ValueError("list modified during sort")

    def _aside(self) -> list[T]:
        """All items in a list of their own, while comparing them may come back to this one."""
        items: list[T] = list()
        items._items = self._items
        items._length = self._length
        items._room = self._room
        with unsafe("the items have one owner, the new list"):
            self._items = null(T)
        self._length = 0
        self._room = 0
        return items

    def _back(self, items: list[T]) -> bool:
        """Takes back what was put aside; whether this list was changed meanwhile."""
        changed = self._room > 0
        while self._room > 0:
            self.clear()
        self._items = items._items
        self._length = items._length
        self._room = items._room
        with unsafe("the items have one owner again, this list"):
            items._items = null(T)
        items._length = 0
        items._room = 0
        return changed

    def __stepslice__(self, start: int | None, stop: int | None, step: int) -> list[T]:
        first, count = stepping(start, stop, step, self._length)
        result: list[T] = list()
        result._reserve(count)
        with unsafe("room was reserved, and all positions are inside"):
            while result._length < count:
                result._items[result._length] = self._items[first + result._length * step]
                result._length += 1
        return result

    def __setstepslice__(self, start: int | None, stop: int | None, step: int, items: list[T]) -> None:
        if step == 1:
            low, size = stepping(start, stop, 1, self._length)
            self.__setslice__(low, low + size, items)
            return
        source = items.copy()
        first, count = stepping(start, stop, step, self._length)
        if source._length != count:
            raise ValueError(
                f"attempt to assign sequence of size {source._length} to extended slice of size {count}"
            )
        at = 0
        with unsafe("all positions are inside; what was there goes to the copy, and dies with it"):
            while at < count:
                old = take(self._items, first + at * step)
                new = take(source._items, at)
                self._items[first + at * step] = new
                source._items[at] = old
                at += 1
        source.reverse()  # the first one dies first

    def __delstepslice__(self, start: int | None, stop: int | None, step: int) -> None:
        first, count = stepping(start, stop, step, self._length)
        if count == 1:
            step = 1  # whatever it is: the smallest of all has no opposite
        elif step < 0:
            first += (count - 1) * step
            step = -step
        dropped: list[T] = list()
        dropped._reserve(count)
        with unsafe("what goes is moved aside, and dropped when the list is whole again"):
            at = first
            to = first
            while at < self._length:
                item = take(self._items, at)
                if dropped._length < count and at == first + dropped._length * step:
                    dropped._items[dropped._length] = item
                    dropped._length += 1
                else:
                    self._items[to] = item
                    to += 1
                at += 1
            self._length -= count
        dropped.reverse()  # the first one dies first

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
