"""Which lock an expression names: its declaration, and the way to it from a parameter.

    with self.permits                the field `Semaphore.permits`, by the path (self, permits)
    with pool.first.entries          the field `List.entries`, by the path (pool, first, entries)

Two locks are the same for the order of locks if their field is; they are one and the same lock if their
path is.

Invariant: a path goes through parameters and locals only; anything else (a call, an element) is no path.
"""

from __future__ import annotations

from typing import TypeAlias

from kmi.language.known import is_lock
from kmi.language.ownership import root
from kmi.language.tree import Call, Expression, Field, Function, InitPlace, Local, LocalGet, New, Node, With

Path: TypeAlias = tuple[Local | Field, ...]

LONGEST = 6
"""Longer paths, which only recursion makes, are not followed."""


def path_of(expression: Expression) -> Path | None:
    """The path to a place or an object; None where it is not one of fields from a local."""
    start, fields = root(expression)
    return (start.local, *fields) if isinstance(start, LocalGet) else None


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


def is_lock_block(node: Node) -> bool:
    return isinstance(node, With) and is_lock(node.context.type)


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
