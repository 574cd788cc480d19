"""Assignments: to locals, fields, items, members of C structs; ``+=`` and ``del``.

    self.kept = Mutex(bytearray())      in ``__init__``  ->  InitPlace

Each value is made to fit its place. What an assignment evaluates twice in C it evaluates once: the object
and the index of ``a[i] += 1`` are held.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import (
    attributes,
    augmented,
    calls,
    expressions,
    field_assignments,
    method_calls,
    statements,
    unpacking,
)
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import coerce
from kmi.language.bodies.once import is_still
from kmi.language.declarations import members
from kmi.language.declarations.scope import Form
from kmi.language.relations import POISON, describe
from kmi.language.types import (
    INT,
    ClassType,
    NoneType,
    OptionalType,
    PointerType,
    TupleType,
    Type,
    TypeObject,
)


def assign(body: Body, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> list[tree.Statement]:
    """An assignment statement of any kind."""
    match node:
        case ast.Assign(targets=[target], value=value):
            return _store(body, node, target, value)
        case ast.Assign():
            return unpacking.several(body, node)
        case ast.AnnAssign():
            return _annotated(body, node)
        case ast.AugAssign():
            return augmented.augmented(body, node)


def _store(body: Body, node: ast.AST, target: ast.expr, value: ast.expr) -> list[tree.Statement]:
    match target:
        case ast.Name(id=name):
            return _local(body, node, target, name, value)
        case ast.Attribute():
            return field_assignments.attribute(body, node, target, value)
        case ast.Subscript():
            return _item(body, node, target, value)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            return _unpack(body, node, targets, value)
        case _:
            return []


# --- locals -------------------------------------------------------------------------------------------------


def _local(body: Body, node: ast.AST, target: ast.Name, name: str, value: ast.expr) -> list[tree.Statement]:
    local = body.locals.get(name)
    expected = local.type if local is not None else body.widened.get(body.key(name))
    made = expressions.expression(body, value, expected)
    return store_local(body, node, target, name, made, value)


def store_local(
    body: Body, node: ast.AST, target: ast.AST, name: str, made: tree.Expression, value: ast.AST
) -> list[tree.Statement]:
    """The local gets a value that is evaluated already."""
    if isinstance(made.type, TypeObject):
        body.error(codes.NOT_A_VALUE, value, "a class is not stored in a variable", help="use its name")
        made = body.poison(value)
    if name not in body.locals and isinstance(made.type, NoneType) and body.key(name) not in body.widened:
        if not isinstance(made, tree.NoneLiteral):
            body.error(
                codes.TYPE_MISMATCH, value, "this call returns nothing", help="call it on a line of its own"
            )
            made = body.poison(value)
    local = statements.bind_local(body, target, name, made.type)
    fitted = coerce(body, made, local.type, value, f"`{name}`")
    if fitted.type is POISON and local.type is not POISON:
        return []
    if made.type is POISON:
        return []
    field_assignments.narrow_stored(body, (local,), local.type, made.type)
    return [tree.Assign(local, fitted, body.span(node))]


def _annotated(body: Body, node: ast.AnnAssign) -> list[tree.Statement]:
    head = body.annotations().entity(
        node.annotation.value if isinstance(node.annotation, ast.Subscript) else node.annotation
    )
    match node.target:
        case ast.Name(id=name):
            final = isinstance(head, Form) and head.name == "typing.Final"
            if final and not isinstance(node.annotation, ast.Subscript):
                return _local(body, node, node.target, name, node.value) if node.value is not None else []
            kind = body.read_type(node.annotation)
            known = body.locals.get(name)
            if known is not None and known.type != kind and kind is not POISON:
                body.error(
                    codes.DUPLICATE,
                    node,
                    f"`{name}` is a `{describe(known.type)}` already",
                    labels=[(known.span, "declared here")],
                    help="give one of them another name",
                )
                return []
            if known is None:
                local = tree.Local(name, kind, body.span(node.target))
                body.locals[name] = local
                body.ordered.append(local)
            body.declared.add(name)
            if node.value is None:
                return []
            return _local(body, node, node.target, name, node.value)
        case ast.Attribute(value=ast.Name(id=receiver), attr=name) if field_assignments.is_self(
            body, receiver
        ):
            return field_assignments.declare_field(
                body, node, node.target, name, isinstance(head, Form) and head.name == "typing.Final"
            )
        case _:
            body.error(
                codes.UNSUPPORTED, node, "an annotation here is not in kernel Python", help="leave it out"
            )
            return []


# --- items --------------------------------------------------------------------------------------------------


def _item(body: Body, node: ast.AST, target: ast.Subscript, value: ast.expr) -> list[tree.Statement]:
    made = expressions.expression(body, value, _item_type(body, target))
    container = expressions.expression(body, target.value)
    return store_item(body, node, target, container, made, value)


def _item_type(body: Body, target: ast.Subscript) -> Type | None:
    """The type of what an item or a slice is set to."""
    kind = method_calls.peek_type(body, target.value)
    if isinstance(kind, PointerType):
        return kind.target
    if not isinstance(kind, ClassType):
        return None
    name = "__setslice__" if isinstance(target.slice, ast.Slice) else "__setitem__"
    method = members.find_method(body.world, kind, name)
    return calls.parameter_types(method, kind)[-1] if method is not None else None


def store_item(
    body: Body,
    node: ast.AST,
    target: ast.Subscript,
    container: tree.Expression,
    made: tree.Expression,
    value: ast.AST,
) -> list[tree.Statement]:
    span = body.span(node)
    kind = container.type
    if isinstance(kind, PointerType):
        place = attributes_subscript(body, target, container)
        if place.type is POISON:
            return []
        fitted = coerce(body, made, place.type, value, "what the pointer points at")
        return [tree.Store(place, fitted, span)] if fitted.type is not POISON else []
    if kind is POISON:
        return []
    if not isinstance(kind, ClassType):
        if isinstance(kind, OptionalType):
            attributes.may_be_none(body, target, container, "items")
        else:
            body.error(codes.BAD_OPERANDS, target, f"one cannot set an item of a `{describe(kind)}`")
        return []
    method, arguments = attributes.selector(body, target, kind, target.slice, "set")
    if not method or made.type is POISON:
        return []
    call = calls.method_call(body, container, method, [*arguments, made], span)
    body.flow.disturb()
    if call.type is POISON:
        return []
    # The value is evaluated first in Python: hold it where that can be seen.
    if (
        not isinstance(call, tree.Call)
        or is_still(made)
        or (is_still(container) and all(map(is_still, arguments)))
    ):
        return [tree.Evaluate(call, span)]
    held = body.temporary(call.arguments[-1].type, span)
    first = tree.Assign(held, call.arguments[-1], span)
    call.arguments[-1] = tree.LocalGet(held, span, held.type)
    return [first, tree.Evaluate(call, span), tree.Delete(held, span)]


def attributes_subscript(body: Body, target: ast.Subscript, container: tree.Expression) -> tree.Expression:
    """``pointer[index]`` as the target of a store, the pointer evaluated already."""
    kind = container.type
    assert isinstance(kind, PointerType)
    expressions.need_unsafe(body, target, "storing through a pointer")
    if kind.target is None:
        return body.error(
            codes.BAD_OPERANDS, target, "a `Pointer[None]` points at no value", help="cast it first"
        )
    index = expressions.value_for(body, target.slice, INT, "the index")
    return tree.PointerGet(container, index, body.span(target), kind.target)


def _unpack(body: Body, node: ast.AST, targets: list[ast.expr], value: ast.expr) -> list[tree.Statement]:
    """``a, b = value``: the value is held, then taken apart from left to right."""
    return unpack_value(body, node, targets, expressions.expression(body, value), value)


def unpack_value(
    body: Body, node: ast.AST, targets: list[ast.expr], made: tree.Expression, value: ast.AST
) -> list[tree.Statement]:
    """Takes a tuple apart that is evaluated already."""
    if (
        not isinstance(made.type, TupleType)
        or len(made.type.items) != len(targets)
        or any(isinstance(target, ast.Starred) for target in targets)
    ):
        return unpacking.unpack(body, node, targets, made, value)
    own = isinstance(made, tree.LocalGet) and made.local not in body.locals.values()
    held = made.local if own and isinstance(made, tree.LocalGet) else body.temporary(made.type, made.span)
    result: list[tree.Statement] = [] if own else [tree.Assign(held, made, body.span(node))]
    for position, target in enumerate(targets):
        item = tree.TupleGet(
            tree.LocalGet(held, made.span, held.type), position, body.span(target), made.type.items[position]
        )
        result.extend(store_value(body, node, target, item))
    return result if own else [*result, tree.Delete(held, body.span(node))]


def store_value(
    body: Body, node: ast.AST, target: ast.expr, item: tree.Expression, at: ast.AST | None = None
) -> list[tree.Statement]:
    """Stores a value that is evaluated already into any target; it came from ``at``, or is a part."""
    at = at if at is not None else target
    match target:
        case ast.Name(id=name):
            return store_local(body, node, target, name, item, at)
        case ast.Attribute():
            if field_assignments.is_new(body, target):
                return field_assignments.first_store(
                    body, node, target, at if isinstance(at, ast.expr) else target, item
                )
            receiver = expressions.expression(body, target.value)
            return field_assignments.store_attribute(body, node, target, receiver, item, at)
        case ast.Subscript():
            container = expressions.expression(body, target.value)
            return store_item(body, node, target, container, item, at)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            return unpack_value(body, node, targets, item, at)
        case _:
            body.error(codes.UNSUPPORTED, target, "unpacking within unpacking is not in kernel Python")
            return []
