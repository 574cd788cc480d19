"""Displays: tuples, lists and dicts written out, ``(a, b)``, ``[a, b]``, ``{a: b}``."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from kmi.language import codes, tree
from kmi.language.bodies import adapting, expressions
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import coerce, join_types
from kmi.language.declarations.callables import callable_view
from kmi.language.relations import POISON, describe, place_type
from kmi.language.types import (
    INT,
    ClassType,
    IntType,
    OptionalType,
    TupleType,
    Type,
)


def tuple_(body: Body, node: ast.expr, items: list[ast.expr], expected: Type | None) -> tree.Expression:
    wanted = expected.inner if isinstance(expected, OptionalType) else expected
    kinds = wanted.items if isinstance(wanted, TupleType) and len(wanted.items) == len(items) else None
    made: list[tree.Expression] = []
    for position, item in enumerate(items):
        value = expressions.expression(body, item, kinds[position] if kinds is not None else None)
        made.append(value)
    if any(value.type is POISON for value in made):
        return body.poison(node)
    fitted = [
        coerce(body, value, kinds[i] if kinds is not None else _held(value.type), items[i], "the item")
        for i, value in enumerate(made)
    ]
    return tree.TupleNew(fitted, body.span(node), TupleType(tuple(value.type for value in fitted)))


def _target(body: Body, node: ast.expr, otherwise: str) -> str:
    """What the line assigns the value to, as its author wrote it."""
    line = body.scope.source.lines[node.lineno - 1]
    found = re.match(r"\s*([\w.]+) = [\[{]", line)
    return found[1] if found is not None else otherwise


def list_(body: Body, node: ast.expr, items: list[ast.expr], expected: Type | None) -> tree.Expression:
    wanted = expected.inner if isinstance(expected, OptionalType) else expected
    element = (
        wanted.arguments[0]
        if isinstance(wanted, ClassType) and body.world.is_builtin(wanted, "list")
        else None
    )
    made = [expressions.expression(body, item, element) for item in items]
    if element is None:
        if not items:
            return body.error(
                codes.CANNOT_INFER,
                node,
                "what this list will hold cannot be seen",
                help=f"say it where it is made:\n{_target(body, node, 'items')}: list[int] = []",
            )
        element = element_of(body, made, items)
    if element is None or element is POISON:
        return body.poison(node)
    fitted = [coerce(body, value, element, item, "the item") for value, item in zip(made, items, strict=True)]
    return tree.ListNew(fitted, body.span(node), body.world.builtin_type("list", element))


def element_of(body: Body, values: list[tree.Expression], nodes: Sequence[ast.AST]) -> Type | None:
    kind: Type = values[0].type
    for value, node in zip(values[1:], nodes[1:], strict=True):
        joined = join_types(body, kind, value.type)
        if joined is None:
            body.error(
                codes.TYPE_MISMATCH,
                node,
                f"the items before are `{describe(kind)}`, this is `{describe(value.type)}`",
                help="give all items one type",
            )
            return None
        kind = joined
    if isinstance(kind, IntType) and body.world.enum_of(kind) is None:
        return INT  # as type checkers see it: an item has a width only where that is declared
    return _held(kind)


def _held(kind: Type) -> Type:
    """The place that a container has for a value: any function of that header fits where one stands."""
    view = callable_view(kind) if isinstance(kind, ClassType) else None
    return view if view is not None else place_type(kind)


def listed(body: Body, items: list[tree.Expression], node: ast.AST) -> tree.Expression | None:
    """A list of values that are there already; None, and an error, where they have no type in common."""
    span = body.span(node)
    if not items:
        body.error(codes.CANNOT_INFER, node, "what this list will hold cannot be seen: it is empty")
        return None
    element = element_of(body, items, [node] * len(items))
    if element is None or element is POISON:
        return None
    fitted = [coerce(body, item, element, span, "the item") for item in items]
    return tree.ListNew(fitted, span, body.world.builtin_type("list", element))


def list_of_tuple(body: Body, value: tree.Expression, node: ast.expr) -> tree.Expression | None:
    """A tuple whose items have one type, as a list: what a loop goes through."""
    span = body.span(node)
    if not isinstance(value.type, TupleType):
        return None
    if not value.type.items:
        body.error(codes.NOT_ITERABLE, node, "this tuple is empty")
        return None

    if isinstance(value, tree.TupleNew):
        return listed(body, value.items, node)
    held = body.temporary(value.type, span, "items")
    get = tree.LocalGet(held, span, held.type)
    items: list[tree.Expression] = [
        tree.TupleGet(get, at, span, kind) for at, kind in enumerate(value.type.items)
    ]
    made = listed(body, items, node)
    return tree.Let(held, value, made, span, made.type) if made is not None else None


def dict_(body: Body, node: ast.Dict, expected: Type | None) -> tree.Expression:
    wanted = expected.inner if isinstance(expected, OptionalType) else expected
    arguments = (
        wanted.arguments
        if isinstance(wanted, ClassType) and body.world.is_builtin(wanted, "dict")
        else (None, None)
    )
    key, item = arguments[0], arguments[1]
    if None in node.keys:
        return body.poison(node)  # `**`: the whitelist has said so
    keys = [k for k in node.keys if k is not None]
    pairs = [
        (expressions.expression(body, k, key), expressions.expression(body, v, item))
        for k, v in zip(keys, node.values, strict=True)
    ]
    if key is None or item is None:
        if not pairs:
            return body.error(
                codes.CANNOT_INFER,
                node,
                "what this dict will hold cannot be seen",
                help=f"say it where it is made:\n{_target(body, node, 'items')}: dict[int, bytes] = {{}}",
            )
        key = element_of(body, [k for k, _ in pairs], keys)
        item = element_of(body, [v for _, v in pairs], node.values)
    if key is None or item is None or POISON in (key, item):
        return body.poison(node)
    if not adapting.check_key(body, node, key, "the key"):
        return body.poison(node)
    fitted = [
        (coerce(body, k, key, kn, "the key"), coerce(body, v, item, vn, "the value"))
        for (k, v), kn, vn in zip(pairs, keys, node.values, strict=True)
    ]
    return tree.DictNew(fitted, body.span(node), body.world.builtin_type("dict", key, item))
