"""Objects that refer to each other, in lists, under a lock, through a base class."""

from __future__ import annotations

from kmi import info
from kmi.sync import Mutex


class Node:
    def __init__(self, n: int) -> None:
        self.n = n
        self.kids: list[Node | None] = []
        self.up: Node | None = None

    def __del__(self) -> None:
        info(f"~{self.n}")


class Leaf(Node):
    def __init__(self, n: int, other: Node | None) -> None:
        super().__init__(n)
        self.other = other


class Stone:
    def __init__(self, n: int) -> None:
        self.n = n

    def __del__(self) -> None:
        info(f"stone {self.n}")


class Bead:
    """One of a chain that ends in a stone."""

    def __init__(self, n: int, rest: Bead | Stone | None) -> None:
        self.n = n
        self.rest = rest

    def __del__(self) -> None:
        if self.n % 2000 == 0:
            info(f"bead {self.n}")


class Owner:
    def __init__(self) -> None:
        self.lock = Mutex(Node(1))
        self.more = Mutex(bytearray())

    def swap(self, n: int) -> int:
        with self.lock as node:
            kids = node.kids
            node.kids = [Node(n), None, Leaf(n + 1, Node(n + 2))]
            first = node.kids[0]
            kids.clear()
            if first is not None:
                node.kids[0] = None
                info(f"{first.n}")
            with self.more as data:
                data += b"xy"
                if len(data) > 4:
                    raise ValueError(f"{len(data)}")
            return len(node.kids)


def beads(most: int) -> None:
    chain: Bead | Stone | None = Stone(7)
    for n in range(most):
        chain = Bead(n, chain)
    chain = None
    info("no chain")


def own() -> None:
    o = Owner()
    for i in range(4):
        try:
            info(f"{o.swap(i * 10)}")
        except ValueError as error:
            info(f"{error}")
    x = Leaf(100, Leaf(101, Node(102)))
    y = x.other
    x.other = None
    del x
    if y is not None and isinstance(y, Leaf):
        z = y.other
        info("narrowed")
        if z is not None:
            z.kids.append(None)
            z.up = Node(103)


def deep(n: int) -> int:
    r = Node(200 + n)
    if n == 0:
        return r.n
    return deep(n - 1) + r.n


def items() -> None:
    info(f"{deep(3)}")
    k = Node(300)
    k.kids += [Node(301), k.up, Node(302)]
    k.kids[1:2] = [Node(303), Node(304)]
    del k.kids[0]
    k.kids.reverse()
    k.kids = k.kids * 2
    k.kids.insert(-100, Node(305))
    p = k.kids.pop()
    info(f"{len(k.kids)} {p is None}")
    k.kids[1] = k.kids[2]
    q = k.kids[3:]
    k.kids.clear()
    info("cleared")
    del q[-1]
    info("end")


def main() -> None:
    beads(5000)
    own()
    items()
