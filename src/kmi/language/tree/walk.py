"""Going over the typed tree without naming every node class.

    for call in walk(function.body):
        if isinstance(call, tree.Call): ...

Invariant: children come in the order of evaluation, which is the order of a node's fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import TypeGuard, get_args

from kmi.language.tree import (
    Expression,
    FormatPiece,
    Function,
    Handler,
    Module,
    Node,
    Program,
    Statement,
)

EXPRESSIONS: frozenset[type] = frozenset(get_args(Expression))
STATEMENTS: frozenset[type] = frozenset(get_args(Statement))
_NODES = EXPRESSIONS | STATEMENTS
_CARRIERS = frozenset((Handler, FormatPiece))
_HOLDING = re.compile(r"\b(Expression|Statement|Handler|FormatPiece)\b")
"""What the annotation of a field names if the field can hold nodes."""
_names: dict[type, tuple[str, ...]] = {}


def children(node: object) -> list[Node]:
    """The nodes directly below a node, those inside handlers and f-string pieces included."""
    found: list[Node] = []
    for name in _slots(type(node)):
        value = getattr(node, name)
        if type(value) in _NODES:
            found.append(value)
        else:
            _nodes(value, found)
    return found


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """The nodes and all below them, each before what is below it."""
    waiting = list(nodes)[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def expressions(node: Node) -> Iterator[Expression]:
    """The outermost expressions of a statement, in order, but not those of statements inside it."""
    for child in children(node):
        if is_expression(child):
            yield child


def is_expression(node: Node) -> TypeGuard[Expression]:
    """Whether a node is an expression and not a statement."""
    return type(node) in EXPRESSIONS


def functions(module: Module) -> Iterator[Function]:
    """All functions and methods of a module."""
    yield from module.functions.values()
    for definition in module.classes.values():
        yield from definition.methods.values()


def authored(program: Program) -> list[Module]:
    """The modules that an author wrote, as opposed to the interface, the run time and the kernel's layer."""
    return [module for module in program.modules.values() if not trusted(module.name)]


def trusted(module: str) -> bool:
    """Whether a module of that name is kmi's own: its declarations are believed, its bodies are reviewed."""
    return module == "kmi" or module.startswith("kmi.")


def _slots(kind: type) -> tuple[str, ...]:
    names = _names.get(kind)
    if names is None:
        every = fields(kind) if is_dataclass(kind) else ()
        names = tuple(item.name for item in every if _HOLDING.search(str(item.type)))
        _names[kind] = names
    return names


def _nodes(value: object, found: list[Node]) -> None:
    """Adds the nodes in a list, a pair, a handler or a piece of an f-string."""
    kind = type(value)
    if kind in _NODES:
        found.append(value)  # type: ignore[arg-type]
    elif kind is list or kind is tuple:
        for item in value:  # type: ignore[attr-defined]
            _nodes(item, found)
    elif kind in _CARRIERS:
        found.extend(children(value))
