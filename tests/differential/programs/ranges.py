"""Ranges as values: fields, parameters, items; their length, their numbers, what is in them."""

from kmi import info


class Window:
    def __init__(self, pages: range) -> None:
        self.pages = pages

    def holds(self, page: int) -> bool:
        return page in self.pages


def total(numbers: range) -> int:
    result = 0
    for number in numbers:
        result += number
    return result


def shown(numbers: range) -> None:
    info(f"{numbers} {len(numbers)} {bool(numbers)} {list(numbers)} {sum(numbers)} {total(numbers)}")
    for index in (0, 1, -1, 7):
        try:
            info(f"{numbers[index]}")
        except IndexError as error:
            info(f"{error}")
    for value in (0, 3, 4, 9, -2):
        try:
            info(f"{value in numbers} {numbers.count(value)} {numbers.index(value)}")
        except ValueError:
            info("not in it")


def main() -> None:
    kept = [range(5), range(3, 9), range(9, 3, -2), range(0), range(4, 4), range(0, 10, 3), range(-5, 1)]
    for numbers in kept:
        shown(numbers)
    window = Window(range(4, 12, 2))
    info(f"{window.holds(6)} {window.holds(7)} {window.pages.start} {window.pages.stop} {window.pages.step}")
    info(f"{len(range(7))} {range(7)[2]} {range(0, 5, 2) == range(0, 6, 2)} {range(0) == range(3, 1)}")
    info(f"{range(1, 2) == range(1, 9)} {[n * 2 for n in window.pages]} {max(window.pages)}")
    for index, page in enumerate(window.pages):
        info(f"{index} {page}")
    for page in reversed(window.pages):
        info(f"{page}")
    for left, right in zip(window.pages, range(3)):
        info(f"{left} {right}")
    chosen = range(2) if window.holds(4) else range(3)
    maybe: range | None = None
    if len(chosen) == 2:
        maybe = range(1)
    info(f"{chosen} {maybe}")
    big = range(-(1 << 62), 1 << 62)
    try:
        info(f"{len(big)}")
    except OverflowError:
        info("too long")
    last = (1 << 63) - 1
    info(f"{5 in big} {list(range(last - 7, last, 5))} {list(range(-last, -last - 1, -5))}")
    for number in range(last - 1, last, last):
        info(f"{number}")
    near = range(last - 3, last, 3)
    for number in near:
        info(f"{number}")
    try:
        none = range(1, 2, 0)
        info(f"{none}")
    except ValueError as error:
        info(f"{error}")
