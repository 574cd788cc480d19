"""Weak references: of what there may be one.

    weakref.ref[Node]       a class of the module; CPython has none of ints, of str, of list, of slots
"""

from __future__ import annotations

from kmi.language import codes, tree
from kmi.language.declarations.world import World
from kmi.language.relations import POISON, describe
from kmi.language.source import Span
from kmi.language.types import ClassType, OptionalType, Type


def is_weak(definition: tree.Class) -> bool:
    """Whether a class is ``weakref.ref``."""
    return definition.module == "kmi.runtime.weakref"


def refuse_target(world: World, span: Span, kind: Type) -> bool:
    """Reports a type of whose values there is no weak reference; whether it did."""
    if kind is POISON:
        return False
    help = "keep it in an object of a class, and refer to that"
    if isinstance(kind, OptionalType):
        help = f"let the reference be optional: `weakref.ref[{describe(kind.inner)}] | None`"
    elif isinstance(kind, ClassType) and not kind.definition.module.startswith("kmi."):
        slots = world.classes[kind.definition].slots
        if not kind.definition.place and not kind.definition.struct and not slots:
            return False
        if slots:
            help = "leave `slots=True` away: such objects have no room for weak references in CPython"
    world.reporter.error(
        codes.WEAK_TARGET, span, f"there is no weak reference to a `{describe(kind)}`", help=help
    )
    return True
