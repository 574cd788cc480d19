"""The objects that exceptions carry: an author's exception class with fields or methods is two classes.

    class Busy(OSError):                    Busy, the exception: a value of class, errno and message
        def __init__(self, owner: int):     Busy, its carrier: an ordinary class with `__init__`, `owner`
            super().__init__(EBUSY, "…")
            self.owner = owner

``Class.carrier`` of the exception is the carrier. Carriers derive from each other as the exceptions do, the
first from ``kmi.runtime.carried.Carried``.

Invariant: an object that is carried never changes after ``__init__``, nor does anything in it, so exceptions
go wherever values may.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.declarations.scope import ClassInfo, FunctionInfo
from kmi.language.declarations.world import World
from kmi.language.relations import POISON, describe
from kmi.language.types import BoolType, ClassType, IntType, NoneType, OptionalType, TupleType, Type

MODULE = "kmi.runtime.carried"
ALLOWED = ("__init__", "__str__")
"""The special methods that an exception may have."""
TEXTS = ("str", "bytes")


def declare(world: World, info: ClassInfo) -> None:
    """Makes the carrier of an author's exception class, where it has one or its base has."""
    from kmi.language.declarations.declare import declare_member

    definition = info.definition
    above = definition.base.definition.carrier if definition.base is not None else None
    made = ClassInfo(tree.Class(definition.name, definition.module, definition.span), info.node, info.scope)
    made.members_done = True
    carrier = made.definition
    for statement in info.node.body:
        declare_member(world, made, statement)
    info.constants, info.constant_types = made.constants, made.constant_types
    if not made.methods and not carrier.fields:
        definition.carrier = above
        return
    base = above or _root(world)
    carrier.base = ClassType(base)
    base.subclasses.append(carrier)
    world.classes[carrier] = made
    info.scope.module.classes[f"{definition.name} carried"] = carrier
    definition.carrier = carrier
    _check(world, info, made)
    for method in made.methods.values():
        world.want(method)


def _root(world: World) -> tree.Class:
    scope = world.scope(MODULE)
    assert scope is not None
    from kmi.language.declarations import names
    from kmi.language.declarations.declare import declare_members

    entity = names.own(world, scope, "Carried")
    assert isinstance(entity, ClassInfo)
    declare_members(world, entity)
    return entity.definition


def is_carrier(definition: tree.Class) -> bool:
    """Whether a class is one of such objects."""
    return any(each.module == MODULE for each in definition.ancestors())


def field(definition: tree.Class, name: str) -> tree.Field:
    """A field that each of the objects has: ``kmi_said``, ``kmi_made_of``, ``kmi_number``."""
    return next(each for each in definition.all_fields() if each.name == name)


def first_initializer(world: World, definition: tree.Class) -> bool:
    """Whether no base has an ``__init__`` of the author's, so that ``super().__init__`` is Python's own."""
    return not any("__init__" in world.classes[each].methods for each in definition.ancestors()[1:])


def tells_base(world: World, definition: tree.Class) -> bool:
    """Whether the ``__init__`` of such an object tells ``Exception`` what it is made of; if not, Python takes
    what the class was called with.
    """
    for each in definition.ancestors():
        method = world.classes[each].methods.get("__init__")
        if method is not None and (method.node is None or not _calls_base(method.node)):
            return False
    return any("__init__" in world.classes[each].methods for each in definition.ancestors())


def _calls_base(node: ast.FunctionDef) -> bool:
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr == "__init__"
        and isinstance(each.func.value, ast.Call)
        and isinstance(each.func.value.func, ast.Name)
        and each.func.value.func.id == "super"
        for each in ast.walk(node)
    )


def _check(world: World, info: ClassInfo, made: ClassInfo) -> None:
    if info.dataclass:
        world.reporter.error(
            codes.BAD_EXCEPTION,
            info.definition.span,
            f"the exception `{info.definition.name}` is a dataclass",
            note="its `__init__` would not tell `Exception` what it is made of",
            help="write its `__init__`, with `super().__init__(…)`, and leave `@dataclass` out",
        )
    entries = made.definition.fields
    if entries and not info.dataclass and "__init__" not in made.methods:
        world.reporter.error(
            codes.BAD_EXCEPTION,
            entries[0].span,
            f"nothing sets the field `{entries[0].name}` of the exception `{info.definition.name}`",
            help=f"def __init__(self, {entries[0].name}: {describe(entries[0].type)}) -> None:",
        )
    for name, method in made.methods.items():
        _check_method(world, made, name, method)


def _check_method(world: World, made: ClassInfo, name: str, method: FunctionInfo) -> None:
    special = name.startswith("__") and name.endswith("__") and not name.startswith("__set_")
    if special and name not in ALLOWED:
        what, help_ = f"has a `{name}`", "give the method a name of its own"
    elif method.class_method or method.function.static:
        what, help_ = f"has `{name}`, which needs no object", "make it a function of the module"
    else:
        return
    world.reporter.error(
        codes.BAD_EXCEPTION,
        method.function.span,
        f"the exception `{made.definition.name}` {what}",
        note="an exception may have fields, `__init__`, `__str__`, properties and methods of other names",
        help=help_,
    )


def check_fields(world: World, info: ClassInfo) -> None:
    """Refuses fields that could change, once ``__init__`` has shown them."""
    for entry in info.definition.fields:
        if entry.type is not POISON and not _fixed(world, entry.type):
            world.reporter.error(
                codes.BAD_EXCEPTION,
                entry.span,
                f"the exception `{info.definition.name}` would hold a `{describe(entry.type)}`",
                note="an exception goes from thread to thread as a value, so what it holds cannot change",
                help="keep what is told of it: numbers, `bool`, `str`, `bytes`, tuples of these, or `None`",
            )
        entry.final = True


def _fixed(world: World, kind: Type) -> bool:
    match kind:
        case IntType() | BoolType() | NoneType():
            return True
        case OptionalType(inner=inner):
            return _fixed(world, inner)
        case TupleType(items=items):
            return all(_fixed(world, item) for item in items)
        case _:
            return any(world.is_builtin(kind, name) for name in TEXTS)


__all__ = ["check_fields", "declare", "field", "first_initializer", "is_carrier", "tells_base"]
