"""Parts that match: every kind of pattern."""

from __future__ import annotations

from typing import Final

__all__ = ["MATCHING"]

MATCHING: Final = {
    "match-numbers": """\
def part@(n: int, m: int) -> int:
    match n & 31:
        case 0 | 1:
            info("small")
        case <constant>:
            return <int|n:int>
        case k if <bool|k:int;m:int>:
            info(f"guarded {k}")
            return k
        case int(k) if k % 2:
            info(f"odd {k}")
        case _:
            info("other")
    match <bool|n:int;m:int>:
        case True:
            return 1
        case False:
            return 2
""",
    "match-sequences": """\
def shape@(items: list[int]) -> int:
    match items:
        case []:
            return 0
        case [k] | [k, 0]:
            return k
        case [1, *rest]:
            info(f"one and {rest}")
            return len(rest)
        case [a, *middle, b] if a == b:
            info(f"{a} {middle}")
            return b
        case [_, second, *_] if second > 3:
            return second
        case [a, b, c]:
            return a + b - c
        case other:
            return -len(other)


def part@(n: int, m: int) -> int:
    items = [n & 3, *<list[int]>[:4], m & 3]
    return shape@(items) + shape@(items[1:]) * 2 + shape@(items[:n & 3])
""",
    "match-classes": """\
@dataclass
class Spot@:
    x: int
    y: int


class Ring@:
    __match_args__ = ("middle",)

    def __init__(self, middle: Spot@, size: int) -> None:
        self.middle = middle
        self.size = size

    def __del__(self) -> None:
        info(f"ring {self.size}")


def where@(shape: Spot@ | Ring@ | None) -> int:
    match shape:
        case None:
            return -1
        case Spot@(0, 0):
            return 0
        case Spot@(x=0 | 1 as x, y=y) if y > x:
            return 10 + y
        case Spot@(a, b):
            return a - b
        case Ring@(Spot@(a, 1)):
            return a
        case Ring@(size=2 | 3):
            return 23
        case Ring@(middle=Spot@(y=y), size=s) if s & 1:
            return y * s
        case Ring@() as ring:
            return ring.size


def part@(n: int, m: int) -> int:
    spot = Spot@(n & 3, m & 3)
    ring = Ring@(Spot@(m & 7, n & 1), n & 7)
    chosen: Spot@ | Ring@ | None = spot if m & 1 else ring if n & 1 else None
    return where@(spot) * 100 + where@(ring) * 10 + where@(chosen) + where@(Ring@(spot, 2))
""",
    "match-enums": """\
class Color@(Enum):
    RED = 1
    GREEN = 2
    BLUE = <constant+10>


class Level@(IntEnum):
    LOW = <constant+1>
    HIGH = <constant+20>


def shade@(color: Color@) -> int:
    match color:
        case Color@.RED:
            return 1
        case Color@.GREEN | Color@.BLUE:
            return 2


def part@(n: int, m: int) -> int:
    colors = [Color@.RED, Color@.GREEN, Color@.BLUE]
    counts: dict[Color@, int] = {}
    for k in range(n & 7):
        color = colors[(k + m) % 3]
        counts[color] = counts.get(color, 0) + shade@(color)
    level = Level@.LOW if m & 1 else Level@.HIGH
    if level == Level@.HIGH and Color@.RED in counts:
        return counts[Color@.RED] + level
    return sum(counts.values()) * 10 + (level < 15)
""",
    "match-texts": """\
def said@(text: str | None, data: bytes) -> int:
    match text:
        case None:
            info("silence")
        case "a" | "kernel" as word:
            return len(word)
        case str(word) if word.startswith("x"):
            return -len(word)
    match (data, text is None):
        case (b"", True):
            return 1
        case (b"kmi" | b"A" as found, flag):
            return len(found) + flag
        case (found, False) if len(found) > 2:
            return found[-1]
        case pair:
            return len(pair[0])


def part@(n: int, m: int) -> int:
    return said@(<str | None>, <bytes>) * 10 + said@(<str>, <bytes>[:n & 3])
""",
}
