"""Which spin locks are taken with interrupts kept away: the compiler chooses, nobody has to say.

    def tick(self) -> None:             called by a timer, in softirq context
        with self.counts as counts: ...
    def read(self, ...) -> None:
        with self.counts as counts:     the softirq could come while this thread holds the lock, and spin for
            ...                         it for ever: so softirqs are off in this block

So a lock that softirqs take is taken everywhere with softirqs off, and so is every spin lock that is taken
under it or around it: else a softirq could come while that one is held, want the first, and its holder the
second.

Invariants: a ``with`` over a spin lock has ``masks`` set if some softirq may take this lock, or one that is
connected with it; where it is not known which lock a block takes, it counts as such a one, and every
``__del__`` counts as run by a softirq.
"""

from __future__ import annotations

from kmi.language.checks.callgraph import CallGraph
from kmi.language.checks.contexts import context_of
from kmi.language.checks.known import is_raw, is_spinning
from kmi.language.checks.lockpaths import field_of
from kmi.language.checks.locks import Takings, edges
from kmi.language.tree import Field, Function, With


def check(graph: CallGraph, takings: Takings) -> None:
    """Sets ``With.masks``."""
    roots = [function for function in graph.mine if context_of(function) == "softirq"]
    if not roots:
        return
    finalisers = [function for function in graph.mine if function.name == "__del__"]
    taken: set[Field] = set()
    known = True
    for function in (*roots, *finalisers):
        for taking in takings.of(function):
            if taking.field is None:
                known = False
            elif is_spinning(taking.field.type):
                taken.add(taking.field)
    masked = _connected(taken, graph, takings)
    for function in graph.mine:
        for node in graph.nodes(function):
            if isinstance(node, With) and is_spinning(node.context.type) and not is_raw(node.context.type):
                lock = field_of(node.context)
                node.masks = not known or lock is None or lock in masked


def _connected(locks: set[Field], graph: CallGraph, takings: Takings) -> set[Field]:
    """The locks, and all that are taken under or around one of them."""
    neighbours: dict[Field, set[Field]] = {}
    functions: list[Function] = graph.mine
    for function in functions:
        for edge in edges(function, takings):
            if is_spinning(edge.held.type) and is_spinning(edge.taken.type):
                neighbours.setdefault(edge.held, set()).add(edge.taken)
                neighbours.setdefault(edge.taken, set()).add(edge.held)
    found, waiting = set(locks), list(locks)
    while waiting:
        for other in neighbours.get(waiting.pop(), set()) - found:
            found.add(other)
            waiting.append(other)
    return found
