# ruff: noqa: B007, F841
"""What is known of locals and fields, and when it no longer holds; loops, handlers and generics."""

from __future__ import annotations

from typing import Generic, TypeVar

from kmi import i8, i32, info, u8, u32, u64, wrapping

T = TypeVar("T")


class Res:
    def __init__(self, n: int) -> None:
        self.n = n

    def __del__(self) -> None:
        info(f"~{self.n}")

    def value(self) -> int:
        return self.n


class Sub(Res):
    def __init__(self, n: int) -> None:
        super().__init__(n)
        self.part = Res(n + 1000)

    def value(self) -> int:
        self.part = Res(self.n + 2000)
        return self.part.n


class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []
        self.last: T | None = None

    def push(self, item: T) -> T:
        self.items.append(item)
        self.last = item
        return item

    def pop(self) -> T:
        if not self.items:
            raise IndexError("empty")
        self.last = None
        return self.items.pop()


class State:
    def __init__(self) -> None:
        self.size = 3
        self.opt: Res | None = None
        self.pair: tuple[Res, Res] | None = None
        self.maybe: int | None = None

    def grow(self) -> bool:
        self.size = 2**62
        self.opt = None
        return True


def fields() -> None:
    s = State()
    if s.size < 10 and s.grow():
        try:
            x: u8 = s.size
            info(f"{x}")
        except OverflowError as error:
            info(f"{error}")
    if s.size > 5:
        y = s.size * 8 // 16
        info(f"{y}")
    s.opt = Res(1)
    o = s.opt
    s.opt = None
    info(f"{o.value()}")
    s.pair = (Res(2), Res(3))
    p = s.pair
    s.pair = (p[1], p[0])
    s.pair = None
    info(f"{p[0].n}")
    s.maybe = 0
    m = s.maybe
    info(f"{m or 7} {s.maybe == 0}")


def generic() -> None:
    st: Stack[Res] = Stack()
    st.push(Res(10))
    st.push(Sub(11)).value()
    st.push(st.pop())
    last = st.last
    if last is not None:
        info(f"{last.value()}")
    ints: Stack[int] = Stack()
    for i in range(3):
        ints.push(i * 2**61)
    try:
        while True:
            info(f"{ints.pop()}")
    except IndexError as error:
        info(f"{error}")
    r: Res = Sub(12)
    if isinstance(r, Sub):
        info(f"{r.part.n} {r.value()} {r.part.n}")
    r = Res(13)
    info(f"{isinstance(r, Sub)}")


def facts() -> None:
    n = 0
    total: u32 = 0
    while n < 10:
        n += 3
        try:
            if n == 6:
                n += 100
                raise ValueError("x")
            total += n
        except ValueError:
            total += n
        else:
            n += 1
    info(f"{n} {total}")
    i = 10
    while i > 0:
        i -= 4
        if i < 3:
            i = i - 2**62
            break
    else:
        i = 5
    try:
        k: i8 = i
        info(f"{k}")
    except OverflowError as error:
        info(f"{error}")
    a = 5
    for j in range(3):
        b = a
        a = a * 1000003 % 2**40
        if a > b and b < 100:
            continue
        a -= b
    info(f"{a}")
    c = 100
    j = 0
    for j in range(c, 0, -7):
        c -= 30
    info(f"{j} {c}")
    z: u64 = 2**63
    q = z
    while q > 2**62:
        q -= 2**61
        if q < 2**62 + 1 and z > q:
            break
    info(f"{q} {z - q} {q - z} {(q - z) // 3} {(q - z) % 7}")
    if not (3 <= c < 50) or c == 2:
        c = c * c * c * c
    info(f"{c}")
    w = wrapping(i32, c * 2**30 + 2**31)
    t = 1 if w else 2**40
    info(f"{w} {t} {t << 3} {min(t, 2**41) - max(w, -5)}")


def pick(n: int) -> int:
    while True:
        try:
            for r in [Res(50), Res(51)]:
                with_r = r
                if n == 0:
                    return with_r.n
                if n == 1:
                    raise ValueError("pick")
                if n == 2:
                    break
                del with_r
            else:
                info("exhausted")
            info("after for")
            n = 0 if n == 3 else 9
            if n == 9:
                return 9
        except ValueError as error:
            info(f"{error}")
            n = 3
        finally:
            info(f"f {n}")


def loops() -> None:
    for n in range(4):
        info(f"{pick(n)}")
    items = [Res(60), Res(61), Res(62)]
    for r in items:
        if r.n == 61:
            items.remove(r)
            continue
        r = Res(70)
        info(f"{r.n}")
    info("end")
    got = items[1:]
    info(f"{len(got)}")


def reraise(n: int) -> None:
    try:
        try:
            raise ValueError(f"{Res(80).n}")
        except ValueError as error:
            r = Res(81)
            if n == 0:
                raise
            if n == 1:
                raise KeyError("n") from error
            try:
                raise RuntimeError("inner")
            except RuntimeError as other:
                info(f"{other}")
            if n == 2:
                raise error
            r = Res(82)
        finally:
            info("cleanup")
            try:
                raise OSError(5, "io")
            except OSError as io:
                info(f"{io.errno}")
    except LookupError:
        info("lookup")


def reraised() -> None:
    for n in range(4):
        try:
            reraise(n)
        except ValueError as error:
            info(f"{error}")
    try:
        try:
            raise ValueError("a")
        finally:
            raise KeyError("b")
    except (KeyError, ValueError) as error:
        info(f"{error}")
    raise RuntimeError(f"last {Res(90).n}")


def main() -> None:
    fields()
    generic()
    facts()
    loops()
    reraised()
