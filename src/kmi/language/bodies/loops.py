"""Loops: ``while`` and ``for``, with ``else``, ``break`` and ``continue``.

    for i, item in enumerate(items):     ->  ForEach(item, items) with a counter

At the head of a loop only what holds for every round is known: what the body assigns is forgotten before it.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import assignments, conditions, expressions, sets, statements
from kmi.language.bodies.body import Body, Loop
from kmi.language.bodies.convert import coerce
from kmi.language.bodies.flow import Flow, join
from kmi.language.declarations import members
from kmi.language.declarations.scope import Form
from kmi.language.relations import POISON, describe, is_int
from kmi.language.report import hints
from kmi.language.types import EXACT, INT, ClassType, TupleType, Type, substitute


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
    match node.iter:
        case ast.Call(func=ast.Name(id="range" | "enumerate" as name)) if _is_builtin(body, name):
            return _range(body, node, node.iter) if name == "range" else _enumerate(body, node, node.iter)
        case _:
            iterable = expressions.expression(body, node.iter)
            return _each(body, node, iterable, [])


def _is_builtin(body: Body, name: str) -> bool:
    entity = expressions.entity_of(body, ast.Name(name, ast.Load()))
    return isinstance(entity, Form) and entity.name == f"builtins.{name}"


def _range(body: Body, node: ast.For, call: ast.Call) -> list[tree.Statement]:
    span = body.span(node)
    if not 1 <= len(call.args) <= 3 or call.keywords:
        body.error(
            codes.BAD_ARGUMENTS, call, "`range` takes one to three integers", help="range(start, stop)"
        )
    bounds: list[tree.Expression] = []
    for argument in call.args[:3]:
        value = expressions.expression(body, argument)
        if value.type is not POISON and not is_int(value.type):
            body.error(
                codes.TYPE_MISMATCH,
                argument,
                f"`range` takes integers, not a `{describe(value.type)}`",
                help="for i in range(len(items)):" if isinstance(value.type, ClassType) else None,
            )
            value = body.poison(argument)
        bounds.append(coerce(body, value, INT, argument))
    zero = tree.Fit(tree.IntLiteral(0, span), span, INT)
    one = tree.Fit(tree.IntLiteral(1, span), span, INT)
    start = bounds[0] if len(bounds) > 1 else zero
    stop = bounds[1] if len(bounds) > 1 else bounds[0] if bounds else zero
    step = bounds[2] if len(bounds) > 2 else one
    before = body.flow.copy()
    target, prologue = _target(body, node.target, INT)
    inside, otherwise = _rounds(body, node, before, target, prologue)
    if any(bound.type is POISON for bound in bounds):
        return []
    return [tree.ForRange(target, start, stop, step, inside, otherwise, span)]


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
    node: ast.For,
    before: Flow,
    target: tree.Local,
    prologue: ast.expr | None,
    extra: list[tree.Statement] | None = None,
) -> tuple[list[tree.Statement], list[tree.Statement]]:
    """The body of a ``for`` and its ``else``; ``before`` is what is known when no round has run."""
    head = before.copy()
    statements.unsettle(body, head, [node])
    body.flow = head.copy()
    body.flow.assigned.add(target)
    loop = Loop()
    inside: list[tree.Statement] = list(extra or [])
    with body.within(loop):
        if prologue is not None:
            item = tree.LocalGet(target, target.span, target.type)
            stored = assignments.store_value(body, node, prologue, item)
            # What the item held lives on only in what it was taken apart into.
            inside.extend([*stored, tree.Delete(target, target.span)] if stored else [])
        inside.extend(statements.block(body, node.body))
    ends = join([head, body.flow, *loop.continues])
    ends.dead = before.dead
    body.flow = ends
    otherwise = statements.block(body, node.orelse)
    body.flow = join([body.flow, *loop.breaks])
    return inside, otherwise


def _each(
    body: Body,
    node: ast.For,
    iterable: tree.Expression,
    extra: list[tree.Statement],
    targets: ast.expr | None = None,
) -> list[tree.Statement]:
    """``for target in object``."""
    span = body.span(node)
    kind = iterable.type
    element: Type = POISON
    if sets.refuse_order(body, node.iter, kind, ast.unparse(node.iter)):
        pass
    elif isinstance(kind, ClassType):
        advance = members.find_method(body.world, kind, "__advance__")
        item = members.find_method(body.world, kind, "__item__")
        if advance is None or item is None:
            body.error(
                codes.NOT_ITERABLE,
                node.iter,
                f"one cannot loop over a `{kind}`",
                help=hints.lock_hint(kind, ast.unparse(node.iter), "for item in {}: ...")
                or "loop over a list, bytes, a dict, or `range(…)`",
            )
        else:
            body.world.want(advance)
            body.world.want(item)
            assert item.function.owner is not None
            element = substitute(item.function.result, members.class_bindings(kind, item.function.owner))
    elif isinstance(kind, TupleType):
        body.error(
            codes.NOT_ITERABLE,
            node.iter,
            "one cannot loop over a tuple in kernel Python",
            help="use a list, whose items have one type",
        )
    elif kind is not POISON:
        help = "for i in range(…):" if is_int(kind) else None
        body.error(codes.NOT_ITERABLE, node.iter, f"one cannot loop over a `{describe(kind)}`", help=help)
    before = body.flow.copy()
    target, prologue = _target(body, targets if targets is not None else node.target, element)
    inside, otherwise = _rounds(body, node, before, target, prologue, extra)
    if element is POISON:
        return []
    return [tree.ForEach(target, iterable, inside, otherwise, span)]


def _enumerate(body: Body, node: ast.For, call: ast.Call) -> list[tree.Statement]:
    """``for i, item in enumerate(items)``: a counter beside the loop."""
    span = body.span(node)
    if len(call.args) not in (1, 2) or call.keywords:
        body.error(codes.BAD_ARGUMENTS, call, "`enumerate` takes a container and a first number")
        return []
    if not isinstance(node.target, ast.Tuple) or len(node.target.elts) != 2:
        body.error(
            codes.TYPE_MISMATCH,
            node.target,
            "`enumerate` gives a number and an item",
            help="for i, item in enumerate(…):",
        )
        return []
    iterable = expressions.expression(body, call.args[0])
    start: tree.Expression = tree.IntLiteral(0, span)
    if len(call.args) == 2:
        start = expressions.value_for(body, call.args[1], INT, "the first number")
    counter = body.temporary(INT, span, "index")
    number, item = node.target.elts
    get = tree.LocalGet(counter, body.span(number), INT)
    first = tree.Assign(counter, coerce(body, start, INT, span), span)
    step = tree.Assign(
        counter, tree.Fit(tree.Binary("+", get, tree.IntLiteral(1, span), span, EXACT), span, INT), span
    )
    if not isinstance(number, ast.Name):
        body.error(codes.UNSUPPORTED, number, "the number of `enumerate` goes into a plain variable")
        return []
    prologue = assignments.store_local(body, node, number, number.id, get, number)
    made = _each(body, node, iterable, [*prologue, step], item)
    return [first, *made, tree.Delete(counter, span)] if made else []
