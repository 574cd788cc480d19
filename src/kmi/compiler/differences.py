"""What is known of how far numbers are apart: of two variables, and of a variable and a container's length.

    i < len(a)          i - len(a) <= -1
    j = i - 1           j - i <= -1 and i - j <= 1          so j - len(a) <= -2

Each fact is ``x - y <= c``. What follows from several is a shortest path. A fact that would contradict the
others is not taken in: where it came from is never reached.

Invariant: every fact holds, whatever the program does, as long as neither ``x`` nor ``y`` changes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kmi.compiler.linear import Variable
from kmi.compiler.ranges import LARGEST
from kmi.language.types import IntType

STEPS = 10_000
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
    if isinstance(node, Length):
        return 0
    if isinstance(node, Variable) and isinstance(kind := node.type, IntType):
        return 0 if not kind.signed else kind.low if kind.bits < 64 else None
    return None


def greatest(node: Node) -> int | None:
    if isinstance(node, Length):
        return LARGEST
    if isinstance(node, Variable) and isinstance(kind := node.type, IntType):
        return kind.high if kind.bits < 64 else None
    return None


class Differences:
    """Facts, each the greatest that ``x - y`` can be, by ``x`` and then by ``y``."""

    def __init__(self, facts: dict[Node, dict[Node, int]] | None = None) -> None:
        self.facts = facts or {}
        self._answers: dict[Node, dict[Node, int]] = {}
        """What `reach` has found of these facts. Copies share it until either learns something else."""

    def copy(self) -> Differences:
        made = Differences({node: dict(rest) for node, rest in self.facts.items()})
        made._answers = self._answers
        return made

    def all(self) -> Iterator[tuple[Node, Node, int]]:
        for node, rest in self.facts.items():
            for other, most in rest.items():
                yield node, other, most

    def most(self, left: Node, right: Node) -> int | None:
        """The greatest that ``left - right`` can be; None where that is not known."""
        return 0 if left == right else _known(self.reach(left), right)

    def reach(self, left: Node) -> dict[Node, int]:
        """The greatest that ``left`` less each other node can be; not to be changed."""
        found = self._answers.get(left)
        if found is None:
            found = self._answers[left] = self._spread({left: 0}, left)
        return found

    def _spread(self, found: dict[Node, int], start: Node) -> dict[Node, int]:
        """Takes what is found of one node further, to all that it tells of others; the same, or nothing."""
        waiting = deque([start])
        steps = 0
        while waiting:
            node = waiting.popleft()
            so_far = found[node]
            for other, more in self._away(node):
                steps += 1
                known = found.get(other)
                if known is None or so_far + more < known:
                    found[other] = so_far + more
                    if other not in waiting:
                        waiting.append(other)
            if steps > STEPS:
                return {}
        return found

    def _away(self, node: Node) -> Iterator[tuple[Node, int]]:
        yield from self.facts.get(node, {}).items()
        if node == ZERO:
            for other in self.facts:
                if (low := least(other)) is not None:
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
        self._keep_answers(left, right, most)
        self.facts.setdefault(left, {})[right] = most

    def _keep_answers(self, left: Node, right: Node, most: int) -> None:
        """Of what was found, what this new fact tells nothing more of."""
        low = least(left) if left not in self.facts else None  # which now is told of it wherever 0 is reached
        kept: dict[Node, dict[Node, int]] = {}
        for start, found in self._answers.items():
            if low is not None and ZERO in found:
                continue
            at, known = found.get(left), found.get(right)
            if at is None or (known is not None and at + most >= known):
                kept[start] = found
        self._answers = kept

    def _add_all(self, left: Node, facts: Iterable[tuple[Node, int]]) -> None:
        """Takes in, of facts that contradict nothing, those that do not follow from the ones before."""
        found = dict(self.reach(left))
        self._changed()
        for right, most in facts:
            known = _known(found, right)
            if right != left and (known is None or most < known):
                self.facts.setdefault(left, {})[right] = most
                found[right] = most
                found = self._spread(found, right)

    def _changed(self) -> None:
        self._answers = {}

    def equal(self, left: Node, right: Node, plus: int = 0) -> None:
        """``left == right + plus``."""
        self.add(left, right, plus)
        self.add(right, left, -plus)

    def forget(self, node: Node) -> None:
        """It changes: what it told of others stays."""
        after = self.facts.pop(node, {})
        before = [(other, rest.pop(node)) for other, rest in self.facts.items() if node in rest]
        self._changed()
        for other, most in before:
            self._add_all(other, [(following, most + more) for following, more in after.items()])

    def shift(self, node: Node, by: int) -> None:
        """It changes by so much."""
        self._changed()
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
            self._changed()
            for other, most in before.items():
                self.facts.setdefault(other, {})[node] = most
        elif node in self.facts:
            self._changed()
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
            result._add_all(node, sorted(apart.items(), key=lambda pair: pair[1]))
        return result

    def without(self, other: Differences) -> Differences:
        """The facts that the other knows as well, as they are here."""
        result = Differences()
        for a, b, most in self.all():
            known = other.most(a, b)
            if known is not None and known <= most:
                result.facts.setdefault(a, {})[b] = most
        return result


def _known(found: dict[Node, int], right: Node) -> int | None:
    """What was found of a node, or what its type says of it where no fact has it on its left."""
    known, low = found.get(right), least(right)
    if low is None or ZERO not in found:
        return known
    typed = found[ZERO] - low
    return typed if known is None or typed < known else known
