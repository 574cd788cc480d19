# expect: KMI0305 at 17
# expect: KMI0305 at 21
# expect: KMI0305 at 25
"""Lists and deques of what has no order are put in none."""

from collections import deque

from kmi import Module, module


class Point:
    def __init__(self, x: int) -> None:
        self.x = x


def lists(a: list[Point], b: list[Point]) -> bool:
    return a < b


def deques(a: deque[Point], b: deque[Point]) -> bool:
    return a >= b


def optional(a: list[int | None], b: list[int | None]) -> bool:
    return a < b


@module(license="GPL", description="orders")
class Orders(Module):
    pass
