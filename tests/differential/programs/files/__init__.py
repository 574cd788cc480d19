"""A package: files that import each other, below each other, in a circle for annotations."""

from __future__ import annotations

from kmi import info

from . import shapes
from .deep import LIMIT, measure
from .errors import Full
from .ring import Ring, drained


def main() -> None:
    ring = Ring(LIMIT)
    for number in range(LIMIT):
        ring.put(number * number)
    try:
        ring.put(1)
    except Full as error:
        info(f"full: {error}")
    info(f"{ring.take()} {drained(ring)} {measure(ring)}")
    square = shapes.Square(3)
    info(f"{square.area()} {shapes.SIDES} {ring.owner is None}")
    ring.changed += 1
    info(f"{ring.changed}")
    ring.fail(7)
