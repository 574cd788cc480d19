"""``+=`` and its like, and ``del``.

    items[next()] += 1      ->  held = next(); items[held] = items[held] + 1

The object and the index are evaluated once. An object with ``__iadd__`` is changed in place.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from kmi.language import codes, tree
from kmi.language.bodies import assignments, attributes, calls, expressions, field_assignments, operators
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import coerce
from kmi.language.bodies.once import is_still
from kmi.language.declarations import members
from kmi.language.declarations.declare import is_place
from kmi.language.relations import POISON, describe, place_type
from kmi.language.source import Span
from kmi.language.tree.walk import walk
from kmi.language.types import NONE, ClassType, PointerType


def augmented(body: Body, node: ast.AugAssign) -> list[tree.Statement]:
    match node.target:
        case ast.Name(id=name):
            current = expressions.name_value(
                body, ast.copy_location(ast.Name(name, ast.Load()), node.target), name
            )
            in_place = _in_place(body, node, current)
            if in_place is not None:
                return in_place
            value = _new_value(body, node, current)
            if value.type is POISON:
                return []
            return assignments.store_local(body, node, node.target, name, value, node)
        case ast.Attribute(value=value, attr=name):
            return _augmented_attribute(body, node, node.target, value, name)
        case ast.Subscript(value=value, slice=index):
            return _augmented_item(body, node, node.target, value, index)


def _in_place(body: Body, node: ast.AugAssign, current: tree.Expression) -> list[tree.Statement] | None:
    """``a += b`` of an object that has ``__iadd__`` changes the object."""
    if type(node.op) not in operators.SYMBOLS or not isinstance(current.type, ClassType):
        return None
    method = f"__i{operators.SYMBOLS[type(node.op)][1]}__"
    found = members.find_method(body.world, current.type, method)
    if found is None:
        return None
    if found.function.result != NONE:
        return None  # it says what is stored: see `_new_value`
    wanted = calls.parameter_types(found, current.type)[0]
    value = expressions.expression(body, node.value, wanted)
    if value.type is POISON:
        return []
    call = calls.method_call(body, current, method, [value], body.span(node))
    body.flow.disturb()
    return [tree.Evaluate(call, body.span(node))] if isinstance(call, tree.Call) else []


def _new_value(body: Body, node: ast.AugAssign, current: tree.Expression) -> tree.Expression:
    """What ``current op= value`` stores: what ``__iadd__`` gives, where the object has one."""
    if type(node.op) in operators.SYMBOLS and isinstance(current.type, ClassType):
        method = f"__i{operators.SYMBOLS[type(node.op)][1]}__"
        found = members.find_method(body.world, current.type, method)
        if found is not None:
            wanted = calls.parameter_types(found, current.type)[0]
            value = expressions.expression(body, node.value, wanted)
            if value.type is POISON:
                return value
            made = calls.method_call(body, current, method, [value], body.span(node))
            body.flow.disturb()
            return made
    return operators.binary_value(body, node, current, node.op, node.value)


def _stored_back(
    body: Body, made: list[tree.Statement], store: Callable[[tree.Expression], list[tree.Statement]]
) -> list[tree.Statement]:
    """What was changed in place, stored again where the right side may have stored something else there."""
    match made:
        case [tree.Evaluate(value=tree.Call(arguments=[first, right])) as change] if _runs_code(right):
            inner = first.value if isinstance(first, tree.Upcast) else first
            held = body.temporary(place_type(inner.type), change.span)
            read = tree.LocalGet(held, inner.span, held.type)
            assert isinstance(change.value, tree.Call)
            if isinstance(first, tree.Upcast):
                first.value = read
            else:
                change.value.arguments[0] = read
            again = tree.LocalGet(held, inner.span, held.type)
            return [
                tree.Assign(held, inner, inner.span),
                change,
                *store(again),
                tree.Delete(held, change.span),
            ]
        case _:
            return made


def _runs_code(value: tree.Expression) -> bool:
    """Whether a function that the author wrote may run; those of kmi's classes store into no other object."""
    for node in walk([value]):
        match node:
            case tree.Call(function=function) if not function.module.startswith("kmi."):
                return True
            case tree.New(type=ClassType(definition=definition)) if not definition.module.startswith("kmi."):
                return True
            case _:
                pass
    return False


def _hold(body: Body, value: tree.Expression, before: list[tree.Statement]) -> tree.Expression:
    """The value, held in a local unless it gives the same twice."""
    if is_still(value) or is_place(value.type):
        return value
    held = body.temporary(place_type(value.type), value.span)
    before.append(tree.Assign(held, coerce(body, value, held.type, value.span), value.span))
    return tree.LocalGet(held, value.span, held.type)


def _release(before: list[tree.Statement], span: Span) -> list[tree.Statement]:
    return [tree.Delete(made.local, span) for made in reversed(before) if isinstance(made, tree.Assign)]


def _augmented_attribute(
    body: Body, node: ast.AugAssign, target: ast.Attribute, value: ast.expr, name: str
) -> list[tree.Statement]:
    if expressions.entity_of(body, value) is not None:
        return field_assignments.attribute(body, node, target, node.value)  # reports it
    before: list[tree.Statement] = []
    receiver = _hold(body, expressions.expression(body, value), before)
    current = attributes.value_attribute(body, target, receiver, name)
    in_place = _in_place(body, node, current)
    if in_place is not None:
        in_place = _stored_back(
            body,
            in_place,
            lambda kept: field_assignments.store_attribute(body, node, target, receiver, kept, node),
        )
        return [*before, *in_place, *_release(before, body.span(node))]
    result = _new_value(body, node, current)
    if result.type is POISON:
        return []
    stored = field_assignments.store_attribute(body, node, target, receiver, result, node)
    return [*before, *stored, *_release(before, body.span(node))]


def _augmented_item(
    body: Body, node: ast.AugAssign, target: ast.Subscript, value: ast.expr, index: ast.expr
) -> list[tree.Statement]:
    span = body.span(node)
    before: list[tree.Statement] = []
    container = _hold(body, expressions.expression(body, value), before)
    kind = container.type
    if kind is POISON:
        return []
    if isinstance(kind, PointerType):
        place = assignments.attributes_subscript(body, target, container)
        if not isinstance(place, tree.PointerGet):
            return []
        place.index = _hold(body, place.index, before)
        result = operators.binary_value(body, node, place, node.op, node.value)
        if result.type is POISON:
            return []
        return [
            *before,
            tree.Store(place, coerce(body, result, place.type, node), span),
            *_release(before, span),
        ]
    if isinstance(kind, ClassType) and isinstance(index, ast.Slice):
        return _augmented_slice(body, node, target, container, index, before)
    if not isinstance(kind, ClassType):
        body.error(codes.BAD_OPERANDS, target, f"one cannot change an item of a `{describe(kind)}` in place")
        return []
    reader, arguments = attributes.selector(body, target, kind, index, "get")
    if not reader:
        return []
    arguments = [_hold(body, argument, before) for argument in arguments]
    current = calls.method_call(body, container, reader, arguments, body.span(target))
    in_place = _in_place(body, node, current)
    if in_place is not None:

        def set_item(kept: tree.Expression) -> list[tree.Statement]:
            call = calls.method_call(body, container, "__setitem__", [*arguments, kept], span)
            return [tree.Evaluate(call, span)] if isinstance(call, tree.Call) else []

        return [*before, *_stored_back(body, in_place, set_item), *_release(before, span)]
    result = _new_value(body, node, current)
    if result.type is POISON:
        return []
    if members.find_method(body.world, kind, "__setitem__") is None:
        body.error(codes.BAD_OPERANDS, target, f"one cannot set an item of a `{kind}`")
        return []
    call = calls.method_call(body, container, "__setitem__", [*arguments, result], span)
    body.flow.disturb()
    made: list[tree.Statement] = [tree.Evaluate(call, span)] if isinstance(call, tree.Call) else []
    return [*before, *made, *_release(before, span)]


def _augmented_slice(
    body: Body,
    node: ast.AugAssign,
    target: ast.Subscript,
    container: tree.Expression,
    index: ast.Slice,
    before: list[tree.Statement],
) -> list[tree.Statement]:
    """``items[1:3] += more``: the slice is taken, changed, and stored in its place."""
    span = body.span(node)
    kind = container.type
    assert isinstance(kind, ClassType)
    reader, arguments = attributes.selector(body, target, kind, index, "get")
    if not reader:
        return []
    writer = f"__set{reader.strip('_')}__"
    if members.find_method(body.world, kind, writer) is None:
        body.error(codes.BAD_OPERANDS, target, f"one cannot set a slice of a `{kind}`")
        return []
    arguments = [_hold(body, argument, before) for argument in arguments]
    taken = calls.method_call(body, container, reader, arguments, body.span(target))
    part = body.temporary(taken.type, span)
    before.append(tree.Assign(part, taken, span))
    current = tree.LocalGet(part, span, part.type)
    changed = _in_place(body, node, current)
    if changed is None:
        result = operators.binary_value(body, node, current, node.op, node.value)
        if result.type is POISON:
            return []
        changed = [tree.Assign(part, coerce(body, result, part.type, node), span)]
    call = calls.method_call(body, container, writer, [*arguments, current], span)
    body.flow.disturb()
    made: list[tree.Statement] = [tree.Evaluate(call, span)] if isinstance(call, tree.Call) else []
    return [*before, *changed, *made, *_release(before, span)]


# --- del ----------------------------------------------------------------------------------------------------


def delete(body: Body, target: ast.expr) -> list[tree.Statement]:
    """``del name``, ``del items[i]``, ``del items[i:j]``."""
    span = body.span(target)
    match target:
        case ast.Name(id=name):
            value = expressions.name_value(body, ast.copy_location(ast.Name(name, ast.Load()), target), name)
            local = body.locals.get(name)
            if local is None or value.type is POISON:
                return []
            body.flow.assigned.discard(local)
            body.flow.forget((local,))
            body.deleted[name] = span
            return [tree.Delete(local, span)]
        case ast.Subscript(value=inner, slice=index):
            container = expressions.expression(body, inner)
            if not isinstance(container.type, ClassType):
                if container.type is not POISON:
                    body.error(
                        codes.BAD_OPERANDS,
                        target,
                        f"one cannot delete an item of a `{describe(container.type)}`",
                    )
                return []
            method, arguments = attributes.selector(body, target, container.type, index, "del")
            if not method:
                return []
            call = calls.method_call(body, container, method, arguments, span)
            body.flow.disturb()
            return [tree.Evaluate(call, span)] if isinstance(call, tree.Call) else []
        case ast.Tuple(elts=targets):
            return [made for inner in targets for made in delete(body, inner)]
        case _:
            body.error(
                codes.UNSUPPORTED,
                target,
                "deleting a field is not in kernel Python",
                help="set it to `None`, or another value",
            )
            return []
