"""Reference counts in C.

    kmi_retain_shared(&echo->object);
    if (echo)                                     where it may hold nothing
            kmi_release_shared(&echo->object);

Objects that two threads may reach (``Class.shared``) are counted atomically, others plainly. A tuple that
is a value is retained and released item by item.
"""

from __future__ import annotations

from kmi.compiler import linear
from kmi.compiler.emit.types import Types, is_pointer
from kmi.compiler.emit.writer import Writer
from kmi.compiler.linear import Variable
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import ClassType, ExceptionType, OptionalType, TupleType, Type, UnionType


class Counts:
    """Prints retains and releases; remembers for which values it needs functions."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self.values: dict[Type, None] = {}

    def nothing(self, kind: Type) -> str:
        """What a variable of this type is while it holds nothing."""
        if isinstance(kind, ClassType | UnionType) or is_pointer(kind):
            return "NULL"
        if isinstance(kind, ExceptionType):
            return "(struct kmi_error){}"
        return f"(struct {self.types.value(kind)}){{}}"

    def retain(self, writer: Writer, variable: Variable, span: Span | None) -> None:
        for line in self._lines("retain", variable.name, variable.type, False):
            writer.line(line, span)

    def release(self, writer: Writer, variable: Variable, span: Span | None, maybe: bool) -> None:
        for line in self._lines("release", variable.name, variable.type, maybe):
            writer.line(line, span)

    def exchange(self, writer: Writer, target: str, source: Variable, span: Span, fresh: bool) -> None:
        """A field takes the variable's count over, and what it held dies after."""
        if fresh:
            writer.line(f"{target} = {source.name};", span)
            return
        kind, old = source.type, "kmi_old"
        writer.line("{", span, True)
        writer.depth += 1
        writer.line(f"{self.types.declare(kind, old)} = {target};", span)
        writer.line("", span, True)
        writer.line(f"{target} = {source.name};", span)
        for line in self._lines("release", old, kind, True):
            writer.line(line, span)
        writer.depth -= 1
        writer.line("}", span, True)

    def release_field(self, path: str, kind: Type) -> list[str]:
        """A field of a dying object, which may hold nothing yet."""
        return self._lines("release", path, kind, True)

    def _lines(self, word: str, name: str, kind: Type, maybe: bool) -> list[str]:
        match kind:
            case ClassType() | UnionType():
                optional = False
            case OptionalType() if is_pointer(kind):
                optional = True
            case ExceptionType():
                return [f"kmi_error_{word}(&{name});"]
            case _:
                self.need(kind)
                return [f"{self._function(word, kind)}({name});"]
        inner = kind.inner if isinstance(kind, OptionalType) else kind
        header = name if isinstance(inner, UnionType) else f"&{name}->object"
        shared = isinstance(inner, UnionType) or (isinstance(inner, ClassType) and inner.definition.shared)
        call = f"kmi_{word}{'_shared' if shared else ''}({header});"
        return [f"if ({name})\n\t{call}"] if maybe or optional else [call]

    def need(self, kind: Type) -> None:
        """The functions for a value and for the values in it."""
        match kind:
            case TupleType(items=items):
                for item in items:
                    if linear.holds_count(item):
                        self.need(item)
                self.values[kind] = None
            case OptionalType(inner=inner) if not is_pointer(kind):
                self.need(inner)
                self.values[kind] = None
            case ClassType() | UnionType() | OptionalType() | ExceptionType():
                pass
            case _:
                raise InternalError(f"values of type {kind} hold no counts")

    def _function(self, word: str, kind: Type) -> str:
        return f"{self.types.value(kind)}_{word}"

    def define(self, kind: Type) -> list[str]:
        """The functions that retain and release a value."""
        lines: list[str] = []
        for word in ("retain", "release"):
            struct = self.types.value(kind)
            lines += [f"static __maybe_unused void {self._function(word, kind)}(struct {struct} value)", "{"]
            match kind:
                case TupleType(items=items):
                    order = list(enumerate(items))
                    for position, item in order if word == "retain" else reversed(order):  # as CPython's die
                        if linear.holds_count(item):
                            for line in self._lines(word, f"value.item{position}", item, True):
                                lines += [f"\t{each}" for each in line.split("\n")]
                case OptionalType(inner=inner):
                    lines.append("\tif (value.some) {")
                    for line in self._lines(word, "value.value", inner, True):
                        lines += [f"\t\t{each}" for each in line.split("\n")]
                    lines.append("\t}")
                case _:
                    raise InternalError(f"values of type {kind} hold no counts")
            lines += ["}", ""]
        return lines
