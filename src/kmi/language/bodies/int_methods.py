"""Methods of ``int`` and numbers from text: calls of functions of ``kmi.runtime``.

    int.from_bytes(data, "little")     kmi.runtime.integers.from_bytes(data, "little")
    number.to_bytes(4, "little")       …to_bytes(the low 64 bits, the high ones, 4, "little", False)
    int(text, 16)                      kmi.runtime.digits.of_text(text, 16)
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import adapting, calls, expressions
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import as_int, coerce
from kmi.language.bodies.once import once
from kmi.language.declarations import names
from kmi.language.declarations.scope import FunctionInfo
from kmi.language.relations import POISON, describe
from kmi.language.source import Span
from kmi.language.types import EXACT, INT, WIDTHS, ClassType

BITS = ("bit_length", "bit_count")


def int_method(body: Body, node: ast.Call, name: str) -> tree.Expression:
    """``int.from_bytes(data, "little")``."""
    if name != "from_bytes":
        return _unknown(body, node, name)
    signed = [keyword for keyword in node.keywords if keyword.arg == "signed"]
    others = [keyword for keyword in node.keywords if keyword.arg != "signed"]
    chosen = False
    if signed:
        match signed[0].value:
            case ast.Constant(value=bool() as chosen):
                pass
            case _:
                return body.error(
                    codes.BAD_ARGUMENTS,
                    signed[0].value,
                    "`signed=` is written out, for it decides what the result can be",
                    help="signed=True",
                )
    info = function(body, "integers", "__from_bytes_signed__" if chosen else "from_bytes")
    call = ast.copy_location(ast.Call(node.func, node.args, others), node)
    made = calls.call_function(body, call, info, None, {}, None)
    if made.type is POISON:
        return made
    return tree.Binary("+", as_int(body, made), tree.IntLiteral(0, made.span), made.span, EXACT)


def int_value_method(body: Body, node: ast.Call, value: tree.Expression, name: str) -> tree.Expression:
    """``number.to_bytes(4, "little")``, ``number.bit_length()``."""
    if name == "to_bytes":
        return once(body, value, lambda number: _to_bytes(body, node, number))
    if name in BITS and not node.args and not node.keywords:
        info = function(body, "integers", name)
        span = body.span(node)
        return once(
            body,
            tree.Unary("abs", value, span),
            lambda number: calls.plain_call(body, info, _halves(number, span), span),
        )
    if name in ("conjugate", "__index__") and not node.args and not node.keywords:
        return value
    return _unknown(body, node, name)


def _halves(number: tree.Expression, span: Span) -> list[tree.Expression]:
    """The low and the high 64 bits of a number."""
    high = tree.Binary(">>", number, tree.IntLiteral(64, span), span)
    return [tree.Fit(number, span, WIDTHS["u64"], wrap=True), tree.Fit(high, span, WIDTHS["i64"], wrap=True)]


def _to_bytes(body: Body, node: ast.Call, number: tree.Expression) -> tree.Expression:
    info = function(body, "integers", "to_bytes")
    low, high = _halves(number, body.span(node))
    return calls.call_with(body, node, info, [low, high])


def from_text(body: Body, node: ast.Call) -> tree.Expression:
    """``int(text)``, ``int(text, 16)``, ``int(text, base=16)``, of bytes as well."""
    span = body.span(node)
    bases = [*node.args[1:], *(keyword.value for keyword in node.keywords if keyword.arg == "base")]
    if len(bases) > 1 or len(node.keywords) > 1 or (node.keywords and node.keywords[0].arg != "base"):
        return body.error(codes.BAD_ARGUMENTS, node, "`int` takes a text and a base", help="int(text, 16)")
    value = adapting.binary(body, expressions.expression(body, node.args[0]))
    if value.type is POISON:
        return value
    if not isinstance(value.type, ClassType) or not any(
        body.world.is_builtin(value.type, each) for each in ("str", "bytes")
    ):
        return body.error(
            codes.BAD_OPERANDS, node.args[0], f"`int` with a base does not take `{describe(value.type)}`"
        )
    base: tree.Expression = tree.Fit(tree.IntLiteral(10, span), span, INT)
    if bases:
        base = coerce(body, expressions.expression(body, bases[0]), INT, bases[0], "the base")
    word = "of_text" if body.world.is_builtin(value.type, "str") else "of_bytes"
    return calls.plain_call(body, function(body, "digits", word), [value, base], span)


def function(body: Body, module: str, name: str) -> FunctionInfo:
    home = body.world.scope(f"kmi.runtime.{module}")
    assert home is not None
    info = names.own(body.world, home, name)
    assert isinstance(info, FunctionInfo)
    return info


def _unknown(body: Body, node: ast.Call, name: str) -> tree.Expression:
    return body.error(
        codes.UNKNOWN_ATTRIBUTE, node.func, f"an `int` has no method `{name}` in kernel Python",
        help="there are `int.from_bytes`, `to_bytes`, `bit_length` and `bit_count`",
    )  # fmt: skip

