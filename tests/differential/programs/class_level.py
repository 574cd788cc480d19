"""Constants, static and class methods that classes below have anew: by way of `cls`, and of objects."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Self

from kmi import info


class Probe:
    LIMIT = 4
    NAME: ClassVar[str] = "probe"
    SIZES = (1, 2)

    def __init__(self, n: int) -> None:
        self.n = n
        self.most = self.LIMIT

    @classmethod
    def make(cls, extra: int = 0) -> Self:
        return cls(cls.start(extra) + cls.LIMIT)

    @classmethod
    def start(cls, extra: int = 0) -> int:
        return 1 + extra

    @staticmethod
    def unit(times: int, mark: str = "!") -> str:
        return "a" * times + mark

    @classmethod
    def title(cls) -> str:
        return f"{cls.NAME} {cls.unit(2)} {cls.SIZES[1]} {cls.LIMIT}"

    @classmethod
    def log(cls) -> None:
        info(f"log {cls.NAME}")

    def label(self) -> str:
        return f"{self.NAME} {self.LIMIT} {self.SIZES} {self.unit(1, mark='?')} {self.most}"


class Fast(Probe):
    LIMIT = 2
    NAME = "fast"

    @classmethod
    def start(cls, extra: int = 0) -> int:
        info("fast start")
        return 10 + extra

    @staticmethod
    def unit(times: int, mark: str = "!") -> str:
        return f"{times}{mark}"


class Faster(Fast):
    SIZES = (3, 4)
    LIMIT = Fast.LIMIT * 50

    @classmethod
    def log(cls) -> None:
        info(f"faster {cls.LIMIT}")


class Shape(ABC):
    SIDES = 0

    @classmethod
    def sides(cls) -> int:
        return cls.SIDES

    @abstractmethod
    def area(self) -> int: ...


class Square(Shape):
    SIDES = 4

    def area(self) -> int:
        return self.SIDES * self.sides()


class Triangle(Shape):
    SIDES = 3

    def area(self) -> int:
        return self.SIDES + self.sides()


def main() -> None:
    info(f"{Probe.make().n} {Fast.make().n} {Faster.make(3).n}")
    info(f"{Probe.title()} | {Fast.title()} | {Faster.title()}")
    Probe.log()
    Fast.log()
    probes: list[Probe] = [Probe(1), Fast(2), Faster(3)]
    for probe in probes:
        info(f"{probe.label()} {probe.LIMIT} {probe.NAME} {probe.unit(3)} {probe.start(5)} {probe.title()}")
        again = probe.make(extra=2)
        info(f"{again.n} {again.NAME} {isinstance(again, Fast)}")
        probe.log()
    fast = Fast(7)
    info(f"{fast.LIMIT} {fast.make().n}")
    shapes: list[Shape] = [Square(), Triangle()]
    for shape in shapes:
        info(f"{shape.area()} {shape.sides()} {shape.SIDES}")
