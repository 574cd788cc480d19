"""Protocols, abstract classes, unions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

from kmi import info


class Shape(ABC):
    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def area(self) -> int: ...

    @property
    @abstractmethod
    def sides(self) -> int:
        """How many."""

    def describe(self) -> str:
        return f"{self.name} {self.area()} {self.sides}"


class Square(Shape):
    def __init__(self, side: int) -> None:
        super().__init__("square")
        self.side = side

    def area(self) -> int:
        return self.side * self.side

    @property
    def sides(self) -> int:
        return 4


class Circle(Shape):
    def __init__(self, radius: int) -> None:
        super().__init__("circle")
        self.radius = radius

    def area(self) -> int:
        return 3 * self.radius * self.radius

    @property
    def sides(self) -> int:
        return 0


class Sized(Protocol):
    def size(self) -> int: ...


class Box:
    def __init__(self, n: int) -> None:
        self.n = n
        self.tag = 7

    def size(self) -> int:
        return self.n

    def only_box(self) -> int:
        return 1


class Bag:
    def __init__(self) -> None:
        self.tag = 9

    def size(self) -> int:
        return 42


def total(things: list[Sized]) -> int:
    result = 0
    for thing in things:
        result += thing.size()
    return result


def twice(thing: Sized) -> int:
    return thing.size() * 2


def either(thing: Box | Bag) -> int:
    if isinstance(thing, Box):
        return thing.only_box() + thing.size()
    return thing.size()


def common(thing: Box | Bag) -> int:
    return thing.size() + thing.tag


def change(thing: Box | Bag | None) -> int:
    if thing is None:
        return -1
    thing.tag += 1
    return thing.tag


def main() -> None:
    shapes: list[Shape] = [Square(3), Circle(2)]
    for shape in shapes:
        info(shape.describe())
    info(f"{total([Box(1), Bag()])} {twice(Box(4))} {twice(Bag())}")
    info(f"{either(Box(5))} {either(Bag())} {common(Box(5))} {common(Bag())}")
    bag = Bag()
    info(f"{change(None)} {change(bag)} {change(bag)}")
