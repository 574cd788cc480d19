"""`and` and `or` of values that nobody else holds: texts, containers, objects with a truth of their own."""

from __future__ import annotations

from collections import deque

from kmi import info


class Loud:
    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.size = size

    def __len__(self) -> int:
        info(f"len of {self.name}")
        return self.size

    def __del__(self) -> None:
        info(f"~{self.name}")


class Odd:
    def __init__(self, n: int) -> None:
        self.n = n

    def __bool__(self) -> bool:
        if self.n > 2:
            raise ValueError(f"{self.n}")
        return self.n % 2 == 1

    def __del__(self) -> None:
        info(f"~{self.n}")


def make(n: int) -> list[int]:
    return [k for k in range(n)]


def text(n: int) -> str:
    return "ab" * n


def maybe(n: int) -> list[int] | None:
    return None if n == 1 else make(n)


def values(n: int) -> None:
    first, *rest = make(n) or [7]
    info(f"{first} {rest} {make(n) or [8]} {make(n) and [9]} {text(n) or 'none'} {text(n) and 'some'}")
    for k in make(n) or [7]:
        info(f"{k}")
    info(f"{len(make(n) or [7])} {(make(n) or [7])[0]} {(text(n) or 'x')[0]} {b'a' * n or b'empty'}")
    info(f"{maybe(n) or [5]} {bytearray(n) or bytearray(b'x')} {deque(make(n)) or deque([4])}")
    info(f"{ {1: text(n)} and {2: text(n)} } { {k: k for k in range(n)} or {3: 3} }")
    info(f"{sorted(set(make(n)) or {6})}")
    chosen = make(n) or make(n + 1) or make(n + 2)
    chosen.append(100)
    info(f"{chosen} {text(n) and text(n + 1) or text(3)}")


def objects(n: int) -> None:
    one = Loud("a", n) or Loud("b", n)
    info(one.name)
    one = Loud("c", n) and Loud("d", n)
    info(one.name)
    if (Loud("e", n) or Loud("f", 1)) and not (Loud("g", n) and Loud("h", 0)):
        info("in it")
    try:
        odd = Odd(n) or Odd(n + 1) or Odd(n + 3)
        info(f"{odd.n}")
    except ValueError as error:
        info(f"{error}")


def main() -> None:
    for n in range(4):
        values(n)
        objects(n)
        info("--")
