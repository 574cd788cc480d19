"""Constant tuples of integers, indexed: arrays that C lays down in read-only memory, of the narrowest type.

    K = (0x428A2F98, 0x71374491, ...)        static const u32 kmi_table_1[64] = { 1116352408, ... };
    K[i & 63]                                kmi_table_1[i & 63]

The index is checked where it may be outside, and counted from the end where it may be negative.
"""

from __future__ import annotations

from kmi.compiler import intervals, linear
from kmi.compiler.intervals import I64, Interval
from kmi.compiler.lower import integers
from kmi.compiler.lower.builder import Builder
from kmi.language import tree
from kmi.language.types import WIDTHS, IntType, PointerType

TYPES = tuple(WIDTHS[name] for name in ("u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64"))


def item_type(values: tuple[int, ...]) -> IntType:
    """The narrowest type that holds all of the values."""
    room = Interval(min(values), max(values))
    return next((kind for kind in TYPES if room.within(intervals.of_type(kind))), intervals.I128)


def item(builder: Builder, node: tree.TableGet) -> linear.Expression:
    """``values[index]``."""
    size = len(node.values)
    interval = builder.ranges.of(node.index)
    index = integers.convert(integers.integer(builder, node.index).expression, I64)
    inside = Interval(0, size - 1)
    if not interval.within(inside):
        index = _checked(builder, integers.simple(builder, index, node.span, "index"), interval, node)
    kind = item_type(node.values)
    table = linear.Raw(builder.monomorphiser.table(node.values), PointerType(kind, "const"))
    return linear.Index(table, index, kind)


def _checked(
    builder: Builder, given: linear.Expression, interval: Interval, node: tree.TableGet
) -> linear.Expression:
    """The position that an index of this interval means; IndexError where there is none."""
    span, size = node.span, len(node.values)
    zero, length = linear.Const(0, I64), linear.Const(size, I64)
    index = given
    if interval.low < 0:
        at = builder.temporary(I64, "at")
        index = linear.Var(at, I64)
        builder.emit(linear.Set(at, given, span))
        from_end = linear.Set(at, linear.Operation("+", given, length, I64), span)
        builder.emit(linear.If(linear.Comparison("<", given, zero), [from_end], [], span))
    tests: list[linear.Expression] = []
    if interval.low < -size:
        tests.append(linear.Comparison("<", index, zero))
    if interval.high >= size:
        tests.append(linear.Comparison(">=", index, length))
    if tests:
        away = (
            f"mask it: `& {size - 1}`"
            if size & (size - 1) == 0
            else f"take `% {size}` of it, or test it before"
        )
        builder.note("bounds", node.index.span, interval, f"{-size} to {size - 1}", away)
        outside = tests[0] if len(tests) == 1 else linear.Comparison("||", tests[0], tests[1])
        raising = linear.Raise(
            builder.exceptions.find("IndexError"), None, None, span,
            helper="kmi_raise_index", arguments=[given, length],
        )  # fmt: skip
        builder.emit(linear.If(outside, [raising], [], span, unlikely=True))
    return index
