"""Where exceptions come from, and the calls that led there: each main ends with one that nobody catches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kmi import info


@dataclass
class Pair:
    left: int
    right: int

    def __post_init__(self) -> None:
        check(self.left < self.right)


class Shape(Protocol):
    def area(self) -> int: ...


class Square:
    def __init__(self, side: int) -> None:
        self.side = side

    def area(self) -> int:
        return 100 // self.side

    @property
    def half(self) -> int:
        return self.area() // 2

    def __len__(self) -> int:
        return self.half


class Circle:
    def area(self) -> int:
        return 3


def check(right: bool) -> None:
    if not right:
        raise IndexError("not right")


def again(number: int) -> int:
    try:
        return Square(number).half
    except ZeroDivisionError:
        info("once more")
        raise
    finally:
        info("finally")


def other(number: int) -> int:
    try:
        return again(number)
    except ZeroDivisionError as error:
        raise LookupError("other") from error


def same(number: int) -> int:
    try:
        return again(number)
    except ZeroDivisionError as error:
        info("the same")
        raise error


def down(levels: int) -> int:
    if levels == 0:
        check(False)
    return down(levels - 1) + 1


def endless(levels: int) -> int:
    return endless(levels + 1) + 1


def apply(function: Callable[[int], int], number: int) -> int:
    return function(number)


def narrow(number: int) -> int:
    check(number > 2)
    return number


def areas(shapes: list[Shape]) -> int:
    return sum(shape.area() for shape in shapes)


def raised() -> None:
    Pair(1, 2)
    Pair(2, 1)


def reraised() -> None:
    again(0)


def replaced() -> None:
    other(0)


def thrown() -> None:
    same(0)


def deep() -> None:
    down(20)


def too_deep() -> None:
    endless(0)


def valued() -> None:
    apply(narrow, 3)
    apply(narrow, 2)


def comprehended() -> None:
    numbers = [narrow(number) for number in [5, 4, 1]]
    info(f"{numbers}")


def virtual() -> None:
    shapes: list[Shape] = [Circle(), Square(0)]
    info(f"{areas(shapes)}")


def measured() -> None:
    info(f"{len(Square(0))}")


def sorted_() -> None:
    numbers = [3, 5, 1]
    numbers.sort(key=narrow)


def main() -> None:
    for each in [raised, reraised, replaced, thrown, deep, too_deep, valued, comprehended]:
        try:
            each()
        except IndexError as error:
            info(f"index {error}")
        except LookupError as error:
            info(f"lookup {error}")
        except ZeroDivisionError as error:
            info(f"zero {error}")
        except RecursionError as error:
            info(f"recursion {error}")
