"""The setters of properties: methods that an assignment calls.

    @level.setter                           ->  Function("__set_level__", [self: Echo, value: int], None)
    def level(self, value: int) -> None:
"""

from __future__ import annotations

import ast

from kmi.language import codes
from kmi.language.declarations.scope import ClassInfo
from kmi.language.declarations.signatures import declare_function
from kmi.language.declarations.world import World
from kmi.language.relations import describe, same
from kmi.language.types import (
    NONE,
)


def setter_name(name: str) -> str:
    """The name under which a class has the setter of a property."""
    return f"__set_{name}__"


def is_setter(node: ast.FunctionDef, name: str) -> bool:
    """Whether a ``def`` stands under ``@name.setter``."""
    return any(
        isinstance(each, ast.Attribute)
        and each.attr == "setter"
        and isinstance(each.value, ast.Name)
        and each.value.id == name
        for each in node.decorator_list
    )


def declare_setter(world: World, info: ClassInfo, node: ast.FunctionDef, name: str) -> None:
    """The setter of a property: a method that an assignment calls."""
    getter = info.methods.get(name)
    if getter is None or not getter.function.property:
        world.reporter.error(
            codes.BAD_DECORATOR,
            info.scope.span(node),
            f"`{info.definition.name}.{name}` is no property that could have a setter",
            help=f"define it before:\n@property\ndef {name}(self) -> …:",
        )
        return
    made = declare_function(world, info.scope, node, info)
    function = made.function
    function.name, function.shown = setter_name(name), name
    wanted = getter.function.result
    given = function.parameters[1:]
    if len(given) != 1 or not same(given[0].type, wanted) or not same(function.result, NONE):
        world.reporter.error(
            codes.BAD_SIGNATURE,
            info.scope.span(node),
            f"the setter of `{info.definition.name}.{name}` takes a `{describe(wanted)}` and returns nothing",
            help=f"def {name}(self, value: {describe(wanted)}) -> None:",
        )
        return
    info.methods[function.name] = made
    info.definition.methods[function.name] = function
