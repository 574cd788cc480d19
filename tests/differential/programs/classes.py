"""Classes: fields, methods, inheritance, properties, None, aliases."""

from __future__ import annotations

from dataclasses import dataclass

from kmi import info, u8


@dataclass
class Point:
    x: int
    y: int = 2
    tag: u8 = 7

    def moved(self, by: int) -> Point:
        return Point(self.x + by, self.y + by)

    @property
    def sum(self) -> int:
        return self.x + self.y


class Shape:
    def __init__(self, name: bytes) -> None:
        self.name = name
        self.drawn = 0

    def area(self) -> int:
        return 0

    def draw(self) -> int:
        self.drawn += 1
        return self.area() + self.drawn


class Square(Shape):
    def __init__(self, side: int) -> None:
        super().__init__(b"square")
        self.side = side

    def area(self) -> int:
        return self.side * self.side


class Box(Square):
    def area(self) -> int:
        return super().area() * 2

    @staticmethod
    def unit() -> Box:
        return Box(1)


class Chain:
    def __init__(self, number: int, rest: Chain | None) -> None:
        self.number = number
        self.rest = rest


def length(chain: Chain | None) -> int:
    count = 0
    at = chain
    while at is not None:
        count += at.number
        at = at.rest
    return count


def total(shapes: list[Shape]) -> int:
    result = 0
    for shape in shapes:
        result += shape.draw()
    return result


def either(wanted: bool) -> Point | None:
    return Point(1) if wanted else None


def main() -> None:
    point = Point(1)
    other = point
    other.x = 10
    info(f"{point.x} {point.sum} {point.moved(3).sum} {point is other}")
    info(f"{point == Point(10)} {point == Point(3)}")
    shapes = [Shape(b"plain"), Square(3), Box(2), Box.unit()]
    info(f"{total(shapes)} {total(shapes)} {len(shapes[1].name)} {isinstance(shapes[2], Square)}")
    chain: Chain | None = None
    for n in range(50):
        chain = Chain(n, chain)
    info(f"{length(chain)} {length(None)}")
    found = either(True)
    if found is not None:
        info(f"{found.x}")
    missing = either(False)
    info(f"{missing is None} {found is None}")
    try:
        point.tag = point.x * 30
    except OverflowError:
        info(f"{point.tag}")
    point.tag = point.x
    info(f"{point.tag}")
