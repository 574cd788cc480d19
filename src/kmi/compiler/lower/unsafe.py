"""The forms of unsafe code made linear: pointers, C structs, raw references.

self.misc.fops = address_of(self.fops)      store self->misc.fops, &self->fops
old = take(self._items, at)                 old takes over the count in self->_items[at]
"""

from __future__ import annotations

from kmi.compiler import linear
from kmi.compiler.instances import bases, bindings_of
from kmi.compiler.intervals import I64
from kmi.compiler.lower import calls, integers, text
from kmi.compiler.lower.builder import Builder, Value, is_void
from kmi.compiler.names import identifier
from kmi.language import tree
from kmi.language.report.diagnostics import InternalError
from kmi.language.types import BoolType, ClassType, CStructType, IntType, PointerType, Type, TypeVariable


def form(builder: Builder, node: tree.Expression) -> Value:
    """The value of an expression that only unsafe code has."""
    match node:
        case tree.AddressOf(place=place):
            value = lvalue(builder, place)
            kind = builder.type(node.type)
            if isinstance(value.expression, linear.PlaceOf):
                return Value(calls.fitting(value.expression, kind), value.owned)
            return Value(linear.Address(value.expression, kind), value.owned)
        case tree.CMember():
            value = lvalue(builder, node)
            return builder.fetch([value], value.expression, node.span, node.member.name)
        case tree.PointerGet():
            return lvalue(builder, node)
        case tree.PointerAdd(pointer=pointer, count=count):
            first, second = builder.operands([pointer, count], lambda each: _operand(builder, each))
            return Value(linear.Operation("+", first.expression, second.expression, builder.type(node.type)))
        case tree.PointerTake(pointer=pointer, index=index):
            first, second = builder.operands([pointer, index], lambda each: _operand(builder, each))
            kind = builder.type(node.type)
            slot = linear.Index(first.expression, second.expression, kind)
            return adopt(builder, slot, kind, "taken", node)
        case tree.Cast():
            return _cast(builder, node)
        case tree.IntoRaw(value=operand):
            value = builder.expression(operand)
            if not linear.holds_count(value.expression.type):
                return Value(linear.Convert(value.expression, builder.type(node.type)))
            variable = builder.owned_variable(value, value.expression.type, node.span)
            raw = builder.temporary(builder.type(node.type), "raw")
            builder.emit(
                linear.Set(raw, linear.Convert(linear.Var(variable, variable.type), raw.type), node.span)
            )
            builder.emit(linear.Give(variable, node.span))
            return Value(linear.Var(raw, raw.type))
        case tree.FromRaw(value=operand):
            kind = builder.type(node.type)
            value = builder.expression(operand)
            if is_void(kind):
                return Value(linear.Nothing(kind))
            return adopt(builder, linear.Convert(value.expression, kind), kind, "object", node)
        case tree.Allocate(extra=extra):
            kind = builder.type(node.type)
            if not isinstance(kind, ClassType):
                raise InternalError(f"an object of {kind} is allocated", node.span)
            builder.monomorphiser.made(kind)
            size = integers.integer(builder, extra).expression
            target = builder.temporary(kind, kind.definition.name.lower(), owned=True)
            builder.emit(linear.New(target, kind, size, node.span))
            return Value(linear.Var(target, kind), target)
        case tree.TailOf(value=operand):
            value = builder.expression(operand)
            owner = value.expression.type
            record = isinstance(owner, ClassType) and owner.definition.struct
            helper = linear.Helper(
                "KMI_RECORD" if record else "KMI_TAIL", [value.expression], builder.type(node.type)
            )
            return Value(helper, value.owned)
        case tree.SizeOf(kind=kind):
            bound = builder.type(kind)
            element = isinstance(kind, TypeVariable) and kind.bound is None
            if (
                isinstance(bound, ClassType)
                and (bound.definition.struct or bound.definition.place)
                and not element
            ):
                if bound.definition.packed is not None:
                    return Value(linear.Const(bound.definition.packed, I64))
                builder.monomorphiser.cls(bound)
                return Value(linear.SizeOf(bound, builder.type(node.type)))
            shape: Type = PointerType(None) if isinstance(bound, ClassType) else bound
            if is_void(shape):
                return Value(linear.Const(1, I64))
            builder.monomorphiser.mention(shape)
            return Value(linear.SizeOf(shape, builder.type(node.type)))
        case tree.ContainerOf(pointer=pointer, field=field):
            value = builder.expression(pointer)
            kind = builder.type(node.type)
            if not isinstance(kind, ClassType):
                raise InternalError(f"container_of gives {kind}", node.span)
            builder.monomorphiser.cls(kind)
            return Value(linear.Container(value.expression, identifier(field.name), kind))
        case tree.FunctionGet():
            return _function(builder, node)
        case tree.CGlobal(name=name):
            return Value(linear.Raw(name, builder.type(node.type)))
        case tree.CZero():
            return Value(linear.Zero(builder.type(node.type)))
        case tree.CString(value=literal):
            return Value(linear.Raw(text.c_string(literal), builder.type(node.type)))
        case _:
            raise InternalError(
                f"the compiler does not know the unsafe form {type(node).__name__}", node.span
            )


def adopt(
    builder: Builder, expression: linear.Expression, kind: Type, hint: str, node: tree.Expression
) -> Value:
    """The value in a temporary that owns its count, if it has one."""
    if is_void(kind):
        return Value(linear.Nothing(kind))
    if not linear.holds_count(kind):
        return builder.keep(Value(expression), node.span, hint)
    target = builder.temporary(kind, hint, owned=True)
    builder.emit(linear.Adopt(target, expression, node.span))
    return Value(linear.Var(target, kind), target)


def _operand(builder: Builder, node: tree.Expression) -> Value:
    return (
        integers.integer(builder, node)
        if isinstance(builder.type(node.type), IntType)
        else builder.expression(node)
    )


def lvalue(builder: Builder, node: tree.Expression) -> Value:
    """A place in memory, as C can take the address of it or store to it."""
    match node:
        case tree.CMember(object=inner, member=member):
            base = lvalue(builder, inner)
            kind = base.expression.type
            pointer = isinstance(kind, PointerType) or isinstance(base.expression, linear.PlaceOf)
            return Value(
                linear.Member(base.expression, member.c_name, builder.type(node.type), pointer), base.owned
            )
        case tree.PointerGet(pointer=pointer, index=index):
            first, second = builder.operands([pointer, index], lambda each: _operand(builder, each))
            kind = builder.type(node.type)
            if is_void(kind):
                return Value(linear.Nothing(kind))
            return Value(linear.Index(first.expression, second.expression, kind))
        case _:
            return builder.expression(node)


def store(builder: Builder, node: tree.Store) -> None:
    """A value goes to raw memory, which owns it from then on."""
    value, target = builder.operands(
        [node.value, node.target],
        lambda each: lvalue(builder, each) if each is node.target else _operand(builder, each),
    )
    kind = target.expression.type
    if is_void(kind):
        builder.settle([value, target], node.span)
        return
    if linear.holds_count(kind):
        variable = builder.owned_variable(
            Value(calls.fitting(value.expression, kind), value.owned), kind, node.span
        )
        builder.emit(linear.Store(target.expression, linear.Var(variable, kind), node.span))
        builder.emit(linear.Give(variable, node.span))
    else:
        stored = value.expression
        if isinstance(kind, IntType | BoolType):
            stored = calls.fitting(stored, kind)
        elif isinstance(kind, PointerType) and is_void(stored.type):
            stored = linear.Null(kind)
        elif isinstance(kind, PointerType) and not isinstance(stored.type, PointerType):
            stored = calls.fitting(stored, kind)
        builder.emit(linear.Store(target.expression, stored, node.span))
        builder.settle([value], node.span)
    builder.settle([target], node.span)


def _cast(builder: Builder, node: tree.Cast) -> Value:
    kind = builder.type(node.type)
    if isinstance(kind, IntType) and isinstance(builder.type(node.value.type), IntType):
        return Value(integers.convert(integers.modular(builder, node.value, kind.bits), kind))
    value = builder.expression(node.value)
    if is_void(value.expression.type):
        return Value(linear.Null(kind))
    if is_void(kind):
        return Value(linear.Nothing(kind), value.owned)
    if isinstance(kind, CStructType):
        raise InternalError(f"a cast to {kind}", node.span)
    if (
        isinstance(value.expression, linear.Const)
        and value.expression.value == 0
        and not isinstance(kind, IntType)
    ):
        return Value(linear.Null(kind))
    return Value(linear.Convert(value.expression, kind), value.owned)


def _function(builder: Builder, node: tree.FunctionGet) -> Value:
    function = node.function
    if node.where is not None and not _overridden(*node.where):
        return builder.expression(tree.Cast(tree.NoneLiteral(node.span), node.span, node.type))
    bindings = dict(builder.instance.bindings)
    if node.receiver is not None:
        receiver = builder.type(node.receiver)
        if isinstance(receiver, ClassType):
            for base in bases(receiver):
                if base.definition is function.owner:
                    bindings.update(bindings_of(base))
    return Value(
        linear.FunctionAddress(builder.monomorphiser.function(function, bindings), builder.type(node.type))
    )


def _overridden(definition: tree.Class, method: str) -> bool:
    """Whether a class below this one has the method anew. Whole program: nothing else derives from it."""
    return any(method in below.methods or _overridden(below, method) for below in definition.subclasses)
