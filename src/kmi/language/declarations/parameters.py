"""Parameters of the module: ``capacity = Parameter(4096, "bytes kept", minimum=1)`` in the ``Module``
subclass.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.declarations import constants
from kmi.language.declarations.annotations import Annotations
from kmi.language.declarations.scope import ClassInfo, Form, ModuleScope
from kmi.language.declarations.world import World
from kmi.language.types import BOOL, INT, Type

KNOWN = ("default", "description", "minimum", "maximum", "writable")


def is_parameter(world: World, scope: ModuleScope, node: ast.expr) -> bool:
    entity = Annotations(world, scope).entity(node)
    return isinstance(entity, Form) and entity.name == "kmi.parameter.Parameter"


def module_parameter(
    world: World, info: ClassInfo, statement: ast.stmt, name: str, call: ast.Call
) -> tree.ModuleParameter | None:
    """The parameter that the call declares; None where it is wrong, which is then reported."""
    scope = info.scope
    given: dict[str, object] = {}
    nodes: dict[str, ast.expr] = {}
    for position, argument in enumerate(call.args):
        if position > 1:
            _refuse(world, scope, name, argument, "`Parameter` takes what follows the description by name")
            return None
        nodes[KNOWN[position]] = argument
    for keyword in call.keywords:
        if keyword.arg not in KNOWN or keyword.arg in nodes:
            _refuse(world, scope, name, keyword, f"`Parameter` has no argument `{keyword.arg}`")
            return None
        nodes[keyword.arg] = keyword.value
    for key, node in nodes.items():
        folded = constants.fold(world, scope, node, info)
        if folded is None:
            return None
        given[key] = folded.value
    default, description = given.get("default"), given.get("description")
    minimum, maximum = given.get("minimum"), given.get("maximum")
    if not isinstance(default, bool | int | str):
        _refuse(world, scope, name, call, f"the parameter `{name}` has no default of kind bool, int or str")
        return None
    if not isinstance(description, str):
        _refuse(world, scope, name, call, f"the parameter `{name}` has no description")
        return None
    kind: Type = BOOL if isinstance(default, bool) else INT if isinstance(default, int) else world.str_type
    for key, bound in (("minimum", minimum), ("maximum", maximum)):
        if bound is not None and (kind != INT or not isinstance(bound, int)):
            _refuse(world, scope, name, nodes[key], f"`{key}` bounds an integer; `{name}` is `{kind}`")
            return None
    low = minimum if isinstance(minimum, int) else None
    high = maximum if isinstance(maximum, int) else None
    if isinstance(default, int) and not isinstance(default, bool):
        if not INT.low <= default <= INT.high:
            _refuse(world, scope, name, nodes["default"], f"the default of `{name}` does not fit 64 bits")
            return None
        if (low is not None and default < low) or (high is not None and default > high):
            _refuse(
                world, scope, name, nodes["default"], f"the default of `{name}` is outside its own bounds"
            )
            return None
    return tree.ModuleParameter(
        name, kind, default, description, low, high, bool(given.get("writable")), scope.span(statement)
    )


def _refuse(world: World, scope: ModuleScope, name: str, node: ast.AST, message: str) -> None:
    world.reporter.error(
        codes.BAD_PARAMETER,
        scope.span(node),
        message,
        help=f'{name} = Parameter(4096, "what it is for", minimum=1)',
    )
