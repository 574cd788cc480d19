"""Members of classes, by name: a class's own, or the nearest base's."""

from __future__ import annotations

from kmi.language import tree
from kmi.language.declarations.declare import declare_members
from kmi.language.declarations.scope import ClassInfo, FunctionInfo
from kmi.language.declarations.world import World
from kmi.language.relations import base_view
from kmi.language.types import (
    ClassType,
    Type,
)

LIBRARY = ("kmi.runtime.", "kmi.kernels.")
"""Modules whose classes may have a method for each class of argument, which Python has not."""


def find_method(world: World, kind: ClassType, name: str) -> FunctionInfo | None:
    """The method of that name, of the class or its nearest base that has it."""
    for definition in kind.definition.ancestors():
        info = world.classes[definition]
        declare_members(world, info)
        if name in info.methods:
            return info.methods[name]
    return None


def overload(world: World, kind: ClassType, name: str, argument: Type) -> str:
    """The name of the method of a run-time class for an argument of this class: ``extend`` of a bytearray
    is ``__extend_bytearray__``.
    """
    if isinstance(argument, ClassType) and kind.definition.module.startswith(LIBRARY):
        special = f"__{name.strip('_')}_{argument.definition.name}__"
        if find_method(world, kind, special) is not None:
            return special
    return name


def class_bindings(kind: ClassType, owner: tree.Class) -> dict[str, Type]:
    """What the type variables of ``owner``, a base of ``kind``, stand for."""
    view = base_view(kind, owner)
    names = [variable.name for variable in owner.type_parameters]
    return dict(zip(names, view.arguments if view is not None else (), strict=False))


def all_fields(world: World, info: ClassInfo) -> list[tuple[ClassInfo, tree.Field]]:
    """The annotated fields of a dataclass or Struct and its bases, the bases' first."""
    found: list[tuple[ClassInfo, tree.Field]] = []
    for definition in reversed(info.definition.ancestors()):
        owner = world.classes[definition]
        found.extend((owner, entry) for entry in owner.declared.values())
    return found
