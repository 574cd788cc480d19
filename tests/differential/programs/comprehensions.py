"""Comprehensions, and what loops go through: values, scopes, and what lives how long."""

from dataclasses import dataclass

from kmi import info
from kmi.integers import u8


class Loud:
    def __init__(self, name: str) -> None:
        self.name = name
        info(f"+{name}")

    def __del__(self) -> None:
        info(f"-{self.name}")


@dataclass
class Point:
    x: int
    y: int


def show(items: list[int]) -> None:
    text = ""
    for item in items:
        text = f"{text} {item}"
    info(f"[{text}]")


def noisy(number: int) -> int:
    info(f"noisy {number}")
    return number


def lists() -> None:
    x = 7
    show([x * x for x in range(5)])
    info(f"x stays {x}")
    show([x for x in [x, x + 1] if x != 7])
    show([a * 10 + b for a in range(3) for b in range(a)])
    show([n for n in range(20) if n % 2 if n % 3])
    show([noisy(n) for n in [1, 2]])
    show([len(row) for row in [[n] * n for n in range(4)]])
    words = [f"w{n}" for n in range(3)]
    info(words[0] + words[2])
    narrow: list[u8] = [n for n in b"abc"]
    show([n for n in narrow])
    show([p.x for p in [Point(n, -n) for n in range(3)]])
    show([v for k, v in {1: 2, 3: 4}.items()])
    show([i + n for i, n in enumerate(b"xy", 5)])
    empty = [n for n in range(0)]
    show(empty)


def dicts() -> None:
    squares = {n: n * n for n in range(4)}
    info(f"{len(squares)} {squares[3]}")
    back = {v: k for k, v in squares.items() if k}
    info(f"{len(back)} {back[9]}")
    info(f"{len({noisy(1): noisy(n) for n in range(2)})}")


def sets() -> None:
    odd = {n % 5 for n in range(20) if n % 2}
    info(f"{len(odd)} {3 in odd}")
    more = {n + 1 for n in odd}
    info(f"{len(more)} {0 in more}")


def pairs() -> None:
    xs = [1, 2, 3]
    ys = ["a", "b"]
    for x, y in zip(xs, ys):
        info(f"{x}{y}")
    for i, (x, y) in enumerate(zip(xs, ys), 3):
        info(f"{i} {x}{y}")
    else:
        info("all pairs")
    for pair in zip(xs, range(10, 0, -3), b"xyz"):
        info(f"{pair[0]} {pair[1]} {pair[2]}")
    for x in reversed(xs):
        info(f"r{x}")
        if x == 3:
            xs.pop()
    for n in reversed(range(2, 5)):
        info(f"n{n}")
    for n in reversed(range(0)):
        info(f"never {n}")
    for i, n in enumerate(reversed(b"abc")):
        info(f"{i}:{n}")
    show([a * b for a, b in zip(xs, [4, 5, 6])])
    for a, b in zip([1, 2], [3, 4], strict=True):
        info(f"{a} {b}")
    try:
        for a, b in zip([1, 2], [3], strict=True):
            info(f"{a} {b}")
    except ValueError as error:
        info(f"{error}")
    try:
        for a, b in zip([1], [3, 4], strict=True):
            info(f"{a} {b}")
    except ValueError as error:
        info(f"{error}")
    try:
        for a, b, c in zip([1], [3], range(2), strict=True):
            info(f"{a} {b} {c}")
    except ValueError as error:
        info(f"{error}")
    for big in zip(range(2**63 - 2, 2**63 - 1, 5), range(-3, -(2**63), -(2**62))):
        info(f"{big[0]} {big[1]}")
    for each in (1, 2, 3):
        info(f"t{each}")
    for x, y in zip(xs, ys):
        if x == 2:
            break
        info("once")
    else:
        info("not here")


def walrus(items: list[int]) -> int:
    total = 0
    if (n := len(items)) > 2:
        info(f"long {n}")
    while (last := items.pop()) != 1:
        total += last
    info(f"last {last}")
    y = 3
    total += y + (y := 10) + y
    info(f"{y} {total}")
    text = "a"
    info(f"{text}{(text := 'b')}{text}")
    m = 0
    seen = [m := k * 2 for k in range(4)]
    info(f"m is {m}")
    show(seen)
    found: dict[int, str] = {1: "one"}
    if (name := found.get(1)) is not None:
        info(name)
    if (name := found.get(2)) is None:
        info("none")
    return total


def keep(one: Loud, other: Loud) -> None:
    info(f"{one.name} {other.name}")


def lives() -> None:
    a = Loud("a")
    keep(a, (a := Loud("b")))
    info(a.name)
    loud = [Loud(f"c{n}") for n in range(2)]
    info("made")
    names = [one.name for one in loud]
    loud.clear()
    info(f"{len(names)}")
    try:
        more = [Loud(f"d{6 // n}") for n in [2, 1, 0]]
        info(f"{len(more)}")
    except ZeroDivisionError as error:
        info(f"{error}")
    for one, n in zip([Loud("e"), Loud("f")], [1, 2]):
        info(f"{one.name}{n}")
    info("end")


def main() -> None:
    lists()
    dicts()
    sets()
    pairs()
    info(f"{walrus([1, 2, 3, 4])}")
    lives()
