"""What is known of how far numbers are apart: of two variables, and of a variable and a container's length.

    i < len(a)          i - len(a) <= -1
    j = i - 1           j - i <= -1 and i - j <= 1          so j - len(a) <= -2

Each fact is ``x - y <= c``. What follows from several is a shortest path. A fact that would contradict the
others is not taken in: where it came from is never reached.

Invariant: every fact holds, whatever the program does, as long as neither ``x`` nor ``y`` changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kmi.compiler.linear import Variable
from kmi.compiler.ranges import LARGEST
from kmi.language.types import IntType

STEPS = 400
"""Facts that are looked at for one question: past that, the answer is that nothing is known."""


@dataclass(frozen=True, slots=True)
class Length:
    """How many items the container has now that a variable, or a final field of its object, refers to."""

    variable: Variable
    field: str = ""


Node = Variable | Length | str
ZERO: Final = "0"
"""The number 0: what is known of it and x are x's ends."""


def least(node: Node) -> int | None:
    """What its type says."""
    match node:
        case Length():
            return 0
        case Variable(type=IntType(signed=False)):
            return 0
        case Variable(type=IntType(bits=bits, low=low)) if bits < 64:
            return low
        case _:
            return None


def greatest(node: Node) -> int | None:
    match node:
        case Length():
            return LARGEST
        case Variable(type=IntType(bits=bits, high=high)) if bits < 64:
            return high
        case _:
            return None


class Differences:
    """Facts, each the greatest that ``x - y`` can be, by ``x`` and then by ``y``."""

    def __init__(self, facts: dict[Node, dict[Node, int]] | None = None) -> None:
        self.facts = facts or {}

    def copy(self) -> Differences:
        return Differences({node: dict(rest) for node, rest in self.facts.items()})

    def all(self) -> Iterator[tuple[Node, Node, int]]:
        for node, rest in self.facts.items():
            for other, most in rest.items():
                yield node, other, most

    def most(self, left: Node, right: Node) -> int | None:
        """The greatest that ``left - right`` can be; None where that is not known."""
        return 0 if left == right else self.reach(left, right).get(right)

    def reach(self, left: Node, wanted: Node | None = None) -> dict[Node, int]:
        """The greatest that ``left`` less each other node can be."""
        found: dict[Node, int] = {left: 0}
        waiting = [left]
        steps = 0
        while waiting:
            node = waiting.pop()
            so_far = found[node]
            for other, more in self._away(node, wanted):
                steps += 1
                if steps > STEPS:
                    return {}
                known = found.get(other)
                if known is None or so_far + more < known:
                    found[other] = so_far + more
                    if other != wanted:
                        waiting.append(other)
        return found

    def _away(self, node: Node, wanted: Node | None) -> Iterator[tuple[Node, int]]:
        yield from self.facts.get(node, {}).items()
        if node == ZERO:
            for other in {*self.facts, wanted}:
                if other is not None and (low := least(other)) is not None:
                    yield other, -low
        else:
            high = greatest(node)
            if high is not None:
                yield ZERO, high

    def low(self, node: Node) -> int | None:
        found = self.most(ZERO, node)
        return None if found is None else -found

    def high(self, node: Node) -> int | None:
        return self.most(node, ZERO)

    def add(self, left: Node, right: Node, most: int) -> None:
        """``left - right <= most`` holds."""
        if left == right:
            return
        known = self.most(left, right)
        if known is not None and known <= most:
            return
        back = self.most(right, left)
        if back is not None and back + most < 0:
            return
        self.facts.setdefault(left, {})[right] = most

    def equal(self, left: Node, right: Node, plus: int = 0) -> None:
        """``left == right + plus``."""
        self.add(left, right, plus)
        self.add(right, left, -plus)

    def forget(self, node: Node) -> None:
        """It changes: what it told of others stays."""
        after = self.facts.pop(node, {})
        before = [(other, rest.pop(node)) for other, rest in self.facts.items() if node in rest]
        for other, most in before:
            for following, more in after.items():
                if other != following:
                    self.add(other, following, most + more)

    def shift(self, node: Node, by: int) -> None:
        """It changes by so much."""
        low = least(node)
        if low is not None and node not in self.facts.get(ZERO, {}):
            self.facts.setdefault(ZERO, {})[node] = -low  # which its type says, of what it was
        if node in self.facts:
            self.facts[node] = {other: most + by for other, most in self.facts[node].items()}
        for rest in self.facts.values():
            if node in rest:
                rest[node] -= by

    def grow(self, node: Node, by: int | None) -> None:
        """It changes by 0 to ``by``, or by any number from 0."""
        if by is None:
            before = {other: rest[node] for other, rest in self.facts.items() if node in rest}
            self.forget(node)
            for other, most in before.items():
                self.facts.setdefault(other, {})[node] = most
        elif node in self.facts:
            self.facts[node] = {other: most + by for other, most in self.facts[node].items()}

    def nodes(self) -> set[Node]:
        found: set[Node] = set(self.facts)
        for rest in self.facts.values():
            found |= rest.keys()
        return found

    def join(self, other: Differences) -> Differences:
        """What both know."""
        result = Differences()
        differing: list[Node] = []
        for node in {*self.facts, *other.facts}:
            if self.facts.get(node) == other.facts.get(node):
                result.facts[node] = dict(self.facts[node])
            else:
                differing.append(node)
        for node in differing:
            one, two = self.reach(node), other.reach(node)
            apart = {each: max(one[each], two[each]) for each in one.keys() & two.keys() if each != node}
            for each, most in sorted(apart.items(), key=lambda pair: pair[1]):
                result.add(node, each, most)
        return result

    def without(self, other: Differences) -> Differences:
        """The facts that the other knows as well, as they are here."""
        result = Differences()
        for a, b, most in self.all():
            known = other.most(a, b)
            if known is not None and known <= most:
                result.facts.setdefault(a, {})[b] = most
        return result
