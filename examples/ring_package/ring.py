"""A ring: a container that keeps the last so many items.

>>> ring: Ring[int] = Ring(3)
>>> for number in range(5):
...     ring.push(number)
>>> [number for number in ring]
[2, 3, 4]
>>> len(ring), ring[0], ring[-1]
(3, 2, 4)
"""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Ring(Generic[T]):
    """The last `capacity` items that were pushed, oldest first."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.items: list[T] = []
        self.start = 0
        """Where the oldest is, once the ring is full."""

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> T:
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError("the ring does not have that many items")
        return self.items[(self.start + index) % self.capacity]

    def __iter__(self) -> "RingIterator[T]":
        return RingIterator(self)

    def push(self, item: T) -> None:
        """Add an item at the end; a full ring forgets its oldest."""
        if len(self.items) < self.capacity:
            self.items.append(item)
        else:
            self.items[self.start] = item
            self.start = (self.start + 1) % self.capacity


class RingIterator(Iterator[T]):
    """Goes through a ring, from the oldest item on."""

    def __init__(self, ring: Ring[T]) -> None:
        self.ring = ring
        self.index = 0

    def __next__(self) -> T:
        if self.index == len(self.ring):
            raise StopIteration
        self.index += 1
        return self.ring[self.index - 1]
