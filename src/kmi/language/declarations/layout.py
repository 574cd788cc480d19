"""The layout of a ``Struct``: C's, with no padding that nobody wrote.

class Taken(Struct):
    tag: u8              # offset 0
    count: u64           # C would put 7 bytes of padding before this: refused, with what to write
"""

from __future__ import annotations

from kmi.language import codes
from kmi.language.declarations.records import item
from kmi.language.declarations.scope import ClassInfo
from kmi.language.declarations.world import World
from kmi.language.relations import POISON
from kmi.language.source import Span
from kmi.language.tree import Class, Field
from kmi.language.types import BOOL, ClassType, IntType, Type


def size_of(world: World, info: ClassInfo) -> int:
    """The size of a Struct in bytes, packed."""
    from kmi.language.declarations.declare import declare_members

    declare_members(world, info)
    return sum(_extent(world, entry)[0] for entry in info.definition.all_fields())


def alignment_of(world: World, info: ClassInfo) -> int:
    """Of what number of bytes the address of a Struct in memory is a multiple."""
    from kmi.language.declarations.declare import declare_members

    declare_members(world, info)
    return max((_extent(world, entry)[1] for entry in info.definition.all_fields()), default=1)


def check_layout(world: World, info: ClassInfo) -> None:
    """Refuses fields without a width, and implicit padding."""
    offset = 0
    largest = 1
    for entry in info.definition.all_fields():
        own = entry in info.definition.fields
        if own and (within := _holds_itself(world, info, entry)) is not None:
            world.reporter.error(
                codes.STRUCT_FIELD,
                entry.span,
                f"`{info.definition.name}` would hold itself in `{within}`, and have no end",
                help=f"{entry.name}: u64",
            )
            entry.type = POISON
        size, align = _extent(world, entry)
        if size == 0:
            if own and entry.type is not POISON:
                world.reporter.error(
                    codes.STRUCT_FIELD,
                    entry.span,
                    f"`{entry.name}: {entry.type}` has no width in C",
                    help=_instead(entry),
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


def _holds_itself(world: World, info: ClassInfo, entry: Field) -> str | None:
    """The path on which a field leads back to its own class."""
    from kmi.language.declarations.declare import declare_members

    waiting: list[tuple[str, Field]] = [(f"{info.definition.name}.{entry.name}", entry)]
    seen: set[Class] = set()
    while waiting:
        path, found = waiting.pop()
        kind = item(world, found.type) or found.type
        if not isinstance(kind, ClassType) or not kind.definition.struct:
            continue
        if kind.definition in info.definition.ancestors():
            return path
        if kind.definition not in seen:
            seen.add(kind.definition)
            declare_members(world, world.classes[kind.definition])
            waiting += [(f"{path}.{each.name}", each) for each in kind.definition.all_fields()]
    return None


def _instead(entry: Field) -> str:
    """What to write for a field without a width."""
    name, kind = entry.name, entry.type
    if isinstance(kind, IntType) and entry.count is not None and kind.name != "int":
        return f"say of what the array is:\n{name}: Annotated[list[{kind}], {entry.count}]"
    if isinstance(kind, ClassType) and kind.definition.module.startswith("kmi.runtime."):
        match kind.definition.name:
            case "bytes" | "bytearray" | "str":
                return f"say how many bytes:\n{name}: Annotated[bytes, {entry.count or 16}]"
            case "list":
                inner = kind.arguments[0]
                of = inner if isinstance(inner, IntType) and inner.name != "int" else "u32"
                return f"say how many items:\n{name}: Annotated[list[{of}], {entry.count or 4}]"
            case _:
                pass
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


def _extent(world: World, entry: Field) -> tuple[int, int]:
    """Size and alignment of a field in bytes; (0, 0) for what has none in C."""
    if entry.count is None:
        return _single(world, entry.type)
    if world.is_builtin(entry.type, "bytes"):
        return entry.count, 1
    of = item(world, entry.type)
    size, align = _single(world, of) if of is not None else (0, 0)
    return size * entry.count, align


def _single(world: World, kind: Type) -> tuple[int, int]:
    match kind:
        case IntType(name="int"):
            return 0, 0
        case IntType(bits=bits):
            return bits // 8, bits // 8
        case ClassType(definition=definition) if definition.struct and definition.base is not None:
            info = world.classes[definition]
            return size_of(world, info), alignment_of(world, info)
        case _:  # a `bool`, too: what comes from a user is any byte, and C's has two values
            return 0, 0
