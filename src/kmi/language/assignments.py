"""Assignments: to locals, fields, items, members of C structs; ``+=`` and ``del``.

    self.kept = Mutex(bytearray())      in ``__init__``  ->  InitPlace

Each value is made to fit its place. What an assignment evaluates twice in C it evaluates once: the object
and the index of ``a[i] += 1`` are held.
"""

from __future__ import annotations

import ast

from kmi.language import attributes, calls, codes, expressions, operators, statements, tree
from kmi.language.body import Body
from kmi.language.convert import coerce, describe, place_type, poisoned
from kmi.language.declare import is_place
from kmi.language.fields import find_field
from kmi.language.scope import POISON, Form
from kmi.language.source import Span
from kmi.language.types import (
    INT,
    NONE,
    ClassType,
    CStructType,
    NoneType,
    OptionalType,
    PointerType,
    TupleType,
    Type,
    TypeObject,
    UnionType,
)


def assign(body: Body, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> list[tree.Statement]:
    """An assignment statement of any kind."""
    match node:
        case ast.Assign(targets=[target], value=value):
            return _store(body, node, target, value)
        case ast.Assign():
            body.error(
                codes.UNSUPPORTED,
                node,
                "assigning to several targets at once is not in kernel Python",
                help="write one assignment a line",
            )
            return []
        case ast.AnnAssign():
            return _annotated(body, node)
        case ast.AugAssign():
            return _augmented(body, node)


def _store(body: Body, node: ast.stmt, target: ast.expr, value: ast.expr) -> list[tree.Statement]:
    match target:
        case ast.Name(id=name):
            return _local(body, node, target, name, value)
        case ast.Attribute():
            return _attribute(body, node, target, value)
        case ast.Subscript():
            return _item(body, node, target, value)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            return _unpack(body, node, targets, value)
        case _:
            return []


# --- locals -------------------------------------------------------------------------------------------------


def _local(body: Body, node: ast.stmt, target: ast.Name, name: str, value: ast.expr) -> list[tree.Statement]:
    local = body.locals.get(name)
    expected = local.type if local is not None else body.widened.get(name)
    made = expressions.expression(body, value, expected)
    return store_local(body, node, target, name, made, value)


def store_local(
    body: Body, node: ast.AST, target: ast.AST, name: str, made: tree.Expression, value: ast.AST
) -> list[tree.Statement]:
    """The local gets a value that is evaluated already."""
    if isinstance(made.type, TypeObject):
        body.error(codes.NOT_A_VALUE, value, "a class is not stored in a variable", help="use its name")
        made = body.poison(value)
    if name not in body.locals and isinstance(made.type, NoneType) and name not in body.widened:
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
    _narrow_stored(body, (local,), local.type, made.type)
    return [tree.Assign(local, fitted, body.span(node))]


def _narrow_stored(body: Body, path: tuple[tree.Local | tree.Field, ...], place: Type, value: Type) -> None:
    """What is known of a place because of what was just stored there."""
    if poisoned(value):
        return
    if isinstance(place, OptionalType) and not isinstance(value, OptionalType | NoneType):
        inner = place.inner
        body.flow.narrow(path, value if isinstance(inner, UnionType) else inner)
    elif isinstance(place, UnionType) and isinstance(value, ClassType):
        body.flow.narrow(path, value)


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
        case ast.Attribute(value=ast.Name(id=receiver), attr=name) if _is_self(body, receiver):
            return _declare_field(
                body, node, node.target, name, isinstance(head, Form) and head.name == "typing.Final"
            )
        case _:
            body.error(
                codes.UNSUPPORTED, node, "an annotation here is not in kernel Python", help="leave it out"
            )
            return []


def _is_self(body: Body, name: str) -> bool:
    function = body.function
    return (
        body.initializer
        and function is not None
        and bool(function.parameters)
        and function.parameters[0].name == name
    )


def _declare_field(
    body: Body, node: ast.AnnAssign, target: ast.Attribute, name: str, final: bool
) -> list[tree.Statement]:
    """``self.name: Type = value`` in ``__init__``."""
    assert body.owner is not None and body.function is not None
    if final and not isinstance(node.annotation, ast.Subscript):
        return _attribute(body, node, target, node.value) if node.value is not None else []
    kind = body.read_type(node.annotation)
    known = next((f for f in body.owner.definition.fields if f.name == name), None)
    if known is None:
        _new_field(body, target, name, kind)
    elif known.type != kind and kind is not POISON:
        body.error(
            codes.DUPLICATE,
            node,
            f"`self.{name}` is a `{known.type}` already",
            labels=[(known.span, "declared here")],
        )
    return _attribute(body, node, target, node.value) if node.value is not None else []


def _new_field(body: Body, node: ast.Attribute, name: str, kind: Type) -> tree.Field:
    assert body.owner is not None
    made = tree.Field(name, kind, body.span(node), place=is_place(kind))
    made.final = name not in body.scope.stored
    body.owner.definition.fields.append(made)
    body.created.append(made)
    return made


# --- fields -------------------------------------------------------------------------------------------------


def _attribute(body: Body, node: ast.stmt, target: ast.Attribute, value: ast.expr) -> list[tree.Statement]:
    home = expressions.entity_of(body, target.value)
    if home is not None:
        body.error(
            codes.GLOBAL_STATE,
            node,
            f"`{ast.unparse(target)}` is state that all objects would share",
            help="keep it in a field of an object: `self.…`",
        )
        return []
    new = _self_field(body, target)
    expected = new.type if new is not None else None
    if new is None and _is_new(body, target):
        made = expressions.expression(body, value)
        return _first_store(body, node, target, value, made)
    # Python evaluates the value before the object.
    if expected is None:
        expected = _peek(body, target)
    made = expressions.expression(body, value, expected)
    receiver = expressions.expression(body, target.value)
    return store_attribute(body, node, target, receiver, made, value)


def _self_field(body: Body, target: ast.Attribute) -> tree.Field | None:
    if body.owner is None or not isinstance(target.value, ast.Name) or target.value.id != "self":
        return None
    return next((f for f in body.owner.definition.all_fields() if f.name == target.attr), None)


def _is_new(body: Body, target: ast.Attribute) -> bool:
    if not isinstance(target.value, ast.Name) or not _is_self(body, target.value.id) or body.owner is None:
        return False
    return not any(f.name == target.attr for f in body.owner.definition.all_fields())


def _peek(body: Body, target: ast.Attribute) -> Type | None:
    """The type of the field that an assignment goes to, for what the value should be."""
    receiver = calls.peek_type(body, target.value)
    found = find_field(body.world, receiver, target.attr) if isinstance(receiver, ClassType) else None
    return found[1] if found is not None else None


def _first_store(
    body: Body, node: ast.stmt, target: ast.Attribute, value: ast.expr, made: tree.Expression
) -> list[tree.Statement]:
    """``self.name = value`` in ``__init__``, which declares the field."""
    kind = made.type
    if isinstance(kind, NoneType) or isinstance(kind, TypeObject):
        body.error(
            codes.MISSING_ANNOTATION,
            target,
            f"of what type `self.{target.attr}` is cannot be seen",
            help=f"self.{target.attr}: Type | None = {ast.unparse(value)}",
        )
        kind = POISON
        made = body.poison(value)
    entry = _new_field(body, target, target.attr, place_type(kind))
    function = body.function
    assert function is not None
    this = function.parameters[0]
    receiver = tree.LocalGet(this, body.span(target.value), this.type)
    return _set_field(body, node, receiver, entry, entry.type, made, value)


def store_attribute(
    body: Body,
    node: ast.stmt,
    target: ast.Attribute,
    receiver: tree.Expression,
    made: tree.Expression,
    value: ast.AST,
) -> list[tree.Statement]:
    """``receiver.name = made``."""
    kind = receiver.type
    name = target.attr
    if kind is POISON:
        return []
    if isinstance(kind, CStructType) or (
        isinstance(kind, PointerType) and isinstance(kind.target, CStructType)
    ):
        place = attributes.value_attribute(body, target, receiver, name)
        if place.type is POISON:
            return []
        fitted = coerce(body, made, place.type, value, f"`{name}`")
        return [tree.Store(place, fitted, body.span(node))] if fitted.type is not POISON else []
    if not isinstance(kind, ClassType):
        attributes.value_attribute(body, target, receiver, name)
        return []
    found = find_field(body.world, kind, name)
    if found is None:
        _no_field(body, node, target, kind)
        return []
    entry, entry_type = found
    return _set_field(body, node, receiver, entry, entry_type, made, value)


def _no_field(body: Body, node: ast.stmt, target: ast.Attribute, kind: ClassType) -> None:
    name = target.attr
    method = calls.find_method(body.world, kind, name)
    if method is not None:
        what = "property" if method.function.property else "method"
        body.error(codes.BAD_FIELD, target, f"`{kind}.{name}` is a {what} and cannot be assigned")
        return
    info = body.world.classes[kind.definition]
    if name in info.parameters or name in info.constants:
        what = "parameter of the module" if name in info.parameters else "constant"
        body.error(codes.BAD_FIELD, target, f"`{kind}.{name}` is a {what} and cannot be assigned")
        return
    body.error(
        codes.BAD_FIELD,
        target,
        f"`{kind}` has no field `{name}`",
        note="fields are declared by what `__init__` assigns, or in the class body",
        help=f"in `{kind.definition.name}.__init__`: self.{name} = …",
    )


def _set_field(
    body: Body,
    node: ast.stmt,
    receiver: tree.Expression,
    entry: tree.Field,
    entry_type: Type,
    made: tree.Expression,
    value: ast.AST,
) -> list[tree.Statement]:
    span = body.span(node)
    function = body.function
    own = (
        body.initializer
        and function is not None
        and isinstance(receiver, tree.LocalGet)
        and receiver.local is function.parameters[0]
    )
    if own:
        body.flow.assigned.add(entry)
    if entry.place and not poisoned(entry_type):
        return _init_place(body, node, receiver, entry, made, value, own)
    if not own:
        _check_assignable(body, node, entry)
        entry.final = False
    fitted = coerce(body, made, entry_type, value, f"`{entry.name}`")
    path = expressions.path_of(receiver)
    body.flow.forget_field(entry)
    if path is not None:
        body.flow.forget((*path, entry))
        _narrow_stored(body, (*path, entry), entry_type, made.type)
    if fitted.type is POISON:
        return []
    return [tree.SetField(receiver, entry, fitted, span)]


def _check_assignable(body: Body, node: ast.stmt, entry: tree.Field) -> None:
    for info in body.world.classes.values():
        if entry in info.definition.fields and info.frozen:
            body.error(
                codes.BAD_FIELD,
                node,
                f"`{info.definition.name}` is frozen: `{entry.name}` is set when it is made",
                help="make a new object with the new value",
            )


def _init_place(
    body: Body,
    node: ast.stmt,
    receiver: tree.Expression,
    entry: tree.Field,
    made: tree.Expression,
    value: ast.AST,
    own: bool,
) -> list[tree.Statement]:
    """A place is built where it stays, and nowhere else."""
    span = body.span(node)
    if not own:
        body.error(
            codes.PLACE_MADE_ELSEWHERE,
            node,
            f"the place `{entry.name}` is assigned outside of `__init__`",
            note="a lock or a registration is part of its object from its first to its last moment",
            help=f"make it in `__init__`: self.{entry.name} = …",
        )
        return []
    match made:
        case tree.New(arguments=arguments, type_arguments=type_arguments):
            return [tree.InitPlace(receiver, entry, arguments, span, type_arguments)]
        case tree.CZero():
            return [tree.InitPlace(receiver, entry, [], span)]
        case _ if made.type is POISON or isinstance(made, tree.NoneLiteral):
            return []
        case _:
            body.error(
                codes.PLACE_AS_VALUE,
                value,
                f"the place `{entry.name}` is not built here",
                note="a place cannot be handed on: it never moves",
                help=f"build it: self.{entry.name} = {describe(entry.type).partition('[')[0]}(…)",
            )
            return []


def check_init_complete(body: Body, at: ast.AST) -> None:
    """At an end of ``__init__``, reports the fields that have no value."""
    if not body.initializer or body.flow.dead or body.owner is None or not body.scope.author:
        return
    body.exits.append((body.span(at), frozenset(body.flow.assigned)))


# --- items --------------------------------------------------------------------------------------------------


def _item(body: Body, node: ast.stmt, target: ast.Subscript, value: ast.expr) -> list[tree.Statement]:
    made = expressions.expression(body, value, _item_type(body, target))
    container = expressions.expression(body, target.value)
    return store_item(body, node, target, container, made, value)


def _item_type(body: Body, target: ast.Subscript) -> Type | None:
    """The type of what an item or a slice is set to."""
    kind = calls.peek_type(body, target.value)
    if isinstance(kind, PointerType):
        return kind.target
    if not isinstance(kind, ClassType):
        return None
    name = "__setslice__" if isinstance(target.slice, ast.Slice) else "__setitem__"
    method = calls.find_method(body.world, kind, name)
    return calls.parameter_types(method, kind)[-1] if method is not None else None


def store_item(
    body: Body,
    node: ast.stmt,
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
    if not isinstance(call, tree.Call) or _still(made) or (_still(container) and all(map(_still, arguments))):
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


def _still(value: tree.Expression) -> bool:
    """Whether it gives the same whenever it is evaluated."""
    match value:
        case (
            tree.IntLiteral()
            | tree.BoolLiteral()
            | tree.NoneLiteral()
            | tree.StrLiteral()
            | tree.BytesLiteral()
        ):
            return True
        case tree.LocalGet():
            return True
        case tree.FieldGet(object=inner, field=field):
            return (field.final or field.place) and _still(inner)
        case tree.Narrow(value=inner, checked=False) | tree.Upcast(value=inner):
            return _still(inner)
        case tree.Fit(value=tree.IntLiteral()):
            return True
        case _:
            return False


def _unpack(body: Body, node: ast.stmt, targets: list[ast.expr], value: ast.expr) -> list[tree.Statement]:
    """``a, b = value``: the value is held, then taken apart from left to right."""
    return unpack_value(body, node, targets, expressions.expression(body, value), value)


def unpack_value(
    body: Body, node: ast.stmt, targets: list[ast.expr], made: tree.Expression, value: ast.AST
) -> list[tree.Statement]:
    """Takes a tuple apart that is evaluated already."""
    if made.type is POISON or any(isinstance(target, ast.Starred) for target in targets):
        for target in targets:
            target = target.value if isinstance(target, ast.Starred) else target
            if isinstance(target, ast.Name):
                statements.bind_local(body, target, target.id, POISON)
        return []
    if not isinstance(made.type, TupleType) or len(made.type.items) != len(targets):
        body.error(
            codes.TYPE_MISMATCH,
            value,
            f"`{describe(made.type)}` does not unpack into {len(targets)} targets",
            help="a tuple of as many items does",
        )
        for target in targets:
            if isinstance(target, ast.Name):
                statements.bind_local(body, target, target.id, POISON)
        return []
    own = isinstance(made, tree.LocalGet) and made.local not in body.locals.values()
    held = made.local if own and isinstance(made, tree.LocalGet) else body.temporary(made.type, made.span)
    result: list[tree.Statement] = [] if own else [tree.Assign(held, made, body.span(node))]
    for position, target in enumerate(targets):
        item = tree.TupleGet(
            tree.LocalGet(held, made.span, held.type), position, body.span(target), made.type.items[position]
        )
        result.extend(store_value(body, node, target, item))
    return result if own else [*result, tree.Delete(held, body.span(node))]


def store_value(body: Body, node: ast.stmt, target: ast.expr, item: tree.Expression) -> list[tree.Statement]:
    """Stores a value that is evaluated already into any target."""
    match target:
        case ast.Name(id=name):
            return store_local(body, node, target, name, item, target)
        case ast.Attribute():
            if _is_new(body, target):
                return _first_store(body, node, target, target, item)
            receiver = expressions.expression(body, target.value)
            return store_attribute(body, node, target, receiver, item, target)
        case ast.Subscript():
            container = expressions.expression(body, target.value)
            return store_item(body, node, target, container, item, target)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            return unpack_value(body, node, targets, item, target)
        case _:
            body.error(codes.UNSUPPORTED, target, "unpacking within unpacking is not in kernel Python")
            return []


# --- augmented ----------------------------------------------------------------------------------------------


def _augmented(body: Body, node: ast.AugAssign) -> list[tree.Statement]:
    match node.target:
        case ast.Name(id=name):
            current = expressions.name_value(
                body, ast.copy_location(ast.Name(name, ast.Load()), node.target), name
            )
            in_place = _in_place(body, node, current)
            if in_place is not None:
                return in_place
            value = operators.binary_value(body, node, current, node.op, node.value)
            if value.type is POISON:
                return []
            return store_local(body, node, node.target, name, value, node)
        case ast.Attribute(value=value, attr=name):
            return _augmented_attribute(body, node, node.target, value, name)
        case ast.Subscript(value=value, slice=index):
            return _augmented_item(body, node, node.target, value, index)


def _in_place(body: Body, node: ast.AugAssign, current: tree.Expression) -> list[tree.Statement] | None:
    """``a += b`` of an object that has ``__iadd__`` changes the object."""
    if type(node.op) not in operators.SYMBOLS or not isinstance(current.type, ClassType):
        return None
    method = f"__i{operators.SYMBOLS[type(node.op)][1]}__"
    found = calls.find_method(body.world, current.type, method)
    if found is None:
        return None
    wanted = calls.parameter_types(found, current.type)[0]
    value = expressions.expression(body, node.value, wanted)
    if value.type is POISON:
        return []
    call = calls.method_call(body, current, method, [value], body.span(node))
    body.flow.disturb()
    return [tree.Evaluate(call, body.span(node))] if isinstance(call, tree.Call) else []


def _hold(body: Body, value: tree.Expression, before: list[tree.Statement]) -> tree.Expression:
    """The value, held in a local unless it gives the same twice."""
    if _still(value) or is_place(value.type):
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
        return _attribute(body, node, target, node.value)  # reports it
    before: list[tree.Statement] = []
    receiver = _hold(body, expressions.expression(body, value), before)
    current = attributes.value_attribute(body, target, receiver, name)
    in_place = _in_place(body, node, current)
    if in_place is not None:
        return [*before, *in_place, *_release(before, body.span(node))]
    result = operators.binary_value(body, node, current, node.op, node.value)
    if result.type is POISON:
        return []
    stored = store_attribute(body, node, target, receiver, result, node)
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
        place = attributes_subscript(body, target, container)
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
    if not isinstance(kind, ClassType) or isinstance(index, ast.Slice):
        body.error(codes.BAD_OPERANDS, target, f"one cannot change an item of a `{describe(kind)}` in place")
        return []
    reader, arguments = attributes.selector(body, target, kind, index, "get")
    if not reader:
        return []
    arguments = [_hold(body, argument, before) for argument in arguments]
    current = calls.method_call(body, container, reader, arguments, body.span(target))
    in_place = _in_place(body, node, current)
    if in_place is not None:
        return [*before, *in_place, *_release(before, span)]
    result = operators.binary_value(body, node, current, node.op, node.value)
    if result.type is POISON:
        return []
    if calls.find_method(body.world, kind, "__setitem__") is None:
        body.error(codes.BAD_OPERANDS, target, f"one cannot set an item of a `{kind}`")
        return []
    call = calls.method_call(body, container, "__setitem__", [*arguments, result], span)
    body.flow.disturb()
    made: list[tree.Statement] = [tree.Evaluate(call, span)] if isinstance(call, tree.Call) else []
    return [*before, *made, *_release(before, span)]


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


__all__ = ["NONE", "assign", "check_init_complete", "delete", "store_local", "store_value"]
