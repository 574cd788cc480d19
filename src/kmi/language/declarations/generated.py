"""The headers of the methods that `@dataclass` and `Struct` bring; `bodies.generated` makes their bodies."""

from __future__ import annotations

from kmi.language import codes, tree
from kmi.language.declarations.scope import ClassInfo, FunctionInfo, self_type
from kmi.language.declarations.world import World
from kmi.language.types import (
    BOOL,
    NONE,
)


def declare_order(world: World, info: ClassInfo) -> None:
    """``<``, ``<=``, ``>`` and ``>=`` of a dataclass with ``order=True``; their bodies come when wanted."""
    definition = info.definition
    for name in ("__lt__", "__le__", "__gt__", "__ge__"):
        if name in info.methods:
            world.reporter.error(
                codes.BAD_DECORATOR,
                info.methods[name].function.span,
                f"`{definition.name}.{name}` is what `order=True` would make",
                help="leave one of them away",
            )
            continue
        places = [
            tree.Local(word, self_type(info), definition.span, parameter=True) for word in ("self", "other")
        ]
        function = tree.Function(name, definition.module, definition, places, BOOL, definition.span)
        made = FunctionInfo(function, None, info.scope, info, [None, None], generated="dataclass")
        info.methods[name] = made
        definition.methods[name] = function
        world.functions[function] = made


def declare_init(world: World, info: ClassInfo) -> None:
    """The ``__init__`` of a dataclass or a Struct: a parameter a field, in order, the bases' first."""
    from kmi.language.declarations.members import all_fields

    definition = info.definition
    this = tree.Local("self", self_type(info), definition.span, parameter=True)
    function = tree.Function("__init__", definition.module, definition, [this], NONE, definition.span)
    made = FunctionInfo(function, None, info.scope, info, [None], generated="dataclass")
    late: str | None = None
    for owner, entry in all_fields(world, info):
        function.parameters.append(tree.Local(entry.name, entry.type, entry.span, parameter=True))
        default = owner.defaults.get(entry.name)
        made.defaults.append(default)
        if default is not None:
            late = entry.name
        elif late is not None and owner is info:
            world.reporter.error(
                codes.BAD_SIGNATURE,
                entry.span,
                f"the field `{entry.name}` has no default but follows `{late}`, which has",
                help="put the fields with defaults last",
            )
    info.methods["__init__"] = made
    definition.methods["__init__"] = function
    world.functions[function] = made
