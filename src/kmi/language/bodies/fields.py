"""Fields: those with an annotation in the class body, and those that ``__init__`` shows by assigning them.

    def __init__(self) -> None:
        self.permits = Mutex(Permits())      ->  permits: Mutex[Permits], a place

The types of the latter come from analysing ``__init__``, which happens when somebody first looks for a field.
"""

from __future__ import annotations

from kmi.language import codes, tree
from kmi.language.declarations.declare import declare_members
from kmi.language.declarations.scope import ClassInfo
from kmi.language.declarations.world import World
from kmi.language.relations import base_view
from kmi.language.types import ClassType, Type, substitute


def complete(world: World, info: ClassInfo) -> None:
    """Finds all fields of a class. Does nothing the second time, nor while ``__init__`` is being analysed."""
    declare_members(world, info)
    base = info.definition.base
    if base is not None:
        complete(world, world.classes[base.definition])
    if info.fields_state != "open":
        return
    _check_names(world, info)
    initializer = info.methods.get("__init__")
    if initializer is None or initializer.declared or initializer.node is None:
        info.fields_state = "done"
        return
    info.fields_state = "busy"
    from kmi.language.bodies.functions import analyse_function

    analyse_function(world, initializer)
    info.fields_state = "done"


def _check_names(world: World, info: ClassInfo) -> None:
    """Refuses a field that a base class has already."""
    base = info.definition.base
    theirs = {entry.name: entry for entry in base.definition.all_fields()} if base is not None else {}
    for name, entry in info.declared.items():
        if name in theirs and info.scope.author:
            world.reporter.error(
                codes.DUPLICATE,
                entry.span,
                f"`{info.definition.name}` has the field `{name}` from its base class already",
                labels=[(theirs[name].span, "declared here")],
                help="leave it out, or give it another name",
            )


def find_field(world: World, kind: ClassType, name: str) -> tuple[tree.Field, Type] | None:
    """The field of that name, its class's type arguments filled in."""
    for definition in kind.definition.ancestors():
        declare_members(world, world.classes[definition])
    found = _declared(kind, name)
    if found is None:
        complete(world, world.classes[kind.definition])
        found = _declared(kind, name)
    if found is None:
        return None
    owner, entry = found
    view = base_view(kind, owner)
    names = [variable.name for variable in owner.type_parameters]
    arguments = view.arguments if view is not None else ()
    return entry, substitute(entry.type, dict(zip(names, arguments, strict=False)))


def _declared(kind: ClassType, name: str) -> tuple[tree.Class, tree.Field] | None:
    for definition in kind.definition.ancestors():
        for entry in definition.fields:
            if entry.name == name:
                return definition, entry
    return None
