"""Expressions of the linear form as C, with no more parentheses than a reader wants.

Operation("+", Load(self, count), Const 1)      self->count + 1
"""

from __future__ import annotations

from kmi.compiler import linear
from kmi.compiler.emit.types import Types, is_pointer
from kmi.compiler.names import identifier
from kmi.language.report.diagnostics import InternalError
from kmi.language.types import (
    BoolType,
    ClassType,
    CStructType,
    ExceptionType,
    IntType,
    OptionalType,
    PointerType,
    Type,
    UnionType,
)

PRECEDENCE = {
    "*": 12, "/": 12, "%": 12, "+": 11, "-": 11, "<<": 10, ">>": 10,
    "<": 9, "<=": 9, ">": 9, ">=": 9, "==": 8, "!=": 8, "&": 7, "^": 6, "|": 5, "&&": 4, "||": 3,
}  # fmt: skip
UNARY, POSTFIX, SELECT = 13, 15, 2
MIXED = frozenset(["<<", ">>", "&", "^", "|", "&&", "||"])
"""Operators beside which gcc wants parentheses, and so do people."""


class Expressions:
    """Prints expressions; knows the literals' names."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self.literals: dict[bytes | str, str] = {}

    def text(self, node: linear.Expression | str, outer: int = 0) -> str:
        """The expression, in parentheses if it binds less than ``outer``."""
        if isinstance(node, str):
            return node
        inner, precedence = self._print(node)
        return f"({inner})" if precedence < outer else inner

    def _print(self, node: linear.Expression) -> tuple[str, int]:
        match node:
            case linear.Const(value=value, type=kind):
                return constant(value, kind)
            case linear.BoolConst(value=flag):
                return ("true" if flag else "false"), POSTFIX
            case linear.Null(type=kind):
                if isinstance(kind, OptionalType) and not is_pointer(kind):
                    return f"(struct {self.types.value(kind)}){{ .some = false }}", POSTFIX
                return "NULL", POSTFIX
            case linear.Var(variable=variable):
                if by_pointer(variable):
                    return f"*{variable.name}", UNARY
                return variable.name, POSTFIX
            case linear.Load(object=inner, name=name):
                return self._arrow(inner, name), POSTFIX
            case linear.PlaceOf(object=inner, name=name):
                return f"&{self._arrow(inner, name)}", UNARY
            case linear.Member(object=inner, name=name, pointer=pointer):
                if pointer:
                    return self._arrow(inner, name), POSTFIX
                return f"{self.text(inner, POSTFIX)}.{name}", POSTFIX
            case linear.Address(lvalue=linear.Var(variable=variable)) if by_pointer(variable):
                return variable.name, POSTFIX
            case linear.Address(lvalue=inner):
                return f"&{self.text(inner, UNARY)}", UNARY
            case linear.Index(pointer=pointer_, index=index):
                return f"{self.text(pointer_, POSTFIX)}[{self.text(index)}]", POSTFIX
            case linear.Operation(operator=operator, left=left, right=right, type=kind) if narrow(left) and (
                operator in ("<<", ">>") or narrow(right)
            ):
                precedence = PRECEDENCE[operator]
                wide = f"({self.types.name(kind)}){self.text(left, UNARY)}"  # else C computes in its int
                return f"{wide} {operator} {self._side(right, operator, precedence + 1)}", precedence
            case linear.Operation(operator=operator, left=left, right=right):
                return self._infix(operator, left, right)
            case linear.Comparison(operator=operator, left=left, right=right):
                return self._infix(operator, left, right)
            case linear.Negation(operator="!", operand=linear.Negation(operator="!", operand=inner)):
                return f"!!{self.text(inner, UNARY)}", UNARY
            case linear.Negation(
                operator="!",
                operand=linear.Comparison(operator="==" | "!=" as operator, left=left, right=right),
            ):
                return self._infix("!=" if operator == "==" else "==", left, right)
            case linear.Negation(operator=operator, operand=inner):
                printed = self.text(inner, UNARY)
                return f"{operator}{' ' if printed.startswith(operator) else ''}{printed}", UNARY
            case linear.Select(condition=condition, then=then, otherwise=otherwise):
                parts = [self.text(condition, 3), self.text(then, 3), self.text(otherwise, SELECT)]
                return f"{parts[0]} ? {parts[1]} : {parts[2]}", SELECT
            case linear.Convert(value=value, type=kind):
                return self._convert(value, kind)
            case linear.Helper(name=name, arguments=arguments) if name.startswith("("):
                return f"{name}{self.text(arguments[0], UNARY)}", UNARY
            case linear.Helper(name=name, arguments=arguments):
                return f"{name}({', '.join(map(self.text, arguments))})", POSTFIX
            case linear.Some(value=value, type=kind):
                name = self.types.value(kind)
                return f"(struct {name}){{ .some = true, .value = {self.text(value, SELECT)} }}", POSTFIX
            case linear.Tuple(items=items, type=kind):
                name = self.types.value(kind)
                parts = [
                    f".item{i} = {self.text(item, SELECT)}"
                    for i, item in enumerate(items)
                    if not isinstance(item, linear.Nothing)
                ]
                return f"(struct {name}){{ {', '.join(parts) or '.nothing = 0'} }}", POSTFIX
            case linear.Part(value=value, name=name):
                return f"{self.text(value, POSTFIX)}.{name}", POSTFIX
            case linear.IsClass():
                return self._is_class(node)
            case linear.Literal(value=value, type=kind):
                return f"({self.types.name(kind)})&{self.literal(value)}.head", UNARY
            case linear.FunctionAddress(instance=instance):
                return instance.name, POSTFIX
            case linear.Raw(text=text):
                return text, POSTFIX if text.replace("_", "").isalnum() or text.startswith('"') else SELECT
            case linear.SizeOf(kind=ClassType(definition=definition) as kind) if definition.struct:
                return f"sizeof(struct {self.types.monomorphiser.cls(kind).name}_record)", POSTFIX
            case linear.SizeOf(kind=ClassType() as kind):
                return f"sizeof(struct {self.types.monomorphiser.cls(kind).name})", POSTFIX
            case linear.SizeOf(kind=kind):
                return f"sizeof({self.types.name(kind).rstrip()})", POSTFIX
            case linear.Container(pointer=pointer_, name=name, type=ClassType() as kind):
                struct = self.types.monomorphiser.cls(kind).name
                return f"container_of({self.text(pointer_, SELECT)}, struct {struct}, {name})", POSTFIX
            case linear.Zero(type=kind):
                return f"({self.types.name(kind)}){{}}", POSTFIX
            case _:
                raise InternalError(f"{type(node).__name__} of type {node.type} has no C form")

    def literal(self, value: bytes | str) -> str:
        """The static object of a literal."""
        if value not in self.literals:
            prefix = "bytes" if isinstance(value, bytes) else "str"
            number = sum(type(each) is type(value) for each in self.literals) + 1
            self.literals[value] = f"kmi_{prefix}_{number}"
        return self.literals[value]

    def _arrow(self, inner: linear.Expression, name: str) -> str:
        if isinstance(inner, linear.PlaceOf):
            return f"{self._arrow(inner.object, inner.name)}.{name}"
        if isinstance(inner, linear.Address):
            return f"{self.text(inner.lvalue, POSTFIX)}.{name}"
        return f"{self.text(inner, POSTFIX)}->{name}"

    def _infix(self, operator: str, left: linear.Expression, right: linear.Expression) -> tuple[str, int]:
        precedence = PRECEDENCE[operator]
        sides = self._side(left, operator, precedence), self._side(right, operator, precedence + 1)
        return f"{sides[0]} {operator} {sides[1]}", precedence

    def _side(self, node: linear.Expression, operator: str, outer: int) -> str:
        inner = getattr(node, "operator", "")
        if isinstance(node, linear.Operation | linear.Comparison) and inner != operator:
            if (
                operator in MIXED
                or inner in MIXED
                or (isinstance(node, linear.Comparison) and PRECEDENCE[operator] > 4)
            ):
                if not (operator in ("&&", "||") and PRECEDENCE[inner] > 7):
                    return f"({self.text(node)})"
        return self.text(node, outer)

    def _convert(self, value: linear.Expression, kind: Type) -> tuple[str, int]:
        source = value.type
        if isinstance(kind, BoolType) and isinstance(source, BoolType):
            return self._print(value)
        if isinstance(kind, IntType) and isinstance(source, IntType) and isinstance(value, linear.Const):
            return self._print(linear.Const(value.value, kind))
        if isinstance(kind, UnionType | OptionalType | ClassType | PointerType):
            if isinstance(value, linear.Null | linear.Nothing):
                return "NULL", POSTFIX
            if not isinstance(source, IntType | CStructType) and self.types.name(kind) == self.types.name(
                source
            ):
                return self._print(value)
        return f"({self.types.name(kind)}){self.text(value, UNARY)}", UNARY

    def _is_class(self, node: linear.IsClass) -> tuple[str, int]:
        if isinstance(node.value.type, ExceptionType):
            address = self.text(linear.Address(node.value, PointerType(None)))
            return f"kmi_error_is({address}, &{exception_name(node.definition)})", POSTFIX
        instance = self.types.monomorphiser.cls(node.definition)
        value = node.value
        header = self.object(value)
        test = f"kmi_is_instance({header}, &{instance.name}_class)"
        if isinstance(value.type, OptionalType):
            return f"{self.text(value, 5)} && {test}", 4
        return test, POSTFIX

    def object(self, value: linear.Expression) -> str:
        """The header of an object."""
        kind = value.type.inner if isinstance(value.type, OptionalType) else value.type
        if isinstance(kind, UnionType):
            return self.text(value)
        return f"&{self._arrow(value, 'object')}"


def by_pointer(variable: linear.Variable) -> bool:
    """Whether it is an error that C has as a pointer."""
    return isinstance(variable.type, ExceptionType) and (variable.kind == "parameter" or variable.pointer)


def narrow(node: linear.Expression) -> bool:
    """Whether C may see an int where a wider integer is meant: in constants, errnos, what is made of them."""
    match node:
        case linear.Const() | linear.Raw():
            return True
        case linear.Select(then=then, otherwise=otherwise):
            return narrow(then) and narrow(otherwise)
        case linear.Negation(operand=operand):
            return narrow(operand)
        case _:
            return False


def exception_name(kind: ClassType) -> str:
    """The static ``struct kmi_exception`` of a class."""
    definition = kind.definition
    return (
        f"kmi_{definition.name}"
        if definition.module == "kmi.runtime.exceptions"
        else identifier(definition.name)
    )


def constant(value: int, kind: Type) -> tuple[str, int]:
    """An integer constant of at least this type's width where it matters."""
    signed = isinstance(kind, IntType) and kind.signed
    if value == -(1 << 63):
        return "KMI_I64_MIN", POSTFIX
    if value == -(1 << 127):
        return "KMI_I128_MIN", POSTFIX
    magnitude = abs(value)
    if magnitude >> 64 or (signed and magnitude >> 63):
        high, low = magnitude >> 64, magnitude & (1 << 64) - 1
        text = f"(u128)0x{high:x}ULL << 64 | 0x{low:x}ULL" if high else f"(u128)0x{low:x}ULL"
        text = f"(i128)({text})" if signed else f"({text})"
    elif magnitude >> 31:
        text = f"0x{magnitude:x}" if magnitude >> 40 else str(magnitude)
        text += "LL" if signed else "ULL"
    else:
        text = str(magnitude)
    return (f"-{text}", UNARY) if value < 0 else (text, POSTFIX)
