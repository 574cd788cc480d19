"""Objects made linear: fields, construction, places, tuples, list and dict displays.

self.kept = Mutex(bytearray())       bytearray_1 = new bytearray; call bytearray.__init__(bytearray_1)
                                     call Mutex.__init__(&self->kept, bytearray_1); self->kept_made = true
"""

from __future__ import annotations

from kmi.compiler import linear
from kmi.compiler.instances import bases, bindings_of
from kmi.compiler.lower import calls
from kmi.compiler.lower.builder import Builder, Value, is_void
from kmi.compiler.names import identifier
from kmi.language import tree
from kmi.language.report.diagnostics import InternalError
from kmi.language.types import (
    BOOL,
    ClassType,
    CStructType,
    IntType,
    OptionalType,
    PointerType,
    TupleType,
    Type,
    substitute,
)


def field(builder: Builder, node: tree.FieldGet) -> Value:
    """``object.field``; of a place, the pointer to it."""
    value = builder.expression(node.object)
    name = c_path(value.expression.type, node.field, node)
    kind = _field_type(builder, value.expression.type, node)
    if isinstance(kind, CStructType):
        return Value(linear.PlaceOf(value.expression, name, PointerType(kind)), value.owned)
    if is_place(node.field, kind):
        return Value(linear.PlaceOf(value.expression, name, kind), value.owned)
    if is_void(kind):
        builder.settle([value], node.span)
        return Value(linear.Nothing(kind))
    return builder.fetch(
        [value], linear.Load(value.expression, name, kind, node.field.final), node.span, node.field.name
    )


def is_place(field: tree.Field, kind: Type) -> bool:
    """Whether the field is embedded."""
    return isinstance(kind, CStructType) or (
        isinstance(kind, ClassType) and (field.place or kind.definition.place)
    )


def owner_of(kind: Type) -> ClassType:
    """The class behind a reference, or behind a pointer to one."""
    match kind:
        case ClassType():
            return kind
        case PointerType(target=ClassType() as target):
            return target
        case OptionalType(inner=inner):
            return owner_of(inner)
        case _:
            raise InternalError(f"{kind} has no fields")


def _field_type(builder: Builder, owner: Type, node: tree.FieldGet) -> Type:
    """The field's own type: what the node says may be narrower."""
    for base in bases(owner_of(owner)):
        if node.field in base.definition.fields:
            return substitute(node.field.type, bindings_of(base))
    return builder.type(node.type)


def c_path(owner: Type, field: tree.Field, node: tree.Node) -> str:
    """The C path of a field inside its object: a Struct's fields stand in a record of their own."""
    name = identifier(field.name)
    return f"record.{name}" if owner_of(owner).definition.struct else name


def new(builder: Builder, node: tree.New) -> Value:
    """A new object: its arguments are evaluated first, as in CPython."""
    kind = builder.type(node.type)
    if not isinstance(kind, ClassType):
        raise InternalError(f"an object of {kind} is made", node.span)
    values = builder.operands(node.arguments)
    return construct(builder, kind, values, node)


def construct(builder: Builder, kind: ClassType, values: list[Value], node: tree.Node) -> Value:
    """Memory and ``__init__``."""
    span = node.span
    builder.monomorphiser.made(kind)
    values = [builder.secure(value, span) for value in values]
    target = builder.temporary(kind, kind.definition.name.lower(), owned=True)
    builder.emit(linear.New(target, kind, None, span))
    made = Value(linear.Var(target, kind))
    initialise(builder, kind, made, values, "", node)
    return Value(linear.Var(target, kind), target)


def initialise(
    builder: Builder, kind: ClassType, made: Value, values: list[Value], place: str, node: tree.Node
) -> None:
    """The call of ``__init__``, if the class has one."""
    for base in bases(kind):
        function = base.definition.methods.get("__init__")
        if function is not None:
            own = node.type_arguments if isinstance(node, tree.New | tree.InitPlace) else {}
            bindings = {**bindings_of(base), **{name: builder.type(kind) for name, kind in own.items()}}
            callee = builder.monomorphiser.function(function, bindings, place)
            calls.invoke(builder, callee, [made, *values], node.span)
            return
    if values:
        raise InternalError(f"{kind} has no __init__ and gets arguments", node.span)


def init_place(builder: Builder, node: tree.InitPlace) -> None:
    """``self.f = Mutex(...)``: the place is built where it stays."""
    values = builder.operands([node.object, *node.arguments])
    owner = values[0].expression.type
    kind = _field_type(builder, owner, tree.FieldGet(node.object, node.field, node.span, node.field.type))
    if isinstance(kind, CStructType):
        builder.settle(values, node.span)
        return
    if not isinstance(kind, ClassType):
        raise InternalError(f"a place of type {kind} is made", node.span)
    builder.monomorphiser.made(kind)
    path = c_path(owner, node.field, node)
    place = Value(linear.PlaceOf(values[0].expression, path, kind))
    site = f"{owner_of(owner).definition.name}.{node.field.name}"
    initialise(builder, kind, place, values[1:], site, node)
    if ends(kind):
        made = linear.Load(values[0].expression, f"{path}_made", BOOL)
        builder.emit(linear.Store(made, linear.BoolConst(True), node.span))
    builder.settle(values[:1], node.span)


def ends(kind: ClassType) -> bool:
    """Whether a place has a ``__del__``: then its owner notes that it was made."""
    return kind.definition.method("__del__") is not None


def set_field(builder: Builder, node: tree.SetField) -> None:
    """``object.field = value``: the value is evaluated first, as in CPython."""
    value, target = builder.operands([node.value, node.object])
    owner = target.expression.type
    kind = _field_type(builder, owner, tree.FieldGet(node.object, node.field, node.span, node.field.type))
    if is_void(kind):
        builder.settle([value, target], node.span)
        return
    path = linear.Load(target.expression, c_path(owner, node.field, node), kind)
    if linear.holds_count(kind):
        source = builder.owned_variable(
            Value(calls.fitting(value.expression, kind), value.owned), kind, node.span
        )
        builder.emit(linear.SetReference(path, source, node.span))
    else:
        builder.emit(linear.Store(path, calls.fitting(value.expression, kind), node.span))
        builder.settle([value], node.span)
    builder.settle([target], node.span)


def tuple_new(builder: Builder, node: tree.TupleNew) -> Value:
    """A tuple takes over the counts of its items."""
    kind = builder.type(node.type)
    if not isinstance(kind, TupleType):
        raise InternalError(f"a tuple of type {kind}", node.span)
    values = builder.operands(node.items)
    values = [
        Value(calls.fitting(value.expression, item), value.owned)
        for value, item in zip(values, kind.items, strict=True)
    ]
    if not linear.holds_count(kind):
        return Value(linear.Tuple([value.expression for value in values], kind))
    values = [builder.own(value, node.span) for value in values]
    target = builder.temporary(kind, "pair", owned=True)
    builder.emit(linear.Adopt(target, linear.Tuple([value.expression for value in values], kind), node.span))
    for value in values:
        if value.owned is not None:
            builder.emit(linear.Give(value.owned, node.span))
    return Value(linear.Var(target, kind), target)


def list_new(builder: Builder, node: tree.ListNew) -> Value:
    """``[a, b]``: the items are evaluated, then the list is made and filled."""
    kind = builder.type(node.type)
    if not isinstance(kind, ClassType):
        raise InternalError(f"a list of type {kind}", node.span)
    values = builder.operands(node.items)
    made = construct(builder, kind, [], node)
    append = kind.definition.methods["append"]
    for value, item in zip(values, node.items, strict=True):
        receiver = Value(made.expression)
        calls.invoke_method(builder, receiver, kind, append, [value], node.span)
        if isinstance(builder.type(item.type), IntType):
            builder.put_in(builder.ranges.of(item))
    return made


def dict_new(builder: Builder, node: tree.DictNew) -> Value:
    """``{k: v}``: all are evaluated in order, then stored in order."""
    kind = builder.type(node.type)
    if not isinstance(kind, ClassType):
        raise InternalError(f"a dict of type {kind}", node.span)
    values = builder.operands([each for item in node.items for each in item])
    made = construct(builder, kind, [], node)
    store = kind.definition.methods["__setitem__"]
    for position in range(0, len(values), 2):
        receiver = Value(made.expression)
        calls.invoke_method(builder, receiver, kind, store, values[position : position + 2], node.span)
    return made
