"""What lists of int hold: narrow in most places, and from somewhere a number that is not."""

from __future__ import annotations

from typing import Generic, TypeVar

from kmi import info, u32

T = TypeVar("T")


class Box(Generic[T]):
    def __init__(self, first: T) -> None:
        self.items = [first]

    def add(self, item: T) -> None:
        self.items.append(item)

    def swap(self, item: T) -> T:
        old = self.items[0]
        self.items[0] = item
        return old


def rotated(value: int, by: int) -> int:
    return (value >> by | value << (32 - by)) & 0xFFFFFFFF


def rotated_left(value: int, by: int) -> int:
    return (value << by ^ value >> (32 - by)) & 0xFFFFFFFF


def mixed(words: list[int]) -> int:
    total = 0
    for i in range(len(words)):
        x = words[i]
        total ^= rotated(x, 7) ^ rotated_left(x, 5) ^ (x >> 3)
        words[i] = (x * 3 + total) & 0xFFFFFFFF
    return total


def pairs(a: list[int]) -> int:
    found = 0
    for i in range(len(a) - 1):
        if a[i] > a[i + 1]:
            a[i], a[i + 1] = a[i + 1], a[i]
            found += 1
    both = (a[0], a[-1])
    for i in range(3):
        both = (both[1], both[0] + i)
    return found + both[0] * 3 + both[1]


def narrow() -> None:
    words = [0] * 4
    for i in range(4):
        words[i] = (i * 0x9E3779B9) & 0xFFFFFFFF
    info(f"{mixed(words)} {words} {pairs(words)} {words}")
    states: list[u32] = [0xFFFFFFFF, 1]
    for state in states:
        info(f"{rotated(state, 31)} {rotated_left(state, 31)} {rotated(state, 0)} {rotated(state, 32)}")


def shifted(values: list[int], by: int) -> int:
    found = 0
    for value in values:
        found ^= (value >> by | value << (40 - by)) & 0xFFFFFFFF
        found ^= (value >> by | value << by) & 0xFFFFFFFF
    return found


def main() -> None:
    narrow()
    for by in [0, 1, 8, 31, 33]:
        info(f"{shifted([1, 0xFFFFFFFF, 77], by)}")
