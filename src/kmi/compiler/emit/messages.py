"""Messages in C: of exceptions that are raised, and of strings that are made.

    kmi_raise(error, KMI_SITE(...), &kmi_ValueError, "negative limit");

A message of pieces becomes an array of them on the stack; nothing is allocated for an exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmi.compiler import linear
from kmi.compiler.emit.expressions import exception_name
from kmi.compiler.lower.text import SAID, c_string
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import BoolType, ClassType, IntType, PointerType

if TYPE_CHECKING:
    from kmi.compiler.emit.statements import Printer


_MADE_OF = {
    "other": "KMI_OTHER_ARGUMENT",
    "several": "KMI_SEVERAL_ARGUMENTS",
    "carried": "KMI_CARRIED_ARGUMENTS",
    "own": "KMI_OWN_TEXT",
}


class Messages:
    """Prints messages; collects the format specifications that they use."""

    def __init__(self) -> None:
        self.specs: dict[str, str] = {}

    def raise_(self, printer: Printer, target: str, site: str, node: linear.Raise | linear.MakeError) -> None:
        """The call that fills an error; the way out is the caller's."""
        self._filled(printer, target, site, node)
        if node.made_of:
            member = f"{target[1:]}." if target.startswith("&") else f"{target}->"
            printer.writer.line(f"{member}arguments = {_MADE_OF[node.made_of]};", node.span)
        if isinstance(node, linear.MakeError) and node.object is not None:
            carried = f"&{printer.text(node.object, 15)}->object"
            printer.writer.line(f"kmi_error_carry({target}, {carried});", node.span)

    def _filled(
        self, printer: Printer, target: str, site: str, node: linear.Raise | linear.MakeError
    ) -> None:
        kind = f"&{exception_name(ClassType(node.definition))}"
        errno = "" if node.errno is None else f", {printer.text(node.errno)}"
        name = "kmi_raise" if node.errno is None else "kmi_raise_os"
        write, span = printer.writer.line, node.span
        if node.message is None or isinstance(node.message, str):
            message = "NULL" if node.message is None else c_string(node.message)
            write(f"{name}({target}, {site}, {kind}{errno}, {message});", span)
            return
        if (said := self._pattern(printer, node.message)) is not None:
            write(f"{name}_text({target}, {site}, {kind}{errno}, {said});", span)
            return
        count = self._open(printer, node.message, span)
        write(f"{name}_format({target}, {site}, {kind}{errno}, kmi_pieces, {count});", span)
        self._close(printer, span)

    @staticmethod
    def _pattern(printer: Printer, pieces: list[linear.Piece]) -> str | None:
        """A message of text, numbers and strings as arguments of ``kmi_raise_text``; None of any other."""
        pattern, values = "", []
        for piece in pieces:
            value = piece.value
            if piece.spec:
                return None
            if isinstance(value, str):
                if any(each < "\x04" for each in value):
                    return None
                pattern += value
                continue
            kind = value.type
            text = printer.text(value)
            match piece.kind:
                case "int" if isinstance(kind, BoolType) or isinstance(kind, IntType) and kind.bits <= 64:
                    unsigned = isinstance(kind, IntType) and kind.bits == 64 and not kind.signed
                    pattern += "\x02" if unsigned else "\x01"
                    values.append(f"({'u64' if unsigned else 'i64'}){printer.text(value, 13)}")
                case "str":
                    pattern += "\x03"
                    values += [f"KMI_STR_DATA({text})", f"(size_t)KMI_STR_SIZE({text})"]
                case _:
                    return None
        return ", ".join([c_string(pattern), *values])

    def make_error(self, printer: Printer, node: linear.MakeError) -> None:
        """An exception as a value."""
        self.raise_(printer, f"&{node.target.name}", "KMI_NO_SITE", node)

    def make_string(self, printer: Printer, node: linear.MakeString) -> None:
        """A new ``str``: measured, allocated, filled."""
        write, span, target = printer.writer.line, node.span, node.target
        printer.called.append(node.allocate)
        count = self._open(printer, node.pieces, span)
        write(f"struct kmi_writer kmi_size = kmi_format(NULL, 0, kmi_pieces, {count});", span)
        write("", span, True)
        call = f"{node.allocate.name}(kmi_size.size, kmi_size.length, &{target.name}, error)"
        printer.fallible(call, node.edge, span, printer.instance is not None and printer.instance.author)
        write(f"kmi_format((char *)({target.name} + 1), kmi_size.size, kmi_pieces, {count});", span)
        self._close(printer, span)

    def _open(self, printer: Printer, pieces: list[linear.Piece], span: Span) -> int:
        write = printer.writer.line
        write("{", span, True)
        printer.writer.depth += 1
        write("const struct kmi_piece kmi_pieces[] = {", span)
        for piece in pieces:
            write(f"\t{self._piece(printer, piece)},", span, True)
        write("};", span, True)
        return len(pieces)

    @staticmethod
    def _close(printer: Printer, span: Span) -> None:
        printer.writer.depth -= 1
        printer.writer.line("}", span, True)

    def _piece(self, printer: Printer, piece: linear.Piece) -> str:
        spec = self.spec(piece.spec) if piece.width is None else self._computed(printer, piece)
        value = piece.value
        if isinstance(value, str):
            return f"kmi_piece_text({c_string(value)}, {len(value.encode())}, {spec})"
        text = printer.text(value)
        match piece.kind:
            case "int":
                return f"kmi_piece_int({text}, {spec})"
            case "str" | "repr_str":
                word = "text" if piece.kind == "str" else "repr_text"
                return f"kmi_piece_{word}(KMI_STR_DATA({text}), KMI_STR_SIZE({text}), {spec})"
            case "repr_bytes":
                size = f"{printer.expressions.text(value, 15)}->_length"
                return f"kmi_piece_repr_bytes(KMI_TAIL({text}), {size}, {spec})"
            case "c":
                return f"kmi_piece_text({text}, __builtin_strlen({text}), {spec})"
            case "error" | "repr_error" | "message_error":
                address = printer.text(linear.Address(value, PointerType(None)))
                return f"kmi_piece_error({address}, {SAID[piece.kind]})"
            case kind:
                raise InternalError(f"a piece of kind {kind} has no C form")

    @staticmethod
    def _computed(printer: Printer, piece: linear.Piece) -> str:
        """A form with a width that is known when it is used."""
        assert piece.width is not None
        members = [each for each in parse_spec(piece.spec).split(", ") if not each.startswith(".width")]
        members.append(f".width = {printer.text(piece.width)}")
        return f"&(struct kmi_spec){{ {', '.join(members)} }}"

    def spec(self, spec: str) -> str:
        """A pointer to the static form of what stands behind the colon."""
        if not spec:
            return "NULL"
        if spec not in self.specs:
            self.specs[spec] = f"kmi_spec_{len(self.specs) + 1}"
        return f"&{self.specs[spec]}"

    def define(self) -> list[str]:
        """The static format specifications."""
        return [
            f"static const struct kmi_spec {name} = {{ {parse_spec(spec)} }};"
            for spec, name in self.specs.items()
        ]


def parse_spec(spec: str) -> str:
    """``>08,d`` as the members of a ``struct kmi_spec``."""
    members: dict[str, str] = {}
    rest = spec
    if len(rest) > 1 and rest[1] in "<>^=":
        members["fill"], members["align"], rest = _character(rest[0]), _character(rest[1]), rest[2:]
    elif rest and rest[0] in "<>^=":
        members["align"], rest = _character(rest[0]), rest[1:]
    if rest and rest[0] in "+- ":
        members["sign"], rest = _character(rest[0]), rest[1:]
    if rest.startswith("#"):
        members["alternate"], rest = "true", rest[1:]
    if rest.startswith("0"):
        rest = rest[1:]
        members.setdefault("fill", _character("0"))
        members.setdefault("align", _character("="))
    digits = ""
    while rest and rest[0].isdigit():
        digits, rest = digits + rest[0], rest[1:]
    if digits:
        members["width"] = digits
    if rest and rest[0] in ",_":
        members["grouping"], rest = _character(rest[0]), rest[1:]
    if rest.startswith("."):
        digits, rest = "", rest[1:]
        while rest and rest[0].isdigit():
            digits, rest = digits + rest[0], rest[1:]
        members["precise"], members["precision"] = "true", digits
    if rest and rest in "bcdoxXs":
        if rest != "s":
            members["type"] = _character(rest)
        rest = ""
    if rest:
        raise InternalError(f"the format `{spec}` is not understood")
    return ", ".join(f".{name} = {value}" for name, value in members.items())


def _character(letter: str) -> str:
    return f"'{letter}'" if letter not in "'\\" else f"'\\{letter}'"
