"""What a call does with its arguments, as far as objects are concerned: which it puts into which, and
which it gives back.

    def put(box: Box, node: Node) -> None:      stores {(box, node)}
        box.node = node
    def first(nodes: list[Node]) -> Node:       results {nodes}
        return nodes[0]

For the author's functions that is found by following the origins through their bodies; kmi's own are known.

Invariants: a function that is being looked at, or has errors, counts as one that does everything; both
relations are transitively closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kmi.language.checks.callgraph import targets
from kmi.language.checks.known import is_builtin, spoken
from kmi.language.checks.origins import Argument, Origins, Set
from kmi.language.checks.ownership import Ownership
from kmi.language.tree import Call, Function, New, Return
from kmi.language.tree.walk import trusted

READING = frozenset(
    {"__contains__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__len__", "__bool__",
     "__getitem__", "__item__", "__advance__", "index", "count", "remove", "find", "startswith", "endswith",
     "get", "pop", "discard", "issubset", "issuperset",
     "isdisjoint", "difference_update", "intersection_update", "__isub__", "__iand__"}
)  # fmt: skip
"""Methods of the built-in classes that keep none of their arguments."""

COPYING = frozenset(
    {"__slice__", "__add__", "__mul__", "__rmul__", "copy", "__or__", "__and__", "__sub__", "__xor__",
     "union", "intersection", "difference", "symmetric_difference"}
)  # fmt: skip
"""Methods of the built-in classes that give a new container, with the same items."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a function does with its parameters, by their position."""

    stores: frozenset[tuple[int, int]]
    """Pairs of a holder and what it may come to hold."""
    results: frozenset[int]
    """What the result may be, or lead to."""
    new: bool = False
    """The result is a new object that at most holds these."""


class Summaries:
    """The summaries of a program's functions, each made when it is first asked for."""

    def __init__(self, ownership: Ownership, broken: frozenset[Function]) -> None:
        self.ownership = ownership
        self._broken = broken
        self._known: dict[Function, Summary] = {}
        self._busy: set[Function] = set()

    def of_call(self, node: Call | New) -> Summary:
        """What a call may do: all that its targets do. Of a ``New``, position 0 is the new object."""
        called = [node.function] if isinstance(node, Call) and not node.virtual else targets(node)
        found = [self.of(target) for target in called]
        return Summary(
            frozenset(pair for summary in found for pair in summary.stores),
            frozenset(position for summary in found for position in summary.results),
            all(summary.new for summary in found),
        )

    def of(self, function: Function) -> Summary:
        """What a function does."""
        if trusted(function.module):
            return _own(function)
        if function in self._broken or function in self._busy or function.abstract:
            return _everything(len(function.parameters))
        if function not in self._known:
            self._busy.add(function)
            self._known[function] = self._look(function)
            self._busy.discard(function)
        return self._known[function]

    def _look(self, function: Function) -> Summary:
        confined = [self.ownership.confined(parameter.type) for parameter in function.parameters]
        if not any(confined):
            return Summary(frozenset(), frozenset())
        origins = Origins(function, self.ownership, self)
        stores: set[tuple[int, int]] = set()
        results: set[int] = set()
        for point, state in origins.states.items():
            for stored in origins.stores(point, state):
                for holder in _positions(stored.holder_origins, function):
                    stores.update((holder, held) for held in _positions(stored.held_origins, function))
            if isinstance(point.statement, Return) and point.leaves is None:
                after = origins.effects(point, state)
                for value in point.expressions:
                    results |= _positions(origins.of(value, after), function)
        return _closed(stores, results)


def _positions(found: Set, function: Function) -> set[int]:
    return {
        function.parameters.index(origin.local)
        for origin in found
        if isinstance(origin, Argument) and origin.local in function.parameters
    }


def _closed(stores: set[tuple[int, int]], results: set[int]) -> Summary:
    """The relations with all that follows from them."""
    while True:
        more = {(one, far) for one, near in stores for middle, far in stores if near == middle}
        reached = {held for holder, held in stores if holder in results}
        if more <= stores and reached <= results:
            loose = {pair for pair in stores if pair[0] != pair[1]}
            return Summary(frozenset(loose), frozenset(results))
        stores |= more
        results |= reached


def _own(function: Function) -> Summary:
    """What one of kmi's functions does: the interface's keep nothing; a container keeps what it is given."""
    count = len(function.parameters)
    results = frozenset(range(count))
    if function.owner is not None and function.owner.callable:
        return Summary(frozenset(), frozenset())  # what it does is what the functions do that it stands for
    if function.owner is None or not is_builtin(function.owner):
        return Summary(frozenset(), results)
    name = spoken(function)
    new = name in COPYING or name == "__init__" or (function.static and function.name.startswith("__from_"))
    keeps: Iterable[int] = () if function.static or name in READING else range(1, count)
    return Summary(frozenset((0, position) for position in keeps), results, new)


def _everything(count: int) -> Summary:
    pairs = {(one, other) for one in range(count) for other in range(count) if one != other}
    return Summary(frozenset(pairs), frozenset(range(count)))
