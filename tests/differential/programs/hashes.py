"""`__hash__` made of `hash(…)` of what an object is made of: the number is nobody's business, finding is."""

from __future__ import annotations

from kmi import info, u8


class Point:
    def __init__(self, x: int, y: u8) -> None:
        self.x = x
        self.y: u8 = y

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)

    def __hash__(self) -> int:
        return hash((self.x, self.y))


class Label:
    def __init__(self, name: str, raw: bytes, at: Point | None, shown: bool) -> None:
        self.name = name
        self.raw = raw
        self.at = at
        self.shown = shown

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Label):
            return False
        return self.name == other.name and self.raw == other.raw and self.at == other.at

    def __hash__(self) -> int:
        mixed = hash(self.name) ^ hash((self.raw, self.at))
        if self.at is not None:
            mixed ^= hash(self.at)
        return mixed ^ hash(self.name.lower() == self.name) ^ hash(len(self.raw))

    def __del__(self) -> None:
        info(f"-{self.name}")


def main() -> None:
    seen = {Point(1, 2): "a", Point(-1, 2): "b", Point(-2, 2): "c"}
    seen[Point(1, 2)] = "d"
    info(f"{seen[Point(-1, 2)]} {seen[Point(-2, 2)]} {seen[Point(1, 2)]} {len(seen)} {Point(2, 1) in seen}")
    here = Point(1, 2)
    labels = {Label("here", b"h", here, True), Label("here", b"h", Point(1, 2), False)}
    info(f"{len(labels)} {Label('here', b'h', None, True) in labels}")
    info(f"{Label('nowhere', b'', None, True) in labels}")
    info(f"{hash(here) == hash(Point(1, 2))} {Label('here', b'h', here, False) in labels}")
