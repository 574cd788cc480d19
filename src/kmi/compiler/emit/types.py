"""Types as C has them.

int            i64                  T | None of an object   a pointer that may be NULL
Permits        struct Permits *     int | None              struct kmi_optional_int
Mutex (place)  embedded; struct Mutex * where it is passed
"""

from __future__ import annotations

from kmi.compiler.lower.builder import is_void
from kmi.compiler.monomorphise import Monomorphiser
from kmi.compiler.names import type_name
from kmi.language.report.diagnostics import InternalError
from kmi.language.types import (
    BoolType,
    ClassType,
    CStructType,
    ExceptionType,
    FunctionType,
    IntType,
    OptionalType,
    PointerType,
    TupleType,
    Type,
    UnionType,
    is_reference,
)

WIDTHS = {
    (8, False): "u8", (16, False): "u16", (32, False): "u32", (64, False): "u64", (128, False): "u128",
    (8, True): "i8", (16, True): "i16", (32, True): "i32", (64, True): "i64", (128, True): "i128",
}  # fmt: skip


class Types:
    """C's names of types; optionals and tuples that are values are collected as they are met."""

    def __init__(self, monomorphiser: Monomorphiser) -> None:
        self.monomorphiser = monomorphiser
        self.values: dict[Type, str] = {}

    def name(self, kind: Type) -> str:
        """The type as it stands before a name; pointers end in a star."""
        match kind:
            case IntType(name="usize" | "isize" as name):
                return name  # C's long: as wide as i64, but to a callback's type another
            case IntType(bits=bits, signed=signed):
                return WIDTHS[bits, signed]
            case BoolType():
                return "bool"
            case ClassType():
                return f"struct {self.monomorphiser.cls(kind).name} *"
            case UnionType():
                return "struct kmi_object *"
            case ExceptionType():
                return "struct kmi_error"
            case OptionalType(inner=inner) if is_pointer(kind):
                return self.name(inner)
            case OptionalType() | TupleType():
                return f"struct {self.value(kind)}"
            case PointerType(target=target, qualifier=qualifier):
                return self._pointer(target, qualifier)
            case CStructType(binding=binding):
                return binding.tag
            case FunctionType():
                return "void *"
            case _ if is_void(kind):
                return "void"
            case _:
                raise InternalError(f"{kind} has no C type")

    def _pointer(self, target: Type | None, qualifier: str) -> str:
        mark = {"user": " __user", "iomem": " __iomem", "rcu": " __rcu"}.get(qualifier, "")
        const = "const " if qualifier == "const" else ""
        if target is None or is_void(target):
            return f"{const}void{mark} *"
        if isinstance(target, ClassType) and target.definition.place:
            return f"{const}{self.name(target)}"
        inner = self.name(target)
        return f"{const}{inner}*" if inner.endswith("*") else f"{const}{inner}{mark} *"

    def declare(self, kind: Type, name: str) -> str:
        """``i64 name`` or ``struct Echo *name``."""
        spelt = self.name(kind)
        return f"{spelt}{name}" if spelt.endswith("*") else f"{spelt} {name}"

    def value(self, kind: Type) -> str:
        """The struct of an optional or a tuple that is a value."""
        if kind not in self.values:
            match kind:
                case OptionalType(inner=inner):
                    self.name(inner)
                case TupleType(items=items):
                    for item in items:
                        self.name(item)
                case _:
                    raise InternalError(f"{kind} is no value")
            self.values[kind] = f"kmi_{type_name(kind)}"
        return self.values[kind]

    def define_value(self, kind: Type) -> list[str]:
        """The definition of such a struct."""
        lines = [f"struct {self.value(kind)} {{"]
        match kind:
            case OptionalType(inner=inner):
                lines += ["\tbool some;", f"\t{self.declare(inner, 'value')};"]
            case TupleType(items=items):
                for position, item in enumerate(items):
                    if not is_void(item):
                        lines.append(f"\t{self.declare(item, f'item{position}')};")
                if all(map(is_void, items)):
                    lines.append("\tu8 nothing;")
            case _:
                raise InternalError(f"{kind} is no value")
        return [*lines, "};", ""]


def is_pointer(kind: Type) -> bool:
    """Whether an optional is a pointer that may be NULL."""
    return isinstance(kind, OptionalType) and (
        is_reference(kind.inner) or isinstance(kind.inner, PointerType)
    )
