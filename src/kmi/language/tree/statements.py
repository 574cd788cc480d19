"""The statements of the typed tree."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as _field
from typing import TYPE_CHECKING

from kmi.language.source import Span
from kmi.language.types import Type

if TYPE_CHECKING:
    from kmi.language.tree.definitions import Class, Field, Local
    from kmi.language.tree.nodes import Expression, Statement


@dataclass(slots=True, eq=False)
class Assign:
    """A local gets a value; its old value is released."""

    local: Local
    value: Expression
    span: Span


@dataclass(slots=True, eq=False)
class SetField:
    object: Expression
    field: Field
    value: Expression
    span: Span


@dataclass(slots=True, eq=False)
class InitPlace:
    """``self.f = Mutex(Permits())`` in ``__init__``: the place is built where it will stay."""

    object: Expression
    field: Field
    arguments: list[Expression]
    """Those of the class's ``__init__``; none for a C struct, which is zeroed."""
    span: Span
    type_arguments: dict[str, Type] = _field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Store:
    """A value goes to memory: ``pointer[index] = v`` or ``struct.member = v``; only in unsafe code.

    The target is a ``PointerGet`` or a ``CMember``. A counted reference is *moved* there: raw memory owns
    it and the old content is not released (``PointerGet`` of a reference gives a borrowed one; see
    ``take``).
    """

    target: Expression
    value: Expression
    span: Span


@dataclass(slots=True, eq=False)
class Evaluate:
    """An expression for its effect; its value is dropped."""

    value: Expression
    span: Span


@dataclass(slots=True, eq=False)
class If:
    condition: Expression
    then: list[Statement]
    otherwise: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class While:
    condition: Expression
    body: list[Statement]
    otherwise: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class ForRange:
    """``for target in range(start, stop, step)``; all three are evaluated once, before."""

    target: Local
    start: Expression
    stop: Expression
    step: Expression
    body: list[Statement]
    otherwise: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class ForEach:
    """``for target in iterable``: by the class's ``__advance__(position) -> int`` and ``__item__(position)
    -> T``.

    ``__advance__(i)`` gives the first position >= i that holds an item, or -1 at the end. It is asked
    before every round, so that a list that grows or shrinks meanwhile behaves as in CPython.
    """

    target: Local
    iterable: Expression
    body: list[Statement]
    otherwise: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class Break:
    span: Span


@dataclass(slots=True, eq=False)
class Continue:
    span: Span


@dataclass(slots=True, eq=False)
class Return:
    value: Expression | None
    span: Span


@dataclass(slots=True, eq=False)
class Raise:
    """``raise value``, or the one that is being handled again where ``value`` is None. A cause is only
    checked.
    """

    value: Expression | None
    span: Span


@dataclass(slots=True, eq=False)
class Handler:
    """``except A, B as name``; ``classes`` empty is a bare ``except`` of ``Exception``."""

    classes: tuple[Class, ...]
    local: Local | None
    body: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class Try:
    body: list[Statement]
    handlers: list[Handler]
    otherwise: list[Statement]
    final: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class With:
    """``with context as target``: ``__enter__``, the body, and ``__exit__`` on every way out.

    ``context`` is a place (a lock) or an object; ``__exit__`` of kmi's own takes no argument but self and
    returns None.
    """

    context: Expression
    target: Local | None
    body: list[Statement]
    span: Span
    atomic: bool = False
    """A spin lock is held in the body, so that nothing in it may sleep; the context pass sets it."""
    masks: bool = False
    """A softirq takes the lock as well, so none may come meanwhile; the pass on interrupts sets it."""
    other: Expression | None = None
    """Taken together with ``context``: the lock of the block within, which is ``taken`` there already."""
    taken: bool = False


@dataclass(slots=True, eq=False)
class Delete:
    """``del local``: released now, unusable after."""

    local: Local
    span: Span


@dataclass(slots=True, eq=False)
class Unsafe:
    """``with unsafe("reason")``; its body is part of the enclosing scope."""

    reason: str
    body: list[Statement]
    span: Span
