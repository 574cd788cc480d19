"""Equality and hashes of classes that have a base or subclasses, of unions and of protocols."""
from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from kmi import info

T = TypeVar("T")


@dataclass
class Point:
    x: int


@dataclass
class Spot(Point):
    color: str = "red"


class Named(Spot):
    """Compares as a Spot, with its own kind only."""


@dataclass(frozen=True)
class Key:
    n: int


@dataclass(frozen=True)
class Long(Key):
    more: bytes = b""


@dataclass(frozen=True)
class Other:
    n: int


class Plain:
    pass


class Asked(Plain):
    def __init__(self, n: int) -> None:
        self.n = n

    def __eq__(self, other: object) -> bool:
        info(f"asked {self.n}")
        return isinstance(other, Asked) and self.n == other.n

    def __hash__(self) -> int:
        return self.n


class Deep(Asked):
    pass


class Deeper(Deep):
    def __eq__(self, other: object) -> bool:
        info(f"deeper {self.n}")
        return isinstance(other, Asked) and self.n <= other.n

    def __hash__(self) -> int:
        return 7


@dataclass(frozen=True)
class Mixed(Plain):
    n: int


@dataclass
class Pair(Generic[T]):
    left: T


@dataclass
class Triple(Pair[T]):
    right: T


class Sized(Protocol):
    def size(self) -> int: ...


@dataclass
class Box:
    n: int

    def size(self) -> int:
        return self.n


@dataclass
class Bag:
    n: int

    def size(self) -> int:
        return self.n


def show(found: bool) -> None:
    info("yes" if found else "no")


def points() -> None:
    points: list[Point] = [Point(1), Spot(1), Named(1), Spot(2, "blue")]
    show(Point(1) in points)
    show(Spot(1) in points)
    show(Named(1) in points)
    show(Named(2, "blue") in points)
    show(Spot(2, "blue") in points)
    info(f"{points.index(Spot(2, 'blue'))} {points.count(Point(1))} {points.index(Named(1))}")
    points.remove(Named(1))
    info(f"{len(points)} {points == [Point(1), Spot(1), Spot(2, 'blue')]} {points == [Spot(1)]}")
    a: Point = Spot(1)
    b: Point = Spot(1)
    c: Point = Named(1)
    info(f"{a == b} {a != b} {a == c} {c == a} {c != a} {a == Point(1)} {Spot(1) == a} {Named(1) == c}")
    info(f"{(a, 1) == (b, 1)} {(a, 1) == (c, 1)}")
    ring: deque[Point] = deque([a, c])
    info(f"{b in ring} {Point(1) in ring} {ring.index(Named(1))}")
    maybe: Point | None = a
    info(f"{maybe == b} {maybe == c} {maybe is b}")


def keys() -> None:
    table: dict[Key, int] = {Key(1): 1, Long(1): 2, Long(1, b"x"): 3}
    table[Long(1, b"x")] = 4
    info(f"{table[Key(1)]} {table[Long(1)]} {table[Long(1, b'x')]} {len(table)} {Long(2) in table}")
    info(f"{table}")
    try:
        info(f"{table[Long(2, b'y')]}")
    except KeyError as error:
        info(f"{error}")


def asked() -> None:
    items: list[Plain] = [Plain(), Asked(1), Mixed(1), Deep(1), Deeper(2)]
    one = items[0]
    show(one in items)
    show(Plain() in items)
    show(Asked(1) in items)
    show(Deep(2) in items)
    show(Deeper(1) in items)
    show(Mixed(1) in items)
    for left in items:
        for right in items:
            show(left == right)
            show(left != right)
    names: dict[Plain, str] = {one: "plain", Asked(1): "asked", Deep(2): "deep"}
    info(f"{names[one]} {names[Asked(1)]} {names[Deep(1)]} {Asked(3) in names} {names[Asked(2)]}")


def generic() -> None:
    pairs: list[Pair[int]] = [Pair(1), Triple(1, 2)]
    texts: list[Pair[str]] = [Pair("a"), Triple("a", "b")]
    info(f"{Pair(1) in pairs} {Triple(1, 2) in pairs} {Triple(1, 3) in pairs} {Triple('a', 'b') in texts}")


def unions() -> None:
    table: dict[Key | Other, int] = {Key(1): 1, Other(1): 2}
    table[Long(1)] = 3
    info(f"{table[Key(1)]} {table[Other(1)]} {table[Long(1)]} {Other(2) in table} {table}")
    items: list[Box | Bag] = [Box(1), Bag(2), Box(3)]
    info(f"{Box(1) in items} {Bag(1) in items} {items.index(Bag(2))} {items == [Box(1), Bag(2), Box(3)]}")
    one = items[0]
    two = items[1]
    info(f"{one == Box(1)} {one == two} {one != Bag(1)} {two == Bag(2)} {one}")
    try:
        info(f"{table[Other(7)]}")
    except KeyError as error:
        info(f"{error}")
    mixed: list[str | Box] = ["a", Box(1)]
    info(f"{'a' in mixed} {'b' in mixed} {Box(1) in mixed} {Box(2) in mixed} {mixed}")
    same = two
    info(f"{two is same} {one is two} {one is not same} {same is items[1]}")
    sizes: list[Sized] = [Box(1), Bag(2)]
    bag: Sized = Bag(2)
    info(f"{bag in sizes} {sizes.index(bag)} {sizes == [Box(1), Bag(2)]}")


def main() -> None:
    points()
    keys()
    generic()
    unions()
    asked()
