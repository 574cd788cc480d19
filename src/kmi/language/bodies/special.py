"""What Python does with an author's objects by special methods: looping over one, `with` on one.

    for item in ring:       it = ring.__iter__(); item = it.__next__() until that raises StopIteration
    with step as name:      name = step.__enter__(), the body, step.__exit__(), which says whether to go on
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeGuard

from kmi.language import codes, tree
from kmi.language.bodies import calls, sources, statements
from kmi.language.bodies.body import Body
from kmi.language.bodies.flow import join
from kmi.language.declarations import members, protocols
from kmi.language.relations import POISON
from kmi.language.source import Span
from kmi.language.types import BOOL, ClassType, ExceptionType, Type

Statements = list[tree.Statement]


def iterates(body: Body, kind: Type) -> bool:
    """Whether one loops over objects of this type by an ``__iter__`` that the author wrote."""
    if not isinstance(kind, ClassType):
        return False
    if is_itself(kind):
        return True
    return not kind.definition.module.startswith("kmi.") and (
        members.find_method(body.world, kind, "__iter__") is not None
    )


def is_itself(kind: Type) -> bool:
    """Whether a value is an ``Iterator``: a loop goes through it, and makes nothing."""
    if not isinstance(kind, ClassType):
        return False
    ancestors = kind.definition.ancestors()
    return any(protocols.is_iterator(c) for c in ancestors) or any(
        protocols.is_iterator(each.definition) for c in ancestors for each in c.implements
    )


def iterator(body: Body, node: ast.expr, value: tree.Expression) -> sources.Stepped | None:
    """What a loop over such an object goes through."""
    span = body.span(node)
    made = value if is_itself(value.type) else calls.method_call(body, value, "__iter__", [], span)
    kind = made.type
    if kind is POISON:
        return None
    advance = members.find_method(body.world, kind, "__next__") if isinstance(kind, ClassType) else None
    if advance is None or not isinstance(kind, ClassType) or advance.function.owner is None:
        body.error(
            codes.NOT_ITERABLE,
            node,
            f"`{value.type}.__iter__` gives a `{kind}`, which has no `__next__`",
            help="let it return an object of a class of its own, with\ndef __next__(self) -> …:",
        )
        return None
    held = body.temporary(kind, span, "iterator")
    following = calls.method_call(body, sources.get(held, span), "__next__", [], span)
    item = sources.fluid(body, following.type, span, "item")
    stop = body.world.builtin("StopIteration").definition

    def step(inner: Statements, otherwise: Statements) -> Statements:
        taken: Statements = [tree.Assign(item, following, span)]
        ended = tree.Handler((stop,), None, otherwise, span)
        return [tree.Try(taken, [ended], inner, [], span)]

    return sources.Stepped(
        following.type, item, step, [tree.Assign(held, made, span)], [held]
    )


def holding(
    body: Body,
    node: ast.With,
    context: tree.Expression,
    inside: Callable[[tree.Local | None], Statements],
    target: Callable[[Type], tree.Local | None],
) -> Statements:
    """A ``with`` on an object whose ``__exit__`` says whether it holds the exception back."""
    span = context.span
    held = body.temporary(context.type, span, "manager")
    failed = sources.fluid(body, BOOL, span, "failed")
    manager = sources.get(held, span)
    enter = calls.method_call(body, manager, "__enter__", [], span)
    body.flow.disturb()
    local = target(enter.type)
    made: Statements = [tree.Assign(held, context, span)]
    if local is not None:
        made.append(tree.Assign(local, enter, span))
    else:
        made.append(tree.Evaluate(enter, span))
    before = body.flow.copy()
    rest = inside(local)
    after = body.flow
    statements.unsettle(body, before, node.body)
    body.flow = join([after, before])
    body.flow.disturb()

    exit_ = members.find_method(body.world, context.type, "__exit__") if _is_object(context.type) else None
    looks = exit_ is not None and len(exit_.function.parameters) > 1
    error = body.temporary(ExceptionType(body.world.builtin("Exception").definition), span, "error")

    def leave(given: tree.Expression) -> tree.Expression:
        return calls.method_call(body, manager, "__exit__", [given] if looks else [], span)

    flag = _flag(failed, span)
    again: tree.Statement = tree.Raise(None, span)
    left = leave(tree.LocalGet(error, span, error.type))
    out = [tree.If(left, [], [again], span)] if left.type == BOOL else [tree.Evaluate(left, span), again]
    caught = tree.Handler((), error if looks else None, [flag(True), *out], span)
    fine = tree.Evaluate(leave(tree.NoneLiteral(span)), span)
    unless = tree.If(tree.Not(sources.get(failed, span), span), [fine], [], span)
    inner: Statements = [tree.Try(rest, [caught], [], [], span)]
    # The manager dies when it was left, however that was: by `continue` and `return`, too.
    return [*made, flag(False), tree.Try(inner, [], [], [unless, tree.Delete(held, span)], span)]


def _is_object(kind: Type) -> TypeGuard[ClassType]:
    return isinstance(kind, ClassType)


def _flag(local: tree.Local, span: Span) -> Callable[[bool], tree.Statement]:
    return lambda value: tree.Assign(local, tree.BoolLiteral(value, span), span)


__all__ = ["holding", "iterates", "iterator"]
