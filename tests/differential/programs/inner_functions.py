"""Inner functions."""

from __future__ import annotations

from collections.abc import Callable

from kmi import info


def apply(f: Callable[[int], int], n: int) -> int:
    return f(n)


def outer(n: int) -> int:
    def square(m: int) -> int:
        k = m * m
        return k

    def fact(m: int) -> int:
        return 1 if m < 2 else m * fact(m - 1)

    k = 3
    return square(n) + apply(square, k) + fact(5) + apply(fact, 4)


class A:
    def run(self) -> int:
        def one() -> int:
            return 1

        return one() + 1


def failing() -> None:
    def inner(n: int) -> int:
        if n > 2:
            raise ValueError(f"too much: {n}")
        return n

    info(f"{inner(1)}")
    inner(3)


def main() -> None:
    info(f"{outer(3)} {outer(4)} {A().run()}")
    failing()
