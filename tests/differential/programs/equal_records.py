"""Dataclasses in containers: equal by their fields, and, where they are frozen, found by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from kmi import info, u8

T = TypeVar("T")


@dataclass
class Point:
    x: int
    y: u8 = 0


@dataclass(frozen=True)
class Version:
    major: int
    name: str = "n"
    tag: bytes | None = None


@dataclass(frozen=True)
class Route:
    start: Version
    hops: tuple[int, int]


@dataclass
class Pair(Generic[T]):
    left: T
    right: T


class Same:
    def __init__(self, x: int) -> None:
        self.x = x


def main() -> None:
    points = [Point(1), Point(2), Point(1)]
    info(f"{Point(2) in points} {points.index(Point(2))} {points.count(Point(1))} {Point(2, 1) in points}")
    info(f"{points == [Point(1), Point(2), Point(1)]} {(Point(1), 2) == (Point(1), 2)}")
    points.remove(Point(1))
    info(f"{points}")
    table = {Version(1): 2, Version(2, "m"): 3, Version(2, "m", b"t"): 4}
    table[Version(1)] = 5
    info(f"{table[Version(1)]} {len(table)} {Version(2, 'm') in table} {Version(2, 'm', b't') in table}")
    info(f"{len({Version(1), Version(1), Version(-1)})} {Version(3) in table} {table.get(Version(2, 'x'))}")
    routes = {Route(Version(1), (2, 3)): "a"}
    info(f"{routes[Route(Version(1), (2, 3))]} {Route(Version(1), (3, 2)) in routes}")
    keys = {(Version(1), 2): 7}
    info(f"{keys[Version(1), 2]}")
    pairs = [Pair(1, 2), Pair(3, 4)]
    texts = [Pair("a", "b")]
    info(f"{Pair(3, 4) in pairs} {Pair('a', 'b') in texts} {Pair('a', 'c') in texts}")
    one = Same(1)
    info(f"{Same(1) in [one]} {one in [one]}")
