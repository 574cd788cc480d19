"""``in``: whether a value is among others.

    n in range(2, 9)      2 <= n and n < 9
    n in (1, LIMIT)       n == 1 or n == LIMIT
    n in numbers          list.__contains__(numbers, n)
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import calls, expressions, families, sources
from kmi.language.bodies.body import Body
from kmi.language.bodies.comparisons import compare_values
from kmi.language.bodies.convert import as_int
from kmi.language.bodies.once import once
from kmi.language.bodies.operators import bad_operands
from kmi.language.declarations import members
from kmi.language.relations import POISON, describe, is_int
from kmi.language.types import BOOL, INT, ClassType, OptionalType


def membership(body: Body, node: ast.Compare, left: tree.Expression, right: ast.expr) -> tree.Expression:
    """``value in …``: a display's items, a range, or what a container says."""
    span = body.span(node)
    if isinstance(right, ast.Tuple | ast.List) and any(
        isinstance(part, ast.Call | ast.NamedExpr | ast.Starred) for part in ast.walk(right)
    ):
        # All items are evaluated before the first is compared.
        right = ast.copy_location(ast.List(right.elts, ast.Load()), right)
    elif isinstance(right, ast.Tuple | ast.List) and right.elts:

        def among(value: tree.Expression) -> tree.Expression:
            made: tree.Expression | None = None
            for item in right.elts:
                test = compare_values(body, span, value, ast.Eq(), expressions.expression(body, item))
                if test.type is POISON:
                    return test
                made = test if made is None else tree.Logical("or", made, test, span, BOOL)
            assert made is not None
            return made

        return once(body, left, among)
    if isinstance(right, ast.Call) and sources.form_of(body, right) == "range":
        return _within_range(body, node, left, right)
    container = expressions.expression(body, right)
    if container.type is POISON or left.type is POISON:
        return body.poison(span)
    kind = container.type
    contains = members.find_method(body.world, kind, "__contains__") if isinstance(kind, ClassType) else None
    if isinstance(kind, ClassType) and contains is not None:
        wanted = calls.parameter_types(contains, kind)[0]
        if not contains.scope.author and not families.check_items(body, node, wanted):
            return body.poison(span)
        return once(body, left, lambda a: calls.method_call(body, container, "__contains__", [a], span))
    enum = body.world.enum_of(kind)
    if enum is not None and left.type == kind:
        return once(
            body,
            left,
            lambda a: tree.Compare("==", tree.Binary("&", a, container, span), a, span),
        )
    if isinstance(kind, OptionalType):
        return bad_operands(body, span, "in", left.type, kind)
    return body.error(codes.BAD_OPERANDS, span, f"`in` does not look into a `{describe(kind)}`")


def _within_range(
    body: Body, node: ast.Compare, left: tree.Expression, call: ast.Call
) -> tree.Expression:
    """``n in range(start, stop)``: two comparisons; with a step, a division as well."""
    span = body.span(node)
    found = sources.bounds(body, call)
    if found is None or left.type is POISON:
        return body.poison(span)
    if not is_int(left.type):
        return bad_operands(body, span, "in", left.type, INT)
    start, stop, step = found
    match step:
        case tree.Fit(value=tree.IntLiteral(value=by)) if by != 0:
            pass
        case _:
            return body.error(
                codes.UNSUPPORTED,
                call,
                "`in` a `range` with a step that is computed is not in kernel Python",
                help="compare, and look at the remainder: `start <= n < stop and (n - start) % step == 0`",
            )

    def test(n: tree.Expression, first: tree.Expression, end: tree.Expression) -> tree.Expression:
        low, high = (first, end) if by > 0 else (end, first)
        after = tree.Compare("<=" if by > 0 else "<", low, n, span)
        before = tree.Compare("<" if by > 0 else "<=", n, high, span)
        made: tree.Expression = tree.Logical("and", after, before, span, BOOL)
        if abs(by) != 1:
            offset = tree.Binary("-", n, first, span)
            rest = tree.Binary("%", offset, tree.IntLiteral(abs(by), span), span)
            exact = tree.Compare("==", rest, tree.IntLiteral(0, span), span)
            made = tree.Logical("and", made, exact, span, BOOL)
        return made

    number = as_int(body, left)
    return once(
        body, number, lambda n: once(body, start, lambda a: once(body, stop, lambda b: test(n, a, b)))
    )


__all__ = ["membership"]
