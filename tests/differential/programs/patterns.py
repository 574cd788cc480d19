"""`match`: every kind of pattern, what it binds, in which order it looks, and what it leaves."""

from dataclasses import dataclass
from enum import IntEnum

from kmi import info


class Color(IntEnum):
    RED = 1
    GREEN = 2
    BLUE = 3


class Shape:
    def __init__(self, name: str) -> None:
        self.name = name

    def __del__(self) -> None:
        info(f"-{self.name}")


class Circle(Shape):
    __match_args__ = ("radius",)

    def __init__(self, radius: int) -> None:
        super().__init__("circle")
        self.radius = radius


@dataclass
class Box:
    width: int
    height: int


@dataclass
class Pair:
    left: Box
    right: Box | None


LIMIT = 7


def numbers(n: int) -> str:
    match n:
        case 0:
            return "zero"
        case 1 | 2 | -1:
            return "small"
        case Color.BLUE:
            return "three"
        case x if x > 100:
            return f"big {x}"
        case int(y) if y % 2:
            return f"odd {y}"
        case _:
            return "other"


def words(text: str | None) -> str:
    match text:
        case None:
            return "nothing"
        case "yes" | "no" as answer:
            return f"answer {answer}"
        case str(other):
            return f"text {other}"


def colors(color: Color) -> int:
    match color:
        case Color.RED:
            return 10
        case Color.GREEN | Color.BLUE:
            return 20


def flags(flag: bool) -> str:
    match flag:
        case True:
            return "on"
        case False:
            return "off"


def shapes(shape: Circle | Box) -> str:
    match shape:
        case Circle(0):
            return "point"
        case Circle(radius=r) if r > 10:
            return f"huge {r}"
        case Circle(r):
            return f"circle {r} {shape.name}"
        case Box(width=w, height=h) if w == h:
            return f"square {w}"
        case Box(w, _):
            return f"box {w} {shape.height}"


def pairs(pair: Pair) -> str:
    match pair:
        case Pair(Box(0, 0), None):
            return "empty"
        case Pair(Box(a, b) | Box(b, a), None) if a != b:
            return f"one {a} {b}"
        case Pair(left=Box(width=1 | 2 as w), right=Box(height=h)):
            return f"narrow {w} {h}"
        case Pair(left, right) if right is not None:
            return f"both {left.width} {right.width}"
        case Pair():
            return "any"


def lists(items: list[int]) -> str:
    match items:
        case []:
            return "none"
        case [1]:
            return "just one"
        case [first, second]:
            return f"two {first} {second}"
        case [0, *rest]:
            return f"zero and {rest}"
        case [first, *middle, 9]:
            return f"{first} {middle} nine"
        case [_, _, third, *_]:
            return f"third {third}"
        case _:
            return "else"


def tuples(a: int, b: str) -> str:
    match (a, b):
        case (0, "x"):
            return "origin"
        case (n, "y") | (n, "z"):
            return f"yz {n}"
        case (n, text) if n > 5:
            return f"{n}{text}"
        case point:
            return f"point {point[0]} {point[1]}"


def nested(items: list[tuple[int, Box]]) -> None:
    for item in items:
        match item:
            case (n, Box(width=w)) if n == w:
                info(f"same {n}")
                continue
            case (1, box):
                info(f"one {box.width}")
                break
            case _:
                pass
        info("next")


def falls(n: int) -> None:
    seen = 0
    match n:
        case k if (seen := k * 2) > 10:
            info(f"more {seen} {k}")
        case 3:
            info(f"three {seen}")
    info(f"after {seen}")


def make(radius: int) -> Circle:
    info("made")
    return Circle(radius)


def lives() -> None:
    match make(3):
        case Circle(radius=5):
            info("five")
        case Circle(radius=r):
            info(f"radius {r}")
    info("between")
    match make(4):
        case Circle(radius=4) as circle:
            info(f"kept {circle.radius}")
    info("end")


def noisy(n: int) -> int:
    info(f"noisy {n}")
    return n


def main() -> None:
    for n in (0, 1, -1, 3, 101, 5, 8):
        info(numbers(n))
    words_of: list[str | None] = [None, "yes", "maybe"]
    for text in words_of:
        info(words(text))
    info(f"{colors(Color.RED)} {colors(Color.BLUE)} {flags(True)} {flags(False)}")
    info(f"{shapes(Circle(0))} {shapes(Circle(11))} {shapes(Circle(2))}")
    info(f"{shapes(Box(2, 2))} {shapes(Box(2, 3))}")
    box = Box(1, 5)
    for pair in [Pair(Box(0, 0), None), Pair(Box(3, 4), None), Pair(box, box), Pair(Box(7, 7), box)]:
        info(pairs(pair))
    info(pairs(Pair(Box(4, 4), None)))
    for items in [[1, 2][:0], [1], [2], [1, 2], [0, 1, 2], [4, 5, 9], [4, 5, 6], [4, 5, 6, 7]]:
        info(lists(items))
    info(f"{tuples(0, 'x')} {tuples(0, 'y')} {tuples(3, 'z')} {tuples(6, 'q')} {tuples(1, 'q')}")
    nested([(2, Box(2, 0)), (7, Box(2, 0)), (1, Box(4, 0)), (9, Box(9, 9))])
    for n in (6, 3, 1):
        falls(n)
    match noisy(4):
        case 3 | 4 as n:
            info(f"matched {n}")
    lives()
