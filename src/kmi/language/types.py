"""The types of kernel Python.

Every expression of the typed tree has one of these. They are immutable and compare by value, so that a
monomorphised instance can be found by its type arguments.

Integers: a *place* (local, field, parameter, element, result) has an ``IntType`` of a width; ``int`` is the
place of 64 signed bits. An arithmetic *expression* is ``EXACT``: it has Python's value, to signed 128 bits,
and is made to fit a place by a ``tree.Fit`` node, which raises ``OverflowError``. ``bool`` is a type of its
own and an integer where Python says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from kmi.language.tree import Class, CStruct


@dataclass(frozen=True, slots=True)
class NoneType:
    """The type of ``None``, and of the result of a function that returns nothing."""

    def __str__(self) -> str:
        return "None"


@dataclass(frozen=True, slots=True)
class NeverType:
    """The type of an expression that does not come back: a call that always raises."""

    def __str__(self) -> str:
        return "Never"


@dataclass(frozen=True, slots=True)
class BoolType:
    def __str__(self) -> str:
        return "bool"


@dataclass(frozen=True, slots=True)
class IntType:
    """An integer of a width; ``name`` is what the author wrote (``int``, ``u32``, ``usize``)."""

    name: str
    bits: int
    signed: bool

    @property
    def low(self) -> int:
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        return (1 << (self.bits - 1)) - 1 if self.signed else (1 << self.bits) - 1

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ClassType:
    """An instance of a class, by reference and never ``None``; also every built-in container, ``str`` and
    ``bytes``.

    An ``Exception`` class is a value, not a reference: see ``ExceptionType``.
    """

    definition: Class
    arguments: tuple[Type, ...] = ()

    def __str__(self) -> str:
        if self.definition.callable and self.arguments:
            taken = ", ".join(map(str, self.arguments[:-1]))
            return f"Callable[[{taken}], {self.arguments[-1]}]"
        if self.definition.calls is not None and self.definition.base is not None:
            return str(self.definition.base)
        inner = ", ".join(map(str, self.arguments))
        return f"{self.definition.name}[{inner}]" if inner else self.definition.name

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ClassType)
            and self.definition is other.definition
            and self.arguments == other.arguments
        )

    def __hash__(self) -> int:
        return hash((id(self.definition), self.arguments))


@dataclass(frozen=True, slots=True)
class ExceptionType:
    """An exception that was caught or is about to be raised: a small value that never allocates."""

    definition: Class

    def __str__(self) -> str:
        return self.definition.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExceptionType) and self.definition is other.definition

    def __hash__(self) -> int:
        return hash(("exception", id(self.definition)))


@dataclass(frozen=True, slots=True)
class OptionalType:
    """``T | None``. For references it is a pointer that may be NULL; for the rest a flag beside the value."""

    inner: Type

    def __str__(self) -> str:
        return f"{self.inner} | None"


@dataclass(frozen=True, slots=True)
class UnionType:
    """A union of classes, told apart by class id; ``members`` are sorted by name and never ``None``."""

    members: tuple[ClassType, ...]

    def __str__(self) -> str:
        return " | ".join(map(str, self.members))


@dataclass(frozen=True, slots=True)
class TupleType:
    """A tuple of known length: a value, its items side by side."""

    items: tuple[Type, ...]

    def __str__(self) -> str:
        return f"tuple[{', '.join(map(str, self.items)) or '()'}]"


@dataclass(frozen=True, slots=True)
class PointerType:
    """``Pointer[T]``: a bare C pointer; ``target`` None is ``void *``; only in unsafe code."""

    target: Type | None
    qualifier: str = ""
    """One of "", "user", "iomem", "rcu", "const"."""

    def __str__(self) -> str:
        return f"Pointer[{self.target if self.target is not None else 'None'}]"


@dataclass(frozen=True, slots=True)
class CStructType:
    """A C struct by value, as a binding declares it: an embedded field, a local on the stack, a pointer's
    target.
    """

    binding: CStruct

    def __str__(self) -> str:
        return self.binding.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CStructType) and self.binding.name == other.binding.name

    def __hash__(self) -> int:
        return hash(("struct", self.binding.name))


@dataclass(frozen=True, slots=True)
class FunctionType:
    """A function as a value: a C function pointer in bindings, a callable in Python."""

    parameters: tuple[Type, ...]
    result: Type

    def __str__(self) -> str:
        return f"Callable[[{', '.join(map(str, self.parameters))}], {self.result}]"


@dataclass(frozen=True, slots=True)
class TypeVariable:
    """A ``TypeVar`` inside the generic class or function that declares it; gone after monomorphising."""

    name: str
    bound: Type | None = None
    default: Type | None = None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class TypeObject:
    """``type[T]``: a class given as an argument, as in ``request.get(Taken)``; known when compiling, never
    stored.
    """

    instance: Type

    def __str__(self) -> str:
        return f"type[{self.instance}]"


Type: TypeAlias = (
    NoneType
    | NeverType
    | BoolType
    | IntType
    | ClassType
    | ExceptionType
    | OptionalType
    | UnionType
    | TupleType
    | PointerType
    | CStructType
    | FunctionType
    | TypeVariable
    | TypeObject
)

NONE = NoneType()
NEVER = NeverType()
BOOL = BoolType()
INT = IntType("int", 64, True)
EXACT = IntType("exact", 128, True)
WIDTHS: Mapping[str, IntType] = {
    width.name: width
    for width in (
        IntType("u8", 8, False),
        IntType("u16", 16, False),
        IntType("u32", 32, False),
        IntType("u64", 64, False),
        IntType("i8", 8, True),
        IntType("i16", 16, True),
        IntType("i32", 32, True),
        IntType("i64", 64, True),
        IntType("usize", 64, False),
        IntType("isize", 64, True),
    )
}


def substitute(kind: Type, bindings: Mapping[str, Type]) -> Type:
    """``kind`` with each type variable that ``bindings`` names replaced."""
    match kind:
        case TypeVariable(name=name):
            return bindings.get(name, kind)
        case ClassType(definition=definition, arguments=arguments) if arguments:
            return ClassType(definition, tuple(substitute(argument, bindings) for argument in arguments))
        case OptionalType(inner=inner):
            replaced = substitute(inner, bindings)
            return replaced if isinstance(replaced, OptionalType | NoneType) else OptionalType(replaced)
        case TupleType(items=items):
            return TupleType(tuple(substitute(item, bindings) for item in items))
        case PointerType(target=target, qualifier=qualifier) if target is not None:
            return PointerType(substitute(target, bindings), qualifier)
        case FunctionType(parameters=parameters, result=result):
            return FunctionType(
                tuple(substitute(parameter, bindings) for parameter in parameters),
                substitute(result, bindings),
            )
        case TypeObject(instance=instance):
            return TypeObject(substitute(instance, bindings))
        case _:
            return kind


def union_of(kinds: Iterable[ClassType]) -> ClassType | UnionType:
    """The union of some classes; the class itself where there is one."""
    found = tuple(sorted(dict.fromkeys(kinds), key=str))
    return found[0] if len(found) == 1 else UnionType(found)


def ordered(kinds: Iterable[ClassType]) -> list[ClassType]:
    """Classes, each before those that it derives from: the first that fits is meant."""
    return sorted(kinds, key=lambda kind: -len(kind.definition.ancestors()))


def is_reference(kind: Type) -> bool:
    """Whether a value of this type is counted: an object, or an object or None."""
    match kind:
        case ClassType() | UnionType():
            return True
        case OptionalType(inner=inner):
            return is_reference(inner)
        case _:
            return False
