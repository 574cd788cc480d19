"""Which lock an expression names: its declaration, and the way to it from a parameter.

    with self.permits                the field `Semaphore.permits`, by the path (self, permits)
    with pool.first.entries          the field `List.entries`, by the path (pool, first, entries)
    with file.state.position         the field `Cursor.position`, by the path (file, state, position)

Two locks are the same for the order of locks if their field is; they are one and the same lock if their
path is.

Invariant: a path starts at a local and goes through fields that never change, so that it leads to one
object as long as the local is not assigned; anything else (a call, an element) is no path.
"""

from __future__ import annotations

from typing import TypeAlias

from kmi.language.checks.known import is_state, is_view
from kmi.language.checks.ownership import root
from kmi.language.tree import (
    Call,
    Expression,
    Field,
    FieldGet,
    Function,
    InitPlace,
    Local,
    LocalGet,
    Narrow,
    New,
    Node,
    Upcast,
    With,
)

Path: TypeAlias = tuple[Local | Field | Function, ...]
"""``Function`` stands for the property ``state`` of an open file, which gives one object while it is open."""

LONGEST = 6
"""Longer paths, which only recursion makes, are not followed."""


def path_of(expression: Expression) -> Path | None:
    """The path to a place or an object; None where it can lead to another one the next time."""
    match expression:
        case LocalGet(local=local):
            return (local,)
        case Upcast(value=inner) | Narrow(value=inner):
            return path_of(inner)
        case FieldGet(object=inner, field=item) if item.final or item.place:
            before = path_of(inner)
            return (*before, item) if before is not None else None
        case Call(arguments=[inner], type=kind) if is_view(kind):
            return path_of(inner)
        case Call(function=function, arguments=[inner]) if is_state(function):
            before = path_of(inner)
            return (*before, function) if before is not None else None
        case _:
            return None


def field_of(expression: Expression) -> Field | None:
    """The declaration of the lock that an expression names; None for a lock that is a parameter."""
    _, fields = root(expression)
    return fields[-1] if fields else None


def translate(path: Path, function: Function, node: Node) -> Path | None:
    """A path of the called function as the caller sees it; None where the caller has no path to it."""
    start, *rest = path
    arguments = _arguments(function, node)
    for parameter, argument in zip(function.parameters, arguments, strict=False):
        if parameter is start and argument is not None:
            before = path_of(argument)
            if before is not None and len(before) + len(rest) <= LONGEST:
                return (*before, *rest)
    return None


def spell(path: Path) -> str:
    """The path as the author writes it."""
    return ".".join(step.name for step in path)


def _arguments(function: Function, node: Node) -> list[Expression | None]:
    match node:
        case Call(arguments=arguments):
            return list(arguments)
        case New(arguments=arguments) | InitPlace(arguments=arguments):
            return [None, *arguments]
        case With(context=context):
            return [context]
        case _:
            return [None for _ in function.parameters]
