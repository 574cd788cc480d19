"""The expressions of the typed tree that every author can write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmi.language.source import Span
from kmi.language.types import BOOL, EXACT, NONE, Type

if TYPE_CHECKING:
    from kmi.language.tree.definitions import Class, Constant, Field, Function, Local
    from kmi.language.tree.nodes import Expression, Statement


@dataclass(slots=True, eq=False)
class IntLiteral:
    value: int
    span: Span
    type: Type = EXACT
    name: str = ""
    """The C name of a number that differs between kernels, as ``EBUSY``; ``value`` is this machine's then."""


@dataclass(slots=True, eq=False)
class BoolLiteral:
    value: bool
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class NoneLiteral:
    span: Span
    type: Type = NONE


@dataclass(slots=True, eq=False)
class StrLiteral:
    value: str
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class BytesLiteral:
    value: bytes
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class LocalGet:
    local: Local
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class FieldGet:
    """``object.field``. Of a place it is the place itself, which is only ever used as a path."""

    object: Expression
    field: Field
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class ConstantGet:
    constant: Constant
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class TableGet:
    """``VALUES[index]`` of a constant tuple of integers, at an index that is computed; IndexError outside."""

    values: tuple[int, ...]
    index: Expression
    span: Span
    type: Type = EXACT


@dataclass(slots=True, eq=False)
class Binary:
    """Integer arithmetic with Python's meaning: + - * // % & | ^ << >> min max ; ``type`` is EXACT."""

    operator: str
    left: Expression
    right: Expression
    span: Span
    type: Type = EXACT


@dataclass(slots=True, eq=False)
class Unary:
    """Integer - ~ abs ."""

    operator: str
    operand: Expression
    span: Span
    type: Type = EXACT


@dataclass(slots=True, eq=False)
class Fit:
    """The value, checked to fit the integer place ``type``; ``OverflowError`` if not. ``wrap`` takes the
    low bits.

    The value may be a bool: then it is 0 or 1.
    """

    value: Expression
    span: Span
    type: Type
    wrap: bool = False


@dataclass(slots=True, eq=False)
class Compare:
    """== != < <= > >= of two integers or two bools. Of objects it is a call of ``__eq__`` and its like."""

    operator: str
    left: Expression
    right: Expression
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class Identity:
    """``left is right``, both references of one family or pointers; ``IsNone`` where one side is ``None``."""

    left: Expression
    right: Expression
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class IsNone:
    value: Expression
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class IsInstance:
    value: Expression
    definition: Class
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class Truth:
    """The bool that Python's truth gives of a value that is not a bool: an integer, a container, a ``T |
    None``.
    """

    value: Expression
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class Not:
    operand: Expression
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class Logical:
    """``and`` / ``or`` with Python's short circuit and value; both operands have the node's type."""

    operator: str
    left: Expression
    right: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Conditional:
    condition: Expression
    then: Expression
    otherwise: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Let:
    """``local`` gets the value, then ``body`` is the node's value; ``local`` is released when it has been
    evaluated.

    For what Python evaluates once and uses twice: the middle of ``a < f() < b``.
    """

    local: Local
    value: Expression
    body: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Do:
    """The statements run, then ``value`` is the node's: what Python writes as one expression and is several
    steps, as a comprehension or ``(n := f())``.

    No ``return``, and no ``break`` or ``continue`` of a loop around it, stands in it. A value that is a local
    ``made`` for it hands that local's count on.
    """

    statements: list[Statement]
    value: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Call:
    """A call of a known function, method or C function, its arguments complete and in order.

    ``virtual``: the method is looked up by the class of the first argument; one that is static, in the class
    that ``Self`` is bound to. ``type_arguments`` bind the
    function's own type variables, and those of its class where it is static.
    """

    function: Function
    arguments: list[Expression]
    span: Span
    type: Type
    virtual: bool = False
    type_arguments: dict[str, Type] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class New:
    """An object of a class, made by its ``__init__`` (given, or the one a dataclass has).

    ``type_arguments`` bind the type variables that ``__init__`` has of its own.
    """

    type: Type
    arguments: list[Expression]
    span: Span
    type_arguments: dict[str, Type] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class ExceptionNew:
    """An exception value: class, errno, and a message that is a literal, an f-string or absent.

    ``made_of`` says what the message is where it is not a ``str`` that was given: "other" for the repr of
    one value, "several" for that of a tuple, "carried" where the object says it that the exception carries,
    "own" where a ``__str__`` of the author's has said it.
    """

    definition: Class
    errno: Expression | None
    message: Expression | None
    span: Span
    type: Type
    made_of: str = ""
    object: Expression | None = None
    """What it carries, if its class has fields or methods."""


@dataclass(slots=True, eq=False)
class ExceptionObject:
    """The object that an exception carries; the class of ``value`` is one that has such objects."""

    value: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class ExceptionErrno:
    """``error.errno`` of a caught OSError; with ``part`` "arguments" what it was made of, 0 being nothing."""

    value: Expression
    span: Span
    type: Type
    part: str = "number"


@dataclass(slots=True, eq=False)
class Upcast:
    """The same value seen as a wider type: a base class, ``T | None``, a union."""

    value: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Narrow:
    """The same value seen as a narrower type. ``checked``: proven nowhere, so ``None`` there raises at run
    time.
    """

    value: Expression
    span: Span
    type: Type
    checked: bool = False


@dataclass(slots=True, eq=False)
class TupleNew:
    items: list[Expression]
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class TupleGet:
    value: Expression
    index: int
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class ListNew:
    """``[a, b, c]``, each item of the list's element type."""

    items: list[Expression]
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class DictNew:
    items: list[tuple[Expression, Expression]]
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Generic:
    """``left == right``, ``left < right`` or ``hash(left)`` of values whose type is a bare type variable.

    Monomorphising turns it into a ``Compare``, an ``Identity`` or a call of ``__eq__``, ``__lt__``,
    ``__hash__``. The operator ``id`` is the hash that ``object`` has.
    """

    operator: str
    left: Expression
    right: Expression | None
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class FormatPiece:
    """One ``{value:spec}`` of an f-string; ``spec`` as written, ``conversion`` is "", "r" or "s".

    Where ``width`` is there it stands for the width 1 in ``spec``.
    """

    value: Expression
    spec: str
    conversion: str
    span: Span
    width: Expression | None = None


@dataclass(slots=True, eq=False)
class Format:
    """An f-string. Where it goes to a ``Format`` parameter it is passed in pieces and never allocates."""

    pieces: list[str | FormatPiece]
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class TypeGet:
    """A class as an argument for a ``type[T]`` parameter; ``type`` is a TypeObject."""

    span: Span
    type: Type
