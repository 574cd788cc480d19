"""The control flow of one function: points in the order in which they can follow each other.

A point is one step: a statement's own expressions, then perhaps a local that is written. Structured
statements become several points; what runs on several ways out of a block (``finally``, the end of a
``with``) is there once for each way, so that no path exists which the program does not have.

    with lock as value:        enter (writes value) -> body -> leave -> next
        body                        any raise in the body -> another leave -> the handler

Invariants: every point that may raise has an ``error`` successor unless the function ends there;
``entry`` reaches every point but those of dead code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TypeAlias

from kmi.language.report.diagnostics import InternalError
from kmi.language.tree import (
    Assign,
    Break,
    Conditional,
    Continue,
    Delete,
    Do,
    Evaluate,
    Expression,
    ForEach,
    ForRange,
    Function,
    Handler,
    If,
    InitPlace,
    Local,
    Logical,
    Raise,
    Return,
    SetField,
    Statement,
    Store,
    Try,
    Unsafe,
    While,
    With,
)
from kmi.language.tree.walk import children, is_expression


@dataclass(slots=True, eq=False)
class Point:
    """One step of a function."""

    statement: Statement | None
    """The statement it belongs to; None at the function's end."""
    expressions: tuple[Expression, ...] = ()
    writes: Local | None = None
    """The local that gets a value when the step has succeeded."""
    leaves: With | None = None
    """The block whose ``__exit__`` this step is."""
    next: list[Point] = field(default_factory=list)
    error: Point | None = None
    """Where an exception of this step goes; None: out of the function."""


@dataclass(frozen=True, slots=True)
class _Ways:
    """Where the jumps of a block lead; each is made only when it is used."""

    done: Callable[[], Point]
    error: Callable[[], Point] | None
    loop_end: Callable[[], Point] | None = None
    loop_next: Callable[[], Point] | None = None

    def through(self, wrap: Callable[[Callable[[], Point]], Callable[[], Point]]) -> _Ways:
        """The same ways, each by way of something else."""
        return _Ways(
            wrap(self.done),
            wrap(self.error) if self.error else None,
            wrap(self.loop_end) if self.loop_end else None,
            wrap(self.loop_next) if self.loop_next else None,
        )


class Graph:
    """The points of a function, from ``entry``."""

    def __init__(self, function: Function) -> None:
        self.end = Point(None)
        self.entry = _block(function.body, self.end, _Ways(lambda: self.end, None))
        self.points = list(_reachable(self.entry))


def _reachable(entry: Point) -> Iterator[Point]:
    seen = {entry}
    waiting = [entry]
    while waiting:
        point = waiting.pop()
        yield point
        for following in (*point.next, *([point.error] if point.error else [])):
            if following not in seen:
                seen.add(following)
                waiting.append(following)


def _block(statements: list[Statement], after: Point, ways: _Ways) -> Point:
    """The first point of the statements; the last one is followed by ``after``."""
    for statement in reversed(statements):
        after = _statement(statement, after, ways)
    return after


def _point(
    statement: Statement, next: list[Point], ways: _Ways, *expressions: Expression, writes: Local | None
    = None
) -> Point:
    """The step of a statement, and before it the steps within its expressions."""
    error = ways.error() if ways.error else None
    return _before(Point(statement, expressions, writes, None, next, error), ways)


def _before(point: Point, ways: _Ways) -> Point:
    """The first of the steps within a point's expressions; the point itself where there are none."""
    first = point
    for inner in reversed([found for each in point.expressions for found in _inside(each, False)]):
        first = _within(inner, first, ways)
    return first


_Inner: TypeAlias = tuple[Do, bool]
"""Steps within an expression, and whether they may be left out."""


def _inside(node: Expression, maybe: bool) -> Iterator[_Inner]:
    """The outermost steps within an expression, in their order."""
    match node:
        case Do():
            yield node, maybe
            return
        case Logical(left=left, right=right):
            yield from _inside(left, maybe)
            yield from _inside(right, True)
            return
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            yield from _inside(condition, maybe)
            yield from _inside(then, True)
            yield from _inside(otherwise, True)
            return
        case _:
            for child in children(node):
                if is_expression(child):
                    yield from _inside(child, maybe)


def _within(inner: _Inner, after: Point, ways: _Ways) -> Point:
    node, maybe = inner
    first = after
    for found in reversed(list(_inside(node.value, False))):
        first = _within(found, first, ways)
    first = _block(node.statements, first, ways)
    if not maybe:
        return first
    return Point(None, (), None, None, [first, after], None)


def _statement(statement: Statement, after: Point, ways: _Ways) -> Point:
    match statement:
        case Assign(local=local, value=value):
            return _point(statement, [after], ways, value, writes=local)
        case SetField(object=target, value=value):
            return _point(statement, [after], ways, target, value)
        case Store(target=target, value=value):
            return _point(statement, [after], ways, target, value)
        case InitPlace(object=target, arguments=arguments):
            return _point(statement, [after], ways, target, *arguments)
        case Evaluate(value=value):
            return _point(statement, [after], ways, value)
        case Delete(local=local):
            return _point(statement, [after], ways, writes=local)
        case If(condition=condition, then=then, otherwise=otherwise):
            branches = [_block(then, after, ways), _block(otherwise, after, ways)]
            return _point(statement, branches, ways, condition)
        case While(condition=condition, body=body, otherwise=otherwise):
            error = ways.error() if ways.error else None
            test = Point(statement, (condition,), None, None, [_block(otherwise, after, ways)], error)
            head = _before(test, ways)
            test.next.append(_loop(body, head, after, ways))
            return head
        case ForRange(start=start, stop=stop, step=step) as loop:
            return _for(loop, (start, stop, step), (), after, ways)
        case ForEach(iterable=iterable) as loop:
            return _for(loop, (iterable,), (iterable,), after, ways)
        case Break():
            return _jump(statement, ways.loop_end)
        case Continue():
            return _jump(statement, ways.loop_next)
        case Return(value=value):
            return _point(statement, [ways.done()], ways, *([value] if value is not None else []))
        case Raise(value=value):
            return _point(statement, [], ways, *([value] if value is not None else []))
        case Try():
            return _try(statement, after, ways)
        case With(context=context, target=target, body=body):
            def leave(way: Callable[[], Point]) -> Callable[[], Point]:
                return cache(lambda: Point(statement, (), None, statement, [way()], None))

            leaves = ways.error or (lambda: Point(statement))
            inner = replace(ways, error=leaves).through(leave)
            first = _block(body, leave(lambda: after)(), inner)
            return _point(statement, [first], ways, context, writes=target)
        case Unsafe(body=body):
            return _block(body, after, ways)
        case _:
            raise InternalError(f"control flow of {type(statement).__name__}")


def _jump(statement: Statement, way: Callable[[], Point] | None) -> Point:
    if way is None:
        raise InternalError("a jump outside a loop", statement.span)
    return Point(statement, next=[way()])


def _loop(body: list[Statement], head: Point, after: Point, ways: _Ways) -> Point:
    return _block(body, head, replace(ways, loop_end=lambda: after, loop_next=lambda: head))


def _for(
    loop: ForRange | ForEach,
    once: tuple[Expression, ...],
    every: tuple[Expression, ...],
    after: Point,
    ways: _Ways,
) -> Point:
    """The bounds, evaluated once; the head, which asks whether to go on; the step that writes the target."""
    head = _point(loop, [_block(loop.otherwise, after, ways)], ways)
    step = Point(loop, every, loop.target, None, [], ways.error() if ways.error else None)
    step.next.append(_loop(loop.body, head, after, ways))
    head.next.append(step)
    return _point(loop, [head], ways, *once)


def _try(statement: Try, after: Point, ways: _Ways) -> Point:
    outer = ways
    if statement.final:

        def finally_(way: Callable[[], Point]) -> Callable[[], Point]:
            return cache(lambda: _block(statement.final, way(), ways))

        leaves = ways.error or (lambda: Point(statement))
        outer = replace(ways, error=leaves).through(finally_)
        after = _block(statement.final, after, ways)
    handlers = [_handler(statement, handler, after, outer) for handler in statement.handlers]
    rest = _block(statement.otherwise, after, outer)
    if not handlers:
        return _block(statement.body, rest, outer)
    caught = Point(statement, next=handlers, error=outer.error() if outer.error else None)
    return _block(statement.body, rest, replace(outer, error=lambda: caught))


def _handler(statement: Try, handler: Handler, after: Point, ways: _Ways) -> Point:
    first = _block(handler.body, after, ways)
    return Point(statement, writes=handler.local, next=[first]) if handler.local is not None else first
