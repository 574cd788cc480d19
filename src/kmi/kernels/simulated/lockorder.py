"""Lock order, watched: taking B while holding A is an edge from A to B, and a cycle is a report.

As the checker does, it takes locks by their declaration (`Echo.kept`), not by instance, so one run through
the wrong order is enough: nothing needs to really deadlock.

Invariant: of each edge the first pair of positions is kept, and each cycle is reported once.
"""

from dataclasses import dataclass

from kmi.kernels.simulated.hook.positions import Position
from kmi.kernels.simulated.reports import Report

__all__ = ["LockOrder"]


@dataclass(frozen=True)
class Edge:
    """Where the first lock was held and the second was taken, and by whom first."""

    first: str
    second: str
    held_at: Position | None
    taken_at: Position | None
    by: str

    def __str__(self) -> str:
        held = f"while holding {self.first}, taken at {self.held_at}"
        return f"{self.second} taken at {self.taken_at}, by {self.by}, {held}"


class LockOrder:
    """The graph of which lock is taken while which is held."""

    def __init__(self) -> None:
        self._edges: dict[str, dict[str, Edge]] = {}
        self._reported: set[frozenset[str]] = set()

    def take(
        self, held: list[tuple[str, Position | None]], name: str, position: Position | None, by: str
    ) -> Report | None:
        """Note that `name` is taken `by` a thread while `held` are; the report if that closes a cycle."""
        found: Report | None = None
        for first, held_at in held:
            edge = Edge(first, name, held_at, position, by)
            self._edges.setdefault(first, {}).setdefault(name, edge)
            way = self._way(name, first)
            if way is None:
                continue
            cycle = frozenset((edge.first, *(e.first for e in way)))
            if cycle not in self._reported:
                self._reported.add(cycle)
                found = Report(
                    "lock order",
                    f"{first} and {name} are taken in both orders",
                    (str(edge), *(str(other) for other in way)),
                )
        return found

    def _way(self, start: str, goal: str) -> list[Edge] | None:
        """The edges from one lock to another; empty if they are the same, None if there is no way."""
        ways: dict[str, list[Edge]] = {start: []}
        queue = [start]
        while queue:
            at = queue.pop(0)
            if at == goal:
                return ways[at]
            for following, edge in self._edges.get(at, {}).items():
                if following not in ways:
                    ways[following] = [*ways[at], edge]
                    queue.append(following)
        return None
