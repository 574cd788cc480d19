"""Who waits for a callback: flushing a work waits for its method, and so for all that the method waits for.

    self.saving = Work(self.save)
    ...
    with self.notes as notes:
        self.saving.flush()             # refused if `save` takes `self.notes`: KMI0802
    def save(self) -> None:
        self.saving.flush()             # refused: KMI0707, it would wait for itself

Which method that is the field's declaration says; where a work was made by another name, it may be any.

Invariant: for each call that waits for callbacks, `awaited` gives at least those that it may wait for.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmi.language import codes
from kmi.language.checks.callgraph import CallGraph, Site, called_by_kernel
from kmi.language.checks.known import derives, is_a
from kmi.language.checks.lockpaths import Path, field_of, path_of
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Span
from kmi.language.tree import Call, Class, Expression, Field, Function, InitPlace, New, Node, Upcast
from kmi.language.types import ClassType

WORK = frozenset({"kmi.work.Work", "kmi.work.DelayedWork"})
WORKER = "kmi.runtime.callable.Callback"
"""What a worker thread calls."""


class Deferred:
    """The works of a program, and the methods that they call."""

    def __init__(self, graph: CallGraph) -> None:
        self._graph = graph
        self._methods: dict[Field, list[Function]] = {}
        self._all: list[Function] = []
        for function in graph.mine:
            for node in graph.nodes(function):
                if isinstance(node, InitPlace) and is_a(node.field.type, WORK):
                    found = [method for given in node.arguments for method in self._stands_for(given)]
                    self._methods.setdefault(node.field, []).extend(found)
                    self._all.extend(found)

    def awaited(self, node: Node) -> list[Function]:
        """The methods for whose end a call waits."""
        if not is_flush(node):
            return []
        assert isinstance(node, Call)
        field = field_of(node.arguments[0])
        return self._methods[field] if field is not None and field in self._methods else self._all

    def _stands_for(self, value: Expression) -> Iterator[Function]:
        match value:
            case Upcast(value=inner):
                yield from self._stands_for(inner)
            case New(type=ClassType(definition=Class(calls=Function()) as definition)):
                handing = definition.method("__call__")
                if handing is not None:
                    yield from (site.target for site in self._graph.calls(handing))
            case _:
                pass


def is_flush(node: Node) -> bool:
    """Whether a node waits for work to end."""
    return (
        isinstance(node, Call)
        and node.function.name == "flush"
        and bool(node.arguments)
        and is_a(node.arguments[0].type, WORK)
    )


def owner_path(node: Node) -> Path | None:
    """The path to the object whose work a call waits for: `self` of `self.saving.flush()`."""
    path = path_of(node.arguments[0]) if isinstance(node, Call) and node.arguments else None
    return path[:-1] if path is not None and len(path) > 1 else None


def is_worker(declared: Function) -> bool:
    """Whether callbacks that stand for this are called by a worker thread."""
    return declared.owner is not None and derives(declared.owner, frozenset({WORKER}))


def check(reporter: Reporter, graph: CallGraph, deferred: Deferred) -> None:
    """Reports methods of works that wait for themselves."""
    waits = {
        method: [
            (node, chain)
            for reached, chain in graph.reached(method)
            for node in graph.nodes(reached)
            if is_flush(node)
        ]
        for method, declared in called_by_kernel(graph)
        if is_worker(declared)
    }
    for method, found in waits.items():
        for node, chain in found:
            if method in _closure(deferred.awaited(node), waits, deferred):
                _report(method, node, chain, reporter)


def _closure(
    methods: list[Function], waits: dict[Function, list[tuple[Node, list[Site]]]], deferred: Deferred
) -> set[Function]:
    """The methods that have to end before these have."""
    found: set[Function] = set()
    waiting = list(methods)
    while waiting:
        method = waiting.pop()
        if method not in found:
            found.add(method)
            waiting.extend(other for node, _ in waits.get(method, []) for other in deferred.awaited(node))
    return found


def _report(method: Function, node: Node, chain: list[Site], reporter: Reporter) -> None:
    assert isinstance(node, Call)
    steps: list[tuple[Span, str]] = [
        (site.span, f"`{site.caller.qualified}` calls `{site.target.qualified}`") for site in chain
    ]
    reporter.error(
        codes.WAITS_FOR_ITSELF,
        node.span,
        f"`{node.span.text}` waits for `{method.qualified}` to end, which it is a part of",
        label="would never return",
        labels=[(method.span, "a worker calls this"), *steps],
        help=f"to have it called once more, queue it: `{node.arguments[0].span.text}.queue()`",
    )


__all__ = ["Deferred", "check", "is_flush", "is_worker", "owner_path"]
