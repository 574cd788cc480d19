"""`Callable[[A, B], R]` as a type: a class of the run time, which one made for each function derives from.

    Callable[[int], bool]      ->  ClassType(Callable1, (int, bool))
"""

from __future__ import annotations

from kmi.language import tree
from kmi.language.declarations import names
from kmi.language.declarations.scope import ClassInfo
from kmi.language.declarations.world import World
from kmi.language.relations import base_view
from kmi.language.report.diagnostics import InternalError
from kmi.language.types import NONE, ClassType, OptionalType, Type

HOME = "kmi.runtime.callable"
CALLBACKS = ("Callback", "SoftirqCallback", "ThreadCallback", "ShowCallback", "StoreCallback")
MOST = 6
"""Parameters that a function as a value has at most."""


def callable_type(world: World, parameters: tuple[Type, ...], result: Type) -> ClassType:
    """The type of functions that take and give this."""
    return ClassType(_class(world, f"Callable{len(parameters)}"), (*parameters, result))


def callback_type(world: World, name: str) -> ClassType:
    """The type of what a registration calls: a bound method that does not hold its object."""
    text = world.str_type
    arguments: dict[str, tuple[Type, ...]] = {"ShowCallback": (text,), "StoreCallback": (text, NONE)}
    return ClassType(_class(world, name), arguments.get(name, ()))


def _class(world: World, name: str) -> tree.Class:
    home = world.scope(HOME)
    info = names.own(world, home, name) if home is not None else None
    if not isinstance(info, ClassInfo):
        raise InternalError(f"the run time has no class `{name}`")
    info.definition.callable = True
    return info.definition


def signature(kind: Type | None) -> tuple[tuple[Type, ...], Type] | None:
    """What a value of this type takes and gives; None if it is no function as a value."""
    view = callable_view(kind)
    if view is None:
        return None
    return (view.arguments[:-1], view.arguments[-1]) if view.arguments else ((), NONE)


def is_callback(kind: Type | None) -> bool:
    """Whether values of the type are bound methods that do not hold their objects."""
    view = callable_view(kind)
    return view is not None and view.definition.name in CALLBACKS


def callable_view(kind: Type | None) -> ClassType | None:
    """A type as the `Callable` that it is, perhaps optional; None if it is none."""
    if isinstance(kind, OptionalType):
        kind = kind.inner
    if not isinstance(kind, ClassType):
        return None
    found = next((each for each in kind.definition.ancestors() if each.callable), None)
    return base_view(kind, found) if found is not None else None
