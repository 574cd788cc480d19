"""Variables, and the expressions of the linear form: no effect, no error, nothing counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from kmi.language.types import BOOL, NONE, ClassType, Type

if TYPE_CHECKING:
    from kmi.compiler.instances import FunctionInstance


@dataclass(slots=True, eq=False)
class Variable:
    """A parameter, a local of the author's, or a temporary."""

    name: str
    type: Type
    kind: str = "temporary"
    """One of "parameter", "local", "temporary"."""
    owned: bool = False
    nullable: bool = False
    """Set by ``edges``: somewhere it is not known whether it holds a count, so NULL says that it holds none.
    """
    pointer: bool = False
    """Set by ``looks``: an error that is looked at where it was raised."""


# --- expressions: no effect, no error ---------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Const:
    """An integer; ``type`` is the C type that it is computed in."""

    value: int
    type: Type


@dataclass(slots=True, eq=False)
class BoolConst:
    value: bool
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class Null:
    """NULL of a reference or pointer, or the absent value of an optional."""

    type: Type


@dataclass(slots=True, eq=False)
class Nothing:
    """The value of type None: it has no C form."""

    type: Type = NONE


@dataclass(slots=True, eq=False)
class Var:
    variable: Variable
    type: Type


@dataclass(slots=True, eq=False)
class Load:
    """``object->name``: a field that is no place. ``definition`` is the class whose pointer ``object`` is."""

    object: Expression
    name: str
    type: Type
    final: bool = False
    """Never stored again while the object lives."""


@dataclass(slots=True, eq=False)
class PlaceOf:
    """``&object->name``: a place inside an object, as a pointer to it."""

    object: Expression
    name: str
    type: Type


@dataclass(slots=True, eq=False)
class Member:
    """A member of a C struct: ``object.name``, or ``object->name`` where ``pointer``."""

    object: Expression
    name: str
    type: Type
    pointer: bool


@dataclass(slots=True, eq=False)
class Address:
    """``&lvalue``."""

    lvalue: Expression
    type: Type


@dataclass(slots=True, eq=False)
class Index:
    """``pointer[index]``."""

    pointer: Expression
    index: Expression
    type: Type


@dataclass(slots=True, eq=False)
class Operation:
    """A C operator on operands that are of ``type`` already (a shift's right side excepted)."""

    operator: str
    left: Expression
    right: Expression
    type: Type


@dataclass(slots=True, eq=False)
class Negation:
    """Unary ``-``, ``~`` or ``!``."""

    operator: str
    operand: Expression
    type: Type


@dataclass(slots=True, eq=False)
class Comparison:
    """A C comparison, or ``&&`` and ``||``."""

    operator: str
    left: Expression
    right: Expression
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class Select:
    """``condition ? then : otherwise``."""

    condition: Expression
    then: Expression
    otherwise: Expression
    type: Type


@dataclass(slots=True, eq=False)
class Convert:
    """A C cast."""

    value: Expression
    type: Type


@dataclass(slots=True, eq=False)
class Helper:
    """A call of a C function or macro of the run time that has no effect, or an operator on types."""

    name: str
    arguments: list[Expression | str]
    type: Type


@dataclass(slots=True, eq=False)
class Some:
    """The present value of an optional that is not a reference."""

    value: Expression
    type: Type


@dataclass(slots=True, eq=False)
class Tuple:
    items: list[Expression]
    type: Type


@dataclass(slots=True, eq=False)
class Part:
    """A member of a value: ``item0`` of a tuple, ``some`` and ``value`` of an optional, ``number`` of an
    error.
    """

    value: Expression
    name: str
    type: Type


@dataclass(slots=True, eq=False)
class IsClass:
    """Whether the object is of one of these classes, which are all that can be meant here."""

    value: Expression
    definition: ClassType
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class Literal:
    """The static object of a ``bytes`` or ``str`` literal."""

    value: bytes | str
    type: Type


@dataclass(slots=True, eq=False)
class FunctionAddress:
    instance: FunctionInstance
    type: Type


@dataclass(slots=True, eq=False)
class Raw:
    """C text that stands for itself: a macro, a variable, a string."""

    text: str
    type: Type


@dataclass(slots=True, eq=False)
class SizeOf:
    """``sizeof`` a type; ``payload`` of a Struct is its fields without the object's header."""

    kind: Type
    type: Type


@dataclass(slots=True, eq=False)
class Zero:
    """A C struct of zeroes; only ever the value of a ``Set``."""

    type: Type


@dataclass(slots=True, eq=False)
class Container:
    """``container_of(pointer, struct, field)``."""

    pointer: Expression
    name: str
    type: Type


Expression: TypeAlias = (
    Const | BoolConst | Null | Nothing | Var | Load | PlaceOf | Member | Address | Index | Operation
    | Negation
    | Comparison | Select | Convert | Helper | Some | Tuple | Part | IsClass | Literal | FunctionAddress
    | Raw | SizeOf
    | Container | Zero
)  # fmt: skip
