"""Lists of int that look narrow, and numbers that come into them on ways that are easily forgotten."""

from __future__ import annotations

from typing import Generic, TypeVar

from kmi import info

T = TypeVar("T")


class Box(Generic[T]):
    def __init__(self, first: T) -> None:
        self.items = [first]

    def add(self, item: T) -> None:
        self.items.append(item)


def rotated(value: int, by: int) -> int:
    return (value >> by | value << (32 - by)) & 0xFFFFFFFF


def shown(words: list[int]) -> int:
    total = 0
    for word in words:
        total ^= rotated(word, 7) ^ word >> 3
    return total


def main() -> None:
    big = 1 << 40
    words = [1, 2, 3]
    info(f"{shown(words)}")
    box = Box(5)
    box.add(big + 7)
    info(f"{shown(box.items)}")
    info(f"{shown([each * big for each in words])}")
    info(f"{shown(list(range(big, big + 3)))}")
    info(f"{shown(sorted([3, -big, 2]))}")
    ages = {"a": big + 1, "b": -1}
    info(f"{shown(list(ages.values()))}")
    first, *rest = (1, big + 3, -5)
    info(f"{first} {shown(rest)}")
    words[1:2] = [-1, big + 9]
    words += [-7]
    words.extend([-(big + 2)])
    words.insert(0, big + 4)
    info(f"{shown(words)} {words}")
