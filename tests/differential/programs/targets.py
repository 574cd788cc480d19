"""Values that go into several targets, and into a pattern's names: each place is checked as it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from kmi import info, u8, u16


@dataclass
class P:
    x: u8
    y: int

@dataclass
class Q:
    n: int

def pair(n: int) -> tuple[int, int]:
    return n, n

def captured(n: int) -> None:
    small: u8 = 0
    match n:
        case 1:
            pass
        case small:
            info(f"small {small}")

def fields(q: Q) -> None:
    small: u8 = 0
    try:
        match q:
            case Q(n=small):
                info(f"field {small}")
    except OverflowError as error:
        info(f"{error} {small}")

def tuples(n: int) -> None:
    small: u8 = 0
    try:
        match pair(n):
            case (small, other):
                info(f"tuple {small} {other}")
    except OverflowError as error:
        info(f"{error} {small}")

def ored(n: int) -> None:
    small: u8 = 0
    try:
        match pair(n):
            case (1, small) | (small, 300):
                info(f"or {small}")
            case _:
                info("none")
    except OverflowError as error:
        info(f"{error} {small}")

def alias(n: int) -> None:
    small: u8 = 0
    try:
        match n:
            case 1 | 300 as small:
                info(f"as {small}")
            case _:
                info("none")
    except OverflowError as error:
        info(f"{error} {small}")

def chained(n: int) -> None:
    a: u8 = 1
    b: int = 2
    c: u16 = 3
    try:
        a = b = c = n
    except OverflowError as error:
        info(f"{error}")
    info(f"{a} {b} {c}")
    try:
        b = a = n
    except OverflowError as error:
        info(f"{error}")
    info(f"{a} {b} {c}")
    p = P(1, 2)
    try:
        p.y = p.x = n
    except OverflowError as error:
        info(f"{error}")
    info(f"{p.x} {p.y}")
    items: list[u8] = [1]
    try:
        b = items[0] = n
    except OverflowError as error:
        info(f"{error}")
    info(f"{items} {b}")

def unpacked(n: int) -> None:
    a: u8 = 1
    b: int = 2
    try:
        b, a = pair(n)
    except OverflowError as error:
        info(f"{error}")
    info(f"{a} {b}")
    try:
        b, a = n, n
    except OverflowError as error:
        info(f"{error}")
    info(f"{a} {b}")
    p = P(1, 2)
    try:
        p.y, p.x = pair(n)
    except OverflowError as error:
        info(f"{error}")
    info(f"{p.x} {p.y}")
    try:
        p.y, p.x = [n, n]
    except OverflowError as error:
        info(f"{error}")
    info(f"{p.x} {p.y}")

def looped(ns: list[int]) -> None:
    a: u8 = 1
    try:
        for a in ns:
            pass
    except OverflowError as error:
        info(f"{error}")
    info(f"{a}")
    try:
        for a, b in enumerate(ns):
            info(f"{a} {b}")
        for b, a in enumerate(ns):
            info(f"{a} {b}")
    except OverflowError as error:
        info(f"{error}")
    info(f"{a}")

def walrus(n: int) -> None:
    a: u8 = 1
    try:
        if (a := n) > 3:
            info(f"{a}")
    except OverflowError as error:
        info(f"{error}")
    info(f"{a}")

class Noisy:
    def __init__(self, n: int) -> None:
        self.n = n

    def __del__(self) -> None:
        info(f"gone {self.n}")


def made(n: int) -> tuple[int, Noisy, int]:
    return n, Noisy(n), n + 1


def mixed(n: int) -> None:
    small: u8 = 1
    one = Noisy(-1)
    two: u16 = 0
    try:
        small, one, two = made(n)
        info(f"{small} {one.n} {two}")
    except OverflowError as error:
        info(f"{error}")
    try:
        two, one, small = made(n + 1)
        one = Noisy(-2)
        info("again")
    except OverflowError as error:
        info(f"{error}")
    info(f"{small} {one.n} {two}")
    pairs = [(Noisy(7), n), (Noisy(8), 3)]
    try:
        for one, small in pairs:
            info(f"{one.n} {small}")
    except OverflowError as error:
        info(f"{error}")
    info(f"{small} {one.n} {two}")


def guarded(n: int) -> None:
    small: u8 = 0
    other: int = 0
    for start in (1, 2):
        try:
            match [start, n, 7]:
                case [1, small, other] if small > 3:
                    info(f"first {small} {other}")
                case [_, other, small] if other > 5 and small == 7:
                    info(f"second {small} {other}")
                case [*_]:
                    info("none")
        except OverflowError as error:
            info(f"{error}")
        info(f"{small} {other}")


def main() -> None:
    for n in (5, 300):
        try:
            captured(n)
        except OverflowError as error:
            info(f"{error}")
        fields(Q(n))
        tuples(n)
        ored(n)
        alias(n)
        chained(n)
        unpacked(n)
        looped([n])
        walrus(n)
        mixed(n)
        guarded(n)
