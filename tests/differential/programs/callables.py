"""Functions as values."""

from __future__ import annotations

from collections.abc import Callable

from kmi import info


def twice(n: int) -> int:
    return 2 * n


def thrice(n: int) -> int:
    return 3 * n


def apply(f: Callable[[int], int], n: int) -> int:
    return f(n) + f(n + 1)


class Counter:
    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0

    def add(self, n: int) -> int:
        self.count += n
        return self.count

    @staticmethod
    def neg(n: int) -> int:
        return -n

    def __del__(self) -> None:
        info(f"{self.name} dies at {self.count}")


class Button:
    def __init__(self) -> None:
        self.pressed: Callable[[int], int] | None = None

    def press(self, n: int) -> int:
        if self.pressed is None:
            return -1
        pressed = self.pressed
        return pressed(n)


def fails(n: int) -> int:
    raise ValueError(f"no {n}")


def table() -> list[tuple[str, Callable[[int], int]]]:
    return [("twice", twice), ("thrice", thrice), ("add", Counter("inner").add)]


def tables() -> None:
    counter = Counter("tables")
    for name, way in [("twice", twice), ("thrice", thrice), ("add", counter.add)]:
        info(f"{name} {way(3)}")
    for name, way in table():
        info(f"{name} {way(5)}")
    ways = {"twice": twice, "thrice": thrice}
    ways["add"] = counter.add
    info(f"{sum(way(1) for way in ways.values())}")
    nested = [[twice], [thrice, twice]]
    pairs = {"a": (twice, 1), "b": (thrice, 2)}
    del counter
    info(f"{nested[1][0](8)} {[way(by) for way, by in pairs.values()]}")


def main() -> None:
    tables()
    info(f"{apply(twice, 3)} {apply(thrice, 3)} {apply(Counter.neg, 4)}")
    counter = Counter("first")
    info(f"{apply(counter.add, 5)} {counter.count}")
    f = twice
    info(f"{f(4)}")
    fs: list[Callable[[int], int]] = [twice, thrice, counter.add]
    fs.append(lambda n: n * n)
    for g in fs:
        info(f"{g(7)}")
    button = Button()
    info(f"{button.press(1)}")
    button.pressed = counter.add
    counter = Counter("second")
    info(f"{button.press(100)}")
    button.pressed = None
    try:
        apply(fails, 3)
    except ValueError as error:
        info(f"{error}")
    info(f"{apply(lambda n: n + 1, 10)}")
