"""Fields of a ``Struct`` that are no integers in the machine's order, and how such records are packed.

class Header(Struct):
    magic: be32                         # u32, the high byte first
    origin: Point                       # a Struct: its bytes stand here
    name: Annotated[bytes, 16]          # sixteen bytes
    ports: Annotated[list[be16], 4]     # four integers

In memory such a record is an object like any other: an inner record is an object of its own, an array a list.
Only packing lays it out, by class methods that are written here, in kernel Python, in the run time's module
of records (``kmi.runtime.struct``), which sees the names of the inner records besides its own.
"""

from __future__ import annotations

import ast
import copy
import textwrap

from kmi.language import codes, tree
from kmi.language.declarations.annotations import ORDERS, Annotations
from kmi.language.declarations.scope import ClassInfo, Form, TypeAlias_
from kmi.language.declarations.world import World
from kmi.language.relations import POISON
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import WIDTHS, ClassType, IntType, Type

RUNTIME = "kmi.runtime.struct"
LARGEST = 1 << 20
"""No array has more items: what is larger is a mistake, or memory that no kernel gives in one piece."""


def field(
    world: World, info: ClassInfo, reader: Annotations, name: str, annotation: ast.expr, span: Span
) -> tree.Field:
    """A field of a record, as its annotation says."""
    reader.record = True
    count: int | None = None
    match annotation:
        case ast.Subscript(value=head, slice=ast.Tuple(elts=[kind, length])) if _is_annotated(reader, head):
            annotation = kind
            count = _length(world, info, length)
            if count is None:
                return tree.Field(name, POISON, span)
        case _:
            pass
    element = annotation
    if count is not None and isinstance(annotation, ast.Subscript):
        element = annotation.slice
    made = tree.Field(name, reader.read(annotation), span)
    entity = reader.entity(element)
    if isinstance(entity, Form) and entity.name.startswith("kmi.integers."):
        made.order = ORDERS.get(entity.short[:2], "")
    made.count = count
    return made


def _is_annotated(reader: Annotations, head: ast.expr) -> bool:
    entity = reader.entity(head)
    return isinstance(entity, Form) and entity.name == "typing.Annotated"


def _length(world: World, info: ClassInfo, node: ast.expr) -> int | None:
    from kmi.language.declarations import constants

    folded = constants.fold(world, info.scope, node, info)
    if folded is None:
        return None
    value = folded.value
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST:
        return value
    world.reporter.error(
        codes.STRUCT_FIELD,
        info.scope.span(node),
        f"an array of a record has 1 to {LARGEST} items, a constant number of them",
        help="Annotated[bytes, 16]",
    )
    return None


def is_plain(info: ClassInfo) -> bool:
    """Whether a record lies in memory as it is packed."""
    return all(isinstance(entry.type, IntType) and not entry.order for entry in info.definition.all_fields())


def item(world: World, kind: Type) -> Type | None:
    """Of what a list is, if it is one."""
    return kind.arguments[0] if isinstance(kind, ClassType) and world.is_builtin(kind, "list") else None


def generate(world: World, info: ClassInfo) -> None:
    """Gives a record that is not plain its own ways to be packed and unpacked."""
    from kmi.language.declarations.layout import size_of
    from kmi.language.declarations.signatures import declare_function

    root = next(each for each in reversed(info.definition.ancestors()) if each.name == "Struct")
    wrong = any(entry.type is POISON for entry in info.definition.all_fields())
    if is_plain(info) or root.module != RUNTIME or wrong:
        return
    info.definition.packed = size_of(world, info)
    home = world.classes[root].scope
    scope = copy.copy(home)
    scope.resolved = dict(home.resolved)
    scope.resolved |= {name: TypeAlias_(width) for name, width in WIDTHS.items()}
    scope.resolved["wrapping"] = Form("kmi.integers.wrapping")
    inner: dict[str, str] = {}
    for entry in info.definition.all_fields():
        kind = item(world, entry.type) or entry.type
        if isinstance(kind, ClassType) and kind.definition.struct:
            inner[entry.name] = f"Record_{entry.name}"
            scope.resolved[inner[entry.name]] = world.classes[kind.definition]
    text = _source(world, info, inner)
    line = world.classes[root].methods["unpack"].function.span.line
    for node in ast.parse(text).body:
        for part in ast.walk(node):
            if isinstance(part, ast.expr | ast.stmt | ast.arg | ast.keyword):
                part.lineno = part.end_lineno = line
                part.col_offset = part.end_col_offset = 0
        assert isinstance(node, ast.FunctionDef)
        if node.name in info.methods:
            continue  # the author's own
        made = declare_function(world, scope, node, info)
        info.methods[node.name] = made
        info.definition.methods[node.name] = made.function


def _source(world: World, info: ClassInfo, inner: dict[str, str]) -> str:
    """The three class methods."""
    size = info.definition.packed
    put: list[str] = [f"fields = Fields.new({size})"]
    take: list[str] = [f"fields = Fields.of(data, {size})", "record = cls.__blank__()"]
    for entry in info.definition.all_fields():
        value = f"record.{entry.name}"
        of = item(world, entry.type)
        if entry.count is None:
            put += _put(entry.type, value, entry)
            take.append(f"{value} = {_taken(world, entry.type, inner, entry)}")
            continue
        values, what = f"values_{entry.name}", "bytes" if of is None else "items"
        name = f"{info.definition.name}.{entry.name}"
        put.append(f"{values} = {value}")
        put.append(f"check_length({name!r}, len({values}), {entry.count}, {what!r})")
        if of is None:
            put.append(f"fields.put_bytes({values})")
            take.append(f"{value} = fields.take_bytes({entry.count})")
            continue
        put.append(f"for each_{entry.name} in {values}:")
        put += [f"    {line}" for line in _put(of, f"each_{entry.name}", entry)]
        spelt = inner.get(entry.name, str(of))
        take.append(f"{values}: list[{spelt}] = []")
        take.append(f"for _ in range({entry.count}):")
        take.append(f"    {values}.append({_taken(world, of, inner, entry)})")
        take.append(f"{value} = {values}")
    return "\n".join(
        [
            "@classmethod\ndef __plain__(cls) -> bool:\n    return False",
            "@classmethod\ndef __pack__(cls, record: Self) -> bytes:",
            textwrap.indent("\n".join([*put, "return fields.data"]), "    "),
            "@classmethod\ndef unpack(cls, data: bytes) -> Self:",
            textwrap.indent("\n".join([*take, "return record"]), "    "),
        ]
    )


def _put(kind: Type, value: str, entry: tree.Field) -> list[str]:
    match kind:
        case IntType(bits=bits):
            return [f"fields.put(wrapping(u64, {value}), {bits // 8}, {entry.order == 'big'})"]
        case ClassType():
            return [f"fields.put_bytes({value}.pack())"]
        case _:
            raise InternalError(f"a record's field of the type {kind} is packed", entry.span)


def _taken(world: World, kind: Type, inner: dict[str, str], entry: tree.Field) -> str:
    from kmi.language.declarations.layout import size_of

    match kind:
        case IntType(bits=bits, signed=signed):
            place = f"{'i' if signed else 'u'}{bits}"
            return f"wrapping({place}, fields.take({bits // 8}, {entry.order == 'big'}))"
        case ClassType(definition=definition):
            size = size_of(world, world.classes[definition])
            return f"{inner[entry.name]}.unpack(fields.take_bytes({size}))"
        case _:
            raise InternalError(f"a record's field of the type {kind} is unpacked", entry.span)
