"""Enums: integers with names.

    class Poll(IntFlag):     ->  the integer type `Poll`, of 64 bits, with constants Poll.IN, …
        IN = 1

An enum's value is an integer place with the enum's name, so that mixing two of them up is a type error
while the C is plain arithmetic.
"""

from __future__ import annotations

import ast

from kmi.language import codes
from kmi.language.declarations import constants
from kmi.language.declarations.annotations import Annotations
from kmi.language.declarations.scope import ClassInfo, Form, ModuleScope
from kmi.language.declarations.world import World
from kmi.language.types import IntType


def enum_kind(world: World, scope: ModuleScope, node: ast.ClassDef) -> str | None:
    """ "IntEnum", "IntFlag" and so on for an enum; None for another class."""
    reader = Annotations(world, scope)
    for base in node.bases:
        entity = reader.entity(base)
        if isinstance(entity, Form) and entity.name.startswith("enum."):
            return entity.short
    return None


def declare_enum(world: World, info: ClassInfo, kind: str) -> None:
    """Gives the class its integer type and its values."""
    name = info.definition.name
    taken = world.enums.get(name)
    if taken is not None and taken is not info:
        name = f"{info.scope.name}.{name}"
    info.enum = IntType(name, 64, True)
    info.enum_kind = kind
    world.enums[name] = info
    last = 0
    for statement in info.node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=member)], value=value):
                if _is_auto(world, info, value):
                    number: int | None = 1 << last.bit_length() if "Flag" in kind else last + 1
                else:
                    folded = constants.fold(world, info.scope, value, info)
                    given = folded.value if folded is not None else None
                    number = given if isinstance(given, int) and not isinstance(given, bool) else None
                    if folded is not None and number is None:
                        _refuse(world, info, value, f"`{name}.{member}` is not an integer")
                if number is None:
                    number = 0
                if member in info.enum_values:
                    _refuse(world, info, statement, f"`{name}.{member}` is defined twice")
                info.enum_values[member] = last = number
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case _:
                _refuse(world, info, statement, f"the enum `{name}` holds something else than constants")


def _is_auto(world: World, info: ClassInfo, node: ast.expr) -> bool:
    if not isinstance(node, ast.Call) or node.args:
        return False
    entity = Annotations(world, info.scope).entity(node.func)
    return isinstance(entity, Form) and entity.name == "enum.auto"


def _refuse(world: World, info: ClassInfo, node: ast.AST, message: str) -> None:
    world.reporter.error(codes.BAD_ENUM, info.scope.span(node), message, help="NAME = 1")
