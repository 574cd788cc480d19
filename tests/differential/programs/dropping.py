"""Long chains and trees die in constant stack, whatever their shape; calls that go too deep are errors."""

from __future__ import annotations

from dataclasses import dataclass

from kmi import info


@dataclass
class Node:
    value: int
    next: Node | None = None


@dataclass
class Branch:
    left: Branch | None
    right: Branch | None


class Family:
    def __init__(self) -> None:
        self.children: list[Family] = []


def chain() -> None:
    head: Node | None = None
    for value in range(100_000):
        head = Node(value, head)
    info("built" if head is not None else "none")
    head = None
    info("dropped")


def comb() -> None:
    """Each branch has a left and a right one, and the depth is on both sides in turn."""
    top: Branch | None = None
    for number in range(50_000):
        side = Branch(None, None)
        top = Branch(side, top) if number % 2 else Branch(top, side)
    info("built" if top is not None else "none")
    top = None
    info("dropped")


def nested() -> None:
    inner = Family()
    for _ in range(100_000):
        outer = Family()
        outer.children.append(inner)
        inner = outer
    info(f"{len(inner.children)}")
    inner = Family()
    info("dropped")


def depth(node: Node | None) -> int:
    return 0 if node is None else depth(node.next) + 1


def too_deep() -> None:
    head: Node | None = None
    for value in range(1000):
        head = Node(value, head)
    info(f"{depth(head)}")


def main() -> None:
    chain()
    comb()
    nested()
    try:
        too_deep()
    except RecursionError as error:
        info(f"{error}")
