"""The same object by two names: replaced, emptied or dropped while it is used."""

from __future__ import annotations

from kmi import info


class Node:
    def __init__(self, number: int) -> None:
        self.number = number
        self.pair: tuple[Node | None, int] = (None, 0)
        self.next: Node | None = None
        self.many: list[Node] = []

    def __del__(self) -> None:
        n = self.next
        if n is not None:
            info(f"gone {self.number} sees {n.pair[1]}")
            p = n.pair[0]
            if p is not None:
                info(f"other {p.number}")
        else:
            info(f"gone {self.number}")


class Swap:
    def __init__(self) -> None:
        self.a = Node(10)
        self.b = Node(11)

    def replace(self, n: int) -> int:
        self.a = Node(n)
        return n

    def swap(self) -> None:
        self.a, self.b = self.b, self.a


class Holder:
    def __init__(self, swap: Swap) -> None:
        self.swap = swap

    def drop(self, holder: Holder) -> int:
        holder.swap = Swap()
        return self.swap.a.number


def use(node: Node, swap: Swap) -> int:
    swap.replace(20)
    return node.number


def meth(node: Node, n: int) -> int:
    return node.number + n


class Chain:
    def __init__(self, n: int) -> None:
        self.n = n
        self.inner: Chain | None = None

    def detach(self, outer: Chain) -> int:
        outer.inner = None
        return self.n

    def me(self) -> Chain:
        return self


def get(c: Chain) -> Chain | None:
    return c.inner


def fields() -> None:
    s = Swap()
    info(f"{use(s.a, s)}")
    info(f"{meth(s.a, s.replace(30))}")
    s.swap()
    info(f"{s.a.number} {s.b.number}")
    h = Holder(s)
    del s
    info(f"{h.drop(h)}")
    info(f"{h.swap.a.number}")
    c = Chain(1)
    c.inner = Chain(2)
    k = get(c)
    if k is not None:
        info(f"{k.detach(c)}")
    c.inner = Chain(3)
    x = c
    x.inner = c.inner
    info(f"{c.me().me().n}")


def lists() -> None:
    a = [1, 2, 3]
    a.extend(a)
    a[1:2] = a
    a += a[:2]
    info(f"{len(a)}")
    for x in a:
        if len(a) < 15:
            a.append(x)
        else:
            a.pop()
            a.pop(0)
    text = ""
    for x in a:
        text += f"{x},"
    info(text)
    items = [Node(1), Node(2), Node(3)]
    for each in items:
        info(f"each {each.number}")
        items.clear()
    info("cleared")
    items = [Node(4), Node(5)]
    items[0:1] = [Node(6), Node(7)]
    del items[1:]
    items *= 1
    info("x")
    items[0] = items[0]
    b = bytearray(b"abcdef")
    b.extend(b)
    b[2:4] = b
    try:
        b += b
    except BufferError as error:
        info(f"{error}")
    b[0:0] = b[3:5]
    del b[:]
    b.extend(b"hello")
    b[1:3] = b
    b[4:2] = b"XY"
    b[-100:2] = b""
    info(f"{bytes(b)!r}")
    for y in b:
        if len(b) < 20:
            b.append(y)
    info(f"{len(b)}")
    while len(b) > 2:
        del b[:3]
        b.append(65)
    info(f"{bytes(b)!r}")


def dicts() -> None:
    d: dict[int, Node] = {}
    for n in range(12):
        d[n * 2**32] = Node(n)
        if n % 3:
            del d[n * 2**32]
    info(f"{len(d)}")
    total = 0
    for k, v in d.items():
        total += v.number + k
    info(f"{total}")
    d.update(d)
    e = d.copy()
    d.clear()
    info(f"{len(e)} {len(d)}")
    try:
        for q in e:
            e[q + 1] = Node(-1)
    except RuntimeError as error:
        info(f"{error}")


def tuples() -> None:
    owner = Node(1)
    try:
        part = Node(2)
        part.next = owner
        owner.pair = (part, 7)
        del part
        owner.pair = (Node(3), 8)
        info("replaced")
    finally:
        owner.pair = (None, 0)


class Eq:
    def __init__(self, n: int, owner: list[Eq]) -> None:
        self.n = n
        self.owner = owner

    def __eq__(self, other: object) -> bool:
        self.owner.clear()
        return True


def removed() -> None:
    kept: list[Eq] = []
    items: list[Eq] = []
    try:
        items.append(Eq(1, items))
        items.append(Eq(2, items))
        items.remove(Eq(3, kept))
        info(f"{len(items)}")
    finally:
        items.clear()


class Key:
    def __init__(self, n: int, table: dict[Key, int]) -> None:
        self.n = n
        self.table = table

    def __eq__(self, other: object) -> bool:
        self.table.clear()
        return False

    def __hash__(self) -> int:
        return 1


def searched() -> None:
    table: dict[Key, int] = {}
    try:
        table[Key(1, table)] = 1
        table[Key(2, table)] = 2
        info(f"{len(table)}")
        table[Key(3, table)] = 3
        table[Key(4, table)] = 4
        info(f"{len(table)}")
    finally:
        table.clear()


class Counter:
    def __init__(self) -> None:
        self.n = 0
        self.items: list[int] = [1]

    def bump(self) -> int:
        self.n += 10
        self.items = [self.n]
        return self.n


def order() -> None:
    c = Counter()
    c.n += c.bump()
    info(f"{c.n}")
    info(f"{c.n} {c.bump()} {c.n}")
    c.items[0] += c.bump()
    info(f"{c.items[0]}")
    t = (c.n, c.bump(), c.n)
    info(f"{t[0]} {t[1]} {t[2]}")
    x = [c.n, c.bump(), c.n]
    info(f"{x[0]} {x[1]} {x[2]}")
    info(f"{c.n + c.bump() + c.n}")
    d = {c.n: c.bump(), c.bump(): c.n}
    for k, v in d.items():
        info(f"{k} {v}")
    c.n, c.items = 3, [c.n]
    info(f"{c.n} {c.items[0]}")


def main() -> None:
    fields()
    lists()
    dicts()
    tuples()
    removed()
    searched()
    order()
