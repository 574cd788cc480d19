"""Several targets for one value, stars, swaps, and items of lists among other items."""

from kmi import info
from kmi.integers import u8


class Loud:
    def __init__(self, name: str) -> None:
        self.name = name

    def __del__(self) -> None:
        info(f"-{self.name}")


class Holder:
    def __init__(self) -> None:
        self.low = self.high = 0
        self.items: list[int] = []


def noisy(n: int) -> int:
    info(f"noisy {n}")
    return n


def chained() -> None:
    a = b = noisy(3)
    info(f"{a} {b}")
    first = second = [1, 2]
    first.append(3)
    info(f"{second}")
    holder = Holder()
    holder.low = x = holder.high = noisy(7)
    info(f"{holder.low} {holder.high} {x}")
    holder.items = more = [4]
    more.append(5)
    info(f"{holder.items}")
    table = [0, 0, 0]
    i = table[i_of(0)] = 2
    info(f"{i} {table}")
    p, q = r = (1, 2)
    info(f"{p} {q} {r[1]}")
    small: u8 = 0
    try:
        small = wide = noisy(300)
        info(f"{wide}")
    except OverflowError as error:
        info(f"{error} {small}")


def i_of(n: int) -> int:
    info(f"index {n}")
    return n


def stars(items: list[int]) -> None:
    try:
        first, *rest = items
        info(f"{first} {rest}")
        *begin, last = items
        info(f"{begin} {last}")
        one, *middle, other = items
        info(f"{one} {middle} {other}")
        x, y, z = items
        info(f"{x} {y} {z}")
    except ValueError as error:
        info(f"{error}")


def swaps() -> None:
    a, b, c = 1, 2, 3
    a, b, c = c, a, b
    info(f"{a} {b} {c}")
    items = [1, 2, 3]
    items[0], items[2] = items[2], items[0]
    info(f"{items}")
    (m, n), *others = (1, 2), 3, 4
    info(f"{m} {n} {others}")
    x, y = b"AB"
    info(f"{x} {y}")
    s, t = "no"
    info(f"{s} {t}")
    for k, *v in [(1, 2, 3), (4, 5, 6)]:
        info(f"{k} {v}")
    info(f"{[a + b for a, b in [[1, 2], [3, 4]]]}")
    i, items[i] = 1, 9
    info(f"{items}")


def displays(items: list[int]) -> None:
    info(f"{[*items, 9, *range(3), *b'a']} {[0, *items]} {[*items[:0], *items]}")
    words = [*"ab", "c"]
    info(f"{words}")


def lives() -> None:
    loud = [Loud("a"), Loud("b"), Loud("c")]
    first, *rest = loud
    info(first.name)
    loud.clear()
    del first
    info(f"{len(rest)}")
    x = y = Loud("d")
    del x
    info(y.name)
    rest.clear()
    info("end")


def main() -> None:
    chained()
    for items in [[1, 2, 3], [1, 2], [1], [1, 2, 3, 4], [1][:0]]:
        stars(items)
    swaps()
    displays([5, 6])
    lives()
