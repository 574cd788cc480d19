"""The order of locks: no two threads can wait for each other, and no thread for itself.

Taking B while holding A, directly or in a function that is called, gives an edge from A to B, by the
fields that declare them. A circle of edges is reported with the places that make it:

    with self.free: self.drain()        free -> used
    with self.used: ... self.free ...   used -> free: KMI0801

Invariants: an edge is there for every way in which one lock can be taken under another one in the
author's code; a circle is reported once, at the first place in the text where it closes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kmi.language import codes
from kmi.language.checks.callgraph import CallGraph, Site
from kmi.language.checks.deferred import Deferred, owner_path
from kmi.language.checks.known import is_lock, is_spinning
from kmi.language.checks.lockpaths import Path, field_of, path_of, translate
from kmi.language.checks.ownership import receiver
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Span
from kmi.language.tree import Class, Field, Function, Node, Program, With
from kmi.language.tree.walk import trusted, walk


@dataclass(frozen=True, slots=True)
class Taking:
    """A lock that a function takes: which, by what path of the function's own, and through which calls."""

    field: Field | None
    path: Path | None
    chain: tuple[tuple[Span, str], ...]
    """Where, from the function's own line down to the ``with``."""
    awaited: Function | None = None
    """The callback that takes it, where the function only waits for that."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One lock taken while another one is held."""

    held: Field
    taken: Field
    outer: Span
    chain: tuple[tuple[Span, str], ...]
    same: bool
    """Whether it is certainly one and the same lock."""
    awaited: Function | None
    """The callback that takes it, and is only waited for."""


def check(program: Program, reporter: Reporter, graph: CallGraph, takings: Takings) -> None:
    """Reports circles in the order of locks."""
    classes = [owner for module in program.modules.values() for owner in module.classes.values()]
    owners = {item: owner for owner in classes for item in owner.fields}
    found: dict[tuple[Field, Field], Edge] = {}
    for function in graph.mine:
        for edge in edges(function, takings):
            known = found.get((edge.held, edge.taken))
            if edge.held is edge.taken:
                _twice(edge, owners, reporter)
            elif known is None or _place(edge) < _place(known):
                found[edge.held, edge.taken] = edge
    for circle in _circles(found):
        _report(circle, owners, reporter)


class Takings:
    """What each function of the author's takes, itself or through what it calls."""

    def __init__(self, graph: CallGraph, deferred: Deferred) -> None:
        self.graph = graph
        self._deferred = deferred
        self._of: dict[Function, dict[tuple[Field | None, Path | None], Taking]] = {}
        for function in graph.mine:
            self._of[function] = {}
        changed = True
        while changed:
            changed = False
            for function in graph.mine:
                changed |= self._add(function)

    def of(self, function: Function) -> list[Taking]:
        return list(self._of.get(function, {}).values())

    def by(self, site: Site) -> Iterator[Taking]:
        """What a call takes, as its caller sees it."""
        for taking in self.of(site.target):
            path = translate(taking.path, site.target, site.node) if taking.path is not None else None
            lock = taking.field
            if lock is None and path is not None and isinstance(path[-1], Field):
                lock = path[-1]
            if lock is not None or path is not None:
                here = (site.span, f"`{site.caller.qualified}` calls `{site.target.qualified}`")
                yield Taking(lock, path, (here, *taking.chain), taking.awaited)

    def waiting(self, site: Site) -> Iterator[Taking]:
        """What a call takes whose end is that of a callback: as much as if it called that."""
        owner = owner_path(site.node)
        for method in self._deferred.awaited(site.node):
            for taking in self.of(method):
                path = taking.path
                if path is not None and path[0] is receiver(method):
                    path = (*owner, *path[1:]) if owner is not None else None
                here = (site.span, f"`{site.caller.qualified}` waits for `{method.qualified}` to end")
                yield Taking(taking.field, path, (here, *taking.chain), method)

    def direct(self, function: Function, node: Node) -> Taking | None:
        """The lock that a ``with`` takes."""
        if not isinstance(node, With) or not is_lock(node.context.type):
            return None
        said = f"`{function.qualified}` takes `{node.context.span.text}`"
        return Taking(field_of(node.context), path_of(node.context), ((node.context.span, said),))

    def _add(self, function: Function) -> bool:
        known = self._of[function]
        before = len(known)
        found = [taking for node in self.graph.nodes(function) if (taking := self.direct(function, node))]
        for site in self.graph.calls(function):
            found.extend(self.waiting(site) if trusted(site.target.module) else self.by(site))
        for each in found:
            path = each.path if each.path is not None and each.path[0] in function.parameters else None
            if each.field is not None or path is not None:
                known.setdefault((each.field, path), Taking(each.field, path, each.chain, each.awaited))
        return len(known) > before


def edges(function: Function, takings: Takings) -> Iterator[Edge]:
    """The edges that a function's own blocks make."""
    for node in takings.graph.nodes(function):
        outer = takings.direct(function, node)
        if outer is None or outer.field is None or not isinstance(node, With):
            continue
        for inner in walk(node.body):
            together = node.other is not None and inner is node.body[0]
            direct = takings.direct(function, inner) if not together else None
            found = [direct] if direct is not None else []
            for site in takings.graph.sites(function, inner):
                known = trusted(site.target.module)
                found.extend(takings.waiting(site) if known else takings.by(site))
            for taking in found:
                if taking.field is not None and not _asleep(outer.field, taking.field):
                    same = taking.path is not None and taking.path == outer.path
                    span = node.context.span
                    yield Edge(outer.field, taking.field, span, taking.chain, same, taking.awaited)


def _asleep(held: Field, taken: Field) -> bool:
    """Whether a sleeping lock is taken under a spinning one, which the context pass reports."""
    return is_spinning(held.type) and not is_spinning(taken.type)


def _twice(edge: Edge, owners: dict[Field, Class], reporter: Reporter) -> None:
    """A lock taken under itself, or under its like in another object."""
    name = _name(edge.held, owners)
    where, _ = edge.chain[0]
    steps = edge.chain[1:]
    if edge.awaited is not None:
        reporter.error(
            codes.TAKEN_TWICE if edge.same else codes.TAKEN_OF_TWO,
            where,
            f"`{name}` is held here, and `{edge.awaited.qualified}`, which takes it, is waited for",
            label="neither would go on",
            labels=[(edge.outer, "held to the end of the block"), *steps],
            help="wait before the block or after it",
        )
    elif edge.same:
        reporter.error(
            codes.TAKEN_TWICE,
            where,
            f"`{name}` is taken while it is held: the thread would wait for itself",
            label="taken again",
            labels=[(edge.outer, "taken here, and held to the end of the block"), *steps],
            help="take it once, and hand what it guards to the functions that need it as an argument",
        )
    else:
        reporter.error(
            codes.TAKEN_OF_TWO,
            where,
            f"`{name}` of one object may be taken while that of another one is held",
            label="taken here",
            labels=[(edge.outer, "another object's, or the same one's, is held"), *steps],
            note="two threads that take the two in opposite orders wait for each other, and if both are one "
            "object the thread waits for itself",
            help="take both at once, or one after the other:\n"
            f"with lock_all(self.{edge.held.name}, other.{edge.held.name}) as (mine, theirs):",
        )


def _circles(edges: dict[tuple[Field, Field], Edge]) -> list[list[Edge]]:
    """The shortest circle through each edge, every set of locks once."""
    after: dict[Field, list[Edge]] = {}
    for edge in sorted(edges.values(), key=_place):
        after.setdefault(edge.held, []).append(edge)
    found: list[list[Edge]] = []
    seen: set[frozenset[Field]] = set()
    for edge in sorted(edges.values(), key=_place):
        way = _way(edge.taken, edge.held, after)
        if way is not None:
            circle = [edge, *way]
            locks = frozenset(step.held for step in circle)
            if locks not in seen:
                seen.add(locks)
                found.append(circle)
    return found


def _way(start: Field, end: Field, after: dict[Field, list[Edge]]) -> list[Edge] | None:
    came: dict[Field, Edge] = {}
    waiting = [start]
    for lock in waiting:
        for edge in after.get(lock, []):
            if edge.taken not in came and edge.taken is not start:
                came[edge.taken] = edge
                waiting.append(edge.taken)
    if end not in came:
        return None
    way: list[Edge] = []
    while end is not start:
        way.insert(0, came[end])
        end = came[end].held
    return way


def _report(circle: list[Edge], owners: dict[Field, Class], reporter: Reporter) -> None:
    first = circle[0]
    names = [_name(edge.held, owners) for edge in circle]
    where, _ = first.chain[0]
    labels = [(first.outer, f"`{names[0]}` is held from here"), *first.chain[1:]]
    for edge in circle[1:]:
        labels.append((edge.outer, f"elsewhere `{_name(edge.held, owners)}` is held from here"))
        labels.extend(edge.chain)
    quoted = [f"`{name}`" for name in names]
    order = f"{', '.join(quoted[:-1])} and {quoted[-1]}"
    both = "both orders" if len(names) == 2 else "a circle"
    reporter.error(
        codes.LOCK_ORDER,
        where,
        f"{order} are taken in {both}: two threads could wait for each other for ever",
        label=f"`{_name(first.taken, owners)}` is taken under `{names[0]}`",
        labels=labels,
        help=f"take them in the same order everywhere, as `{names[0]}` first, or one after the other",
    )


def _name(item: Field, owners: dict[Field, Class]) -> str:
    owner = owners.get(item)
    return f"{owner.name}.{item.name}" if owner is not None else item.name


def _place(edge: Edge) -> tuple[str, int, int]:
    span, _ = edge.chain[0]
    return str(span.source.path), span.line, span.column

