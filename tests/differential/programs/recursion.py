"""Functions that call themselves: to the same depth everywhere, and no further."""

from __future__ import annotations

from kmi import info


class Tree:
    def __init__(self, left: Tree | None, right: Tree | None) -> None:
        self.left = left
        self.right = right


def grown(depth: int) -> Tree | None:
    return Tree(grown(depth - 1), grown(depth - 2)) if depth > 0 else None


def count(tree: Tree | None) -> int:
    return 0 if tree is None else 1 + count(tree.left) + count(tree.right)


def factorial(number: int) -> int:
    return 1 if number < 2 else number * factorial(number - 1)


def even(number: int) -> bool:
    return True if number == 0 else odd(number - 1)


def odd(number: int) -> bool:
    return False if number == 0 else even(number - 1)


def main() -> None:
    info(f"{count(grown(7))} {factorial(20)} {even(40)} {odd(40)}")
    try:
        info(f"{factorial(21)}")
    except OverflowError:
        info("21! fits no int")
    try:
        even(100000)
    except RecursionError:
        info("too deep")
    odd(100000)
