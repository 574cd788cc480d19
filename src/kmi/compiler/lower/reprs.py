"""Values as text, made linear: what stands in the braces of an f-string, whatever its type.

    f"{pair} {maybe!r:>8}"     text "(", int pair.item0, text ", ", repr_str pair.item1, text ")", text " ",
                               str of a string that an ``if`` makes

What a printf or the run time's formatter can say of a value is a piece; what depends on the value (an
optional), and the repr of anything that then goes into a field, is made into a ``str`` before.
"""

from __future__ import annotations

from kmi.compiler import linear
from kmi.compiler.lower import calls, expressions, text
from kmi.compiler.lower.builder import Builder, Value, is_void
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import (
    BOOL,
    BoolType,
    ClassType,
    ExceptionType,
    IntType,
    OptionalType,
    PointerType,
    TupleType,
    Type,
    UnionType,
    is_reference,
    ordered,
)

CHARACTERS = PointerType(None, "const")


def pieces(
    builder: Builder,
    value: Value,
    conversion: str,
    spec: str,
    span: Span,
    held: list[Value],
    string: ClassType,
) -> list[linear.Piece]:
    """The pieces of one value; ``held`` grows by the values that they refer to.

    ``string`` is the type ``str``. The value itself is the caller's to settle.
    """
    kind = value.expression.type
    if spec and not _takes(kind, conversion):
        plain = pieces(builder, value, conversion, "", span, held, string)
        made = text.make_string(builder, plain, string, span)
        held.append(Value(linear.Var(made, string), made))
        return [linear.Piece("str", linear.Var(made, string), spec)]
    match kind:
        case BoolType() if spec:  # as CPython does it, whose `bool` has the `__format__` of `int`
            return [linear.Piece("int", value.expression, spec)]
        case BoolType():
            words = [linear.Raw('"True"', CHARACTERS), linear.Raw('"False"', CHARACTERS)]
            word = linear.Select(value.expression, words[0], words[1], CHARACTERS)
            return [linear.Piece("c", word, spec)]
        case IntType():
            return [linear.Piece("int", value.expression, spec)]
        case ExceptionType():
            return [linear.Piece(_SAYS.get(conversion, "error"), value.expression, spec)]
        case OptionalType():
            return [_optional(builder, value, kind, conversion, span, held, string)]
        case TupleType(items=items):
            return _tuple(builder, value, items, span, held, string)
        case ClassType():
            return [_object(builder, value, kind, conversion, spec, span, held)]
        case UnionType(members=members):
            return [_one_of(builder, value, members, conversion, span, held, string)]
        case _ if is_void(kind):
            return [linear.Piece("text", "None")]
        case _:
            raise InternalError(f"{kind} cannot be formatted yet", span)


_SAYS = {"r": "repr_error", "m": "message_error"}
"""What an exception says by the conversion: "m", which no author can write, is its message alone."""


def speaks(kind: Type) -> bool:
    """Whether the text of such a value is made by a method, or may differ a moment later."""
    match kind:
        case ClassType(definition=definition):
            return definition.module not in ("kmi.runtime.str", "kmi.runtime.bytes") and any(
                definition.method(name) is not None for name in ("__str__", "__repr__")
            )
        case OptionalType(inner=inner):
            return speaks(inner)
        case TupleType(items=items) | UnionType(members=items):
            return any(speaks(item) for item in items)
        case _:
            return False


def _takes(kind: Type, conversion: str) -> bool:
    """Whether a value's own piece knows what to do with a format specification."""
    match kind:
        case IntType() | BoolType():
            return not conversion
        case ClassType(definition=definition):
            return definition.name == "str" and conversion != "r"
        case _:
            return False


def _optional(
    builder: Builder,
    value: Value,
    kind: OptionalType,
    conversion: str,
    span: Span,
    held: list[Value],
    string: ClassType,
) -> linear.Piece:
    """``None``, or what there is: a string that an ``if`` makes."""
    target = builder.temporary(string, "text", owned=True)
    builder.monomorphiser.literal("None", string)
    with builder.into([]) as there:
        inner: list[Value] = []
        some = Value(expressions.unwrapped(value.expression, kind.inner))
        made = text.make_string(
            builder, pieces(builder, some, conversion, "", span, inner, string), string, span
        )
        builder.settle(inner, span)
        builder.emit(linear.Move(target, made, span))
    with builder.into([]) as none:
        literal = builder.own(Value(linear.Literal("None", string)), span)
        assert literal.owned is not None
        builder.emit(linear.Move(target, literal.owned, span))
    builder.emit(linear.If(_is_none(value.expression, kind), none, there, span))
    held.append(Value(linear.Var(target, string), target))
    return linear.Piece("str", linear.Var(target, string))


def _one_of(
    builder: Builder,
    value: Value,
    members: tuple[ClassType, ...],
    conversion: str,
    span: Span,
    held: list[Value],
    string: ClassType,
) -> linear.Piece:
    """An object of one of several classes, as its own class has it: a string that an ``if`` makes."""
    target = builder.temporary(string, "text", owned=True)
    outer = builder.out
    for number, member in enumerate(ordered(members)):
        builder.monomorphiser.cls(member)
        there, otherwise = list[linear.Statement](), list[linear.Statement]()
        with builder.into(there):
            inner: list[Value] = []
            one = Value(linear.Convert(value.expression, member))
            made = text.make_string(
                builder, pieces(builder, one, conversion, "", span, inner, string), string, span
            )
            builder.settle(inner, span)
            builder.emit(linear.Move(target, made, span))
        if number == len(members) - 1:
            builder.out += there
            break
        builder.emit(linear.If(linear.IsClass(value.expression, member), there, otherwise, span))
        builder.out = otherwise
    builder.out = outer
    held.append(Value(linear.Var(target, string), target))
    return linear.Piece("str", linear.Var(target, string))


def _is_none(value: linear.Expression, kind: OptionalType) -> linear.Expression:
    if is_reference(kind.inner) or isinstance(kind.inner, PointerType):
        return linear.Negation("!", value, BOOL)
    return linear.Negation("!", linear.Part(value, "some", BOOL), BOOL)


def _tuple(
    builder: Builder,
    value: Value,
    items: tuple[Type, ...],
    span: Span,
    held: list[Value],
    string: ClassType,
) -> list[linear.Piece]:
    result = [linear.Piece("text", "(")]
    for number, item in enumerate(items):
        if number:
            result.append(linear.Piece("text", ", "))
        part: linear.Expression = linear.Nothing(item)
        if not is_void(item):
            part = linear.Part(value.expression, f"item{number}", item)
        result += pieces(builder, Value(part), "r", "", span, held, string)
    return [*result, linear.Piece("text", ",)" if len(items) == 1 else ")")]


def _object(
    builder: Builder, value: Value, kind: ClassType, conversion: str, spec: str, span: Span, held: list[Value]
) -> linear.Piece:
    """An object: text as it is, another one by its ``__str__`` or ``__repr__``."""
    definition = kind.definition
    if definition.module == "kmi.runtime.str":
        return linear.Piece("repr_str" if conversion == "r" else "str", value.expression, spec)
    if definition.module == "kmi.runtime.bytes":
        return linear.Piece("repr_bytes", value.expression)
    for name in ("__repr__",) if conversion == "r" else ("__str__", "__repr__"):
        method = definition.method(name)
        if method is not None:
            receiver = builder.secure(Value(value.expression), span)
            made = calls.invoke_method(builder, receiver, kind, method, [], span)
            held.append(made)
            return linear.Piece("str", made.expression)
    return linear.Piece("text", f"<{definition.name} object>")  # CPython says where it is, too
