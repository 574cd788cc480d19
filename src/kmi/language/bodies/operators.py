"""Operators: exact arithmetic on integers, methods of objects.

    a + b       of integers is Binary, of objects a call of ``__add__`` or ``__radd__``
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import adapting, calls, expressions, powers
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import as_int, convert
from kmi.language.bodies.once import is_simple, once
from kmi.language.declarations import members
from kmi.language.relations import POISON, describe, is_int
from kmi.language.source import Span
from kmi.language.types import (
    INT,
    BoolType,
    ClassType,
    OptionalType,
    PointerType,
    Type,
    TypeVariable,
)

SYMBOLS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "add"),
    ast.Sub: ("-", "sub"),
    ast.Mult: ("*", "mul"),
    ast.FloorDiv: ("//", "floordiv"),
    ast.Mod: ("%", "mod"),
    ast.BitAnd: ("&", "and"),
    ast.BitOr: ("|", "or"),
    ast.BitXor: ("^", "xor"),
    ast.LShift: ("<<", "lshift"),
    ast.RShift: (">>", "rshift"),
}


def binary(
    body: Body, node: ast.expr, left: ast.expr, op: ast.operator, right: ast.expr, expected: Type | None
) -> tree.Expression:
    first = expressions.expression(body, left, expected if isinstance(op, ast.Add) else None)
    return binary_value(body, node, first, op, right)


def binary_value(
    body: Body, node: ast.AST, first: tree.Expression, op: ast.operator, right: ast.expr
) -> tree.Expression:
    """``first op right``, the left side evaluated already."""
    wanted = first.type if isinstance(first.type, ClassType) and isinstance(op, ast.Add) else None
    second = expressions.expression(body, right, wanted)
    return combine(body, node, first, op, second)


def combine(
    body: Body, node: ast.AST, first: tree.Expression, op: ast.operator, second: tree.Expression
) -> tree.Expression:
    span = body.span(node)
    if first.type is POISON or second.type is POISON:
        return body.poison(span)
    if isinstance(op, ast.Pow):
        if not is_int(first.type) or not is_int(second.type):
            return bad_operands(body, span, "**", first.type, second.type)
        return powers.power(body, span, as_int(body, first), as_int(body, second))
    if type(op) not in SYMBOLS:
        return body.poison(span)  # refused by the whitelist
    symbol, name = SYMBOLS[type(op)]
    left_kind, right_kind = first.type, second.type
    if isinstance(left_kind, BoolType) and isinstance(right_kind, BoolType) and symbol in "&|^":
        return tree.Compare(
            "!=",
            tree.Binary(symbol, as_int(body, first), as_int(body, second), span),
            tree.IntLiteral(0, span),
            span,
        )
    if is_int(left_kind) and is_int(right_kind):
        if (refused := refuse_enum(body, span, symbol, left_kind, right_kind)) is not None:
            return refused
        enum = body.world.enum_of(left_kind)
        made = tree.Binary(symbol, as_int(body, first), as_int(body, second), span)
        if enum is not None and "Flag" in enum.enum_kind and left_kind == right_kind and symbol in "&|^":
            return tree.Fit(made, span, left_kind)
        return made
    if isinstance(left_kind, PointerType) and is_int(right_kind) and symbol in "+-":
        expressions.need_unsafe(body, span, "pointer arithmetic")
        count: tree.Expression = second if symbol == "+" else tree.Unary("-", second, span)
        return tree.PointerAdd(first, tree.Fit(count, span, INT), span, left_kind)
    mirrored = _mirrored(body, span, name, first, second)
    if mirrored is not None:
        return mirrored
    if isinstance(left_kind, ClassType):
        second = adapting.operand(body, left_kind, f"__{name}__", second)
        right_kind = second.type
        special = members.overload(body.world, left_kind, f"__{name}__", right_kind)
        method = members.find_method(body.world, left_kind, special)
        if method is not None:
            wanted = calls.parameter_types(method, left_kind)[0]
            if convert(body, second, wanted, span) is None:
                return bad_operands(body, span, symbol, left_kind, right_kind)
            return calls.method_call(body, first, f"__{name}__", [second], span)
    elif isinstance(right_kind, ClassType) and symbol == "*" and is_int(left_kind):
        if members.find_method(body.world, right_kind, "__mul__") is not None and is_simple(first):
            return calls.method_call(body, second, "__mul__", [first], span)
    return bad_operands(body, span, symbol, left_kind, right_kind)


def refuse_enum(
    body: Body, span: Span, symbol: str, left: Type, right: Type
) -> tree.Expression | None:
    """The error of an ``Enum`` or a ``Flag`` used as the integer that it is not; None where all is well."""
    kinds = [body.world.enum_of(kind) for kind in (left, right)]
    enum = next((each for each in kinds if each is not None and each.enum_kind in ("Enum", "Flag")), None)
    if enum is None:
        return None
    if left == right and (symbol in ("==", "!=") or enum.enum_kind == "Flag" and symbol in ("&", "|", "^")):
        return None
    help = f"compare with a member, or derive from `Int{enum.enum_kind}`"
    if symbol not in ("==", "!="):
        help = f"write `.value`, or derive from `Int{enum.enum_kind}`"
    return body.error(
        codes.BAD_OPERANDS,
        span,
        f"`{symbol}` of `{describe(left)}` and `{describe(right)}`: a `{enum.definition.name}` is no integer",
        help=help,
    )


def _mirrored(
    body: Body, span: Span, name: str, first: tree.Expression, second: tree.Expression
) -> tree.Expression | None:
    """``second.__radd__(first)``, where the left side has no ``__add__`` that takes the right one."""
    kind = second.type
    method = members.find_method(body.world, kind, f"__r{name}__") if isinstance(kind, ClassType) else None
    if method is None or not isinstance(kind, ClassType) or kind.definition.module.startswith("kmi."):
        return None
    if isinstance(first.type, ClassType):
        own = members.find_method(body.world, first.type, f"__{name}__")
        if own is not None and convert(body, second, calls.parameter_types(own, first.type)[0], span):
            return None
    if convert(body, first, calls.parameter_types(method, kind)[0], span) is None:
        return None
    return once(
        body,
        first,
        lambda left: once(
            body, second, lambda right: calls.method_call(body, right, f"__r{name}__", [left], span)
        ),
    )


def bad_operands(body: Body, span: Span, symbol: str, left: Type, right: Type) -> tree.Expression:
    if isinstance(left, OptionalType) or isinstance(right, OptionalType):
        return body.error(
            codes.MAYBE_NONE,
            span,
            f"one side of `{symbol}` may be `None`",
            help="look first:\nif value is not None:\n    …",
        )
    help = None
    if isinstance(left, TypeVariable) or isinstance(right, TypeVariable):
        help = "a value of a type variable can be stored, passed and compared, nothing else"
    elif body.world.is_builtin(left, "str") and symbol in "+%":
        help = 'use an f-string: f"{name}: {value}"'
    return body.error(
        codes.BAD_OPERANDS,
        span,
        f"`{symbol}` does not take `{describe(left)}` and `{describe(right)}`",
        help=help,
    )


def unary(body: Body, node: ast.expr, op: ast.unaryop, operand: ast.expr) -> tree.Expression:
    span = body.span(node)
    if isinstance(op, ast.USub) and isinstance(operand, ast.Constant) and isinstance(operand.value, int):
        if not isinstance(operand.value, bool) and -(1 << 127) <= -operand.value:
            return tree.IntLiteral(-operand.value, span)
    value = expressions.expression(body, operand)
    if value.type is POISON:
        return value
    symbol = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}[type(op)]
    if isinstance(value.type, ClassType):
        method = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}[symbol]
        if members.find_method(body.world, value.type, method) is not None:
            return calls.method_call(body, value, method, [], span)
    if not is_int(value.type):
        return body.error(codes.BAD_OPERANDS, span, f"`{symbol}` does not take `{describe(value.type)}`")
    enum = body.world.enum_of(value.type)
    if enum is not None and symbol == "~":
        mask = 0
        for number in enum.enum_values.values():
            mask |= number
        inverted = tree.Binary("&", tree.Unary("~", value, span), tree.IntLiteral(mask, span), span)
        return tree.Fit(inverted, span, value.type)
    if symbol == "+":
        return as_int(body, value)
    return tree.Unary(symbol, as_int(body, value), span)
