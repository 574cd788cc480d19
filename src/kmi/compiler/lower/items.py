"""Items of lists, bytes and bytearrays, read and written in place: no call, no check that is not needed.

    a[i]                if (a->_length <= i) raise IndexError; a->_items[i]        where i is not negative
    a[i] = n            the same, and a->_items[i] = n, where items hold no counts
    b[i & 255]          of bytes: the check, and KMI_TAIL(b)[i & 255]

What the classes' own `__getitem__` and `__setitem__` do, for whom this stands, in the same order. Nothing
happens between the check and the access, so the container need not be held for it.
"""

from __future__ import annotations

from kmi.compiler import intervals, linear
from kmi.compiler.intervals import I64, U64, Interval
from kmi.compiler.lower import integers
from kmi.compiler.lower.builder import Builder, Value, is_void
from kmi.compiler.noted import Check
from kmi.language import tree
from kmi.language.source import Span
from kmi.language.types import BOOL, WIDTHS, ClassType, IntType, PointerType, Type

U8 = WIDTHS["u8"]
CONTAINERS = {"kmi.runtime.list": "list", "kmi.runtime.bytes": "bytes", "kmi.runtime.bytearray": "bytearray"}


def container(kind: Type) -> str | None:
    """Which of the containers it is whose layout is known here."""
    if not isinstance(kind, ClassType):
        return None
    name = CONTAINERS.get(kind.definition.module)
    return name if kind.definition.name == name else None


def access(builder: Builder, node: tree.Call) -> Value | None:
    """The value of a call that reads or writes an item; None of any other call."""
    function = node.function
    if function.name not in ("__getitem__", "__setitem__") or not node.arguments:
        return None
    kind = builder.type(node.arguments[0].type)
    which = container(kind)
    if which is None or function.owner is None or function.owner.module not in CONTAINERS:
        return None
    if is_void(item_type(kind)):
        return None
    if builder.instance.function.module in CONTAINERS:
        return None  # the classes themselves: they mean the calls that they write
    check = note(builder, node)
    if function.name == "__setitem__" and (which == "bytes" or linear.holds_count(item_type(kind))):
        return None
    values = builder.operands(node.arguments)
    index = integers.convert(values[1].expression, I64)
    object_ = _simple(builder, values[0], node.span)
    interval = builder.ranges.of(node.arguments[1])
    byte = None
    if which == "bytearray" and function.name == "__setitem__":  # CPython looks at the value first
        byte = _byte(builder, values[2].expression, builder.ranges.of(node.arguments[2]), node.span)
    at = position(builder, object_, index, interval, node.span, check)
    place = item(object_, which, at)
    if function.name == "__getitem__":
        read = linear.Convert(place, I64) if which != "list" else place
        return builder.fetch([values[0]], read, node.span, "item")
    stored = values[2].expression
    if byte is not None:
        stored = byte
    elif isinstance(place.type, IntType):
        stored = integers.convert(stored, place.type)
    builder.emit(linear.Store(place, stored, node.span))
    builder.put_in(builder.ranges.of(node.arguments[2]))
    builder.settle(values, node.span)
    return Value(linear.Nothing())


def note(builder: Builder, node: tree.Call) -> Check:
    """The check of an index: nobody knows at build time how long the container is."""
    index = node.arguments[1]
    shown = node.arguments[0].span.text
    away = f"go through it: `for item in {shown}:`, or `enumerate({shown})`"
    allowed = f"less than `len({shown})`, and as much from the end"
    return builder.note("bounds", index.span, builder.ranges.of(index), allowed, away)


def item_type(kind: Type) -> Type:
    """What a container holds."""
    assert isinstance(kind, ClassType)
    return kind.arguments[0] if kind.arguments else U8


def length(object_: linear.Expression) -> linear.Expression:
    """How many items there are now."""
    return linear.Load(object_, "_length", I64)


def item(object_: linear.Expression, which: str, at: linear.Expression) -> linear.Expression:
    """The item at a position that is in range, as an lvalue."""
    kind = object_.type
    element = item_type(kind)
    match which:
        case "list":
            return linear.Index(linear.Load(object_, "_items", PointerType(element)), at, element)
        case "bytes":
            return linear.Index(linear.Helper("KMI_TAIL", [object_], PointerType(U8)), at, U8)
        case _:
            start = linear.Load(object_, "_start", I64)
            memory = linear.Load(object_, "_memory", PointerType(U8))
            return linear.Index(memory, linear.Operation("+", start, at, I64), U8)


def position(
    builder: Builder,
    object_: linear.Expression,
    index: linear.Expression,
    interval: Interval,
    span: Span,
    check: Check,
) -> linear.Expression:
    """Where an index points to, which was checked."""
    size = length(object_)
    given = integers.simple(builder, index, span, "index")
    at = given
    if interval.low < 0:
        counted = linear.Operation("+", given, size, I64)
        if interval.high >= 0:
            negative = linear.Comparison("<", given, linear.Const(0, I64))
            at = linear.Select(negative, counted, given, I64)
        else:
            at = counted
        at = integers.simple(builder, at, span, "at")
    # As unsigned numbers, negative positions are past every length.
    sides = (at, size) if interval.low >= 0 else (linear.Convert(at, U64), linear.Convert(size, U64))
    raising = linear.Raise(
        builder.exceptions.find("IndexError"), None, None, span,
        helper="kmi_raise_index", arguments=[given, size], check=check,
    )  # fmt: skip
    builder.emit(linear.If(linear.Comparison(">=", *sides), [raising], [], span, unlikely=True))
    return at


def _byte(builder: Builder, value: linear.Expression, interval: Interval, span: Span) -> linear.Expression:
    """A value as a byte; ValueError where it is none."""
    if not interval.within(intervals.of_type(U8)):
        check = builder.note("byte", span, interval, "0 to 255", "mask it: `& 0xFF`")
        value = integers.simple(builder, value, span, "byte")
        kind = value.type
        assert isinstance(kind, IntType)
        outside = linear.Comparison(
            "||",
            linear.Comparison("<", value, linear.Const(0, kind), BOOL),
            linear.Comparison(">", value, linear.Const(255, kind), BOOL),
        )
        raising = linear.Raise(
            builder.exceptions.find("ValueError"), None, "byte must be in range(0, 256)", span, check=check
        )
        builder.emit(linear.If(outside, [raising], [], span, unlikely=True))
    return integers.convert(value, U8)


def _simple(builder: Builder, value: Value, span: Span) -> linear.Expression:
    """A container as something that may be written more than once."""
    expression = value.expression
    if isinstance(expression, linear.Var):
        return expression
    variable = builder.temporary(expression.type, "items")
    builder.emit(linear.Set(variable, expression, span))
    return linear.Var(variable, variable.type)
