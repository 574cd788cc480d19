"""What is compiled: functions and classes with their type variables bound.

    Mutex[Permits]            ClassInstance(Mutex, (Permits,))
    Mutex[Permits].__enter__  FunctionInstance(Mutex.__enter__, {"T": Permits})

A virtual call is an instance of its own: the method as the receiver's declared class has it, and a case for
each class that is ever made and derives from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmi.compiler import linear
from kmi.compiler.intervals import Interval
from kmi.compiler.noted import Check
from kmi.language.tree import Class, Function
from kmi.language.types import ClassType, Type, substitute

if TYPE_CHECKING:
    from kmi.compiler.ranges import Ranges


@dataclass(slots=True, eq=False)
class FunctionInstance:
    """One C function. ``place``, as ``Echo.kept``, tells apart the clones of a ``per_place`` function."""

    function: Function
    bindings: dict[str, Type]
    name: str
    author: bool
    """Of the author's own module: its errors name its lines."""
    place: str = ""
    linear: linear.Function | None = None
    counted: bool = False
    """Its last parameter counts nested calls. ``recursion`` sets it."""
    ranges: Ranges | None = None
    """What is known of its integers. Lowering sets it."""
    stored: dict[int, Interval] = field(default_factory=dict)
    """Of statements that put an item into a list, by their identity: what it is. Lowering notes it."""
    checks: list[Check] = field(default_factory=list)
    """What it asks at run time. Lowering notes it."""
    raises: frozenset[Class] = frozenset()
    """Classes of what it may raise, each meaning itself and what derives from it. ``errors`` sets it."""

    def type(self, kind: Type) -> Type:
        """A type of its signature or body, with its type variables bound."""
        return substitute(kind, self.bindings) if self.bindings else kind

    @property
    def result(self) -> Type:
        return self.type(self.function.result)


@dataclass(slots=True, eq=False)
class VirtualInstance:
    """A method looked up by the object's class: ``cases`` grow as classes turn out to be made."""

    method: str
    receiver: ClassType
    declared: FunctionInstance
    name: str
    cases: dict[ClassType, FunctionInstance] = field(default_factory=dict)
    counted: bool = False

    @property
    def result(self) -> Type:
        return self.declared.result

    @property
    def raises(self) -> frozenset[Class]:
        return frozenset().union(*(case.raises for case in self.cases.values()))


@dataclass(slots=True, eq=False)
class ClassInstance:
    """One C struct and its class object. ``made``: objects of exactly this class exist."""

    kind: ClassType
    name: str
    made: bool = False
    deleter: FunctionInstance | None = None
    """Its ``__del__``, own or inherited."""


def bases(kind: ClassType) -> list[ClassType]:
    """The class and what it derives from, nearest first, each with its type arguments."""
    chain = [kind]
    while True:
        definition = chain[-1].definition
        if definition.base is None:
            return chain
        bindings = bindings_of(chain[-1])
        base = substitute(definition.base, bindings)
        assert isinstance(base, ClassType)
        chain.append(base)


def supertypes(kind: ClassType) -> list[ClassType]:
    """The class, what it derives from, and the protocols as which its objects are used."""
    found: list[ClassType] = []
    for base in bases(kind):
        found.append(base)
        for protocol in base.definition.implements:
            seen = substitute(protocol, bindings_of(base))
            assert isinstance(seen, ClassType)
            found += bases(seen)
    return found


def bindings_of(kind: ClassType) -> dict[str, Type]:
    """What the class's type variables stand for."""
    return {
        variable.name: argument
        for variable, argument in zip(kind.definition.type_parameters, kind.arguments, strict=True)
    }
