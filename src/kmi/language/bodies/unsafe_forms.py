"""Unsafe code: pointers, C structs, and objects that C holds on to (``kmi.unsafe``).

    with unsafe("the inode outlives its open file"):
        file = container_of(pointer, File, "raw")

Each form is a function of ``kmi.unsafe`` and one node of the tree. All but a few need an unsafe block
around them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from kmi.language import codes, tree
from kmi.language.bodies import expressions
from kmi.language.bodies.body import Body
from kmi.language.bodies.fields import find_field
from kmi.language.declarations.bindings import struct_members
from kmi.language.declarations.scope import FunctionInfo
from kmi.language.relations import POISON, describe, is_int
from kmi.language.source import Span
from kmi.language.types import (
    INT,
    NONE,
    WIDTHS,
    ClassType,
    CStructType,
    FunctionType,
    IntType,
    OptionalType,
    PointerType,
    Type,
    TypeObject,
    TypeVariable,
    UnionType,
    substitute,
)

VOID = PointerType(None)
BYTES = PointerType(WIDTHS["u8"])
SAFE = frozenset({"sizeof"})
ARGUMENTS: dict[str, tuple[int, ...]] = {
    "address_of": (1,),
    "cast": (2,),
    "container_of": (3,),
    "sizeof": (1,),
    "take": (2,),
    "into_raw": (1,),
    "from_raw": (2,),
    "allocate": (1, 2),
    "tail": (1,),
    "null": (1,),
    "c_string": (1,),
    "c_global": (2,),
    "where_overridden": (3,),
}


def call_unsafe(body: Body, node: ast.Call, name: str) -> tree.Expression:
    """A call of a name of ``kmi.unsafe``."""
    forms: dict[str, Callable[[Body, ast.Call], tree.Expression]] = {
        "address_of": _address_of,
        "cast": _cast,
        "container_of": _container_of,
        "sizeof": _sizeof,
        "take": _take,
        "into_raw": _into_raw,
        "from_raw": _from_raw,
        "allocate": _allocate,
        "tail": _tail,
        "null": _null,
        "c_string": _c_string,
        "c_global": _c_global,
        "where_overridden": _where_overridden,
    }
    if name not in forms:
        return _bad(body, node, f"`{name}` is not called in the body of a function")
    if node.keywords or len(node.args) not in ARGUMENTS[name]:
        return _bad(
            body, node, f"`{name}` takes {' or '.join(map(str, ARGUMENTS[name]))} arguments, in order"
        )
    if name not in SAFE:
        expressions.need_unsafe(body, node, f"`{name}`")
    return forms[name](body, node)


def _bad(body: Body, at: ast.AST | Span, message: str, help: str | None = None) -> tree.Expression:
    return body.error(codes.BAD_UNSAFE, at, message, help=help)


def _type(body: Body, node: ast.expr) -> Type:
    """A type given as an argument; a parameter of type ``type[T]`` stands for T."""
    if isinstance(node, ast.Name) and node.id in body.locals:
        local = body.locals[node.id]
        if isinstance(local.type, TypeObject):
            return local.type.instance
        _bad(body, node, f"`{node.id}` is not a type")
        return POISON
    return body.read_type(node)


def _is_object(kind: Type) -> bool:
    return isinstance(kind, ClassType | UnionType | TypeVariable) or (
        isinstance(kind, OptionalType) and _is_object(kind.inner)
    )


def _is_number(kind: Type) -> bool:
    """Whether it is an integer, or a variable that stands for one."""
    bound = kind.bound if isinstance(kind, TypeVariable) else None
    return is_int(kind) or (bound is not None and is_int(bound))


def _address_of(body: Body, node: ast.Call) -> tree.Expression:
    place = expressions.expression(body, node.args[0])
    span = body.span(node)
    if place.type is POISON:
        return place
    match place:
        case tree.FieldGet() | tree.CMember() | tree.PointerGet() | tree.CGlobal():
            return tree.AddressOf(place, span, PointerType(place.type))
        case tree.LocalGet() if isinstance(place.type, CStructType | IntType | PointerType):
            return tree.AddressOf(place, span, PointerType(place.type))
        case _:
            return _bad(
                body,
                node.args[0],
                f"a `{describe(place.type)}` that is computed has no address",
                "take the address of a field, of a local C struct, or of a member of one",
            )


def _cast(body: Body, node: ast.Call) -> tree.Expression:
    kind = _type(body, node.args[0])
    value = expressions.expression(body, node.args[1])
    span = body.span(node)
    if kind is POISON or value.type is POISON:
        return tree.NoneLiteral(span, kind)

    def raw(side: Type) -> bool:
        return isinstance(side, PointerType | FunctionType) or side == NONE

    fits = (
        (raw(kind) and (raw(value.type) or is_int(value.type) or _is_object(value.type)))
        or (_is_number(kind) and (raw(value.type) or _is_number(value.type)))
        or (_is_object(kind) and (raw(value.type) or _is_object(value.type)))
        or kind == value.type
    )
    if not fits:
        return _bad(body, node, f"a `{describe(value.type)}` cannot be cast to `{describe(kind)}`")
    return tree.Cast(value, span, kind)


def _container_of(body: Body, node: ast.Call) -> tree.Expression:
    pointer = expressions.expression(body, node.args[0])
    kind = _type(body, node.args[1])
    span = body.span(node)
    if pointer.type is POISON or kind is POISON:
        return tree.NoneLiteral(span, kind)
    name = node.args[2].value if isinstance(node.args[2], ast.Constant) else None
    if not isinstance(pointer.type, PointerType) or not isinstance(name, str):
        return _bad(
            body,
            node,
            "`container_of` takes a pointer, a class and the name of a field",
            'container_of(pointer, Class, "field")',
        )
    if isinstance(kind, CStructType):
        found_member = struct_members(body.world, kind).get(name)
        if found_member is None:
            return _bad(body, node.args[2], f"`{kind.binding.tag}` has no member `{name}`")
        return _bad(body, node, "`container_of` finds objects of classes, not C structs", "use the C helper")
    found = find_field(body.world, kind, name) if isinstance(kind, ClassType) else None
    if found is None:
        return _bad(body, node.args[2], f"`{describe(kind)}` has no field `{name}`")
    entry, entry_type = found
    target = pointer.type.target
    if target is not None and target != entry_type:
        return _bad(
            body, node.args[0], f"this points at a `{target}`, but `{name}` is a `{describe(entry_type)}`"
        )
    return tree.ContainerOf(pointer, entry, span, kind)


def _sizeof(body: Body, node: ast.Call) -> tree.Expression:
    kind = _type(body, node.args[0])
    return tree.SizeOf(kind, body.span(node), INT)


def _take(body: Body, node: ast.Call) -> tree.Expression:
    pointer = expressions.expression(body, node.args[0])
    index = expressions.value_for(body, node.args[1], INT, "the index")
    if pointer.type is POISON:
        return pointer
    if not isinstance(pointer.type, PointerType) or pointer.type.target is None:
        return _bad(body, node.args[0], f"`take` takes a pointer to values, not a `{describe(pointer.type)}`")
    return tree.PointerTake(pointer, index, body.span(node), pointer.type.target)


def _into_raw(body: Body, node: ast.Call) -> tree.Expression:
    value = expressions.expression(body, node.args[0])
    if value.type is POISON:
        return tree.NoneLiteral(body.span(node), VOID)
    if not _is_object(value.type):
        return _bad(body, node.args[0], f"`into_raw` takes an object, not a `{describe(value.type)}`")
    return tree.IntoRaw(value, body.span(node), VOID)


def _from_raw(body: Body, node: ast.Call) -> tree.Expression:
    kind = _type(body, node.args[0])
    pointer = expressions.expression(body, node.args[1])
    if pointer.type is POISON or kind is POISON:
        return tree.NoneLiteral(body.span(node), kind)
    if not isinstance(pointer.type, PointerType) or not _is_object(kind):
        return _bad(body, node, "`from_raw` takes a class and a pointer that `into_raw` gave")
    return tree.FromRaw(pointer, body.span(node), kind)


def _allocate(body: Body, node: ast.Call) -> tree.Expression:
    kind = _type(body, node.args[0])
    span = body.span(node)
    extra: tree.Expression = tree.Fit(tree.IntLiteral(0, span), span, WIDTHS["usize"])
    if len(node.args) == 2:
        extra = expressions.value_for(body, node.args[1], WIDTHS["usize"], "the extra size")
    if kind is POISON:
        return body.poison(node)
    if not isinstance(kind, ClassType | TypeVariable):
        return _bad(body, node.args[0], f"`allocate` makes objects of classes, not a `{describe(kind)}`")
    return tree.Allocate(extra, span, kind)


def _tail(body: Body, node: ast.Call) -> tree.Expression:
    value = expressions.expression(body, node.args[0])
    span = body.span(node)
    if value.type is POISON:
        return tree.NoneLiteral(span, BYTES)
    if not isinstance(value.type, ClassType | TypeVariable):
        return _bad(body, node.args[0], f"`tail` takes an object, not a `{describe(value.type)}`")
    return tree.TailOf(value, span, BYTES)


def _null(body: Body, node: ast.Call) -> tree.Expression:
    kind = _type(body, node.args[0])
    span = body.span(node)
    if isinstance(kind, PointerType | FunctionType):
        return tree.Cast(tree.NoneLiteral(span), span, kind)
    return tree.Cast(tree.NoneLiteral(span), span, PointerType(None if kind == NONE else kind))


def _c_string(body: Body, node: ast.Call) -> tree.Expression:
    match node.args[0]:
        case ast.Constant(value=str() as text):
            return tree.CString(text, body.span(node), PointerType(WIDTHS["u8"], "const"))
        case _:
            return _bad(body, node.args[0], "`c_string` takes a literal", 'c_string("text")')


def _c_global(body: Body, node: ast.Call) -> tree.Expression:
    kind = _type(body, node.args[1])
    match node.args[0]:
        case ast.Constant(value=str() as name):
            return tree.CGlobal(name, body.span(node), kind)
        case _:
            return _bad(
                body, node.args[0], "`c_global` takes the name as a literal", 'c_global("jiffies", u64)'
            )


def _where_overridden(body: Body, node: ast.Call) -> tree.Expression:
    function = expressions.expression(body, node.args[0])
    kind = _type(body, node.args[1])
    if function.type is POISON or kind is POISON:
        return function
    name = node.args[2].value if isinstance(node.args[2], ast.Constant) else None
    if (
        not isinstance(function, tree.FunctionGet)
        or not isinstance(kind, ClassType)
        or not isinstance(name, str)
        or kind.definition.method(name) is None
    ):
        return _bad(
            body,
            node,
            "`where_overridden` takes a callback, a class and the name of a method of it",
            'where_overridden(Device._read, Operations, "read")',
        )
    return replace(function, where=(kind.definition, name))


def function_get(body: Body, span: Span, method: FunctionInfo, receiver: ClassType | None) -> tree.Expression:
    """``self._open`` or ``Class._open`` of a callback: the address of its C function."""
    function = method.function
    expressions.need_unsafe(body, span, "the address of a callback")
    body.world.want(method)
    bindings: dict[str, Type] = {}
    if receiver is not None and function.owner is not None:
        from kmi.language.declarations.members import class_bindings

        bindings = class_bindings(receiver, function.owner)
    bound: Type | None = receiver
    if receiver is None and function.owner is not None:
        # `Class._open` inside the class itself speaks of the same type arguments.
        bound = ClassType(function.owner, function.owner.type_parameters)
    kind = FunctionType(
        tuple(substitute(p.type, bindings) for p in function.parameters),
        substitute(function.result, bindings),
    )
    return tree.FunctionGet(function, bound, span, kind)
