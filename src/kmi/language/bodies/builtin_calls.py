"""Python's built-in functions: ``len``, ``min``, ``abs``, ``hash`` …, and ``wrapping``."""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import (
    adapting,
    calls,
    conditions,
    enum_values,
    expressions,
    following,
    formats,
    int_methods,
    method_calls,
    operators,
    powers,
    reductions,
    sources,
)
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import as_int, coerce
from kmi.language.bodies.once import once
from kmi.language.declarations import members
from kmi.language.declarations.scope import ClassInfo
from kmi.language.relations import POISON, describe, is_int
from kmi.language.report import hints
from kmi.language.types import (
    BOOL,
    EXACT,
    INT,
    BoolType,
    ClassType,
    ExceptionType,
    IntType,
    OptionalType,
    TupleType,
    Type,
    TypeVariable,
)

INSTEAD = {
    "print": 'log it:\nfrom kmi import info\ninfo(f"…")',
    "zip": "loop over it, or make a list of it: `list(zip(…))`",
    "reversed": "loop over it, or make a list of it: `list(reversed(…))`",
    "divmod": "write `//` and `%`",
    "type": "ask `isinstance(value, Class)`",
}


def call_builtin(body: Body, node: ast.Call, name: str, expected: Type | None) -> tree.Expression:
    """A call of one of Python's own functions."""
    if reductions.reduces(node, name) or (name in ("min", "max") and _objects(body, node)):
        return reductions.reduction(body, node, name, expected)
    if node.keywords and name not in ("print", "int"):
        return body.error(codes.BAD_ARGUMENTS, node.keywords[0], f"`{name}` takes no named arguments here")
    match name, node.args:
        case "len", [argument]:
            return _len(body, node, argument)
        case (("min" | "max"), [_, _, *_]):
            return _extreme(body, node, name)
        case "abs", [argument]:
            value = expressions.expression(body, argument)
            if value.type is POISON:
                return value
            if isinstance(value.type, ClassType) and members.find_method(body.world, value.type, "__abs__"):
                return calls.method_call(body, value, "__abs__", [], body.span(node))
            if not is_int(value.type):
                return body.error(
                    codes.BAD_OPERANDS, argument, f"`abs` does not take `{describe(value.type)}`"
                )
            return tree.Unary("abs", as_int(body, value), body.span(node))
        case "divmod", [left, right]:
            return _divmod(body, node, left, right)
        case "pow", _:
            return powers.call(body, node)
        case ("next" | "iter"), [_, *_]:
            return following.call(body, node, name)
        case "hash", [argument]:
            return _hash(body, node, argument)
        case "bool", [argument]:
            value = expressions.expression(body, argument)
            return conditions.truth(body, value, node)
        case "bool", []:
            return tree.BoolLiteral(False, body.span(node))
        case "int", []:
            return tree.IntLiteral(0, body.span(node))
        case "int", [_, _]:
            return int_methods.from_text(body, node)
        case "int", [_] if node.keywords:
            return int_methods.from_text(body, node)
        case "int", [argument]:
            if isinstance(method_calls.peek_type(body, argument), ClassType):
                return int_methods.from_text(body, node)
            value = expressions.expression(body, argument)
            if value.type is POISON or is_int(value.type):
                return as_int(body, value)
            return body.error(
                codes.BAD_OPERANDS,
                argument,
                f"`int` does not take `{describe(value.type)}`",
                help='of bytes: `int.from_bytes(data, "little")`',
            )
        case ("hex" | "oct" | "bin" | "repr"), [argument]:
            return _written(body, node, name, argument)
        case "chr", [argument]:
            return _chr(body, node, argument)
        case "ord", [argument]:
            return _ord(body, node, argument)
        case "isinstance", _:
            made, _, _ = conditions.is_instance(body, node)
            return made
        case "range", _:
            return sources.range_value(body, node)
        case "enumerate", _:
            return body.error(
                codes.NOT_A_VALUE,
                node,
                "`enumerate` stands only in the head of a `for`",
                help="for i, item in enumerate(…):",
            )
        case "super", _:
            return body.error(codes.NOT_A_VALUE, node, "`super()` is only called on: `super().method(…)`")
        case "tuple", _:
            return body.error(
                codes.UNSUPPORTED,
                node,
                "a `tuple` of what is in something else has no fixed length, as kernel Python's have",
                help="keep a list: `list(…)`; or name the items: `(items[0], items[1])`",
            )
        case _ if name in INSTEAD:
            return body.error(
                codes.UNSUPPORTED, node, f"`{name}` is not in kernel Python", help=INSTEAD[name]
            )
        case _:
            return body.error(codes.BAD_ARGUMENTS, node, f"`{name}` does not take {len(node.args)} arguments")


def _objects(body: Body, node: ast.Call) -> bool:
    """Whether what is compared are no integers."""
    kind = method_calls.peek_type(body, node.args[0]) if node.args else POISON
    return kind is not POISON and isinstance(kind, ClassType | TupleType)


def _len(body: Body, node: ast.Call, argument: ast.expr) -> tree.Expression:
    named = expressions.entity_of(body, argument) if isinstance(argument, ast.Name | ast.Attribute) else None
    if isinstance(named, ClassInfo) and named.enum is not None:
        return tree.IntLiteral(len(enum_values.canonical(named)), body.span(node))
    value = expressions.expression(body, argument)
    span = body.span(node)
    kind = value.type
    if kind is POISON:
        return tree.NoneLiteral(span, INT)
    if isinstance(kind, TupleType):
        return tree.IntLiteral(len(kind.items), span)
    if isinstance(kind, ClassType) and members.find_method(body.world, kind, "__len__") is not None:
        return calls.method_call(body, value, "__len__", [], span)
    if isinstance(kind, OptionalType):
        from kmi.language.bodies.attributes import may_be_none

        return may_be_none(body, argument, value, "length")
    hint = hints.lock_hint(kind, ast.unparse(argument), "size = len({})")
    return body.error(codes.BAD_OPERANDS, argument, f"a `{describe(kind)}` has no length", help=hint)


def _extreme(body: Body, node: ast.Call, name: str) -> tree.Expression:
    values = [expressions.expression(body, argument) for argument in node.args]
    span = body.span(node)
    if any(value.type is POISON for value in values):
        return tree.NoneLiteral(span, INT)
    for value, argument in zip(values, node.args, strict=True):
        if not isinstance(value.type, IntType):
            return body.error(
                codes.BAD_OPERANDS, argument, f"`{name}` does not take `{describe(value.type)}`"
            )
    made = values[0]
    for value in values[1:]:
        made = tree.Binary(name, made, value, span)
    return made


def _divmod(body: Body, node: ast.Call, left: ast.expr, right: ast.expr) -> tree.Expression:
    span = body.span(node)
    first = expressions.expression(body, left)
    second = expressions.expression(body, right)
    if POISON in (first.type, second.type):
        return body.poison(node)
    if not is_int(first.type) or not is_int(second.type):
        return operators.bad_operands(body, span, "divmod", first.type, second.type)

    def both(a: tree.Expression, b: tree.Expression) -> tree.Expression:
        quotient = tree.Fit(tree.Binary("//", a, b, span), span, INT)
        return tree.TupleNew(
            [quotient, tree.Fit(tree.Binary("%", a, b, span), span, INT)], span, TupleType((INT, INT))
        )

    return once(
        body, as_int(body, first), lambda a: once(body, as_int(body, second), lambda b: both(a, b))
    )


def _hash(body: Body, node: ast.Call, argument: ast.expr) -> tree.Expression:
    value = expressions.expression(body, argument)
    span = body.span(node)
    kind = value.type
    if kind is POISON:
        return value
    if isinstance(kind, TypeVariable):
        return tree.Generic("hash", value, None, span, INT)
    method = members.find_method(body.world, kind, "__hash__") if isinstance(kind, ClassType) else None
    if method is not None and not method.generated:
        return calls.method_call(body, value, "__hash__", [], span)
    if body.owner is not None and body.function is not None and body.function.name == "__hash__":
        # Where a hash is made, it counts that equal values have equal ones, and not which number it is.
        if not adapting.check_key(body, argument, kind, "this"):
            return body.poison(argument)
        if is_int(kind):
            return tree.Generic("hash", coerce(body, value, INT, span), None, span, INT)
        if isinstance(kind, BoolType | ClassType | TupleType | OptionalType):
            return tree.Generic("hash", value, None, span, INT)
    return body.error(
        codes.BAD_OPERANDS,
        argument,
        f"`hash` of `{describe(kind)}` is another number in CPython than in a kernel",
        help="use the value itself as the key of a `dict`; a `__hash__` may be made of such numbers",
    )


def _written(body: Body, node: ast.Call, name: str, argument: ast.expr) -> tree.Expression:
    """``hex(n)`` is ``f"{n:#x}"``, ``repr(value)`` is ``f"{value!r}"``."""
    value = expressions.expression(body, argument)
    span = body.span(node)
    if value.type is POISON:
        return tree.NoneLiteral(span, body.world.str_type)
    spec = {"hex": "#x", "oct": "#o", "bin": "#b", "repr": ""}[name]
    if spec and not is_int(value.type):
        return body.error(codes.BAD_OPERANDS, argument, f"`{name}` does not take `{describe(value.type)}`")
    conversion = "" if spec else "r"
    enum = body.world.enum_of(value.type) if name == "repr" else None
    if enum is not None and (said := enum_values.text(body, value, enum, shown=True)) is not None:
        return said
    message = formats.check(body.world, value.type, spec, conversion)
    if message is not None:
        return body.error(codes.BAD_FORMAT, argument, message)
    number = as_int(body, value) if spec else value
    return tree.Format([tree.FormatPiece(number, spec, conversion, span)], span, body.world.str_type)


def _chr(body: Body, node: ast.Call, argument: ast.expr) -> tree.Expression:
    """The character of a code point; surrogates, which UTF-8 cannot hold, are refused as well."""
    value = expressions.expression(body, argument)
    span = body.span(node)
    if value.type is POISON:
        return tree.NoneLiteral(span, body.world.str_type)
    if not is_int(value.type):
        return body.error(codes.BAD_OPERANDS, argument, f"`chr` does not take `{describe(value.type)}`")
    definition = body.world.builtin("ValueError").definition

    def raised(words: str) -> tree.Statement:
        said = tree.StrLiteral(words, span, body.world.str_type)
        return tree.Raise(tree.ExceptionNew(definition, None, said, span, ExceptionType(definition)), span)

    def between(low: int, number: tree.Expression, high: int) -> tree.Expression:
        return tree.Logical(
            "and",
            tree.Compare("<=", tree.IntLiteral(low, span), number, span),
            tree.Compare("<=", number, tree.IntLiteral(high, span), span),
            span,
            BOOL,
        )

    def made(number: tree.Expression) -> tree.Expression:
        outside = tree.Not(between(0, number, 0x10FFFF), span)
        checks: list[tree.Statement] = [
            tree.If(outside, [raised("chr() arg not in range(0x110000)")], [], span),
            tree.If(between(0xD800, number, 0xDFFF), [raised("chr() arg is a surrogate")], [], span),
        ]
        text = tree.Format([tree.FormatPiece(number, "c", "", span)], span, body.world.str_type)
        return tree.Do(checks, text, span, text.type)

    return once(body, as_int(body, value), made)


def _ord(body: Body, node: ast.Call, argument: ast.expr) -> tree.Expression:
    if (
        isinstance(argument, ast.Constant)
        and isinstance(argument.value, str | bytes)
        and len(argument.value) == 1
    ):
        return tree.IntLiteral(ord(argument.value), body.span(node))
    value = expressions.expression(body, argument)
    if body.world.is_builtin(value.type, "str"):
        return calls.method_call(body, value, "__ord__", [], body.span(node))
    if value.type is POISON:
        return value
    return body.error(
        codes.UNSUPPORTED,
        node,
        f"`ord` of a `{describe(value.type)}` is not in kernel Python",
        help="an item of `bytes` is a number: `data[0]`",
    )


def wrapping(body: Body, node: ast.Call) -> tree.Expression:
    """``wrapping(u8, value)``: the low bits, on purpose."""
    if len(node.args) != 2 or node.keywords:
        return body.error(
            codes.BAD_ARGUMENTS, node, "`wrapping` takes a width and a value", help="wrapping(u32, value)"
        )
    width = body.read_type(node.args[0])
    value = expressions.expression(body, node.args[1])
    span = body.span(node)
    if width is POISON:
        return body.poison(node)
    if not isinstance(width, IntType) or body.world.enum_of(width) is not None:
        return body.error(
            codes.BAD_ARGUMENTS,
            node.args[0],
            f"`{width}` is not an integer width",
            help="wrapping(u32, value)",
        )
    if value.type is POISON:
        return tree.NoneLiteral(span, width)
    if not is_int(value.type):
        return body.error(
            codes.BAD_OPERANDS, node.args[1], f"`wrapping` does not take `{describe(value.type)}`"
        )
    return tree.Fit(value, span, width, wrap=True)


__all__ = ["BOOL", "EXACT", "call_builtin", "wrapping"]
