"""The layout of a ``Struct``: C's, with no padding that nobody wrote.

class Taken(Struct):
    tag: u8              # offset 0
    count: u64           # C would put 7 bytes of padding before this: refused, with what to write
"""

from __future__ import annotations

from kmi.language import codes
from kmi.language.declarations.scope import ClassInfo
from kmi.language.declarations.world import World
from kmi.language.relations import POISON
from kmi.language.source import Span
from kmi.language.types import BOOL, ClassType, IntType, Type


def size_of(world: World, info: ClassInfo) -> int:
    """The size of a Struct in bytes."""
    from kmi.language.declarations.declare import declare_members

    declare_members(world, info)
    return sum(_extent(world, entry.type)[0] for entry in info.definition.all_fields())


def check_layout(world: World, info: ClassInfo) -> None:
    """Refuses fields without a width, and implicit padding."""
    offset = 0
    largest = 1
    for entry in info.definition.all_fields():
        size, align = _extent(world, entry.type)
        own = entry in info.definition.fields
        if size == 0:
            if own and entry.type is not POISON:
                world.reporter.error(
                    codes.STRUCT_FIELD,
                    entry.span,
                    f"`{entry.name}: {entry.type}` has no width in C",
                    help=_instead(entry.name, entry.type),
                )
            continue
        if offset % align:
            if own:
                _padding(world, info, entry.name, entry.span, align - offset % align)
            offset += align - offset % align
        offset += size
        largest = max(largest, align)
    if offset % largest and info.definition.fields:
        last = info.definition.fields[-1]
        _padding(world, info, None, last.span, largest - offset % largest)


def _instead(name: str, kind: Type) -> str:
    """What to write for a field without a width."""
    if isinstance(kind, ClassType) and kind.definition.struct:
        fields = [f"{name}_{entry.name}: {entry.type}" for entry in kind.definition.all_fields()]
        return "\n".join(["a record has no record in it yet; write its fields out:", *fields])
    return f"{name}: {'u8' if kind == BOOL else 'u64'}"


def _padding(world: World, info: ClassInfo, before: str | None, span: Span, count: int) -> None:
    widths = {1: "u8", 2: "u16", 4: "u32"}
    lines: list[str] = []
    left = count
    for size in (1, 2, 4):
        if left & size:
            lines.append(f"reserved{len(lines) or ''}: {widths[size]} = 0")
            left -= size
    where = f"before `{before}`" if before is not None else "at its end"
    world.reporter.error(
        codes.PADDING,
        span,
        f"`{info.definition.name}` has {count} byte{'s' * (count != 1)} of implicit padding {where}",
        note="padding is not cleared and would carry kernel memory to whoever gets the record",
        help="write it out:\n" + "\n".join(lines),
    )


def _extent(world: World, kind: Type) -> tuple[int, int]:
    """Size and alignment in bytes; (0, 0) for what has none in C."""
    match kind:
        case IntType(name="int"):
            return 0, 0
        case IntType(bits=bits):
            return bits // 8, bits // 8
        case _:  # a `bool`, too: what comes from a user is any byte, and C's has two values
            return 0, 0
