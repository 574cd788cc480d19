"""Several targets for one value: ``a = b = f()``, ``a, b = items``, ``first, *rest = items``.

    first, *rest = items     ->  check the length; first = items[0]; rest = items[1:]

Invariant: as in CPython, the value is evaluated once and taken apart before the first target is stored.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import assignments, attributes, calls, displays, expressions, sources, statements
from kmi.language.bodies.body import Body
from kmi.language.bodies.sources import Statements
from kmi.language.relations import POISON, describe, place_type
from kmi.language.source import Span
from kmi.language.types import EXACT, INT, ClassType, ExceptionType, TupleType, Type

BY_INDEX = ("list", "bytes", "bytearray", "str", "deque", "memoryview")
"""Built-in classes whose items are had by their number."""


def several(body: Body, node: ast.Assign) -> Statements:
    """``a = b = value``: stored from left to right."""
    span = body.span(node)
    known = [body.locals[t.id].type for t in node.targets if isinstance(t, ast.Name) and t.id in body.locals]
    made = expressions.expression(body, node.value, known[0] if known else None)
    if made.type is POISON:
        for target in node.targets:
            if isinstance(target, ast.Name):
                statements.bind_local(body, target, target.id, POISON)
        return []
    literal = isinstance(made, tree.IntLiteral | tree.BoolLiteral | tree.NoneLiteral | tree.StrLiteral)
    if literal or isinstance(made, tree.BytesLiteral):
        return [
            each
            for target in node.targets
            for each in assignments.store_value(body, node, target, made, target)
        ]
    held = body.temporary(made.type if made.type == EXACT else place_type(made.type), span)
    result: Statements = [tree.Assign(held, made, span)]
    for target in node.targets:
        result += assignments.store_value(body, node, target, sources.get(held, body.span(target)), target)
    return [*result, tree.Delete(held, span)]


def unpack(
    body: Body, node: ast.AST, targets: list[ast.expr], made: tree.Expression, value: ast.AST
) -> Statements:
    """A value that is taken apart: one with a star among its targets, or a sequence that is no tuple."""
    star = next((at for at, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
    kind = made.type
    if made.type is not POISON:
        if isinstance(kind, TupleType):
            parts = _of_tuple(body, targets, star, made, kind, value)
        elif isinstance(kind, ClassType) and any(body.world.is_builtin(kind, name) for name in BY_INDEX):
            parts = _of_sequence(body, targets, star, made, kind, value)
        else:
            body.error(
                codes.TYPE_MISMATCH,
                value,
                f"`{describe(kind)}` does not unpack into {len(targets)} targets",
                help="a tuple of as many items does",
            )
            parts = None
        if parts is not None:
            before, locals_ = parts
            for target, local in zip(targets, locals_, strict=True):
                inner = target.value if isinstance(target, ast.Starred) else target
                item = sources.take(local, body.span(inner))
                before += assignments.store_value(body, node, inner, item)
            return [*before, *(tree.Delete(local, body.span(node)) for local in locals_)]
    for target in targets:
        for part in ast.walk(target):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                statements.bind_local(body, part, part.id, POISON)
    return []


def _kept(body: Body, value: tree.Expression, span: Span, before: Statements) -> tree.Local:
    local = sources.fluid(body, value.type, span, "part")
    before.append(tree.Assign(local, value, span))
    return local


def _of_tuple(
    body: Body,
    targets: list[ast.expr],
    star: int | None,
    made: tree.Expression,
    kind: TupleType,
    value: ast.AST,
) -> tuple[Statements, list[tree.Local]] | None:
    span = body.span(value)
    fixed = len(targets) - (star is not None)
    if star is None or len(kind.items) < fixed:
        body.error(
            codes.TYPE_MISMATCH,
            value,
            f"`{kind}` does not unpack into {len(targets)} targets",
            help="a tuple of as many items does",
        )
        return None
    held = body.temporary(kind, span)
    before: Statements = [tree.Assign(held, made, span)]
    items: list[tree.Expression] = [
        tree.TupleGet(sources.get(held, span), at, span, each) for at, each in enumerate(kind.items)
    ]
    behind = len(targets) - star - 1
    rest = displays.listed(body, items[star : len(items) - behind], targets[star])
    if rest is None:
        return None
    values = [*items[:star], rest, *items[len(items) - behind :]]
    locals_ = [_kept(body, each, span, before) for each in values]
    return [*before, tree.Delete(held, span)], locals_


def _of_sequence(
    body: Body,
    targets: list[ast.expr],
    star: int | None,
    made: tree.Expression,
    kind: ClassType,
    value: ast.AST,
) -> tuple[Statements, list[tree.Local]] | None:
    span = body.span(value)
    if star is not None and not body.world.is_builtin(kind, "list"):
        body.error(
            codes.UNSUPPORTED,
            targets[star],
            f"`*` for the rest of a `{kind}` is not in kernel Python",
            help="take a slice, or make a list of it: `list(…)`",
        )
        return None
    held = body.temporary(kind, span)
    here = sources.get(held, span)
    length = sources.fluid(body, INT, span, "length")
    before: Statements = [
        tree.Assign(held, made, span),
        tree.Assign(length, calls.method_call(body, here, "__len__", [], span), span),
        *_checked(body, length, len(targets) - (star is not None), star is not None, span),
    ]

    def item(at: int) -> tree.Expression:
        return calls.method_call(body, here, "__getitem__", [sources.number(at, span)], span)

    if star is None:
        values = [item(at) for at in range(len(targets))]
    else:
        behind = len(targets) - star - 1
        last = tree.Binary("-", sources.get(length, span), tree.IntLiteral(behind, span), span)
        stop: tree.Expression = tree.Fit(last, span, INT, wrap=True)
        if not behind:
            stop = sources.number(attributes.LAST, span)
        rest = calls.method_call(body, here, "__slice__", [sources.number(star, span), stop], span)
        values = [*map(item, range(star)), rest, *map(item, range(-behind, 0))]
    locals_ = [_kept(body, each, span, before) for each in values]
    return [*before, tree.Delete(held, span)], locals_


def _checked(body: Body, length: tree.Local, wanted: int, more: bool, span: Span) -> Statements:
    """ValueError for too few items, or too many, with CPython's words."""
    definition = body.world.builtin("ValueError").definition
    get = sources.get(length, span)

    def raised(pieces: list[str | tree.FormatPiece]) -> tree.Statement:
        said = tree.Format(pieces, span, body.world.str_type)
        return tree.Raise(tree.ExceptionNew(definition, None, said, span, ExceptionType(definition)), span)

    least = f"at least {wanted}" if more else f"{wanted}"
    few = raised(
        [
            f"not enough values to unpack (expected {least}, got ",
            tree.FormatPiece(get, "", "", span),
            ")",
        ]
    )
    literal = tree.IntLiteral(wanted, span)
    made: Statements = [tree.If(tree.Compare("<", get, literal, span), [few], [], span)]
    if not more:
        many = raised([f"too many values to unpack (expected {wanted})"])
        made.append(tree.If(tree.Compare(">", get, literal, span), [many], [], span))
    return made


def starred_list(
    body: Body, node: ast.expr, items: list[ast.expr], expected: Type | None
) -> tree.Expression:
    """``[*a, b, *c]``: filled from left to right."""
    from kmi.language.bodies import comprehensions

    span = body.span(node)
    arguments: tuple[Type, ...] = ()
    if isinstance(expected, ClassType) and body.world.is_builtin(expected, "list"):
        arguments = expected.arguments
    result = sources.fluid(body, POISON, span, "items")
    made: Statements = []

    def put(item: ast.expr | tree.Expression) -> Statements:
        value = comprehensions.value_of(body, item, arguments[0] if arguments else None)
        if value.type is POISON:
            return []
        kinds = arguments or (result.type.arguments if isinstance(result.type, ClassType) else ())
        at = item if isinstance(item, ast.expr) else node
        return comprehensions.put_values(body, result, "list", [value], [at], kinds, span)

    for item in items:
        if isinstance(item, ast.Starred):
            made += comprehensions.each(body, node, item.value, put)
        else:
            made += put(item)
    if not isinstance(result.type, ClassType):
        body.ordered.remove(result)
        return body.poison(node)
    start = tree.Assign(result, tree.ListNew([], span, result.type), span)
    return tree.Do([start, *made], sources.get(result, span), span, result.type)


__all__ = ["several", "starred_list", "unpack"]
