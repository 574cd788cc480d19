"""Dataclasses that are ordered, that are keys, whose fields are made anew; enums that are no integers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, Flag, IntEnum

from kmi import info


@dataclass(frozen=True)
class Point:
    x: int
    y: int = 0


@dataclass(frozen=True)
class Key:
    name: str
    at: Point
    extra: bytes | None = None


@dataclass(order=True)
class Version:
    major: int
    minor: int = 0
    name: str = ""


@dataclass
class Store:
    items: list[int] = field(default_factory=list)
    table: dict[Key, int] = field(default_factory=dict)


class Color(Enum):
    RED = 1
    BLUE = 2


class Access(Flag):
    READ = 1
    WRITE = 2


class Level(IntEnum):
    LOW = 1
    HIGH = 2


def keys() -> None:
    table = {Point(1, 2): "a", Point(3): "b"}
    table[Point(1, 2)] = "c"
    info(f"{table[Point(1, 2)]} {table[Point(3, 0)]} {len(table)} {Point(4) in table}")
    names = {Key("a", Point(1)): 1, Key("a", Point(1), b"x"): 2}
    info(f"{names[Key('a', Point(1, 0))]} {names[Key('a', Point(1), b'x')]}")
    info(f"{len({Point(1), Point(1, 0), Point(2)})} {Point(1) == Point(1)} {Point(1) == Point(2)}")
    pairs = {(Point(1), 1): 5}
    info(f"{pairs[(Point(1), 1)]}")
    try:
        info(f"{table[Point(9)]}")
    except KeyError:
        info("no such point")


def order() -> None:
    versions = [Version(2), Version(1, 5), Version(1, 5, "a"), Version(0, 9)]
    versions.sort()
    info(f"{versions}")
    first, second = versions[0], versions[1]
    info(f"{first < second} {first <= second} {first > second} {first >= second}")
    info(f"{Version(1) <= Version(1)} {Version(1) >= Version(1)} {Version(1) < Version(1)} {max(versions)}")
    info(f"{sorted(versions, reverse=True)}")


def stores() -> None:
    left, right = Store(), Store()
    left.items.append(1)
    left.table[Key("k", Point(0))] = 1
    info(f"{left.items} {right.items} {len(left.table)} {len(right.table)}")


def enums(color: Color, access: Access, level: Level) -> None:
    info(f"{color == Color.RED} {color != Color.BLUE} {color.value == 1} {level == 1} {level < Level.HIGH}")
    info(f"{access == Access.READ} {(access & Access.READ) == Access.READ} {level + 1}")


def main() -> None:
    keys()
    order()
    stores()
    enums(Color.RED, Access.READ | Access.WRITE, Level.LOW)
