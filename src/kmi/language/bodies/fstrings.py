"""F-strings: ``f"{count:#06x}"``, in pieces, each checked by ``formats``."""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import calls, enum_values, expressions
from kmi.language.bodies.body import Body
from kmi.language.declarations import members
from kmi.language.relations import POISON
from kmi.language.types import ClassType


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
    text = ""
    if isinstance(spec, ast.JoinedStr):
        parts = [part.value for part in spec.values if isinstance(part, ast.Constant)]
        if len(parts) != len(spec.values):
            body.error(
                codes.BAD_FORMAT,
                whole,
                "the format of a value is computed",
                help="write the width as a number",
            )
        text = "".join(str(part) for part in parts)
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
    return tree.FormatPiece(made, text, letter, made.span)
