"""Classes without `__slots__`: what the simulator remembers of an object needs room that slots take away.

    class Point:                              class Point:
        __slots__ = ("x", "y")                    pass

The front end has refused fields that no `__init__` sets, which is all that slots would change in a module.
"""

from __future__ import annotations

import ast

__all__ = ["without_slots"]


def without_slots(node: ast.ClassDef) -> None:
    """Takes the slots out of a class and out of its `@dataclass(slots=True)`."""
    kept = [statement for statement in node.body if not _is_slots(statement)]
    node.body = kept or [ast.copy_location(ast.Pass(), node.body[0])]
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call):
            decorator.keywords = [each for each in decorator.keywords if each.arg != "slots"]


def _is_slots(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name(id="__slots__")]):
            return True
        case ast.AnnAssign(target=ast.Name(id="__slots__")):
            return True
        case _:
            return False
