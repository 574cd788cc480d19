"""Shapes, of which one has a ring."""

from .ring import Ring

SIDES = 4


class Square:
    def __init__(self, side: int) -> None:
        self.side = side
        self.ring = Ring(side)

    def area(self) -> int:
        self.ring.put(self.side)
        return self.side * self.side
