"""Properties with setters, class methods, super() everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kmi import info, u8


class Thermostat:
    LOWEST: ClassVar[int] = 5
    HIGHEST = 30

    def __init__(self, degrees: int) -> None:
        self._degrees = 0
        self.degrees = degrees

    @property
    def degrees(self) -> int:
        return self._degrees

    @degrees.setter
    def degrees(self, value: int) -> None:
        if not self.LOWEST <= value <= Thermostat.HIGHEST:
            raise ValueError(f"{value} degrees")
        self._degrees = value

    @classmethod
    def warm(cls) -> Thermostat:
        return cls(25)

    @classmethod
    def at(cls, degrees: int) -> Thermostat:
        return cls(degrees)


class Smart(Thermostat):
    def __init__(self, degrees: int) -> None:
        super().__init__(degrees)
        self.changes = 0

    @property
    def degrees(self) -> int:
        return super().degrees

    @degrees.setter
    def degrees(self, value: int) -> None:
        self._degrees = value + 1


@dataclass
class Pair:
    left: int
    right: u8 = 3

    @classmethod
    def of(cls, both: int) -> Pair:
        return cls(both, both)

    def swapped(self) -> Pair:
        return Pair(self.right, self.left)


class Base:
    def name(self) -> str:
        return "base"

    def greet(self) -> str:
        return f"I am {self.name()}"

    @staticmethod
    def helper(n: int) -> int:
        return n + 1

    @classmethod
    def make(cls) -> Base:
        return cls()


class Derived(Base):
    def name(self) -> str:
        return "derived of " + super().name()

    def greet(self) -> str:
        return super().greet() + "!"


def main() -> None:
    t = Thermostat(20)
    t.degrees += 3
    info(f"{t.degrees} {Thermostat.warm().degrees} {Thermostat.at(7).degrees}")
    try:
        t.degrees = 50
    except ValueError as error:
        info(f"{error} {t.degrees}")
    s = Smart(10)
    s.degrees = 8
    info(f"{s.degrees} {s.changes} {Smart.warm().degrees}")
    things: list[Thermostat] = [t, s]
    for thing in things:
        thing.degrees = 12
        info(f"{thing.degrees}")
    info(f"{Pair.of(4).left} {Pair.of(5).swapped().right}")
    info(f"{Base().greet()} {Derived().greet()} {Derived.make().greet()} {Derived.helper(3)}")
    Thermostat(99)
