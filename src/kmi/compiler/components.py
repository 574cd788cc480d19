"""The circles of a call graph: Tarjan's strongly connected components, without a recursion of its own.

    list(components({"a": ["b"], "b": ["a"], "c": ["a"]}))       # [['b', 'a'], ['c']]

Invariant: a component comes after all those that it leads to.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

__all__ = ["components"]

N = TypeVar("N", bound=Hashable)


def components(graph: Mapping[N, Sequence[N]]) -> Iterator[list[N]]:
    """The components of what the graph's keys lead to; a node that is no key leads nowhere."""
    index: dict[N, int] = {}
    low: dict[N, int] = {}
    stack: list[N] = []
    on_stack: set[N] = set()
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            for target in rest:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(graph.get(target, ()))))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component: list[N] = []
                    while not component or component[-1] is not node:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                    yield component
