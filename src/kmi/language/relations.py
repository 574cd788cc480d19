"""How types relate: which are the same, which fits where, what a class looks like as its base."""

from __future__ import annotations

from dataclasses import dataclass

from kmi.language import tree
from kmi.language.types import (
    EXACT,
    INT,
    BoolType,
    ClassType,
    ExceptionType,
    FunctionType,
    IntType,
    NeverType,
    OptionalType,
    PointerType,
    TupleType,
    Type,
    TypeObject,
    TypeVariable,
    UnionType,
    substitute,
)


@dataclass(frozen=True, slots=True)
class PoisonType(NeverType):
    """The type of what is already reported as wrong, and of ``Any`` in a declaration: it goes with
    everything.
    """

    def __str__(self) -> str:
        return "?"


POISON = PoisonType()


def place_type(kind: Type) -> Type:
    """The place that a value of this type gets where nothing else is said."""
    match kind:
        case IntType() if kind == EXACT:
            return INT
        case TupleType(items=items):
            return TupleType(tuple(place_type(item) for item in items))
        case _:
            return kind


def is_int(kind: Type) -> bool:
    """Whether arithmetic takes it: an integer or a bool."""
    return isinstance(kind, IntType | BoolType)


def poisoned(kind: Type) -> bool:
    """Whether something in the type is already reported as wrong."""
    match kind:
        case _ if kind is POISON:
            return True
        case ClassType(arguments=items) | TupleType(items=items):
            return any(poisoned(item) for item in items)
        case OptionalType(inner=inner) | TypeObject(instance=inner):
            return poisoned(inner)
        case PointerType(target=target):
            return target is not None and poisoned(target)
        case _:
            return False


def same(left: Type, right: Type) -> bool:
    """Whether two types are the same; what is poisoned is the same as anything."""
    if left == right or left is POISON or right is POISON:
        return True
    match left, right:
        case ClassType(), ClassType():
            return left.definition is right.definition and all(map(same, left.arguments, right.arguments))
        case OptionalType(), OptionalType():
            return same(left.inner, right.inner)
        case TupleType(), TupleType():
            return len(left.items) == len(right.items) and all(map(same, left.items, right.items))
        case PointerType(), PointerType():
            if left.target is None or right.target is None:
                return left.target is right.target
            return same(left.target, right.target)
        case TypeObject(), TypeObject():
            return same(left.instance, right.instance)
        case _:
            return False


def base_view(kind: ClassType, wanted: tree.Class) -> ClassType | None:
    """``kind`` seen as its base class ``wanted``, with that class's type arguments; None if it is not one."""
    current: ClassType | None = kind
    while current is not None:
        if current.definition is wanted:
            return current
        names = [variable.name for variable in current.definition.type_parameters]
        for protocol in current.definition.implements if wanted.protocol else ():
            if protocol.definition is wanted:
                seen = substitute(protocol, dict(zip(names, current.arguments, strict=False)))
                return seen if isinstance(seen, ClassType) else None
        base = current.definition.base
        if base is None:
            return None
        replaced = substitute(base, dict(zip(names, current.arguments, strict=False)))
        current = replaced if isinstance(replaced, ClassType) else None
    return None


def below_view(kind: ClassType, wanted: tree.Class) -> ClassType | None:
    """An object of ``kind`` that turned out to be of the class ``wanted`` below it: with the type arguments
    that follow from those of ``kind``; None where they do not follow.
    """
    own = ClassType(wanted, wanted.type_parameters)
    if not wanted.type_parameters:
        return own
    view = base_view(own, kind.definition)
    if view is None:
        return None
    known = {
        variable.name: argument
        for variable, argument in zip(view.arguments, kind.arguments, strict=True)
        if isinstance(variable, TypeVariable)
    }
    if not all(variable.name in known for variable in wanted.type_parameters):
        return None
    made = substitute(own, known)
    return made if isinstance(made, ClassType) else None


def subtype(kind: Type, target: Type) -> bool:
    if same(kind, target):
        return True
    match kind, target:
        case ClassType(), ClassType():
            view = base_view(kind, target.definition)
            return view is not None and same(view, target)
        case ClassType(), UnionType(members=members):
            return any(subtype(kind, member) for member in members)
        case UnionType(members=members), _:
            return all(subtype(member, target) for member in members)
        case TypeVariable(bound=bound), _ if bound is not None:
            return subtype(bound, target)
        case ExceptionType(), ExceptionType():
            return kind.definition.derives_from(target.definition)
        case _:
            return False


def callable_fits(kind: FunctionType, target: FunctionType) -> bool:
    def matches(left: Type, right: Type) -> bool:
        if isinstance(left, PointerType) and isinstance(right, PointerType):
            return left.target is None or right.target is None or same(left, right)
        return same(left, right)

    return (
        len(kind.parameters) == len(target.parameters)
        and all(map(matches, kind.parameters, target.parameters))
        and matches(kind.result, target.result)
    )


def describe(kind: Type) -> str:
    """A type as the author would write it."""
    return "int" if kind == EXACT else str(kind)
