"""What a generic function works with, seen from its arguments, lambdas among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from kmi import info, u8

T = TypeVar("T")
U = TypeVar("U")


@dataclass
class Box:
    n: u8


def apply(items: list[T], change: Callable[[T], U]) -> list[U]:
    return [change(item) for item in items]


def pick(test: Callable[[T], bool], items: list[T]) -> list[T]:
    return [item for item in items if test(item)]


def fold(items: list[T], start: U, step: Callable[[U, T], U]) -> U:
    total = start
    for item in items:
        total = step(total, item)
    return total


def twice(n: int) -> int:
    return 2 * n


def main() -> None:
    numbers = [3, 4, 5]
    info(f"{apply(numbers, lambda n: n * n)} {apply(numbers, twice)}")
    texts = apply(numbers, lambda n: f"<{n}>")
    boxes = apply(numbers, lambda n: Box(n))
    info(f"{texts} {boxes} {apply(boxes, lambda box: box.n + 300)}")
    info(f"{pick(lambda n: n > 3, numbers)} {pick(lambda box: box.n == 4, boxes)}")
    info(f"{fold(texts, 0, lambda n, text: n + len(text))}")
    info(f"{fold(numbers, '', lambda text, n: text + str(n))}")
    try:
        apply([300], lambda n: Box(n))
    except OverflowError as error:
        info(f"{error}")
