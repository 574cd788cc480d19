"""Powers, and the next item of something."""

from collections import deque

from kmi import info
from kmi.integers import u8


class Walker:
    def __init__(self, left: int) -> None:
        self.left = left

    def __iter__(self) -> "Walker":
        return self

    def __next__(self) -> int:
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        return self.left


class Steps:
    def __init__(self, most: int) -> None:
        self.most = most

    def __iter__(self) -> Walker:
        return Walker(self.most)


def tried(base: int, exponent: int) -> None:
    try:
        info(f"{base} {exponent}: {base ** exponent}")
    except OverflowError as error:
        info(f"{error}")
    except ValueError as error:
        info(f"{error}")


def modular(base: int, exponent: int, modulus: int) -> None:
    try:
        info(f"{pow(base, exponent, modulus)}")
    except ValueError as error:
        info(f"{error}")


def powers() -> None:
    for base in (0, 1, -1, 2, -2, 3, 10, -7, 1 << 40):
        for exponent in (0, 1, 2, 3, 18, 63, 126, 127, 1 << 40, -1):
            tried(base, exponent)
    big = 1 << 62
    for base in (0, 3, -5, big, -big):
        for exponent in (0, 1, 5, 65537, big, -1, -3):
            for modulus in (1, -1, 7, -7, 10, big - 1, 0):
                modular(base, exponent, modulus)
    n, total = 3, 2
    total **= n
    small: u8 = 2
    info(f"{n ** 2 + n ** 3} {pow(n, 4)} {total} {small ** 7} {(2 ** n) ** n % 100} {-(n ** 2)} {2 ** -(-n)}")
    try:
        small **= 9
    except OverflowError as error:
        info(f"{error}")


def first(numbers: list[int], table: dict[str, int]) -> None:
    info(f"{next(iter(numbers))} {next(iter(table))} {next(iter(table.items()))} {next(iter('abc'))}")
    info(f"{next(n for n in numbers if n > 3)} {next((n for n in numbers if n > 99), -1)}")
    found = next((name for name, value in table.items() if value == 2), None)
    info(f"{found} {next((name for name in table if name == 'q'), None)}")
    info(f"{next(reversed(numbers))} {next(zip(numbers, table))} {next(iter(deque([7])), 0)}")
    walker = iter(Steps(3))
    info(f"{next(walker)} {next(walker, 9)} {next(walker)} {next(walker, 9)} {next(walker, None)}")
    try:
        info(f"{next(walker)}")
    except StopIteration:
        info("stopped")
    try:
        info(f"{next(iter(numbers[:0]))}")
    except StopIteration as error:
        info(f"nothing {error!r}")
    for left in iter(Walker(2)):
        info(f"{left}")
    while (step := next(walker, None)) is not None:
        info(f"{step}")


def main() -> None:
    powers()
    first([1, 5, 3], {"a": 1, "b": 2})
    info(f"{next(iter(Walker(0)))}")
