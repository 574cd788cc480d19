"""Calls made linear.

    self.limit(3).count        limit_1 = call Semaphore.limit(self, 3); count = limit_1->count; drop limit_1

Arguments are borrowed: the caller holds each object for as long as the call takes, by a variable, a final
field of one, or a count taken for the purpose. A result is owned. Values of type None are neither passed
nor returned.
"""

from __future__ import annotations

from kmi.compiler import linear
from kmi.compiler.contents import stored
from kmi.compiler.instances import FunctionInstance, VirtualInstance, bases, bindings_of
from kmi.compiler.lower import integers, items, text
from kmi.compiler.lower.builder import Builder, Value, is_void
from kmi.compiler.lower.fused import fused
from kmi.language import tree
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import (
    BoolType,
    ClassType,
    ExceptionType,
    IntType,
    OptionalType,
    PointerType,
    Type,
    substitute,
)

Callee = FunctionInstance | VirtualInstance


def call(builder: Builder, node: tree.Call) -> Value:
    """A call of any function; its result."""
    node = fused(node)
    function = node.function
    if function.external is not None:
        return _c_call(builder, node)
    if (accessed := items.access(builder, node)) is not None:
        return accessed
    values = builder.operands(node.arguments)
    callee = _callee(builder, node, values)
    value = invoke(builder, callee, values, node.span)
    if (item := stored(node)) is not None and isinstance(builder.type(item.type), IntType):
        builder.put_in(builder.ranges.of(item))
    return value


def _callee(builder: Builder, node: tree.Call, values: list[Value]) -> Callee:
    function = node.function
    own = {name: builder.type(kind) for name, kind in node.type_arguments.items()}
    if function.owner is not None and function.static:
        function = _own(function, own.get("Self"), node.virtual)
    if function.owner is None or function.static:
        return builder.monomorphiser.function(function, {**builder.instance.bindings, **own})
    receiver = values[0].expression.type
    if isinstance(receiver, PointerType) and isinstance(receiver.target, ClassType):
        receiver = receiver.target
    if isinstance(receiver, OptionalType):
        receiver = receiver.inner
    if not isinstance(receiver, ClassType):
        raise InternalError(f"the method {function.qualified} is called on {receiver}", node.span)
    return method(builder, receiver, function, own, node.virtual, node.span)


def _own(function: tree.Function, kind: Type | None, late: bool) -> tree.Function:
    """The class method that a record's class has instead of the one of ``Struct``, or of any base."""
    if not isinstance(kind, ClassType) or not (kind.definition.struct or late):
        return function
    return kind.definition.method(function.name) or function


def method(
    builder: Builder,
    receiver: ClassType,
    function: tree.Function,
    own: dict[str, Type],
    virtual: bool,
    span: Span,
) -> Callee:
    """What a method call on an object of this declared class calls."""
    if virtual:
        return builder.monomorphiser.virtual(receiver, function, own)
    for base in bases(receiver):
        if base.definition is function.owner:
            return builder.monomorphiser.function(function, {**bindings_of(base), **own})
    raise InternalError(f"{function.qualified} is called on {receiver}, which has it not", span)


def invoke_method(
    builder: Builder,
    receiver: Value,
    kind: ClassType,
    function: tree.Function,
    arguments: list[Value],
    span: Span,
) -> Value:
    """A call of a method that no call node stands for: a protocol of the language."""
    callee = method(builder, kind, function, {}, True, span)
    return invoke(builder, callee, [receiver, *arguments], span)


def invoke(builder: Builder, callee: Callee, values: list[Value], span: Span, keep: bool = False) -> Value:
    """A call with these arguments, which are used up; ``keep`` leaves their temporaries alive."""
    declared = callee if isinstance(callee, FunctionInstance) else callee.declared
    parameters = declared.function.parameters
    if len(parameters) != len(values):
        raise InternalError(
            f"{declared.function.qualified} has {len(parameters)} parameters, not {len(values)}",
            span,
        )
    arguments: list[linear.Expression] = []
    for position, parameter in enumerate(parameters):
        kind = declared.type(parameter.type)
        values[position] = builder.secure(values[position], span, parameter.name)
        if not is_void(kind):
            arguments.append(fitting(values[position].expression, kind))
    result = callee.result
    target = None
    if not is_void(result):
        target = builder.temporary(
            result, declared.function.name.strip("_") or "result", linear.holds_count(result)
        )
    builder.emit(linear.CallFunction(target, callee, arguments, span))
    if not keep:
        builder.settle(values, span)
    if target is None:
        return Value(linear.Nothing(result))
    return Value(linear.Var(target, result), target if target.owned else None)


def fitting(expression: linear.Expression, kind: Type) -> linear.Expression:
    """A value as the parameter or variable of this type wants it: pointers to bases are converted."""
    if expression.type == kind:
        return expression
    if isinstance(kind, IntType) and isinstance(expression.type, IntType | BoolType):
        return integers.convert(expression, kind)
    if isinstance(kind, ExceptionType):
        return expression
    if is_void(expression.type) and not is_void(kind):
        return linear.Null(kind)
    return linear.Convert(expression, kind)


def _c_call(builder: Builder, node: tree.Call) -> Value:
    function, span = node.function, node.span
    external = function.external
    assert external is not None
    own = {name: builder.type(kind) for name, kind in node.type_arguments.items()}
    bindings = {**builder.instance.bindings, **own}
    used: list[Value] = []
    arguments: list[linear.Expression | str] = []
    values = iter(builder.operands([a for a in node.arguments if not _is_format(external, a)]))
    for position, argument in enumerate(node.arguments):
        if _is_format(external, argument):
            pieces, held = text.pieces(builder, argument)
            made = text.for_printf(builder, pieces, argument)
            for old, new in zip(pieces, made, strict=True):
                if new is not old and isinstance(new.value, linear.Var):
                    held.append(Value(new.value, new.value.variable))
            pieces = made
            used += held
            arguments.extend(text.printf(pieces))
            continue
        value = builder.secure(next(values), span)
        used.append(value)
        expression = value.expression
        if external.format and _is_text(expression.type):
            arguments.extend(text.printf([linear.Piece("str", expression)]))
        elif isinstance(expression.type, ExceptionType):
            arguments.append(linear.Address(expression, PointerType(None, "const")))
        elif position < len(function.parameters):
            arguments.append(_c_fitting(expression, substitute(function.parameters[position].type, bindings)))
        else:
            arguments.append(expression)
    result = substitute(function.result, bindings)
    target = None
    if not is_void(result):
        target = builder.temporary(result, function.name.strip("_"), linear.holds_count(result))
    raises = function.effects.raises if function.effects is not None else None
    builder.emit(linear.CallC(target, external, arguments, span, raises or ()))
    builder.settle(used, span)
    if target is None:
        return Value(linear.Nothing(result))
    return Value(linear.Var(target, result), target if target.owned else None)


def _is_format(external: tree.CFunction, argument: tree.Expression) -> bool:
    return external.format and isinstance(argument, tree.Format | tree.StrLiteral)


def _c_fitting(expression: linear.Expression, kind: Type) -> linear.Expression:
    """C converts integers and ``void *`` by itself."""
    match kind:
        case IntType() if isinstance(expression.type, IntType):
            return (
                expression if isinstance(expression, linear.Const | linear.Raw) else fitting(expression, kind)
            )
        case PointerType() if isinstance(expression.type, PointerType):
            return expression
        case _:
            return expression if is_void(kind) else fitting(expression, kind)


def _is_text(kind: Type) -> bool:
    return isinstance(kind, ClassType) and kind.definition.name == "str"
