"""Containers of whatever can be looped over; first ones; powers; equality in families and unions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from kmi import info


class Down(Iterator[int]):
    def __init__(self, n: int) -> None:
        self.n = n

    def __next__(self) -> int:
        if self.n <= 0:
            raise StopIteration
        self.n -= 1
        return self.n

    def __del__(self) -> None:
        info(f"down {self.n}")


class Bag:
    def __init__(self, items: list[str]) -> None:
        self.items = items

    def __iter__(self) -> BagIterator:
        return BagIterator(self.items)

    def __len__(self) -> int:
        return len(self.items)


class BagIterator:
    def __init__(self, items: list[str]) -> None:
        self.items = items
        self.at = 0

    def __iter__(self) -> BagIterator:
        return self

    def __next__(self) -> str:
        if self.at >= len(self.items):
            raise StopIteration
        self.at += 1
        return self.items[self.at - 1]


@dataclass(order=True)
class P:
    x: int
    y: str = ""


def every(text: str, data: bytes, table: dict[str, int], ring: deque[int]) -> None:
    info(f"{list(text)} {sorted(text)} {sorted(set(text))} {len(deque(text))}")
    info(f"{list(data)} {bytes(list(data))} {bytearray(sorted(data))} {max(data, default=0)} {sum(data)}")
    info(f"{list(table)} {list(table.items())} {sorted(table.values())} {dict(table.items()) == table}")
    info(f"{[k for k in table.keys()]} {list(enumerate(table))} {dict(zip(text, data))}")
    info(f"{list(ring)} {sorted(ring, reverse=True)} {list(zip(ring, text))} {tuple_of(ring)}")
    info(f"{'-'.join(table)} {'-'.join(sorted(text))}")
    info(f"{any(table.values())} {all(ring)} {min(text, default='?')}")
    info(f"{list(range(len(text)))} {deque(range(3), maxlen=2)} {sorted(set(range(4)) - set(ring))}")
    info(f"{list(Down(len(text)))} {sum(Down(4))} {sorted(Down(3))} {list(enumerate(Down(2), 5))}")
    info(f"{list(Bag(list(text)))} {sorted(Bag(['b', 'a']))}")
    info(f"{len(set(Bag(['b', 'b'])))} {','.join(Bag(['x', 'y']))}")
    info(f"{list(zip(Bag(['p', 'q']), Down(5)))} {dict(zip(Bag(['p']), Down(1)))}")
    info(f"{list(map_of(table))} {[*text, *table]} {[*Down(2), 9]}")
    items = [1]
    items.extend(ring)
    items.extend(Down(2))
    items += list(data)
    info(f"{items}")
    seen = set(text)
    seen.update(table)
    info(f"{sorted(seen)} {sorted(seen.union(text, ['zz']))} {sorted(seen & set('ab'))}")


def tuple_of(ring: deque[int]) -> tuple[int, int]:
    first, *rest = list(ring) or [0]
    return first, len(rest)


def map_of(table: dict[str, int]) -> list[str]:
    return [f"{key}={value}" for key, value in sorted(table.items(), key=lambda pair: -pair[1])]


def firsts(items: list[int], table: dict[str, P]) -> None:
    info(f"{next((n for n in items if n > 2), -1)} {next(iter(table), 'none')}")
    big = next((p for p in table.values() if p.x > 1), None)
    info(f"{big}")
    down = Down(3)
    info(f"{next(down)} {next(down, 7)} {next(down, 7)} {next(down, 7)}")
    try:
        info(f"{next(n for n in items if n > 100)}")
    except StopIteration:
        info("none")


def powers(a: int, b: int) -> None:
    for base in [a, -a, 2, -3, 0, 1]:
        for exponent in [0, 1, 2, b, 40, 63, 64]:
            try:
                info(f"{base} {exponent} {base**exponent}")
            except OverflowError:
                info("too big")
    info(f"{pow(a, b)} {pow(a, b, 7)} {pow(-a, 3, 1000)} {pow(a, 1000000, 1000003)} {a**b % 10}")


class A:
    def __init__(self, n: int) -> None:
        self.n = n

    def __eq__(self, other: object) -> bool:
        return isinstance(other, A) and self.n == other.n

    def __hash__(self) -> int:
        return hash(self.n)


class B(A):
    def __eq__(self, other: object) -> bool:
        return isinstance(other, A) and self.n == other.n

    def __hash__(self) -> int:
        return hash(self.n)


class C:
    def __init__(self, n: int) -> None:
        self.n = n


@dataclass
class D:
    x: int


@dataclass
class E(D):
    y: int = 0


def equals() -> None:
    a: list[A] = [A(1), B(1), A(2)]
    info(f"{a[0] == a[1]} {a[1] == a[0]} {a[0] != a[2]} {a.index(B(2))} {B(1) in a} {a.count(A(1))}")
    u: list[A | C] = [A(1), C(1), C(1)]
    info(f"{u[0] == u[1]} {u[1] == u[2]} {u[1] == u[1]} {u[1] in u}")
    d: list[D] = [D(1), E(1), E(1, 2)]
    info(f"{d[0] == d[1]} {d[1] == E(1)} {D(1) in d} {E(1, 2) in d} {d.index(E(1))}")
    info(f"{d == [D(1), E(1), E(1, 2)]} {d}")
    table: dict[A, str] = {A(1): "a", B(1): "b", A(3): "c"}
    info(f"{len(table)} {table[B(3)]}")


def main() -> None:
    every("kernel", b"abc", {"one": 1, "two": 2}, deque([3, 1, 2]))
    every("", b"", {}, deque())
    every("aé€", b"\xff\x00", {"z": 0}, deque([0]))
    firsts([1, 2, 3], {"a": P(1), "b": P(2, "x")})
    firsts([], {})
    powers(3, 5)
    equals()
