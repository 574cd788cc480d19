"""What an f-string may hold: ``f"{count:#06x}"``, ``f"{name!r:>8}"``, ``f"{pair} {maybe} {items}"``.

Numbers and texts take a format; anything else is written as CPython's ``str`` or ``repr`` writes it, where
that does not tell addresses. An object of a dataclass gets its ``__repr__`` here, when one is asked for.
"""

from __future__ import annotations

import re

from kmi.language.declarations import members
from kmi.language.declarations.world import World
from kmi.language.types import (
    BoolType,
    ClassType,
    ExceptionType,
    IntType,
    NeverType,
    NoneType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
)

INTEGER = re.compile(r"(?:[ -~]?[<>^=])?[-+ ]?#?0?\d{0,4}[,_]?[bdoxXc]?", re.DOTALL)
TEXT = re.compile(r"(?:[ -~]?[<>^])?0?\d{0,4}(?:\.\d{1,4})?s?", re.DOTALL)
SPOKEN = ("str", "bytes", "bytearray")
"""The classes of the run time whose text is not made of that of their items."""
LISTED = ("list", "dict", "deque")
"""Those whose text is."""


def check(world: World, kind: Type, spec: str, conversion: str) -> str | None:
    """What is wrong with formatting a value of this type so; None where nothing is.

    Asks for the methods that will be called.
    """
    if isinstance(kind, IntType | BoolType) and not conversion:
        message = _enum(world, kind)
        return message or (None if _fits_integer(spec) else f"an integer cannot be formatted with `{spec}`")
    if conversion or world.is_builtin(kind, "str"):
        if not TEXT.fullmatch(spec):
            return f"a string cannot be formatted with `{spec}`"
    elif spec:
        what = "an exception" if isinstance(kind, ExceptionType) else f"a `{kind}`"
        return f"{what} takes no format, but its text does: write `!s` or `!r` before the colon"
    return written(world, kind, conversion)


def _fits_integer(spec: str) -> bool:
    if not INTEGER.fullmatch(spec):
        return False
    if spec.endswith("c"):  # a character has no sign and no groups
        return not re.search(r"[-+ #,_]", spec[2:] if spec[1:2] in tuple("<>^=") else spec)
    return not (spec[-1:] in tuple("bdoxX") and "," in spec[2:] and spec[-1] != "d")


def written(world: World, kind: Type, conversion: str) -> str | None:
    """What is wrong with the text of a value of this type; ``conversion`` is "r" for its repr."""
    match kind:
        case IntType() | BoolType():
            return _enum(world, kind)
        case NoneType() | NeverType():
            return None
        case ExceptionType():
            return None
        case OptionalType(inner=inner):
            return written(world, inner, conversion)
        case TupleType(items=items):
            return next(filter(None, (written(world, item, "r") for item in items)), None)
        case UnionType(members=parts):
            return next(filter(None, (written(world, part, conversion) for part in parts)), None)
        case ClassType():
            return _object(world, kind, conversion)
        case _:
            return f"`{kind}` cannot be formatted: format its fields"


def _enum(world: World, kind: Type) -> str | None:
    enum = world.enum_of(kind)
    return f"a kernel does not know the names of `{enum.definition.name}`" if enum is not None else None


def _object(world: World, kind: ClassType, conversion: str) -> str | None:
    name = kind.definition.name
    if any(world.is_builtin(kind, each) for each in SPOKEN):
        _want(world, kind, "__repr__")
        return None
    if any(world.is_builtin(kind, each) for each in LISTED):
        _want(world, kind, "__repr__")
        return next(filter(None, (written(world, item, "r") for item in kind.arguments)), None)
    if any(world.is_builtin(kind, each) for each in ("set", "frozenset")):
        return f"the order of a `{kind}` differs from run to run: format what is made of it"
    for method in ("__repr__",) if conversion == "r" else ("__str__", "__repr__"):
        if members.find_method(world, kind, method) is not None:
            _want(world, kind, method)
            return None
    info = world.classes[kind.definition]
    if info.dataclass or kind.definition.struct:
        from kmi.language.bodies.generated import generate_repr

        return generate_repr(world, info)
    return f"`{name}` has no `__repr__`, so its text would be an address: format its fields"


def _want(world: World, kind: ClassType, name: str) -> None:
    """Asks for the method that makes the text, and for the versions that subclasses have of it."""
    method = members.find_method(world, kind, name)
    if method is not None:
        world.want(method)
