"""Going over Python's syntax, quickly: what ``ast.iter_child_nodes`` and ``ast.walk`` do, in half the time.

    for node in below(function):
        if isinstance(node, ast.Name): ...

Every file of the library that a module reaches is gone through before the module is built.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["below", "children"]

_CONTEXTS = frozenset((ast.Load, ast.Store, ast.Del))


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below a node, in the order of its fields; not whether a name is read or stored."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [each for each in value if isinstance(each, ast.AST)]
        elif isinstance(value, ast.AST) and type(value) not in _CONTEXTS:
            found.append(value)
    return found


def below(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all nodes below it, each before what is below it."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += children(each)
