"""Assignments to fields, and the fields that ``__init__`` declares by assigning them.

    self.kept = Mutex(bytearray())      in ``__init__``  ->  InitPlace

A field of C layout or a lock is a place: it is built where it stays, once.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import attributes, calls, expressions, method_calls
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import coerce
from kmi.language.bodies.fields import find_field
from kmi.language.bodies.once import is_still
from kmi.language.declarations import carriers, members, records, setters
from kmi.language.declarations.declare import is_place
from kmi.language.declarations.names import suggest
from kmi.language.declarations.scope import ClassInfo
from kmi.language.relations import POISON, describe, place_type, poisoned
from kmi.language.report.hints import lock_hint
from kmi.language.types import (
    ClassType,
    CStructType,
    NoneType,
    OptionalType,
    PointerType,
    Type,
    TypeObject,
    TypeVariable,
    UnionType,
)


def narrow_stored(body: Body, path: tuple[tree.Local | tree.Field, ...], place: Type, value: Type) -> None:
    """What is known of a place because of what was just stored there."""
    if poisoned(value):
        return
    if isinstance(place, OptionalType) and not isinstance(value, OptionalType | NoneType):
        inner = place.inner
        body.flow.narrow(path, value if isinstance(inner, UnionType) else inner)
    elif isinstance(place, UnionType) and isinstance(value, ClassType):
        body.flow.narrow(path, value)


def is_self(body: Body, name: str) -> bool:
    function = body.function
    return (
        body.initializer
        and function is not None
        and bool(function.parameters)
        and function.parameters[0].name == name
    )


def declare_field(
    body: Body, node: ast.AnnAssign, target: ast.Attribute, name: str, final: bool
) -> list[tree.Statement]:
    """``self.name: Type = value`` in ``__init__``."""
    assert body.owner is not None and body.function is not None
    if final and not isinstance(node.annotation, ast.Subscript):
        return attribute(body, node, target, node.value) if node.value is not None else []
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
    return attribute(body, node, target, node.value) if node.value is not None else []


def _new_field(body: Body, node: ast.Attribute, name: str, kind: Type) -> tree.Field:
    assert body.owner is not None
    made = tree.Field(name, kind, body.span(node), place=is_place(kind))
    made.final = name not in body.scope.stored
    body.owner.definition.fields.append(made)
    body.created.append(made)
    return made


def attribute(body: Body, node: ast.AST, target: ast.Attribute, value: ast.expr) -> list[tree.Statement]:
    home = expressions.entity_of(body, target.value)
    if isinstance(home, ClassInfo) and target.attr in home.methods:
        body.error(
            codes.PATCHED,
            node,
            f"`{ast.unparse(target)}` is replaced while the program runs",
            labels=[(home.methods[target.attr].function.span, "the method")],
            help=f"override it:\nclass Other({home.definition.name}):\n    def {target.attr}(self) -> …:",
        )
        return []
    if home is not None:
        body.error(
            codes.GLOBAL_STATE,
            node,
            f"`{ast.unparse(target)}` is state that all objects would share",
            help="keep it in a field of an object: `self.…`",
        )
        return []
    body.assigning = target.attr
    try:
        return _to_field(body, node, target, value)
    finally:
        body.assigning = ""


def _to_field(body: Body, node: ast.AST, target: ast.Attribute, value: ast.expr) -> list[tree.Statement]:
    new = _self_field(body, target)
    expected = new.type if new is not None else None
    if new is None and is_new(body, target):
        made = expressions.expression(body, value)
        return first_store(body, node, target, value, made)
    # Python evaluates the value before the object.
    if expected is None:
        expected = _peek(body, target)
    made = expressions.expression(body, value, expected)
    receiver = expressions.expression(body, target.value)
    if body.initializer:
        attributes.forget_self_use(body, receiver)
    return store_attribute(body, node, target, receiver, made, value)


def _self_field(body: Body, target: ast.Attribute) -> tree.Field | None:
    if body.owner is None or not isinstance(target.value, ast.Name) or target.value.id != "self":
        return None
    return next((f for f in body.owner.definition.all_fields() if f.name == target.attr), None)


def is_new(body: Body, target: ast.Attribute) -> bool:
    if not isinstance(target.value, ast.Name) or not is_self(body, target.value.id) or body.owner is None:
        return False
    if body.owner.definition.method(setters.setter_name(target.attr)) is not None:
        return False
    return not any(f.name == target.attr for f in body.owner.definition.all_fields())


def _peek(body: Body, target: ast.Attribute) -> Type | None:
    """The type of the field that an assignment goes to, for what the value should be."""
    receiver = method_calls.peek_type(body, target.value)
    found = find_field(body.world, receiver, target.attr) if isinstance(receiver, ClassType) else None
    return found[1] if found is not None else None


def first_store(
    body: Body, node: ast.AST, target: ast.Attribute, value: ast.expr, made: tree.Expression
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
    node: ast.AST,
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
    if isinstance(kind, TypeVariable) and isinstance(kind.bound, ClassType):
        receiver = tree.Upcast(receiver, receiver.span, kind.bound)
        kind = kind.bound
    if isinstance(kind, CStructType) or (
        isinstance(kind, PointerType) and isinstance(kind.target, CStructType)
    ):
        place = attributes.value_attribute(body, target, receiver, name)
        if place.type is POISON:
            return []
        fitted = coerce(body, made, place.type, value, f"`{name}`")
        return [tree.Store(place, fitted, body.span(node))] if fitted.type is not POISON else []
    if isinstance(kind, UnionType) and made.type is not POISON:
        from kmi.language.bodies.unions import store

        held = body.temporary(place_type(made.type), body.span(node))
        value_node = coerce(body, made, held.type, value)
        read = tree.LocalGet(held, body.span(node), held.type)
        return [
            tree.Assign(held, value_node, body.span(node)),
            *store(
                body,
                body.span(node),
                receiver,
                lambda one: store_attribute(body, node, target, one, read, value),
            ),
            tree.Delete(held, body.span(node)),
        ]
    if not isinstance(kind, ClassType):
        if attributes.value_attribute(body, target, receiver, name).type is not POISON:
            body.error(codes.BAD_FIELD, target, f"`{name}` of a `{describe(kind)}` cannot be assigned")
        return []
    setter = members.find_method(body.world, kind, setters.setter_name(name))
    if setter is not None:
        call = calls.method_call(body, receiver, setter.function.name, [made], body.span(node))
        body.flow.disturb()
        return [tree.Evaluate(call, body.span(node))] if isinstance(call, tree.Call) else []
    found = find_field(body.world, kind, name)
    if found is None:
        _no_field(body, node, target, kind)
        return []
    entry, entry_type = found
    return _set_field(body, node, receiver, entry, entry_type, made, value)


def _no_field(body: Body, node: ast.AST, target: ast.Attribute, kind: ClassType) -> None:
    name = target.attr
    method = members.find_method(body.world, kind, name)
    if method is not None:
        what = "property" if method.function.property else "method"
        body.error(
            codes.BAD_FIELD,
            target,
            f"`{kind}.{name}` is a {what} and cannot be assigned",
            help=f"give it a setter:\n@{name}.setter\ndef {name}(self, value: …) -> None:"
            if what == "property"
            else None,
        )
        return
    info = body.world.classes[kind.definition]
    if name in info.parameters or name in info.constants:
        what = "parameter of the module" if name in info.parameters else "constant"
        body.error(codes.BAD_FIELD, target, f"`{kind}.{name}` is a {what} and cannot be assigned")
        return
    value = ast.unparse(node.value) if isinstance(node, ast.Assign) else "…"
    guarded = lock_hint(kind, ast.unparse(target.value), f"{{}}.{name} = {value}", writes=True)
    if guarded is not None:
        body.error(codes.BAD_FIELD, target, f"`{kind}` has no field `{name}`", help=guarded)
        return
    known = [entry.name for definition in kind.definition.ancestors() for entry in definition.fields]
    body.error(
        codes.BAD_FIELD,
        target,
        f"`{kind}` has no field `{name}`",
        note="fields are declared by what `__init__` assigns, or in the class body",
        help=suggest(name, known) or f"in `{kind.definition.name}.__init__`: self.{name} = …",
    )


def _set_field(
    body: Body,
    node: ast.AST,
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
    if not own and body.scope.name != records.RUNTIME:  # which gives a new record its first values
        _check_assignable(body, node, entry)
        entry.final = False
    fitted = coerce(body, made, entry_type, value, f"`{entry.name}`")
    path = expressions.path_of(receiver)
    body.flow.forget_field(entry)
    if path is not None:
        body.flow.forget((*path, entry))
        narrow_stored(body, (*path, entry), entry_type, made.type)
    if fitted.type is POISON:
        return []
    if is_still(receiver) or is_still(fitted):
        return [tree.SetField(receiver, entry, fitted, span)]
    # Python evaluates the value before the object that it goes to.
    held = body.temporary(fitted.type, span)
    stored = tree.SetField(receiver, entry, tree.LocalGet(held, span, held.type), span)
    return [tree.Assign(held, fitted, span), stored, tree.Delete(held, span)]


def _check_assignable(body: Body, node: ast.AST, entry: tree.Field) -> None:
    for info in body.world.classes.values():
        if entry in info.definition.fields and carriers.is_carrier(info.definition):
            body.error(
                codes.BAD_EXCEPTION,
                node,
                f"`{info.definition.name}.{entry.name}` is assigned outside of `__init__`",
                note="what an exception holds does not change: it goes from thread to thread as a value",
                help="make a new exception",
            )
        if entry in info.definition.fields and info.frozen:
            body.error(
                codes.BAD_FIELD,
                node,
                f"`{info.definition.name}` is frozen: `{entry.name}` is set when it is made",
                help="make a new object with the new value",
            )


def _init_place(
    body: Body,
    node: ast.AST,
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
