"""``next`` and ``iter``: the first item of something, the next one of an iterator.

    next(iter(table))                        the first key, of a loop that ends with it
    next((n for n in ns if n > 3), None)     the first that fits
    next(walker, default)                    walker.__next__(), or the default where it raises StopIteration

Only an author's iterators are objects; what a container's would be is a loop each time.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import (
    calls,
    comprehensions,
    expressions,
    method_calls,
    reductions,
    sources,
    special,
)
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import coerce, join_types
from kmi.language.bodies.sources import Statements
from kmi.language.declarations import members
from kmi.language.relations import POISON, describe, place_type
from kmi.language.source import Span
from kmi.language.types import BOOL, EXACT, ClassType, ExceptionType


def call(body: Body, node: ast.Call, name: str) -> tree.Expression:
    """``next(…)`` or ``iter(…)``."""
    if len(node.args) > (2 if name == "next" else 1):
        return body.error(
            codes.BAD_ARGUMENTS,
            node,
            f"`{name}` takes " + ("an iterator and a default" if name == "next" else "one container"),
        )
    if name == "iter":
        return _iterator(body, node)
    argument = node.args[0]
    match sources.form_of(body, argument), argument:
        case _, ast.GeneratorExp():
            return _first(body, node, argument)
        case "iter", ast.Call(args=[container], keywords=[]) if not special.iterates(
            body, method_calls.peek_type(body, container)
        ):
            return _first(body, node, container)
        case ("reversed" | "zip" | "enumerate"), _:
            return _first(body, node, argument)
        case _:
            return _next(body, node, argument)


def _iterator(body: Body, node: ast.Call) -> tree.Expression:
    value = expressions.expression(body, node.args[0])
    if value.type is POISON or special.is_itself(value.type):
        return value
    if special.iterates(body, value.type):
        return calls.method_call(body, value, "__iter__", [], body.span(node))
    return body.error(
        codes.UNSUPPORTED,
        node,
        f"an iterator over a `{describe(value.type)}` is no value in kernel Python",
        help=f"loop over it; or take the first: `next(iter({ast.unparse(node.args[0])}))`",
    )


def _default(body: Body, node: ast.Call) -> tuple[Statements, tree.Expression | None]:
    """What keeps the default until it is needed, and how it is read."""
    if len(node.args) == 1:
        return [], None
    span = body.span(node.args[1])
    value = expressions.expression(body, node.args[1])
    if isinstance(value, tree.NoneLiteral) or value.type is POISON:
        return [], value
    held = sources.fluid(body, place_type(value.type), span, "default")
    fitted = coerce(body, value, held.type, node.args[1])
    return [tree.Assign(held, fitted, span)], sources.take(held, span)


def _first(body: Body, node: ast.Call, argument: ast.expr) -> tree.Expression:
    """The first item of a loop."""
    span = body.span(node)
    done, found = sources.fluid(body, BOOL, span, "found"), sources.fluid(body, POISON, span, "first")
    fallback: list[tree.Expression | None] = []

    def before() -> Statements:
        held, default = _default(body, node)
        fallback.append(default)
        return held

    def use(item: ast.expr | tree.Expression) -> Statements:
        value = comprehensions.value_of(body, item)
        at = item if isinstance(item, ast.expr) else argument
        kind = reductions.kind_of_items(body, value, at)
        if kind is None:
            return []
        found.type = kind
        taken = tree.Assign(found, reductions.fitted(body, value, kind, at), span)
        return [taken, tree.Assign(done, tree.BoolLiteral(True, span), span), tree.Break(span)]

    made = comprehensions.each(body, node, argument, use, done, between=before)
    if found.type is POISON:
        body.ordered.remove(found)
    if found.type is POISON or not made:
        return body.poison(node)
    start = tree.Assign(done, tree.BoolLiteral(False, span), span)
    return _chosen(body, node, [start, *made], done, found, fallback[0])


def _next(body: Body, node: ast.Call, argument: ast.expr) -> tree.Expression:
    """The next item of an author's iterator."""
    span = body.span(node)
    value = expressions.expression(body, argument)
    kind = value.type
    if kind is POISON:
        return value
    if not isinstance(kind, ClassType) or members.find_method(body.world, kind, "__next__") is None:
        return body.error(
            codes.NOT_ITERABLE,
            argument,
            f"a `{describe(kind)}` is no iterator",
            help=f"next(iter({ast.unparse(argument)}))",
        )
    following = calls.method_call(body, value, "__next__", [], span)
    if len(node.args) == 1 or following.type is POISON:
        return following
    done, found = sources.fluid(body, BOOL, span, "found"), sources.fluid(body, following.type, span, "next")
    this = body.temporary(kind, span, "iterator")
    before: Statements = [tree.Assign(this, value, span)]
    following = calls.method_call(body, sources.get(this, span), "__next__", [], span)
    held, default = _default(body, node)
    stop = body.world.builtin("StopIteration").definition
    taken: Statements = [
        tree.Assign(found, following, span),
        tree.Assign(done, tree.BoolLiteral(True, span), span),
    ]
    ended = tree.Handler((stop,), None, [tree.Assign(done, tree.BoolLiteral(False, span), span)], span)
    made: Statements = [
        *before,
        tree.Assign(done, tree.BoolLiteral(False, span), span),
        *held,
        tree.Try(taken, [ended], [], [], span),
        tree.Delete(this, span),
    ]
    return _chosen(body, node, made, done, found, default)


def _chosen(
    body: Body,
    node: ast.Call,
    made: Statements,
    done: tree.Local,
    found: tree.Local,
    default: tree.Expression | None,
) -> tree.Expression:
    """What was found, or else the default, or StopIteration."""
    span = body.span(node)
    if default is None:
        nothing = tree.Not(sources.get(done, span), span)
        made.append(tree.If(nothing, [_stop(body, span)], [], span))
        return tree.Do(made, sources.get(found, span), span, found.type)
    if default.type is POISON:
        return body.poison(node)
    kind = join_types(body, found.type, default.type)
    if kind is None:
        return body.error(
            codes.BAD_OPERANDS,
            node,
            f"this is either a `{describe(found.type)}` or a `{describe(default.type)}`",
            help="give both the same type",
        )
    result = sources.fluid(body, kind if kind == EXACT else place_type(kind), span, "next")
    there = reductions.fitted(body, sources.take(found, span), result.type, node)
    other = reductions.fitted(body, default, result.type, node)
    test = sources.get(done, span)
    made.append(
        tree.If(test, [tree.Assign(result, there, span)], [tree.Assign(result, other, span)], span)
    )
    match default:
        case tree.Do(value=tree.LocalGet(local=kept)) | tree.LocalGet(local=kept):
            made.append(tree.Delete(kept, span))
        case _:
            pass
    return tree.Do(made, sources.get(result, span), span, result.type)


def _stop(body: Body, span: Span) -> tree.Statement:
    definition = body.world.builtin("StopIteration").definition
    return tree.Raise(tree.ExceptionNew(definition, None, None, span, ExceptionType(definition)), span)


__all__ = ["call"]
