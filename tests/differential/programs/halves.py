"""Objects whose `__init__` raised halfway; parameters that are assigned to; values of `and` and `or`."""

from __future__ import annotations

from kmi import info
from kmi.sync import Mutex


class Part:
    def __init__(self, n: int) -> None:
        self.n = n

    def __del__(self) -> None:
        info(f"~{self.n}")


class Base:
    def __init__(self, n: int) -> None:
        self.part = Part(n)
        self.check(n)

    def check(self, n: int) -> None:
        if n == 2:
            raise ValueError("check")


class Derived(Base):
    def __init__(self, n: int) -> None:
        super().__init__(n)
        self.more = Part(n + 100)
        if n == 3:
            raise ValueError("more")

    def __del__(self) -> None:
        info("derived gone")


class Placed:
    def __init__(self, n: int) -> None:
        self.lock = Mutex(Part(n))
        self.inner = Mutex([Part(n + 1)])

    def __del__(self) -> None:
        with self.lock as part:
            info(f"placed {part.n}")


def halves() -> None:
    for n in range(1, 7):
        try:
            d = Derived(n)
            p = Placed(n)
            info(f"made {d.more.n}")
            with p.lock as part:
                info(f"{part.n}")
        except ValueError as error:
            info(f"{error}")


def args(a: Part, b: Part) -> Part:
    a = b
    b = Part(9)
    return a


def swap(a: Part, b: Part, n: int) -> Part:
    if n:
        a, b = b, a
    del b
    return a


def arguments() -> None:
    x = Part(1)
    y = args(x, Part(2))
    info(f"{y.n}")
    y = swap(x, y, 1)
    info(f"{y.n}")
    y = swap(y, x, 0)
    x = y if y.n == 1 else Part(3)


def chosen() -> None:
    z = Part(4)
    z = Part(z.n + 1)
    z = args(z, z)
    w = z if z.n > 4 else None
    v = w or Part(6)
    info(f"{v.n}")
    u = (w and z) or Part(7)
    info(f"{u.n}")


def main() -> None:
    halves()
    arguments()
    chosen()
