"""f-strings of anything: containers, tuples, optionals, dataclasses, objects with words of their own."""

from collections import deque
from dataclasses import dataclass

from kmi import info


@dataclass
class Point:
    x: int
    y: int = 5


@dataclass
class Named(Point):
    name: str = "it's"
    data: bytes | None = None


@dataclass
class Tree:
    value: int
    below: list["Tree"]
    parent: "Tree | None" = None


class Spoken:
    def __init__(self, word: str) -> None:
        self.word = word

    def __str__(self) -> str:
        return self.word


class Both(Spoken):
    def __str__(self) -> str:
        return self.word + "!"

    def __repr__(self) -> str:
        return f"Both({self.word!r})"


def optional(number: int | None, text: str | None, pair: tuple[int, str] | None) -> None:
    info(f"{number} {text} {pair} {text!r}")
    info(f"{number!s:>6}|{text!s:<6}|{text!r:^9}|{pair!s:.4}")


def spoken(thing: Spoken, point: Point) -> None:
    info(f"{thing} {thing!s:>8} {point} {point!r:>20}")


def main() -> None:
    numbers: list[int] = []
    info(f"{numbers}")
    numbers += [1, -2, 3]
    info(f"{numbers} {numbers!r} {numbers!s:>14}")
    texts = ["a", "it's", 'say "x"', "both'\"", "\n\t\\", "é\u00a0\x01", ""]
    info(f"{texts}")
    info(f"{[b'a', bytes([0, 255])]} {bytearray(b'xy')} {bytearray()} {b'abc'} {b'abc'!s:>8}")
    info(f"{[[1], numbers, [2, 3]]} {[True, False]}")
    info(f"{str(numbers)} {str(Spoken('x'))} {str(None)} {str((1, 'a'))} {str(True)} {str(-5)}")
    table: dict[str, list[int]] = {}
    info(f"{table}")
    table["one"] = [1]
    table["two"] = []
    info(f"{table} {table!r:>40}")
    info(f"{(1,)} {(1, 'x')} {((1, 2), b'y', None, True)}")
    ring = deque([1, 2, 3], maxlen=2)
    info(f"{ring} {deque(['x'])}")
    optional(None, None, None)
    optional(5, "it's", (1, "é"))
    info(f"{Point(1)} {Named(1, 2)} {[Point(3, 4)]!s}")
    info(f"{Named(-1, 2, 'é', b'x')!r:>60}")
    info(f"{Tree(1, [Tree(2, []), Tree(3, [])])}")
    spoken(Spoken("word"), Point(1, 2))
    spoken(Both("word"), Named(1, 2))
    info(f"{[Both('a'), Both('b')]} {Both('c')!r} {(Both('d'), 1)}")
    some: list[int | None] = [1, None]
    info(f"{some}")
    info(f"{1!s:>4}|{True!r:<7}|{-1!r:^6}|{None}|{255:#x}")
    pairs: dict[tuple[int, str], int] = {}
    info(f"{len(pairs)}")
    raise ValueError(f"{numbers} {Point(1)} {ring!r}")
