"""Iterators with a base class: `Iterator[T]` of collections.abc, of generic and other classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from kmi import info

T = TypeVar("T")


class Ring(Generic[T]):
    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.items: list[T] = []
        self.start = 0

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> T:
        if not 0 <= index < len(self):
            raise IndexError("the ring does not have that many items")
        return self.items[(self.start + index) % self.capacity]

    def __iter__(self) -> RingIterator[T]:
        return RingIterator(self)

    def backwards(self) -> Iterator[T]:
        return Backwards(self, len(self))

    def push(self, item: T) -> None:
        if len(self.items) < self.capacity:
            self.items.append(item)
        else:
            self.items[self.start] = item
            self.start = (self.start + 1) % self.capacity


class RingIterator(Iterator[T]):
    def __init__(self, ring: Ring[T]) -> None:
        self.ring = ring
        self.index = 0

    def __next__(self) -> T:
        if self.index == len(self.ring):
            raise StopIteration
        self.index += 1
        return self.ring[self.index - 1]


class Backwards(Iterator[T]):
    def __init__(self, ring: Ring[T], index: int) -> None:
        self.ring = ring
        self.index = index

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        if self.index == 0:
            raise StopIteration
        self.index -= 1
        return self.ring[self.index]

    def __del__(self) -> None:
        info("backwards is over")


class Countdown(Iterator[int]):
    def __init__(self, start: int) -> None:
        self.left = start

    def __next__(self) -> int:
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        return self.left


class Launch(Iterable[int]):
    def __init__(self, start: int) -> None:
        self.start = start

    def __iter__(self) -> Countdown:
        return Countdown(self.start)


def total(numbers: Iterator[int]) -> int:
    found = 0
    for number in numbers:
        found += number
    return found


def either(up: bool) -> Iterator[int]:
    ring: Ring[int] = Ring(2)
    ring.push(40)
    ring.push(2)
    return ring.backwards() if up else Countdown(4)


def main() -> None:
    ring: Ring[str] = Ring(3)
    for word in ["a", "b", "c", "d"]:
        ring.push(f"{word}{word}")
    for word in ring:
        info(word)
    for word in ring.backwards():
        info(word)
        if word == "cc":
            break
    info("after the break")
    countdown = Countdown(5)
    for number in countdown:
        if number == 3:
            break
    info(f"the rest: {[number for number in countdown]} {countdown.left}")
    for number in Launch(2):
        info(f"{number}")
    info(f"{total(Countdown(10))} {total(either(True))} {total(either(False))}")
    for first, second in zip(ring, Countdown(2)):
        info(f"{first} {second}")
    numbers: Ring[int] = Ring(2)
    numbers.push(1)
    info(f"{[n for n in numbers]} {sum(n for n in numbers)}")
    try:
        info(f"{numbers[5]}")
    except IndexError as error:
        info(f"{error}")
