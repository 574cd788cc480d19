"""Which values several threads may use at once, and what a value can reach.

A class is *shared* if its fields are final and themselves shareable, or are places; any other class is
*confined*: its objects belong to one thread, or to one lock. ``Ownership`` answers, for types, from the
whole program:

    confined(bytearray)        True: it changes in place
    confined(tuple[int, str])  False
    reach(list[Entry])         {list, Entry, and what is confined in Entry's fields}

Invariants: ``confined`` errs on the side of True; ``reach`` includes subclasses, since a variable of a
class may hold an object of any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from kmi.language.checks.known import BORROWED, THREADED, derives, is_builtin, is_view
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.tree import (
    Call,
    Class,
    Expression,
    Field,
    FieldGet,
    Function,
    LocalGet,
    Narrow,
    Program,
    SetField,
    Upcast,
)
from kmi.language.tree.walk import authored, functions, trusted, walk
from kmi.language.types import (
    BoolType,
    ClassType,
    CStructType,
    ExceptionType,
    FunctionType,
    IntType,
    NeverType,
    NoneType,
    OptionalType,
    PointerType,
    TupleType,
    Type,
    TypeObject,
    TypeVariable,
    UnionType,
    substitute,
)

IMMUTABLE = frozenset({"str", "bytes", "frozenset", "ref", "range"})
"""The built-in classes that never change; all others do. What one holds may."""


@dataclass(frozen=True, slots=True)
class Why:
    """A reason why a class is confined, and the place that shows it."""

    span: Span
    text: str


class Ownership:
    """What one program's classes are, as far as threads are concerned."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._confined: dict[ClassType, bool] = {}

    @cached_property
    def changes(self) -> dict[Field, list[tuple[Function, SetField]]]:
        """The stores to each field outside its own object's ``__init__``: a field with one is not final."""
        found: dict[Field, list[tuple[Function, SetField]]] = {}
        for module in authored(self.program):
            for function in functions(module):
                for node in walk(function.body):
                    if isinstance(node, SetField) and not _initialises(function, node.object):
                        found.setdefault(node.field, []).append((function, node))
        return found

    def confined(self, kind: Type) -> bool:
        """Whether a value of this type may be used by only one thread at a time."""
        match kind:
            case ClassType():
                return self._confined_class(kind)
            case OptionalType(inner=inner):
                return self.confined(inner)
            case UnionType(members=members):
                return any(map(self.confined, members))
            case TupleType(items=items):
                return any(map(self.confined, items))
            case TypeVariable(bound=bound):
                return bound is None or self.confined(bound)
            case (
                NoneType() | NeverType() | BoolType() | IntType() | ExceptionType() | FunctionType()
                | TypeObject() | PointerType() | CStructType()
            ):  # fmt: skip
                return False
            case _:
                raise InternalError(f"ownership of the type {kind}")

    def why(self, kind: Type) -> list[Why]:
        """Why a type is confined: the places in the author's text that show it; none for a built-in class."""
        match kind:
            case OptionalType(inner=inner):
                return self.why(inner)
            case UnionType(members=members) | TupleType(items=members):
                return next((why for why in map(self.why, members) if why), [])
            case ClassType(definition=definition) if not trusted(definition.module):
                return self._why_class(kind, set())
            case _:
                return []

    def reach(self, kind: Type) -> frozenset[Class]:
        """The confined classes whose objects a value of this type is or leads to, without passing a place."""
        found: set[Class] = set()
        self._reach(kind, found, set())
        return frozenset(found)

    def contents(self, kind: Type) -> frozenset[Class]:
        """The confined classes whose objects a value can hold: its own only if that can be nested."""
        found: set[Class] = set()
        match kind:
            case ClassType():
                for part in self._parts(kind):
                    self._reach(part, found, set())
            case OptionalType(inner=inner):
                return self.contents(inner)
            case UnionType(members=members) | TupleType(items=members):
                for member in members:
                    found |= self.reach(member) if isinstance(kind, TupleType) else self.contents(member)
            case _:
                pass
        return frozenset(found)

    def can_hold(self, holder: Type, held: Type) -> bool:
        """Whether an object of ``holder`` can come to hold one of ``held``, or something confined in one."""
        if is_open(holder) or is_open(held):
            return True
        return bool(self.contents(holder) & self.reach(held))

    def overlap(self, one: Type, other: Type) -> bool:
        """Whether two values can have a confined object in common."""
        if not self.confined(one) or not self.confined(other):
            return False
        return is_open(one) or is_open(other) or bool(self.reach(one) & self.reach(other))

    def _reach(self, kind: Type, found: set[Class], seen: set[ClassType]) -> None:
        match kind:
            case ClassType():
                if kind in seen or not self._confined_class(kind):
                    return
                seen.add(kind)
                for definition in _family(kind.definition):
                    found.add(definition)
                for part in self._parts(kind):
                    self._reach(part, found, seen)
            case OptionalType(inner=inner):
                self._reach(inner, found, seen)
            case UnionType(members=members) | TupleType(items=members):
                for member in members:
                    self._reach(member, found, seen)
            case _:
                pass

    def _parts(self, kind: ClassType) -> list[Type]:
        """The types of what an object of the class, or of a subclass, holds; not what its places guard."""
        if kind.definition.callable:
            return list(self._standing(kind))
        if is_builtin(kind.definition):
            # A view leads to its dict. Its fields are not known without bodies, but what it is made of is.
            initializer = kind.definition.method("__init__")
            given = initializer.parameters[1:] if initializer is not None else []
            return [*kind.arguments, *(substitute(parameter.type, bindings(kind)) for parameter in given)]
        if trusted(kind.definition.module):
            return []
        parts: list[Type] = list(kind.arguments) if is_open(kind) else []
        for definition in _family(kind.definition):
            below = definition.derives_from(kind.definition) and definition is not kind.definition
            items = definition.fields if below else definition.all_fields()
            for item in items:
                if not item.place:
                    parts.append(substitute(item.type, bindings(kind)))
        return parts

    def _confined_class(self, kind: ClassType) -> bool:
        known = self._confined.get(kind)
        if known is not None:
            return known
        definition = kind.definition
        if definition.callable:
            self._confined[kind] = False
            result = any(map(self.confined, self._standing(kind)))
            if result:
                self._confined = {known: value for known, value in self._confined.items() if value}
        elif is_builtin(definition):
            fixed = definition.name in IMMUTABLE and not any(map(self.confined, kind.arguments))
            result = not fixed and not definition.exception
        elif definition.exception or definition.enum:
            result = False
        elif derives(definition, BORROWED) or any(each.confined for each in definition.ancestors()):
            result = True
        elif trusted(definition.module) or derives(definition, THREADED):
            result = False
        else:
            self._confined[kind] = False  # a class that holds itself is judged by its other fields
            result = any(self._field_confined(item) for item in self._all_fields(definition)) or any(
                map(self.confined, self._parts(kind))
            )
            if result:  # what was judged meanwhile relied on the assumption
                self._confined = {known: value for known, value in self._confined.items() if value}
        self._confined[kind] = result
        return result

    def _standing(self, kind: ClassType) -> list[ClassType]:
        """The classes of the functions that a value of this `Callable` type may be."""
        return [
            ClassType(below, below.type_parameters)
            for below in _family(kind.definition)[1:]
            for base in [below.base]
            if base is not None and (base == kind or is_open(base) or is_open(kind))
        ]

    def _all_fields(self, definition: Class) -> list[Field]:
        below = [
            item
            for subclass in _family(definition)[1:]
            for item in (subclass.fields if subclass.derives_from(definition) else subclass.all_fields())
        ]
        return [*definition.all_fields(), *below]

    def _field_confined(self, item: Field) -> bool:
        return not item.place and item in self.changes

    def _why_class(self, kind: ClassType, seen: set[ClassType]) -> list[Why]:
        if kind in seen:
            return []
        seen.add(kind)
        for item in self._all_fields(kind.definition):
            if self._field_confined(item):
                _, store = self.changes[item][0]
                return [Why(store.span, f"`{kind.definition.name}.{item.name}` is changed here")]
        for item in self._all_fields(kind.definition):
            part = substitute(item.type, bindings(kind))
            if not item.place and self.confined(part):
                here = Why(item.span, f"`{kind.definition.name}.{item.name}` is a `{part}`, which can change")
                deeper = self._why_class(part, seen) if isinstance(part, ClassType) else []
                return deeper if deeper and not trusted(kind.definition.module) else [here]
        return []


def bindings(kind: ClassType) -> dict[str, Type]:
    """The type variables of a class and what they stand for in one of its types."""
    names = (variable.name for variable in kind.definition.type_parameters)
    return dict(zip(names, kind.arguments, strict=False))


def root(expression: Expression) -> tuple[Expression, list[Field]]:
    """What a chain of fields starts from, and the fields: of ``self.inner.lock``, ``self`` and the two."""
    path: list[Field] = []
    while True:
        match expression:
            case FieldGet(object=inner, field=item):
                path.insert(0, item)
                expression = inner
            case Upcast(value=inner) | Narrow(value=inner):
                expression = inner
            case Call(arguments=[inner], type=kind) if is_view(kind):
                expression = inner  # `self.table.read()` is the lock `self.table`
            case _:
                return expression, path


def receiver(function: Function) -> object:
    """The ``self`` of a method; None of a function."""
    method = function.owner is not None and not function.static and function.parameters
    return function.parameters[0] if method else None


def _initialises(function: Function, target: Expression) -> bool:
    """Whether a store to a field of ``target`` is the object's own ``__init__`` at work."""
    start, path = root(target)
    itself = isinstance(start, LocalGet) and start.local is receiver(function) and not path
    return function.name == "__init__" and itself


def _family(definition: Class) -> list[Class]:
    """A class and all below it."""
    found = [definition]
    for below in definition.subclasses:
        found.extend(_family(below))
    return found


def is_open(kind: Type) -> bool:
    """Whether a type has a type variable in it, so that nothing is known about what it holds."""
    match kind:
        case TypeVariable():
            return True
        case ClassType(arguments=parts) | TupleType(items=parts) | UnionType(members=parts):
            return any(map(is_open, parts))
        case OptionalType(inner=inner):
            return is_open(inner)
        case _:
            return False


