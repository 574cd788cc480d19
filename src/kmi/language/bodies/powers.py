"""``a ** b`` and ``pow``: of integers, exactly.

    a ** b           do(power = 1; while b: if b & 1: power = power * a; …; power), exact to 128 bits
    pow(a, b, m)     kmi.runtime.integers.__power__(a, b, m)

A negative exponent gives a float in CPython. One that shows is refused; any other raises ValueError, in the
simulator, too.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import calls, expressions, int_methods, sources
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import as_int
from kmi.language.relations import POISON, describe, is_int
from kmi.language.source import Span
from kmi.language.types import EXACT, INT, ExceptionType

NEGATIVE = "negative exponent"


def power(body: Body, span: Span, base: tree.Expression, exponent: tree.Expression) -> tree.Expression:
    """``base ** exponent``, of integers."""
    match base, exponent:
        case tree.IntLiteral(value=first), tree.IntLiteral(value=second) if 0 <= second <= 127:
            value = first**second
            if -(1 << 127) <= value < 1 << 127:
                return tree.IntLiteral(value, span)
        case _ if _negative(exponent):
            return body.error(
                codes.UNSUPPORTED,
                span,
                "a negative exponent gives a `float`, which is not in kernel Python",
                help="divide by the power: `scale // base ** exponent`",
            )
        case _:
            pass
    result = sources.fluid(body, EXACT, span, "power")
    factor = sources.fluid(body, EXACT, span, "factor")
    left = sources.fluid(body, EXACT, span, "exponent")

    def get(local: tree.Local) -> tree.Expression:
        return sources.get(local, span)

    def literal(value: int) -> tree.Expression:
        return tree.IntLiteral(value, span)

    def put(local: tree.Local, operator: str, one: tree.Expression, other: tree.Expression) -> tree.Statement:
        return tree.Assign(local, tree.Binary(operator, one, other, span, EXACT), span)

    odd = tree.Compare("==", tree.Binary("&", get(left), literal(1), span, EXACT), literal(1), span)
    more = tree.Compare(">", get(left), literal(0), span)
    again: tree.Expression = tree.Compare(">", get(left), literal(0), span)
    loop = tree.While(
        more,
        [
            tree.If(odd, [put(result, "*", get(result), get(factor))], [], span),
            put(left, ">>", get(left), literal(1)),
            tree.If(again, [put(factor, "*", get(factor), get(factor))], [], span),
        ],
        [],
        span,
    )
    definition = body.world.builtin("ValueError").definition
    said = tree.StrLiteral(NEGATIVE, span, body.world.str_type)
    wrong = tree.Raise(tree.ExceptionNew(definition, None, said, span, ExceptionType(definition)), span)
    made: list[tree.Statement] = [
        put(factor, "+", base, literal(0)),
        put(left, "+", exponent, literal(0)),
        put(result, "+", literal(1), literal(0)),
        tree.If(tree.Compare("<", get(left), literal(0), span), [wrong], [], span),
        loop,
    ]
    return tree.Do(made, get(result), span, EXACT)


def _negative(exponent: tree.Expression) -> bool:
    match exponent:
        case tree.IntLiteral(value=value):
            return value < 0
        case tree.Unary(operator="-", operand=tree.IntLiteral(value=value)):
            return value > 0
        case tree.Fit(value=inner) | tree.Upcast(value=inner):
            return _negative(inner)
        case _:
            return False


def call(body: Body, node: ast.Call) -> tree.Expression:
    """``pow(a, b)`` and ``pow(a, b, m)``."""
    span = body.span(node)
    if not 2 <= len(node.args) <= 3 or node.keywords:
        return body.error(
            codes.BAD_ARGUMENTS, node, "`pow` takes two integers, and a modulus", help="pow(a, b, m)"
        )
    values = [expressions.expression(body, argument) for argument in node.args]
    for value, argument in zip(values, node.args, strict=True):
        if value.type is not POISON and not is_int(value.type):
            return body.error(
                codes.BAD_OPERANDS, argument, f"`pow` does not take `{describe(value.type)}`"
            )
    if any(value.type is POISON for value in values):
        return body.poison(node)
    if len(values) == 2:
        return power(body, span, as_int(body, values[0]), as_int(body, values[1]))
    fitted: list[tree.Expression] = [tree.Fit(as_int(body, value), span, INT) for value in values]
    return calls.plain_call(body, int_methods.function(body, "integers", "__power__"), fitted, span)


__all__ = ["call", "power"]
