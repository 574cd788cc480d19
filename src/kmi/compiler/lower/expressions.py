"""Expressions made linear, but for calls, integers and unsafe forms, which have files of their own.

a.b.c                 a->b->c
x if f() else y       if (f_1) kept = x; else kept = y
a and g()             flag = a; if (flag) flag = g_1
"""

from __future__ import annotations

from kmi.compiler import intervals, linear
from kmi.compiler.intervals import I64
from kmi.compiler.lower import calls, comparing, integers, objects, text, unsafe
from kmi.compiler.lower.builder import Builder, Value, is_simple, is_void
from kmi.language import tree
from kmi.language.relations import below_view
from kmi.language.report.diagnostics import InternalError
from kmi.language.types import (
    BOOL,
    BoolType,
    ClassType,
    CStructType,
    ExceptionType,
    IntType,
    OptionalType,
    PointerType,
    Type,
    UnionType,
    is_reference,
)


def expression(builder: Builder, node: tree.Expression) -> Value:
    """The value of any expression."""
    match node:
        case tree.IntLiteral() | tree.Binary() | tree.Unary() | tree.Fit() | tree.TableGet():
            return integers.integer(builder, node)
        case tree.BoolLiteral(value=flag):
            return Value(linear.BoolConst(flag))
        case tree.NoneLiteral():
            return Value(linear.Nothing())
        case tree.StrLiteral(value=literal) | tree.BytesLiteral(value=literal):
            builder.monomorphiser.literal(literal, node.type)
            return Value(linear.Literal(literal, node.type))
        case tree.LocalGet():
            return local(builder, node)
        case tree.FieldGet():
            return objects.field(builder, node)
        case tree.ConstantGet(constant=constant):
            return builder.expression(constant.value)
        case tree.Compare(operator=operator, left=left, right=right):
            one, other = integers.pair(builder, left, right)
            ranges = builder.ranges
            return Value(integers.compare(operator, one, other, ranges.of(left), ranges.of(right)))
        case tree.Identity(left=left, right=right):
            values = builder.operands([left, right])
            pointer = PointerType(None, "const")
            one, other = (linear.Convert(v.expression, pointer) for v in values)
            return builder.fetch(values, linear.Comparison("==", one, other), node.span, "same")
        case tree.IsNone(value=operand):
            value = builder.expression(operand)
            return builder.fetch([value], is_none(value.expression, node), node.span, "absent")
        case tree.IsInstance():
            return _is_instance(builder, node)
        case tree.Truth(value=operand):
            return _truth(builder, operand, node)
        case tree.Not(operand=operand):
            return Value(linear.Negation("!", condition(builder, operand), BOOL))
        case tree.Logical():
            return _logical(builder, node)
        case tree.Conditional():
            return _conditional(builder, node)
        case tree.Let():
            return _let(builder, node)
        case tree.Do():
            return _do(builder, node)
        case tree.Call():
            return calls.call(builder, node)
        case tree.New():
            return objects.new(builder, node)
        case tree.ExceptionNew():
            return text.exception(builder, node)
        case tree.ExceptionObject(value=operand):
            value = builder.secure(builder.expression(operand), node.span)
            kind = builder.type(node.type)
            if not isinstance(kind, ClassType):
                raise InternalError(f"an exception carries a {kind}", node.span)
            carried = linear.Part(value.expression, "object", UnionType((kind,)))
            return builder.fetch([value], linear.Convert(carried, kind), node.span, "carried")
        case tree.ExceptionErrno(value=operand, part=part_name):
            value = builder.expression(operand)
            return Value(linear.Part(value.expression, part_name, builder.type(node.type)))
        case tree.Upcast(value=operand):
            return upcast(builder, builder.expression(operand), builder.type(node.type), node)
        case tree.Narrow(value=operand, checked=checked):
            return _narrow(builder, builder.expression(operand), builder.type(node.type), checked, node)
        case tree.TupleNew():
            return objects.tuple_new(builder, node)
        case tree.TupleGet(value=operand, index=index):
            value = builder.expression(operand)
            part = linear.Part(value.expression, f"item{index}", builder.type(node.type))
            return builder.fetch([value], part, node.span, "item")
        case tree.ListNew():
            return objects.list_new(builder, node)
        case tree.DictNew():
            return objects.dict_new(builder, node)
        case tree.Generic():
            return comparing.generic(builder, node)
        case tree.Format():
            return text.build(builder, node)
        case tree.TypeGet():
            return Value(linear.Nothing(builder.type(node.type)))
        case (
            tree.AddressOf() | tree.CMember() | tree.PointerGet() | tree.PointerAdd() | tree.PointerTake()
            | tree.Cast()
            | tree.IntoRaw() | tree.FromRaw() | tree.Allocate() | tree.TailOf() | tree.SizeOf()
            | tree.ContainerOf()
            | tree.FunctionGet() | tree.CGlobal() | tree.CZero() | tree.CString()
        ):  # fmt: skip
            return unsafe.form(builder, node)
        case _:
            raise InternalError(f"the compiler does not know the expression {type(node).__name__}", node.span)


def local(builder: Builder, node: tree.LocalGet) -> Value:
    """A local or parameter, as it is now."""
    variable = builder.variables.get(id(node.local))
    if variable is None:
        if is_void(builder.type(node.local.type)):
            return Value(linear.Nothing(builder.type(node.type)))
        raise InternalError(f"the local `{node.local.name}` is not in its function's list", node.span)
    return Value(linear.Var(variable, variable.type))


def condition(builder: Builder, node: tree.Expression) -> linear.Expression:
    """A bool, as a C condition."""
    value = builder.expression(node)
    if not isinstance(value.expression.type, BoolType):
        raise InternalError(f"a condition is of type {value.expression.type}, not bool", node.span)
    return value.expression


def is_none(value: linear.Expression, node: tree.Expression) -> linear.Expression:
    """Whether an optional, or a pointer, is None."""
    match value.type:
        case OptionalType(inner=inner) if not is_reference(inner) and not isinstance(inner, PointerType):
            return linear.Negation("!", linear.Part(value, "some", BOOL), BOOL)
        case OptionalType() | PointerType() | ClassType() | UnionType():
            return linear.Negation("!", value, BOOL)
        case kind if is_void(kind):
            return linear.BoolConst(True)
        case kind:
            raise InternalError(f"{kind} is compared with None", node.span)


def _is_instance(builder: Builder, node: tree.IsInstance) -> Value:
    value = builder.expression(node.value)
    match value.expression.type:
        case ExceptionType():
            test: linear.Expression = linear.IsClass(value.expression, ClassType(node.definition))
        case OptionalType(inner=ExceptionType() as exception):
            there = linear.Part(value.expression, "some", BOOL)
            raised = linear.Part(value.expression, "value", exception)
            test = linear.Comparison("&&", there, linear.IsClass(raised, ClassType(node.definition)))
        case of:
            inner = of.inner if isinstance(of, OptionalType) else of
            kind = ClassType(node.definition) if not node.definition.type_parameters else None
            for one in inner.members if isinstance(inner, UnionType) else [inner]:
                if isinstance(one, ClassType) and kind is None:
                    kind = one if one.definition is node.definition else below_view(one, node.definition)
            if kind is None:
                raise InternalError(f"which {node.definition.name} is meant cannot be seen", node.span)
            builder.monomorphiser.cls(kind)
            value = builder.keep(value, node.span) if not is_simple(value.expression) else value
            test = linear.IsClass(value.expression, kind)
    return builder.fetch([value], test, node.span, "is")


def _truth(builder: Builder, operand: tree.Expression, node: tree.Truth) -> Value:
    value = builder.expression(operand)
    return builder.fetch([value], truth(builder, value, node), node.span, "truth")


def truth(builder: Builder, value: Value, node: tree.Truth) -> linear.Expression:
    """Python's truth of a value; a reference's ``__bool__`` or ``__len__`` is called."""
    expression = value.expression
    match expression.type:
        case BoolType():
            return expression
        case IntType():
            return linear.Comparison("!=", expression, linear.Const(0, expression.type))
        case PointerType():
            return linear.Comparison("!=", expression, linear.Null(expression.type))
        case OptionalType(inner=inner):
            there = linear.Negation("!", is_none(expression, node), BOOL)
            if isinstance(inner, ClassType) and not _has_truth(inner):
                return there
            flag = builder.temporary(BOOL, "truth")
            builder.emit(linear.Set(flag, linear.BoolConst(False), node.span))
            with builder.into([]) as statements:
                some = unwrapped(expression, inner)
                result = truth(builder, Value(some), node)
                builder.emit(linear.Set(flag, result, node.span))
            builder.emit(linear.If(there, statements, [], node.span))
            return linear.Var(flag, BOOL)
        case ClassType() as kind:
            return _object_truth(builder, value, kind, node)
        case kind if is_void(kind):
            return linear.BoolConst(False)
        case kind:
            raise InternalError(f"the truth of {kind} is unknown", node.span)


def _has_truth(kind: ClassType) -> bool:
    return any(kind.definition.method(name) is not None for name in ("__bool__", "__len__")) or any(
        _has_truth(ClassType(each)) for each in kind.definition.subclasses if not each.type_parameters
    )


def _object_truth(builder: Builder, value: Value, kind: ClassType, node: tree.Truth) -> linear.Expression:
    for name in ("__bool__", "__len__"):
        method = kind.definition.method(name)
        if method is not None:
            result = calls.invoke_method(builder, value, kind, method, [], node.span)
            if isinstance(result.expression.type, BoolType):
                return result.expression
            return linear.Comparison("!=", result.expression, linear.Const(0, I64))
    return linear.BoolConst(True)


def _logical(builder: Builder, node: tree.Logical) -> Value:
    kind = builder.type(node.type)
    left = builder.expression(node.left)
    with builder.into([]) as statements:
        right = builder.expression(node.right)
        if isinstance(kind, BoolType) and not statements:
            pass
        else:
            target = builder.temporary(
                kind, "either" if node.operator == "or" else "both", linear.holds_count(kind)
            )
            _assign(builder, target, right, node)
    if isinstance(kind, BoolType) and not statements:
        operator = "&&" if node.operator == "and" else "||"
        return Value(linear.Comparison(operator, left.expression, right.expression))
    result = linear.Var(target, kind)
    if isinstance(kind, BoolType):
        builder.emit(linear.Set(target, left.expression, node.span))
        test: linear.Expression = result
        if node.operator == "or":
            test = linear.Negation("!", test, BOOL)
        builder.emit(linear.If(test, statements, [], node.span))
        return Value(result)
    left = builder.keep(left, node.span)
    test = truth(builder, Value(left.expression), tree.Truth(node.left, node.span))  # the value is used again
    if not is_simple(test):
        flag = builder.temporary(BOOL, "truth")
        builder.emit(linear.Set(flag, test, node.span))
        test = linear.Var(flag, BOOL)
    with builder.into([]) as keep_left:
        _assign(builder, target, left, node)
    if left.owned is not None:
        statements.insert(0, linear.Drop(left.owned, node.span))
    then, otherwise = (statements, keep_left) if node.operator == "and" else (keep_left, statements)
    builder.emit(linear.If(test, then, otherwise, node.span))
    return Value(result, target if target.owned else None)


def _assign(builder: Builder, target: linear.Variable, value: Value, node: tree.Expression) -> None:
    """A temporary that holds nothing yet becomes the value."""
    if target.owned:
        source = builder.owned_variable(value, target.type, node.span)
        builder.emit(linear.Move(target, source, node.span))
    elif not is_void(target.type):
        builder.emit(linear.Set(target, value.expression, node.span))
        builder.settle([value], node.span)


def _conditional(builder: Builder, node: tree.Conditional) -> Value:
    kind = builder.type(node.type)
    test = condition(builder, node.condition)
    with builder.into([]) as then_statements:
        then = _branch(builder, node.then, kind)
    with builder.into([]) as other_statements:
        otherwise = _branch(builder, node.otherwise, kind)
    if isinstance(kind, IntType):
        kind = intervals.computing(builder.ranges.of(node.then), builder.ranges.of(node.otherwise))
        then = Value(integers.convert(then.expression, kind))
        otherwise = Value(integers.convert(otherwise.expression, kind))
    counted = linear.holds_count(kind)
    if not then_statements and not other_statements and not counted and not is_void(kind):
        return Value(linear.Select(test, then.expression, otherwise.expression, kind))
    if is_void(kind):
        builder.emit(linear.If(test, then_statements, other_statements, node.span))
        return Value(linear.Nothing(kind))
    target = builder.temporary(kind, "chosen", counted)
    with builder.into(then_statements):
        _assign(builder, target, then, node)
    with builder.into(other_statements):
        _assign(builder, target, otherwise, node)
    builder.emit(linear.If(test, then_statements, other_statements, node.span))
    return Value(linear.Var(target, kind), target if counted else None)


def _branch(builder: Builder, node: tree.Expression, kind: Type) -> Value:
    return integers.integer(builder, node) if isinstance(kind, IntType) else builder.expression(node)


def _let(builder: Builder, node: tree.Let) -> Value:
    kind = builder.type(node.local.type)
    value = builder.expression(node.value)
    if is_void(kind):
        return builder.expression(node.body)
    variable = builder.temporary(kind, node.local.name, linear.holds_count(kind))
    builder.variables[id(node.local)] = variable
    if isinstance(kind, IntType):
        value.expression = integers.convert(value.expression, kind)
    _assign(builder, variable, value, node)
    body = builder.expression(node.body)
    holder = Value(linear.Nothing(), variable if variable.owned else None)
    if body.owned is None:
        return builder.fetch([holder], body.expression, node.span, "let")
    builder.settle([holder], node.span)
    return body


def _do(builder: Builder, node: tree.Do) -> Value:
    """Statements, then the value; a local that was made for it gives its count away."""
    builder.run(builder, node.statements)
    match node.value:
        case tree.LocalGet(local=tree.Local(made=True) as local):
            variable = builder.variables.get(id(local))
            if variable is not None and variable.owned:
                return Value(linear.Var(variable, variable.type), variable)
        case _:
            pass
    return builder.expression(node.value)


def upcast(builder: Builder, value: Value, kind: Type, node: tree.Expression) -> Value:
    """The value as a wider type."""
    expression = value.expression
    if expression.type == kind:
        return value
    if isinstance(kind, OptionalType) and not _is_pointer(kind):
        if is_void(expression.type):
            return Value(linear.Null(kind))
        if isinstance(expression.type, OptionalType):
            raise InternalError(f"{expression.type} is seen as {kind}", node.span)
        if isinstance(kind.inner, IntType):
            expression = integers.convert(expression, kind.inner)
        some = linear.Some(expression, kind)
        if value.owned is None:
            return Value(some)
        return Value(
            linear.Var(variable := builder.owned_variable(Value(some, value.owned), kind, node.span), kind),
            variable,
        )
    if is_void(expression.type):
        return Value(linear.Null(kind))
    if isinstance(kind, ExceptionType):
        return value
    return Value(linear.Convert(expression, kind), value.owned)


def _is_pointer(kind: Type) -> bool:
    """Whether an optional of it is a pointer that may be NULL."""
    return isinstance(kind, OptionalType) and (
        is_reference(kind.inner) or isinstance(kind.inner, PointerType)
    )


def unwrapped(expression: linear.Expression, kind: Type) -> linear.Expression:
    """What an optional that is there holds."""
    optional = expression.type
    if isinstance(optional, OptionalType) and not _is_pointer(optional):
        return linear.Part(expression, "value", optional.inner)
    return linear.Convert(expression, kind)


def _narrow(builder: Builder, value: Value, kind: Type, checked: bool, node: tree.Expression) -> Value:
    expression = value.expression
    if expression.type == kind or isinstance(expression.type, ExceptionType | CStructType):
        return value
    if is_void(kind):
        return Value(linear.Nothing(kind), value.owned)
    if checked:
        builder.note(
            "None", node.span, None, "an object", "keep it in a local, and test that with `is not None`"
        )
        if not is_simple(expression):
            value = (
                builder.own(value, node.span)
                if linear.holds_count(expression.type)
                else builder.keep(value, node.span)
            )
            expression = value.expression
        raising = linear.Raise(
            builder.exceptions.find("AttributeError"), None, None, node.span, helper="kmi_raise_none"
        )
        builder.emit(linear.If(is_none(expression, node), [raising], [], node.span, unlikely=True))
    narrowed = unwrapped(expression, kind)
    if value.owned is None or narrowed.type == value.owned.type:
        return Value(narrowed, value.owned)
    if isinstance(narrowed, linear.Part):
        return builder.fetch([value], narrowed, node.span, "some")
    return Value(narrowed, value.owned)
