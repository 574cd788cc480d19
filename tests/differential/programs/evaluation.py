"""The order of evaluation, what is stored back, and what a failed statement leaves behind."""

from __future__ import annotations

from kmi import info


class Sub:
    def __init__(self, n: int) -> None:
        self.n = n
        self.extra = [n]
        self.table: dict[int, list[int]] = {1: [n]}
        self.data = bytearray(b"x")

    def name(self) -> int:
        self.extra = [9]
        return self.extra[0]

    def drop(self) -> list[int]:
        del self.table[1]
        return [5]

    def bytes_(self) -> bytes:
        self.data = bytearray(b"new")
        return b"abc"


def range_sum(a: int, b: int, c: int) -> int:
    t = 0
    for i in range(a, b, c):
        t = (t + i) % 1000003
    for i in range(3):
        t += i
        i += 5
    return t


def augmented() -> None:
    b = Sub(1)
    b.extra += [b.name(), b.name()]
    info(f"{len(b.extra)} {b.extra[0]}")
    k = b.extra
    k += k
    info(f"{len(b.extra)}")
    b.table[1] += b.drop()
    info(f"{len(b.table)} {len(b.table[1])}")
    b.data += b.bytes_()
    info(f"{bytes(b.data)!r}")
    b.extra[0], b.extra[b.name() - 9] = 5, b.extra[0]
    info(f"{b.extra[0]}")
    x = [1]
    y = x
    x += [2]
    info(f"{len(y)}")
    a, x = x, y
    del a
    b.n, b.extra = b.name(), [b.n]
    info(f"{b.n} {b.extra[0]}")
    r = range_sum(5, -5, -3) + range_sum(0, 10, 4) + range_sum(2**63 - 2, 2**63 - 1, 1) % 7
    info(f"{r} {range_sum(-(2**63), -(2**63) + 3, 2) % 11} {range_sum(2**63 - 5, 2**63 - 1, 3) % 11}")


class Probe:
    def __init__(self, n: int) -> None:
        self.n = n

    def __del__(self) -> None:
        info(f"gone {self.n}")

    def chain(self, n: int) -> Probe:
        if n == 3:
            raise ValueError("three")
        return Probe(n)


def take(a: Probe, b: Probe, n: int) -> int:
    if n > 5:
        raise ValueError("big")
    return a.n + b.n


def fail(n: int) -> int:
    raise KeyError("k")


def edges() -> None:
    p = Probe(1)
    kept: list[Probe] = []
    for n in range(2, 8):
        try:
            info(f"{take(Probe(n * 10), p.chain(n), n)}")
            kept.append(p.chain(n).chain(n + 1))
            kept[0] = Probe(fail(1)) if n == 5 else Probe(70 + n)
        except ValueError as error:
            info(f"{error}")
        except LookupError:
            info("lookup")
        else:
            info("fine")
        finally:
            info(f"done {n}")
    t = (Probe(200), Probe(201))
    a, b = t
    a, b = b, a
    info(f"{a.n} {b.n}")
    d = {1: Probe(300), 2: Probe(301)}
    try:
        d[fail(1)] = Probe(302)
    except KeyError:
        info("not stored")
    try:
        d[7].n = Probe(303).n
    except KeyError:
        info("none")
    q = d.get(1)
    d[1] = Probe(304)
    if q is not None:
        info(f"{q.n}")
    del d[2]
    r = d.setdefault(5, Probe(305))
    r = d.setdefault(5, Probe(306))
    info(f"{r.n}")
    s = d.pop(9, Probe(307))
    info(f"{s.n}")
    raise OverflowError(f"{Probe(400).n}")


def main() -> None:
    augmented()
    edges()
