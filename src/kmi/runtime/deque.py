"""`deque[T]`: a ring of items that grows and shrinks at both ends; `collections.deque`.

    deque([b, c, d])      _items [d - - - - - b c]    _first 6, _length 3, _room 8

Invariants: `_room` is 0 or a power of two, `_length <= _room`; item number n stands in the slot
`(_first + n) & (_room - 1)` and holds one count; the other slots are uninitialised. `_limit` is -1 where
there is none. `_state` changes with each item that comes or goes: a loop notices.
A position of an iteration holds, above 31 bits of item number, the state in which it began.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from kmi.runtime.memory import allocate, copy, free
from kmi.unsafe import Pointer, cast, inline, null, sizeof, take, unsafe

T = TypeVar("T")

MOST = 1 << 30
"""Items that one deque holds at most: beyond it is MemoryError."""
NUMBER = (1 << 31) - 1
STATES = (1 << 30) - 1


class deque(Generic[T]):
    """A double-ended queue."""

    _items: Pointer[T]
    _first: int
    _length: int
    _room: int
    _limit: int
    _state: int

    def __init__(self, maxlen: int | None = None) -> None:
        self._first = 0
        self._length = 0
        self._room = 0
        self._limit = -1
        self._state = 0
        if maxlen is not None:
            if maxlen < 0:
                raise ValueError("maxlen must be non-negative")
            self._limit = maxlen

    @staticmethod
    def __from_list__(items: list[T], maxlen: int | None = None) -> deque[T]:
        result: deque[T] = deque(maxlen)
        result.extend(items)
        return result

    @staticmethod
    def __from_deque__(other: deque[T], maxlen: int | None = None) -> deque[T]:
        result: deque[T] = deque(maxlen)
        result.__extend_deque__(other)
        return result

    def __del__(self) -> None:
        self.clear()

    @property
    def maxlen(self) -> int | None:
        return None if self._limit < 0 else self._limit

    @inline
    def __len__(self) -> int:
        return self._length

    def __advance__(self, position: int) -> int:
        number = position & NUMBER
        if position != 0 and position >> 31 != self._state:
            raise RuntimeError("deque mutated during iteration")
        return self._state << 31 | number if number < self._length else -1

    def __item__(self, position: int) -> T:
        return self._at(position & NUMBER)

    @inline
    def _at(self, number: int) -> T:
        """The item of a number that is in range."""
        with unsafe("the number is in range"):
            return self._items[(self._first + number) & (self._room - 1)]

    @inline
    def _slot(self, index: int) -> int:
        """The slot of an index, as Python counts it."""
        at = index + self._length if index < 0 else index
        if at < 0 or at >= self._length:
            raise IndexError(f"index {index} out of range of {self._length}")
        return (self._first + at) & (self._room - 1)

    def __getitem__(self, index: int) -> T:
        slot = self._slot(index)
        with unsafe("the index was checked"):
            return self._items[slot]

    def __setitem__(self, index: int, value: T) -> None:
        slot = self._slot(index)
        with unsafe("the old item is dropped after the new one is in its place"):
            old = take(self._items, slot)
            self._items[slot] = value
            del old

    def __delitem__(self, index: int) -> None:
        at = index + self._length if index < 0 else index
        if at < 0 or at >= self._length:
            raise IndexError(f"index {index} out of range of {self._length}")
        old = self._take_out(at)
        del old

    def append(self, value: T) -> None:
        if self._limit == 0:
            return
        if self._length == self._limit:
            self._replace_first(value)
            return
        if self._length == self._room:
            self._reserve(self._length + 1)
        with unsafe("room was reserved"):
            self._items[(self._first + self._length) & (self._room - 1)] = value
            self._length += 1
        self._changed()

    def appendleft(self, value: T) -> None:
        if self._limit == 0:
            return
        if self._length == self._limit:
            self._replace_last(value)
            return
        if self._length == self._room:
            self._reserve(self._length + 1)
        with unsafe("room was reserved"):
            self._first = (self._first - 1) & (self._room - 1)
            self._items[self._first] = value
            self._length += 1
        self._changed()

    def pop(self) -> T:
        if self._length == 0:
            raise IndexError("pop from an empty deque")
        with unsafe("there is a last item"):
            self._length -= 1
            self._changed()
            return take(self._items, (self._first + self._length) & (self._room - 1))

    def popleft(self) -> T:
        if self._length == 0:
            raise IndexError("pop from an empty deque")
        with unsafe("there is a first item"):
            slot = self._first
            self._first = (slot + 1) & (self._room - 1)
            self._length -= 1
            self._changed()
            return take(self._items, slot)

    def extend(self, items: list[T]) -> None:
        for item in items:
            self.append(item)

    def __extend_deque__(self, items: deque[T]) -> None:
        if items is self:
            self.extend(self._listed())
            return
        for item in items:
            self.append(item)

    def extendleft(self, items: list[T]) -> None:
        for item in items:
            self.appendleft(item)

    def __extendleft_deque__(self, items: deque[T]) -> None:
        if items is self:
            self.extendleft(self._listed())
            return
        for item in items:
            self.appendleft(item)

    def insert(self, index: int, value: T) -> None:
        if self._length == self._limit:
            raise IndexError("deque already at its maximum size")
        at = index + self._length if index < 0 else index
        if at <= 0:
            self.appendleft(value)
            return
        if at >= self._length:
            self.append(value)
            return
        self._reserve(self._length + 1)
        with unsafe("room was reserved; each slot keeps one owner"):
            mask = self._room - 1
            number = self._length
            while number > at:
                self._move((self._first + number - 1) & mask, (self._first + number) & mask)
                number -= 1
            self._items[(self._first + at) & mask] = value
            self._length += 1
        self._changed()

    def remove(self, value: T) -> None:
        number = 0
        state = self._state
        while number < self._length:
            found = self._at(number) == value
            if self._state != state:
                raise IndexError("deque mutated during remove().")
            if found:
                old = self._take_out(number)
                del old
                return
            number += 1
        raise ValueError("deque.remove(x): x not in deque")

    def index(self, value: T) -> int:
        number = 0
        state = self._state
        while number < self._length:
            found = self._at(number) == value
            if self._state != state:
                raise RuntimeError("deque mutated during iteration")
            if found:
                return number
            number += 1
        raise ValueError(f"{value!r} is not in deque")

    def count(self, value: T) -> int:
        found = 0
        number = 0
        state = self._state
        while number < self._length:
            if self._at(number) == value:
                found += 1
            if self._state != state:
                raise RuntimeError("deque mutated during iteration")
            number += 1
        return found

    def __contains__(self, value: T) -> bool:
        number = 0
        state = self._state
        while number < self._length:
            found = self._at(number) == value
            if self._state != state:
                raise RuntimeError("deque mutated during iteration")
            if found:
                return True
            number += 1
        return False

    def rotate(self, steps: int = 1) -> None:
        if self._length <= 1:
            return
        self._changed()
        left = -steps % self._length
        if self._length == self._room:
            self._first = (self._first + left) & (self._room - 1)
            return
        with unsafe("each slot keeps one owner: the first item moves behind the last, or the other way"):
            mask = self._room - 1
            if left <= self._length // 2:
                while left > 0:
                    self._move(self._first, (self._first + self._length) & mask)
                    self._first = (self._first + 1) & mask
                    left -= 1
            else:
                right = self._length - left
                while right > 0:
                    last = (self._first + self._length - 1) & mask
                    self._first = (self._first - 1) & mask
                    self._move(last, self._first)
                    right -= 1

    def reverse(self) -> None:
        with unsafe("two items trade places; each slot keeps one owner"):
            mask = self._room - 1
            low = 0
            high = self._length - 1
            while low < high:
                left = (self._first + low) & mask
                right = (self._first + high) & mask
                first = take(self._items, left)
                last = take(self._items, right)
                self._items[left] = last
                self._items[right] = first
                low += 1
                high -= 1

    def clear(self) -> None:
        with unsafe("the deque is empty before the first item is dropped, for its __del__ may come back"):
            items = self._items
            mask = self._room - 1
            first = self._first
            length = self._length
            self._items = null(T)
            self._first = 0
            self._length = 0
            self._room = 0
            self._changed()
            number = 0
            while number < length:
                old = take(items, (first + number) & mask)
                del old
                number += 1
            free(cast(Pointer[None], items))

    def copy(self) -> deque[T]:
        return deque.__from_deque__(self, self.maxlen)

    def __eq__(self, other: deque[T]) -> bool:
        if self is other:
            return True
        if self._length != other._length:
            return False
        number = 0
        while number < self._length and number < other._length:
            if self._at(number) != other._at(number):
                return False
            number += 1
        return self._length == other._length

    def __lt__(self, other: deque[T]) -> bool:
        number = 0
        while number < self._length and number < other._length:
            left = self._at(number)
            right = other._at(number)
            if left != right:
                return left < right
            number += 1
        return self._length < other._length

    def __add__(self, other: deque[T]) -> deque[T]:
        result = self.copy()
        result.__extend_deque__(other)
        return result

    def __iadd__(self, other: deque[T]) -> None:
        self.__extend_deque__(other)

    def __iadd_list__(self, other: list[T]) -> None:
        self.extend(other)

    def __mul__(self, times: int) -> deque[T]:
        result: deque[T] = deque(self.maxlen)
        while times > 0 and self._length > 0:
            result.__extend_deque__(self)
            times -= 1
        return result

    def __repr__(self) -> str:
        items = f"{self._listed()!r}"
        return f"deque({items})" if self._limit < 0 else f"deque({items}, maxlen={self._limit})"

    def _listed(self) -> list[T]:
        """The items as a list."""
        result: list[T] = list.__with_room__(self._length)
        number = 0
        while number < self._length:
            result.append(self._at(number))
            number += 1
        return result

    @inline
    def _changed(self) -> None:
        self._state = (self._state + 1) & STATES

    @inline
    def _move(self, source: int, target: int) -> None:
        """What is in one slot goes to another, which is free, with its count."""
        with unsafe("both slots are inside, and the caller says which is free"):
            copy(
                cast(Pointer[None], self._items + target),
                cast(Pointer[None], self._items + source),
                sizeof(T),
            )

    def _replace_first(self, value: T) -> None:
        """A full deque takes a last item, and its first one goes."""
        with unsafe("the deque is full up to its limit, which is at least one"):
            old = take(self._items, self._first)
            self._first = (self._first + 1) & (self._room - 1)
            self._items[(self._first + self._length - 1) & (self._room - 1)] = value
            self._changed()
            del old

    def _replace_last(self, value: T) -> None:
        """A full deque takes a first item, and its last one goes."""
        with unsafe("the deque is full up to its limit, which is at least one"):
            old = take(self._items, (self._first + self._length - 1) & (self._room - 1))
            self._first = (self._first - 1) & (self._room - 1)
            self._items[self._first] = value
            self._changed()
            del old

    def _take_out(self, number: int) -> T:
        """The item of that number, whose count is the caller's; those behind it move up."""
        with unsafe("the number was checked by the caller"):
            mask = self._room - 1
            old = take(self._items, (self._first + number) & mask)
            while number < self._length - 1:
                self._move((self._first + number + 1) & mask, (self._first + number) & mask)
                number += 1
            self._length -= 1
            self._changed()
            return old

    def _reserve(self, wanted: int) -> None:
        """Room for so many items; MemoryError leaves the deque as it is."""
        if wanted <= self._room:
            return
        if wanted > MOST:
            raise MemoryError
        room = 8
        while room < wanted:
            room *= 2
        with unsafe("the items move to the front of larger memory, those before the wrap first"):
            items = cast(Pointer[T], allocate(room * sizeof(T)))
            if self._length > 0:
                before = self._room - self._first
                if before > self._length:
                    before = self._length
                old = self._items
                copy(cast(Pointer[None], items), cast(Pointer[None], old + self._first), before * sizeof(T))
                behind = (self._length - before) * sizeof(T)
                copy(cast(Pointer[None], items + before), cast(Pointer[None], old), behind)
            free(cast(Pointer[None], self._items))
            self._items = items
            self._first = 0
            self._room = room
