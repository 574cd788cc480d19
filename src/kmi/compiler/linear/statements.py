"""The statements of the linear form, and a function made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from kmi.compiler.linear.values import Expression, Variable
from kmi.compiler.noted import Check
from kmi.language.source import Span
from kmi.language.tree import CFunction, Class
from kmi.language.types import (
    ClassType,
    ExceptionType,
    IntType,
    OptionalType,
    TupleType,
    Type,
    is_reference,
)

if TYPE_CHECKING:
    from kmi.compiler.instances import FunctionInstance, VirtualInstance


@dataclass(slots=True, eq=False)
class Piece:
    """A piece of a message: a "text", "int", "str", "repr_str", "repr_bytes" or "c" (a C string); of an
    exception its str() ("error"), its repr ("repr_error") or the message alone ("message_error").
    """

    kind: str
    value: Expression | str
    spec: str = ""
    width: Expression | None = None
    """A width that is computed, for the one in ``spec``."""


Message: TypeAlias = str | list[Piece] | None

# --- statements -------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Set:
    """A variable that owns nothing gets a value."""

    target: Variable
    value: Expression
    span: Span


@dataclass(slots=True, eq=False)
class Store:
    """Memory gets a value; nothing is released."""

    target: Expression
    value: Expression
    span: Span


@dataclass(slots=True, eq=False)
class Retain:
    """``target`` holds a count of its own of the object that ``value`` is."""

    target: Variable
    value: Expression
    span: Span


@dataclass(slots=True, eq=False)
class Adopt:
    """``target`` takes over the counts that come with ``value``: of raw memory, of a tuple's items."""

    target: Variable
    value: Expression
    span: Span


@dataclass(slots=True, eq=False)
class Drop:
    """The count that the variable holds is given back."""

    variable: Variable
    span: Span
    empty: bool = False
    """Set by ``edges``: on every way that leads here the variable holds nothing any more."""


@dataclass(slots=True, eq=False)
class Give:
    """The count that the variable held belongs to someone else from here on."""

    variable: Variable
    span: Span


@dataclass(slots=True, eq=False)
class Move:
    """``target``, which holds nothing, takes over the count of ``source``."""

    target: Variable
    source: Variable
    span: Span


@dataclass(slots=True, eq=False)
class Replace:
    """A local drops what it held, if anything, and takes over the count of ``source``. ``edges`` sets
    ``old``.
    """

    target: Variable
    source: Variable
    span: Span
    old: str = "maybe"
    """What the local holds before: "none", "some" or "maybe"."""


@dataclass(slots=True, eq=False)
class SetReference:
    """A field takes over the count of ``source`` and drops what it held, if it may hold anything."""

    target: Expression
    source: Variable
    span: Span
    fresh: bool = False
    """Nothing can be there yet."""


@dataclass(slots=True, eq=False)
class CallFunction:
    """A call; the result goes to ``target``, which then owns it if it is a reference."""

    target: Variable | None
    callee: FunctionInstance | VirtualInstance
    arguments: list[Expression]
    span: Span
    edge: str | None = None
    """Where an error goes: a label, or "return". ``edges`` sets it."""
    atomic: bool = False
    """Under a spin lock, perhaps: nothing may sleep."""


@dataclass(slots=True, eq=False)
class CallC:
    """A call of a C function or macro of the bindings; ``raises`` says that it has kmi's own convention."""

    target: Variable | None
    callee: CFunction
    arguments: list[Expression | str]
    span: Span
    raises: tuple[Class, ...] = ()
    edge: str | None = None
    atomic: bool = False


@dataclass(slots=True, eq=False)
class CallHelper:
    """A statement of the run time: ``name(arguments)``; ``raises`` where it returns nonzero with an error
    pending.
    """

    target: Variable | None
    name: str
    arguments: list[Expression | str]
    span: Span
    raises: tuple[Class, ...] = ()
    out: bool = False
    """The result goes through a pointer, the last argument before the error."""
    edge: str | None = None


@dataclass(slots=True, eq=False)
class New:
    """Memory for an object: header set, fields zero, ``extra`` bytes behind as they come; or MemoryError."""

    target: Variable
    kind: ClassType
    extra: Expression | None
    span: Span
    atomic: bool = False
    """Without sleeping: under a spin lock, perhaps."""
    edge: str | None = None


@dataclass(slots=True, eq=False)
class Overflowing:
    """``target = left op right`` exactly; OverflowError where that does not fit the type of ``target``."""

    target: Variable
    operator: str
    left: Expression
    right: Expression
    place: IntType
    span: Span
    edge: str | None = None
    check: Check | None = None
    """What was noted of it, for who asks which checks are left."""


@dataclass(slots=True, eq=False)
class Raise:
    """An exception of a known class. ``helper`` is the run time's function that makes its message itself."""

    definition: Class
    errno: Expression | None
    message: Message
    span: Span
    helper: str | None = None
    arguments: list[Expression | str] = field(default_factory=list)
    siteless: bool = False
    """The caller's line is to be blamed."""
    edge: str | None = None
    made_of: str = ""
    """As in ``tree.ExceptionNew``."""
    check: Check | None = None
    """What was noted of the check that raises here."""


@dataclass(slots=True, eq=False)
class RaiseValue:
    """The error in ``value`` is raised, again perhaps. A count that the variable owns goes along."""

    value: Variable
    definition: Class
    span: Span
    edge: str | None = None


@dataclass(slots=True, eq=False)
class MakeError:
    """``target`` becomes an exception value that is not raised yet."""

    target: Variable
    definition: Class
    errno: Expression | None
    message: Message
    span: Span
    made_of: str = ""
    """As in ``tree.ExceptionNew``."""
    object: Expression | None = None
    """What it carries: it takes a count of its own."""


@dataclass(slots=True, eq=False)
class MakeString:
    """``target`` becomes a new ``str`` of these pieces; ``allocate`` is ``str.__allocate__``."""

    target: Variable
    pieces: list[Piece]
    allocate: FunctionInstance
    span: Span
    edge: str | None = None
    atomic: bool = False


@dataclass(slots=True, eq=False)
class If:
    condition: Expression
    then: list[Statement]
    otherwise: list[Statement]
    span: Span
    unlikely: bool = False


@dataclass(slots=True, eq=False)
class Loop:
    """``while``: ``before`` runs ahead of each test of ``condition``; ``otherwise`` is Python's ``else``."""

    before: list[Statement]
    condition: Expression
    body: list[Statement]
    after: list[Statement]
    """Runs at the end of each round, also after ``continue``."""
    otherwise: list[Statement]
    span: Span
    number: int = 0
    """Tells the loops of a function apart, for ``Break`` and ``Continue``."""


@dataclass(slots=True, eq=False)
class Count:
    """``for (counter = start; counter < stop; counter++)``, upwards or downwards, by one."""

    counter: Variable
    start: Expression
    stop: Expression
    down: bool
    body: list[Statement]
    otherwise: list[Statement]
    span: Span
    number: int = 0


@dataclass(slots=True, eq=False)
class Break:
    loop: Loop | Count
    span: Span


@dataclass(slots=True, eq=False)
class Continue:
    loop: Loop | Count
    span: Span


@dataclass(slots=True, eq=False)
class Return:
    """``moved`` is the owned variable whose count goes to the caller, where ``value`` is one."""

    value: Expression | None
    moved: Variable | None
    span: Span
    drops: list[Variable] = field(default_factory=list)
    """What is released before returning. ``edges`` sets it."""


@dataclass(slots=True, eq=False)
class Catch:
    """``except``; no ``classes``: everything. ``saved`` keeps the error for a re-raise or a name, and takes
    the count over of what the error carries, where it may carry something.
    """

    classes: tuple[Class, ...]
    saved: Variable | None
    body: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class Try:
    """Errors of ``body`` go to the first catch that fits, else on. ``edges`` sets the labels."""

    body: list[Statement]
    catches: list[Catch]
    otherwise: list[Statement]
    """Follows ``body`` where that came through; its errors go outside."""
    span: Span
    region: Region | None = None
    edge: str | None = None
    """Where an error goes that no catch wants."""
    uncaught: bool = True
    """Whether there may be such an error. ``errors`` sets it."""


@dataclass(slots=True, eq=False)
class Cleanup:
    """On an error in ``body``, ``cleanup`` runs and the error goes on; else ``otherwise`` follows, outside.

    ``return``, ``break`` and ``continue`` in ``body`` bring a ``Leave`` with their own copy of the cleanup.
    """

    body: list[Statement]
    cleanup: list[Statement]
    otherwise: list[Statement]
    saved: Variable
    span: Span
    save: bool = True
    """``cleanup`` may overwrite the pending error, so it is kept aside meanwhile. ``edges`` decides."""
    region: Region | None = None
    edge: str | None = None


@dataclass(slots=True, eq=False)
class Leave:
    """Statements inside ``left`` whose errors go to where those of ``left`` itself go."""

    left: Try | Cleanup
    body: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class Region:
    """Where errors go that arise in one body: a chain of labels, each with what is dropped there."""

    name: str
    labels: dict[tuple[Variable, ...], str] = field(default_factory=dict)


Statement: TypeAlias = (
    Set | Store | Retain | Adopt | Drop | Give | Move | Replace | SetReference | CallFunction | CallC
    | CallHelper | New
    | Overflowing | Raise | RaiseValue | MakeError | MakeString | If | Loop | Count | Break | Continue
    | Return | Try | Cleanup
    | Leave
)  # fmt: skip

Sleeping: TypeAlias = CallFunction | CallC | New | MakeString
"""What may sleep for memory, unless it is ``atomic``."""
Raising: TypeAlias = CallFunction | CallC | CallHelper | New | Overflowing | Raise | RaiseValue | MakeString


@dataclass(slots=True, eq=False)
class Function:
    """One function, ready for the passes behind linearising."""

    parameters: list[Variable]
    result: Type
    body: list[Statement]
    variables: list[Variable]
    """Locals in the order of their release, then temporaries."""
    region: Region | None = None


def holds_count(kind: Type) -> bool:
    """Whether a variable of this type holds a count: a reference to an object that is no place."""
    match kind:
        case ClassType(definition=definition):
            return not definition.place
        case OptionalType(inner=inner):
            return holds_count(inner)
        case TupleType(items=items):
            return any(map(holds_count, items))
        case ExceptionType(definition=definition):
            return definition.carries()
        case _:
            return is_reference(kind)
