"""x"""

from __future__ import annotations

from typing import Generic, Protocol, Self, TypeVar

from kmi import info

T = TypeVar("T")


class Named(Protocol):
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


class A:
    def name(self) -> str:
        return "a"


class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, item: T) -> Self:
        self.items.append(item)
        return self

    def pop(self) -> T:
        return self.items.pop()


def first(items: list[T]) -> T:
    return items[0]


def longest(items: list[N]) -> str:
    return items[0].name()


def same(a: T, b: T) -> bool:
    return a == b


def main() -> None:
    s: Stack[int] = Stack()
    info(f"{s.push(1).push(2).pop()} {first([3, 4])} {same(1, 2)} {same('a', 'a')}")
    info(longest([A()]))
    d: dict[tuple[int, str], int] = {}
    d[(1, "a")] = 5
    info(f"{d[(1, 'a')]}")
