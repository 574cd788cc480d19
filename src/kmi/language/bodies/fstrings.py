"""F-strings: ``f"{count:#06x}"``, in pieces, each checked by ``formats``."""

from __future__ import annotations

import ast
import re

from kmi.language import codes, tree
from kmi.language.bodies import calls, enum_values, expressions
from kmi.language.bodies.body import Body
from kmi.language.declarations import members
from kmi.language.relations import POISON, describe
from kmi.language.types import WIDTHS, ClassType, IntType

BEFORE = re.compile(r"(?:[ -~]?[<>^=])?[-+ ]?#?0?", re.DOTALL)
"""What may stand before a width."""


def fstring(body: Body, node: ast.JoinedStr) -> tree.Expression:
    pieces: list[str | tree.FormatPiece] = []
    for part in node.values:
        match part:
            case ast.Constant(value=str() as text):
                pieces.append(text)
            case ast.FormattedValue(value=value, conversion=conversion, format_spec=spec):
                pieces.append(_piece(body, node, value, conversion, spec))
            case _:
                body.error(codes.BAD_FORMAT, node, "this f-string cannot be read")
    return tree.Format(pieces, body.span(node), body.world.str_type)


def _piece(
    body: Body, whole: ast.expr, value: ast.expr, conversion: int, spec: ast.expr | None
) -> tree.FormatPiece:
    made = expressions.expression(body, value)
    text, width = "", None
    if isinstance(spec, ast.JoinedStr):
        text, width = _specification(body, whole, spec, made)
    letter = chr(conversion) if conversion > 0 else ""
    if letter == "a":
        body.error(codes.BAD_FORMAT, whole, "`!a` is not in kernel Python", help="use `!r`")
    kind = made.type
    if isinstance(kind, ClassType) and not letter and not kind.definition.module.startswith("kmi."):
        if members.find_method(body.world, kind, "__format__") is not None:
            given = tree.StrLiteral(text, made.span, body.world.str_type)
            made, text = calls.method_call(body, made, "__format__", [given], made.span), ""
    enum = body.world.enum_of(kind)
    if enum is not None:
        said = enum_values.text(body, made, enum, shown=letter == "r")
        if said is not None:
            made, letter = said, ""
    if made.type is not POISON:
        from kmi.language.bodies.formats import check

        message = check(body.world, made.type, text, letter)
        if message is not None and not body.scope.name.startswith("kmi.runtime."):
            body.error(codes.BAD_FORMAT, value, message)
    return tree.FormatPiece(made, text, letter, made.span, width)


def _specification(
    body: Body, whole: ast.expr, spec: ast.JoinedStr, value: tree.Expression
) -> tuple[str, tree.Expression | None]:
    """What stands behind the colon; a width that is computed is 1 in it, and comes second."""
    parts = [part.value if isinstance(part, ast.Constant) else None for part in spec.values]
    text = "".join("1" if part is None else str(part) for part in parts)
    if None not in parts:
        return text, None
    before, _, after = ("".join("{" if part is None else str(part) for part in parts)).partition("{")
    computed = next(part for part in spec.values if isinstance(part, ast.FormattedValue))
    spoken = body.world.is_builtin(value.type, "str")
    plain = computed.conversion < 0 and computed.format_spec is None
    if not plain or "{" in after or after[:1].isdigit() or not BEFORE.fullmatch(before):
        body.error(
            codes.BAD_FORMAT,
            whole,
            "only the width of a format may be computed",
            help='f"{value:>{width}}"',
        )
    elif not spoken and not isinstance(value.type, IntType) and value.type is not POISON:
        body.error(
            codes.BAD_FORMAT,
            whole,
            f"a width is computed for integers and texts, not for a `{describe(value.type)}`",
            help='f"{text:>{width}}", of its `str`',
        )
    else:
        return text, expressions.value_for(body, computed.value, WIDTHS["u16"], "the width")
    return "", None
