"""What an f-string may hold: ``f"{count:#06x}"``, ``f"{name!r:>8}"``."""

from __future__ import annotations

import re

from kmi.language.declarations.world import World
from kmi.language.types import BoolType, ClassType, ExceptionType, IntType, Type

INTEGER = re.compile(r"(?:[<>^]|=|.[<>^=])?[-+ ]?#?0?\d{0,3}[,_]?[bdoxXc]?")
TEXT = re.compile(r"(?:.?[<>^])?\d{0,3}(?:\.\d{1,3})?s?")


def check(world: World, kind: Type, spec: str, conversion: str) -> str | None:
    """What is wrong with formatting a value of this type so; None where nothing is."""
    match kind:
        case IntType() | BoolType() if not conversion:
            enum = world.enum_of(kind)
            if enum is not None:
                return f"a kernel does not know the names of `{enum.definition.name}`"
            if INTEGER.fullmatch(spec):
                return None
            return f"an integer cannot be formatted with `{spec}`"
        case IntType() | BoolType():
            return None if not spec else "leave `!` away for an integer"
        case ClassType() if world.is_builtin(kind, "str"):
            return None if TEXT.fullmatch(spec) else f"a string cannot be formatted with `{spec}`"
        case ClassType() if world.is_builtin(kind, "bytes") or world.is_builtin(kind, "bytearray"):
            return None if TEXT.fullmatch(spec) else f"bytes cannot be formatted with `{spec}`"
        case ExceptionType():
            return None if not spec else "an exception takes no format"
        case _:
            return f"`{kind}` cannot be formatted: format its fields"
