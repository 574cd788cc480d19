"""Text made linear: f-strings, messages of exceptions, formats of C.

    f"{n} of {name}"     pieces: int n, text " of ", str name

Where the text goes to a C function with a format, the pieces become one printf format and its arguments; in a
``raise`` they are formatted into the error; elsewhere a ``str`` is made of them.
"""

from __future__ import annotations

from kmi.compiler import linear
from kmi.compiler.lower import integers, reprs
from kmi.compiler.lower.builder import Builder, Value
from kmi.language import tree
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import BoolType, ClassType, ExceptionType, IntType, PointerType

CHARACTERS = PointerType(None, "const")
SAID = {"error": "text", "repr_error": "repr", "message_error": "message"}
"""What a piece says of an exception, in the names of kmi_error_text.h."""


def pieces(builder: Builder, node: tree.Expression) -> tuple[list[linear.Piece], list[Value]]:
    """What the text is made of, and the values that its pieces refer to."""
    match node:
        case tree.StrLiteral(value=literal):
            return [linear.Piece("text", literal)], []
        case tree.Format():
            inner = [piece for piece in node.pieces if isinstance(piece, tree.FormatPiece)]
            string = builder.type(node.type)
            assert isinstance(string, ClassType)
            turns = iter(inner)
            nodes = [each for piece in inner for each in (piece.value, piece.width) if each is not None]
            widths = {id(piece.width) for piece in inner}
            values = builder.operands(
                nodes,
                lambda each: (
                    integers.integer(builder, each)
                    if id(each) in widths
                    else _spoken(builder, next(turns), string)
                ),
            )
            values = [_fixed(builder, value, node.span) for value in values]
            following = iter(list(values))
            result: list[linear.Piece] = []
            for piece in node.pieces:
                if isinstance(piece, str):
                    result.append(linear.Piece("text", piece))
                    continue
                each = next(following)
                said = reprs.speaks(builder.type(piece.value.type))
                conversion, spec = ("", "") if said else (piece.conversion, piece.spec)
                made = reprs.pieces(builder, each, conversion, spec, piece.span, values, string)
                if piece.width is not None:
                    made[0].width = next(following).expression
                result += made
            return result, values
        case _:
            value = builder.secure(builder.expression(node), node.span)
            return [linear.Piece("str", _fixed(builder, value, node.span).expression)], [value]


def _value(builder: Builder, node: tree.Expression) -> Value:
    return (
        integers.integer(builder, node)
        if isinstance(builder.type(node.type), IntType)
        else builder.expression(node)
    )


def _spoken(builder: Builder, piece: tree.FormatPiece, string: ClassType) -> Value:
    """A value as its text needs it: what changes, or has a method for it, becomes text when its turn comes,
    before the next one is looked at.
    """
    value = _value(builder, piece.value)
    if not reprs.speaks(builder.type(piece.value.type)):
        return value
    held = [_fixed(builder, value, piece.span)]
    made = reprs.pieces(builder, held[0], piece.conversion, piece.spec, piece.span, held, string)
    match made:
        case [linear.Piece(kind="str", value=linear.Var() as text, spec="")] if held[-1].expression is text:
            result = held.pop()
        case _:
            target = make_string(builder, made, string, piece.span)
            result = Value(linear.Var(target, string), target)
    builder.settle(held, piece.span)
    return result


def _fixed(builder: Builder, value: Value, span: Span) -> Value:
    """References in a variable: a piece names its value more than once."""
    if linear.holds_count(value.expression.type) and not isinstance(value.expression, linear.Var):
        if isinstance(value.expression, linear.Literal):
            return value
        return builder.own(value, span, "text")
    return value


def build(builder: Builder, node: tree.Format) -> Value:
    """An f-string as a ``str``."""
    kind = builder.type(node.type)
    if not isinstance(kind, ClassType):
        raise InternalError(f"an f-string of type {kind}", node.span)
    if all(isinstance(piece, str) for piece in node.pieces):
        whole = "".join(piece for piece in node.pieces if isinstance(piece, str))
        builder.monomorphiser.literal(whole, kind)
        return Value(linear.Literal(whole, kind))
    made, values = pieces(builder, node)
    target = make_string(builder, made, kind, node.span)
    builder.settle(values, node.span)
    return Value(linear.Var(target, kind), target)


def message(builder: Builder, node: tree.Expression | None) -> tuple[linear.Message, list[Value]]:
    """The message of an exception."""
    match node:
        case None:
            return None, []
        case tree.StrLiteral(value=literal):
            return literal, []
        case tree.Format(pieces=inner) if all(isinstance(piece, str) for piece in inner):
            return "".join(piece for piece in inner if isinstance(piece, str)), []
        case _:
            return pieces(builder, node)


def exception(builder: Builder, node: tree.ExceptionNew) -> Value:
    """An exception as a value that is not raised yet."""
    errno, said, values = parts(builder, node)
    kind = ExceptionType(node.definition)
    target = builder.temporary(kind, "exception", linear.holds_count(kind))
    carried = None
    if node.object is not None:
        values.append(builder.secure(builder.expression(node.object), node.span, "carried"))
        carried = values[-1].expression
    builder.emit(linear.MakeError(target, node.definition, errno, said, node.span, node.made_of, carried))
    builder.settle(values, node.span)
    return Value(linear.Var(target, target.type), target if target.owned else None)


def parts(
    builder: Builder, node: tree.ExceptionNew
) -> tuple[linear.Expression | None, linear.Message, list[Value]]:
    """The errno, the message, and the values that the message refers to."""
    errno = None
    if node.errno is not None:
        value = builder.keep(integers.integer(builder, node.errno), node.span)
        errno = value.expression
    said, values = message(builder, node.message)
    plain = said is not None and not node.made_of and builder.instance.author
    if said is not None and plain and _derives(node.definition, "KeyError"):
        said = _quoted(builder, node, said, values)
    return errno, said, values


def _derives(definition: tree.Class, name: str) -> bool:
    return any(each.name == name for each in definition.ancestors())


def _quoted(
    builder: Builder, node: tree.ExceptionNew, said: str | list[linear.Piece], values: list[Value]
) -> linear.Message:
    """A KeyError says the repr of what it was given."""
    if isinstance(said, str):
        return repr(said)
    kind = builder.type(node.message.type) if node.message is not None else None
    if not isinstance(kind, ClassType):
        return said
    string = make_string(builder, said, kind, node.span)
    values.append(Value(linear.Var(string, kind), string))
    return [linear.Piece("repr_str", linear.Var(string, kind))]


def printf(made: list[linear.Piece]) -> list[linear.Expression | str]:
    """One format and its arguments: a list whose first item is the format's C literal."""
    form = ""
    arguments: list[linear.Expression | str] = []
    for piece in made:
        match piece:
            case linear.Piece(kind="text", value=str() as literal):
                form += literal.replace("%", "%%")
            case linear.Piece(kind="int", value=value, spec=spec):
                assert not isinstance(value, str)
                letters, cast = _integer_format(value, spec)
                form += letters
                arguments.append(linear.Helper(cast, [value], value.type))
            case linear.Piece(kind="c", value=value, spec=""):
                form += "%s"
                arguments.append(value)
            case linear.Piece(kind="str", value=value, spec=""):
                assert not isinstance(value, str)
                form += "%.*s"
                arguments.append(linear.Helper("KMI_STR_SIZE", [value], value.type))
                arguments.append(linear.Helper("KMI_STR_DATA", [value], value.type))
            case linear.Piece(kind=("error" | "repr_error" | "message_error") as word, value=value, spec=""):
                assert not isinstance(value, str)
                form += "%s"
                address = linear.Address(value, PointerType(None))
                what: list[linear.Expression | str] = [address, SAID[word]]
                arguments.append(linear.Helper("KMI_ERROR_SAID", what, CHARACTERS))
            case _:
                raise InternalError(f"a piece of kind {piece.kind} with `{piece.spec}` is not for a C format")
    return [c_string(form), *arguments]


def _integer_format(value: linear.Expression, spec: str) -> tuple[str, str]:
    kind = value.type
    signed = isinstance(kind, BoolType) or (isinstance(kind, IntType) and kind.signed)
    cast = "(long long)" if signed else "(unsigned long long)"
    letter = "lld" if signed else "llu"
    return f"%{letter}" if not spec else _spec(spec, letter), cast


def _spec(spec: str, letter: str) -> str:
    body, kind = (spec[:-1], spec[-1]) if spec[-1].isalpha() else (spec, "d")
    if kind == "d" and (body == "" or body.isdigit()):
        return f"%{body}{letter}"
    if kind in "xX" and letter == "llu" and (body == "" or body.isdigit()):
        return f"%{body}ll{kind}"
    raise InternalError(f"the format `{spec}` is not for a C format")


def for_printf(builder: Builder, made: list[linear.Piece], node: tree.Expression) -> list[linear.Piece]:
    """The pieces, with those that C's formats cannot say made into strings first."""
    kind = builder.type(node.type)
    result: list[linear.Piece] = []
    for piece in made:
        if _is_printf(piece) or not isinstance(kind, ClassType):
            result.append(piece)
            continue
        string = make_string(builder, [piece], kind, node.span)
        result.append(linear.Piece("str", linear.Var(string, kind)))
    return result


def _is_printf(piece: linear.Piece) -> bool:
    match piece:
        case linear.Piece(kind="int", value=value, spec=spec):
            if isinstance(value, str) or (isinstance(value.type, IntType) and value.type.bits > 64):
                return False
            if piece.width is not None:
                return False
            try:
                _integer_format(value, spec)
            except InternalError:
                return False
            return True
        case linear.Piece(kind="text"):
            return True
        case _:
            return piece.width is None and piece.kind in ("c", "str", *SAID) and not piece.spec


def make_string(builder: Builder, made: list[linear.Piece], kind: ClassType, span: Span) -> linear.Variable:
    """A new ``str`` of the pieces."""
    builder.monomorphiser.made(kind)
    target = builder.temporary(kind, "text", owned=True)
    allocate = builder.monomorphiser.function(kind.definition.methods["__allocate__"], {})
    builder.emit(linear.MakeString(target, made, allocate, span))
    return target


def c_string(literal: str | bytes) -> str:
    """A C string literal."""
    data = literal.encode() if isinstance(literal, str) else literal
    result = ""
    for byte in data:
        character = chr(byte)
        match character:
            case "\n":
                result += "\\n"
            case "\t":
                result += "\\t"
            case '"' | "\\":
                result += f"\\{character}"
            case "?":
                result += "?" if not result.endswith("?") else "\\?"
            case _ if 32 <= byte < 127:
                result += character
            case _:
                result += f"\\{byte:03o}"
    return f'"{result}"'
