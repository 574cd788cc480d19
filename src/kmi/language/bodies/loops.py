"""Loops: ``while`` and ``for``, with ``else``, ``break`` and ``continue``.

    for i, item in enumerate(items):     ->  ForEach(item, items) with a counter

What a ``for`` goes through is the affair of ``sources``; ``go_through`` serves comprehensions, too.

At the head of a loop only what holds for every round is known: what the body assigns is forgotten before it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from kmi.language import tree
from kmi.language.bodies import assignments, conditions, expressions, sources, statements
from kmi.language.bodies.body import Body, Loop
from kmi.language.bodies.convert import coerce
from kmi.language.bodies.flow import Flow, join
from kmi.language.bodies.sources import Statements
from kmi.language.relations import POISON
from kmi.language.types import BOOL, EXACT, INT, TupleType, Type


def while_statement(body: Body, node: ast.While) -> list[tree.Statement]:
    """``while test: … else: …``."""
    statements.unsettle(body, body.flow, [node])
    test, when_true, when_false = conditions.condition(body, node.test)
    loop = Loop()
    body.flow = when_true
    with body.within(loop):
        inside = statements.block(body, node.body)
    body.flow = when_false
    otherwise = statements.block(body, node.orelse)
    body.flow = join([body.flow, *loop.breaks])
    return [tree.While(test, inside, otherwise, body.span(node))]


def leave(body: Body, node: ast.Break | ast.Continue) -> list[tree.Statement]:
    """``break`` and ``continue``."""
    span = body.span(node)
    if not body.loops:
        return []  # a syntax error of Python's own
    made: tree.Statement
    if isinstance(node, ast.Break):
        body.loops[-1].breaks.append(body.flow)
        made = tree.Break(span)
    else:
        body.loops[-1].continues.append(body.flow)
        made = tree.Continue(span)
    body.flow = Flow(dead=True)
    return [made]


def for_statement(body: Body, node: ast.For) -> list[tree.Statement]:
    """``for target in iterable: … else: …``."""
    return go_through(
        body,
        node,
        node.iter,
        node.target,
        [node],
        lambda: statements.block(body, node.body),
        lambda: statements.block(body, node.orelse),
    )


def go_through(
    body: Body,
    node: ast.stmt | ast.expr,
    iterable: ast.expr,
    target: ast.expr,
    changes: Sequence[ast.AST],
    inside: Callable[[], Statements],
    otherwise: Callable[[], Statements] = list,
    between: Callable[[], Statements] = list,
    outside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ordered: bool = True,
) -> Statements:
    """A loop over anything. ``changes`` are the nodes that each round runs; ``between`` is evaluated after
    the iterable and before the first round; the iterable is evaluated ``outside``;
    ``ordered`` tells whether the order of the items shows.
    """
    match iterable, target:
        case ast.Call(), ast.Tuple(elts=[ast.Name(), _]) if _counts_plain(body, iterable):
            return _enumerate(body, node, iterable, target, changes, inside, otherwise, between, outside)
        case _:
            pass
    with outside():
        found = sources.source(body, iterable, ordered)
    match found:
        case None:
            between()
            _bind_unknown(body, target)
            before = body.flow.copy()
            _rounds(body, changes, before, [], list, inside, otherwise)
            return []
        case sources.Plain():
            return _plain(body, node, found, iterable, target, changes, list, inside, otherwise, between)
        case sources.Stepped():
            return _stepped(body, node, found, target, changes, inside, otherwise, between)


def _bind_unknown(body: Body, target: ast.expr) -> None:
    """After an error: the names of the target are there, and nothing is known of them."""
    for part in ast.walk(target):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            statements.bind_local(body, part, part.id, POISON)


def _plain(
    body: Body,
    node: ast.stmt | ast.expr,
    source: sources.Plain,
    iterable: ast.expr,
    target: ast.expr,
    changes: Sequence[ast.AST],
    first: Callable[[], Statements],
    inside: Callable[[], Statements],
    otherwise: Callable[[], Statements],
    between: Callable[[], Statements],
) -> Statements:
    """One loop node; ``first`` are the first statements of each round."""
    extra = between()
    before = body.flow.copy()
    local, stored = _target(body, target, source.element)

    def prologue() -> Statements:
        made = first()
        if stored is not None:
            item = tree.LocalGet(local, local.span, local.type)
            taken = assignments.store_value(body, node, stored, item)
            # What the item held lives on only in what it was taken apart into.
            made += [*taken, tree.Delete(local, local.span)] if taken else []
        return made

    rounds, rest = _rounds(body, changes, before, [local], prologue, inside, otherwise)
    loop = source.loop(local, rounds, rest)
    if not extra:
        return [*source.before, loop]
    span = body.span(iterable)
    match loop:
        case tree.ForEach(iterable=value):
            held = body.temporary(value.type, span, "iterable")
            loop.iterable = sources.get(held, span)
            kept: Statements = [tree.Assign(held, value, span)]
            return [*source.before, *kept, *extra, loop, tree.Delete(held, span)]
        case _:
            return [*source.before, *extra, loop]


def _stepped(
    body: Body,
    node: ast.stmt | ast.expr,
    source: sources.Stepped,
    target: ast.expr,
    changes: Sequence[ast.AST],
    inside: Callable[[], Statements],
    otherwise: Callable[[], Statements],
    between: Callable[[], Statements],
) -> Statements:
    """A ``while`` that goes on for as long as there is an item."""
    span = body.span(node)
    extra = between()
    before = body.flow.copy()
    got = sources.fluid(body, BOOL, span, "got")

    def flag(value: bool) -> tree.Statement:
        return tree.Assign(got, tree.BoolLiteral(value, span), span)

    prologue = _Taking(body, node, target, source.item)
    rounds, rest = _rounds(body, changes, before, [], prologue.statements, inside, otherwise)
    test = tree.Do([flag(False), *source.step([flag(True)], [])], sources.get(got, span), span, BOOL)
    ended: Statements = [tree.Delete(local, span) for local in [*_locals(source.item), *source.held]]
    loop = tree.While(test, rounds, [*ended, *rest] if rest else [], span)
    return [*source.before, *extra, loop, *ended]


def _locals(item: sources.Item) -> list[tree.Local]:
    if isinstance(item, tree.Local):
        return [item]
    return [local for part in item for local in _locals(part)]


class _Taking:
    """The items of a round, stored into the target: a tuple is made only where the target wants one."""

    def __init__(self, body: Body, node: ast.stmt | ast.expr, target: ast.expr, item: sources.Item) -> None:
        self.body, self.node, self.target, self.item = body, node, target, item

    def statements(self) -> Statements:
        return self._store(self.target, self.item)

    def _store(self, target: ast.expr, item: sources.Item) -> Statements:
        match target:
            case ast.Tuple(elts=parts) | ast.List(elts=parts) if isinstance(item, list):
                if len(parts) == len(item) and not any(isinstance(part, ast.Starred) for part in parts):
                    pairs = zip(parts, item, strict=True)
                    return [made for part, inner in pairs for made in self._store(part, inner)]
            case _:
                pass
        return assignments.store_value(self.body, self.node, target, self._value(item))

    def _value(self, item: sources.Item) -> tree.Expression:
        span = self.body.span(self.target)
        if isinstance(item, tree.Local):
            return sources.take(item, span)
        parts = [self._value(part) for part in item]
        return tree.TupleNew(parts, span, TupleType(tuple(part.type for part in parts)))


def _target(body: Body, target: ast.expr, kind: Type) -> tuple[tree.Local, ast.expr | None]:
    """The local that takes each item; where the target is not that local, what the item is then stored
    into.
    """
    if isinstance(target, ast.Name):
        known = body.locals.get(target.id)
        if known is None or known.type == kind:
            return statements.bind_local(body, target, target.id, kind), None
        if kind is POISON:
            return known, None
        local = statements.bind_local(body, target, target.id, kind)
        if local.type == kind:
            return local, None
    return body.temporary(kind, body.span(target), "item"), target


def _rounds(
    body: Body,
    changes: Sequence[ast.AST],
    before: Flow,
    assigned: Sequence[tree.Local],
    prologue: Callable[[], Statements],
    inside: Callable[[], Statements],
    otherwise: Callable[[], Statements],
) -> tuple[Statements, Statements]:
    """The rounds of a loop and its ``else``; ``before`` is what is known when no round has run."""
    head = before.copy()
    statements.unsettle(body, head, changes)
    body.flow = head.copy()
    body.flow.assigned.update(assigned)
    loop = Loop()
    with body.within(loop):
        rounds = [*prologue(), *inside()]
    ends = join([head, body.flow, *loop.continues])
    ends.dead = before.dead
    body.flow = ends
    rest = otherwise()
    body.flow = join([body.flow, *loop.breaks])
    return rounds, rest


def _counts_plain(body: Body, iterable: ast.expr) -> bool:
    """Whether this is ``enumerate`` of what one loop node goes through."""
    if sources.form_of(body, iterable) != "enumerate" or not isinstance(iterable, ast.Call):
        return False
    return len(iterable.args) in (1, 2) and not iterable.keywords and sources.form_of(
        body, iterable.args[0]
    ) not in ("enumerate", "zip", "reversed")


def _enumerate(
    body: Body,
    node: ast.stmt | ast.expr,
    call: ast.Call,
    target: ast.Tuple,
    changes: Sequence[ast.AST],
    inside: Callable[[], Statements],
    otherwise: Callable[[], Statements],
    between: Callable[[], Statements],
    outside: Callable[[], AbstractContextManager[None]],
) -> Statements:
    """``for i, item in enumerate(items)``: a counter beside the loop."""
    span = body.span(node)
    with outside():
        found = sources.source(body, call.args[0])
    if isinstance(found, sources.Stepped):
        initial: tree.Expression = tree.IntLiteral(0, span)
        if len(call.args) == 2:
            with outside():
                initial = expressions.value_for(body, call.args[1], INT, "the first number")
        numbered = sources.counted(body, found, coerce(body, initial, INT, span), span)
        return _stepped(body, node, numbered, target, changes, inside, otherwise, between)
    number, item = target.elts
    assert isinstance(number, ast.Name)
    counter = body.temporary(INT, span, "index")

    def start() -> Statements:
        first: tree.Expression = tree.IntLiteral(0, span)
        if len(call.args) == 2:
            with outside():
                first = expressions.value_for(body, call.args[1], INT, "the first number")
        return [tree.Assign(counter, coerce(body, first, INT, span), span), *between()]

    def count() -> Statements:
        get = tree.LocalGet(counter, body.span(number), INT)
        following = tree.Binary("+", get, tree.IntLiteral(1, span), span, EXACT)
        step = tree.Assign(counter, tree.Fit(following, span, INT), span)
        return [*assignments.store_local(body, node, number, number.id, get, number), step]

    if found is None:
        start()
        _bind_unknown(body, target)
        _rounds(body, changes, body.flow.copy(), [], list, inside, otherwise)
        return []
    late = len(call.args) == 2 and not isinstance(call.args[1], ast.Constant | ast.Name)
    if late:
        return [
            *_plain(body, node, found, call, item, changes, count, inside, otherwise, start),
            tree.Delete(counter, span),
        ]
    first = start()
    made = _plain(body, node, found, call, item, changes, count, inside, otherwise, list)
    return [*first, *made, tree.Delete(counter, span)]


__all__ = ["for_statement", "go_through", "leave", "while_statement"]
