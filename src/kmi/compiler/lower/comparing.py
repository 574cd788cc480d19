"""Comparisons and hashes of values whose type was a variable, or is made of several, made linear.

    (a, b) == (c, d)      same = a == c; if (same) same = b == d
    (a, b) < (c, d)       if (!(a == c)) less = a < c else less = b < d

Items are compared left to right, and no further than needed, as in CPython; so do optionals, of which None
equals None alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmi.compiler import intervals, linear
from kmi.compiler.instances import bases, bindings_of
from kmi.compiler.intervals import I64
from kmi.compiler.lower import calls, expressions, integers
from kmi.compiler.lower.builder import Builder, Value, is_void
from kmi.language import tree
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import (
    BOOL,
    BoolType,
    ClassType,
    IntType,
    OptionalType,
    PointerType,
    TupleType,
    Type,
    UnionType,
    ordered,
    substitute,
)

SAME = "__same__"
"""The method that classes with a base or subclasses have for ``==`` (``language/bodies/families.py``)."""
U64 = intervals.U64


def generic(builder: Builder, node: tree.Generic) -> Value:
    """``==``, ``!=``, ``<`` or ``hash`` of values of a type that only the compiler knows."""
    if node.right is None and node.operator == "id":
        return _address(builder, builder.expression(node.left), node.span)
    if node.right is None:
        return _hash(builder, builder.expression(node.left), node.span)
    left, right = builder.operands([node.left, node.right])
    return compare(builder, node.operator, left, right, node.span)


def compare(builder: Builder, operator: str, left: Value, right: Value, span: Span) -> Value:
    """A comparison of two values of one type, as that type has it."""
    kind = left.expression.type
    match kind:
        case IntType() | BoolType():
            ends = [intervals.of_type(value.expression.type) for value in (left, right)]
            return Value(integers.compare(operator, left.expression, right.expression, ends[0], ends[1]))
        case PointerType():
            return Value(linear.Comparison(operator, left.expression, right.expression))
        case ClassType(definition=definition) if definition.protocol and operator in ("==", "!="):
            found = _one_of(builder, left, right, _implementers(definition, span), span)
            return found if operator == "==" else _not(found)
        case ClassType(definition=definition) if definition.unequal or definition.callable:
            raise InternalError(f"objects of {kind} cannot be compared", span)
        case ClassType(definition=definition) if (
            operator in ("==", "!=") and (same_as := definition.method(SAME)) is not None
        ):
            found = calls.invoke_method(builder, left, kind, same_as, [right], span)
            return found if operator == "==" else _not(found)
        case ClassType(definition=definition):
            name = {"==": "__eq__", "!=": "__eq__", "<": "__lt__"}.get(operator)
            function = definition.method(name) if name else None
            if function is None and operator in ("==", "!="):
                same = linear.Comparison(operator, left.expression, right.expression)
                return builder.fetch([left, right], same, span, "same")
            if function is None:
                raise InternalError(f"{kind} has no order", span)
            result = calls.invoke_method(builder, left, kind, function, [right], span)
            return _not(result) if operator == "!=" else result
        case UnionType(members=members) if operator in ("==", "!="):
            found = _one_of(builder, left, right, ordered(members), span)
            return found if operator == "==" else _not(found)
        case TupleType() | OptionalType() if operator == "!=":
            return _not(compare(builder, "==", left, right, span))
        case TupleType(items=items):
            return _tuples(builder, operator, left, right, items, span)
        case OptionalType(inner=inner) if operator == "==":
            return _optionals(builder, left, right, inner, span)
        case _ if is_void(kind):
            return Value(linear.BoolConst(operator == "=="))
        case _:
            raise InternalError(f"values of type {kind} cannot be compared by `{operator}`", span)


def _implementers(protocol: tree.Class, span: Span) -> list[ClassType]:
    """The classes whose objects are used as a protocol."""
    found: dict[tree.Class, None] = dict.fromkeys(protocol.subclasses)
    for definition in list(found):
        found.update(dict.fromkeys(_implementing(definition)))
    for definition in found:
        if definition.type_parameters and not definition.protocol:
            raise InternalError(f"objects of {definition.name} as {protocol.name} cannot be compared", span)
    return ordered(ClassType(definition) for definition in found if not definition.protocol)


def _implementing(definition: tree.Class) -> Iterator[tree.Class]:
    for below in definition.subclasses:
        yield below
        yield from _implementing(below)


def _ask(builder: Builder, left: Value, right: Value, kind: ClassType, span: Span) -> Value | None:
    """``left == right`` as the class ``kind``, which ``left`` is of, has it; None where that is identity."""
    function = kind.definition.method(SAME) or kind.definition.method("__eq__")
    if function is None:
        return None
    return calls.invoke_method(builder, left, kind, function, [right], span)


def _taken(kind: ClassType) -> ClassType | None:
    """Of which class the right side is, where the method of ``kind`` is asked."""
    for base in bases(kind):
        function = kind.definition.method(SAME) or kind.definition.method("__eq__")
        if function is not None and function.owner is base.definition:
            taken = substitute(function.parameters[1].type, bindings_of(base))
            return taken if isinstance(taken, ClassType) else None
    return None


def _one_of(builder: Builder, left: Value, right: Value, kinds: list[ClassType], span: Span) -> Value:
    """``==`` of objects that are of any of these classes: those of two families are not equal."""
    left, right = _held(builder, left, span), _held(builder, right, span)
    flag = builder.temporary(BOOL, "same")
    builder.emit(linear.Set(flag, linear.Comparison("==", left.expression, right.expression), span))
    outer = builder.out
    for kind in kinds:
        wanted = _taken(kind)
        asked: list[linear.Statement] = []
        if wanted is not None:
            answer: list[linear.Statement] = []
            with builder.into(answer):
                one = Value(linear.Convert(left.expression, kind))
                other = Value(linear.Convert(right.expression, wanted))
                same = _ask(builder, one, other, kind, span)
                assert same is not None
                builder.emit(linear.Set(flag, same.expression, span))
            asked.append(linear.If(_is(builder, right, wanted), answer, [], span))
        otherwise: list[linear.Statement] = []
        builder.emit(linear.If(_is(builder, left, kind), asked, otherwise, span))
        builder.out = otherwise
    builder.out = outer
    builder.settle([left, right], span)
    return Value(linear.Var(flag, BOOL))


def _is(builder: Builder, value: Value, kind: ClassType) -> linear.Expression:
    builder.monomorphiser.cls(kind)
    return linear.IsClass(value.expression, kind)


def _not(value: Value) -> Value:
    return Value(linear.Negation("!", value.expression, BOOL))


def _item(value: Value, position: int, kind: Type) -> Value:
    """An item of a tuple that is held meanwhile."""
    if is_void(kind):
        return Value(linear.Nothing(kind))
    return Value(linear.Part(value.expression, f"item{position}", kind))


def _held(builder: Builder, value: Value, span: Span) -> Value:
    """The value in a variable: its parts are looked at one by one."""
    if isinstance(value.expression, linear.Var):
        return value
    if linear.holds_count(value.expression.type):
        return builder.own(value, span, "compared")
    return builder.keep(value, span, "compared")


def _tuples(
    builder: Builder, operator: str, left: Value, right: Value, items: tuple[Type, ...], span: Span
) -> Value:
    left, right = _held(builder, left, span), _held(builder, right, span)
    flag = builder.temporary(BOOL, "less" if operator == "<" else "same")
    builder.emit(linear.Set(flag, linear.BoolConst(operator == "=="), span))
    outer = builder.out
    for position, kind in enumerate(items):
        ours, theirs = _item(left, position, kind), _item(right, position, kind)
        if operator == "==":
            same = compare(builder, "==", ours, theirs, span)
            builder.emit(linear.Set(flag, same.expression, span))
            if position < len(items) - 1:
                following: list[linear.Statement] = []
                builder.emit(linear.If(linear.Var(flag, BOOL), following, [], span))
                builder.out = following
            continue
        if is_void(kind):
            continue
        if position == len(items) - 1:
            builder.emit(linear.Set(flag, compare(builder, "<", ours, theirs, span).expression, span))
            continue
        equal = builder.temporary(BOOL, "same")
        builder.emit(linear.Set(equal, compare(builder, "==", ours, theirs, span).expression, span))
        otherwise: list[linear.Statement] = []
        with builder.into([]) as decided:
            less = compare(builder, "<", ours, theirs, span)
            builder.emit(linear.Set(flag, less.expression, span))
        builder.emit(linear.If(linear.Var(equal, BOOL), otherwise, decided, span))
        builder.out = otherwise
    builder.out = outer
    builder.settle([left, right], span)
    return Value(linear.Var(flag, BOOL))


def _optionals(builder: Builder, left: Value, right: Value, inner: Type, span: Span) -> Value:
    left, right = _held(builder, left, span), _held(builder, right, span)
    flag = builder.temporary(BOOL, "same")
    node = tree.NoneLiteral(span)
    none = [expressions.is_none(value.expression, node) for value in (left, right)]
    with builder.into([]) as both:
        parts = [Value(expressions.unwrapped(value.expression, inner)) for value in (left, right)]
        same = compare(builder, "==", parts[0], parts[1], span)
        builder.emit(linear.Set(flag, same.expression, span))
    either = linear.Comparison("||", none[0], none[1])
    missing: list[linear.Statement] = [linear.Set(flag, linear.Comparison("&&", none[0], none[1]), span)]
    builder.emit(linear.If(either, missing, both, span))
    builder.settle([left, right], span)
    return Value(linear.Var(flag, BOOL))


def _hash(builder: Builder, value: Value, span: Span) -> Value:
    expression = value.expression
    match expression.type:
        case IntType() | BoolType():
            return Value(linear.Convert(expression, I64))
        case ClassType(definition=definition) as kind:
            function = definition.method("__hash__")
            if function is not None:
                return calls.invoke_method(builder, value, kind, function, [], span)
            if definition.protocol:
                return _hash_of_one(builder, value, _implementers(definition, span), span)
            return _address(builder, value, span)
        case UnionType(members=members):
            return _hash_of_one(builder, value, ordered(members), span)
        case TupleType(items=items):
            return _tuple_hash(builder, value, items, span)
        case OptionalType(inner=inner):
            return _optional_hash(builder, value, inner, span)
        case kind if is_void(kind):
            return Value(linear.Const(0, I64))
        case kind:
            raise InternalError(f"values of type {kind} cannot be hashed yet", span)


def _address(builder: Builder, value: Value, span: Span) -> Value:
    """The hash of an object that is equal to itself alone."""
    address = linear.Convert(value.expression, I64)
    shifted = linear.Operation(">>", address, linear.Const(4, I64), I64)
    return builder.fetch([value], shifted, span, "hash")


def _hash_of_one(builder: Builder, value: Value, kinds: list[ClassType], span: Span) -> Value:
    """The hash of an object that is of any of these classes."""
    value = _held(builder, value, span)
    total = builder.temporary(I64, "hash")
    outer = builder.out
    for kind in kinds:
        asked, otherwise = list[linear.Statement](), list[linear.Statement]()
        with builder.into(asked):
            own = _hash(builder, Value(linear.Convert(value.expression, kind)), span)
            builder.emit(linear.Set(total, own.expression, span))
        builder.emit(linear.If(_is(builder, value, kind), asked, otherwise, span))
        builder.out = otherwise
    builder.emit(linear.Set(total, linear.Const(0, I64), span))
    builder.out = outer
    builder.settle([value], span)
    return Value(linear.Var(total, I64))


def _tuple_hash(builder: Builder, value: Value, items: tuple[Type, ...], span: Span) -> Value:
    value = _held(builder, value, span)
    total = builder.temporary(U64, "hash")
    builder.emit(linear.Set(total, linear.Const(len(items), U64), span))
    for position, kind in enumerate(items):
        part = _hash(builder, _item(value, position, kind), span)
        both: list[linear.Expression | str] = [linear.Var(total, U64), linear.Convert(part.expression, U64)]
        builder.emit(linear.Set(total, linear.Helper("kmi_hash_more", both, U64), span))
    builder.settle([value], span)
    return Value(linear.Convert(linear.Var(total, U64), I64))


def _optional_hash(builder: Builder, value: Value, inner: Type, span: Span) -> Value:
    value = _held(builder, value, span)
    total = builder.temporary(I64, "hash")
    builder.emit(linear.Set(total, linear.Const(0, I64), span))
    with builder.into([]) as there:
        part = _hash(builder, Value(expressions.unwrapped(value.expression, inner)), span)
        builder.emit(linear.Set(total, part.expression, span))
    none = expressions.is_none(value.expression, tree.NoneLiteral(span))
    builder.emit(linear.If(none, [], there, span))
    builder.settle([value], span)
    return Value(linear.Var(total, I64))
