"""Integers made linear: which C type computes what, and what is checked.

    permits.count += n          Overflowing(sum, "+", permits->count, n, i64); store permits->count, sum
    (h * 0x100000001b3) & m     (u64)h * 0x100000001b3 & m: only low bits are asked for

An expression is computed in i64, u64 or i128, the first that holds its operands and its result; where no
type holds the result the check is against 128 bits. What ``& mask``, ``% 2**n`` and ``wrapping`` ask for
are low bits only: it is computed modulo, without limit, whatever the values are, so that the simulator can
follow the same rule.
"""

from __future__ import annotations

from kmi.compiler import intervals, linear
from kmi.compiler.intervals import EVERYTHING, I64, I128, U64, U128, Interval
from kmi.compiler.lower import tables
from kmi.compiler.lower.builder import Builder, Value, is_simple
from kmi.compiler.noted import Check, bounds
from kmi.language import tree
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import INT, WIDTHS, BoolType, IntType, Type

U32 = WIDTHS["u32"]
RING = frozenset("+ - * & | ^".split())
"""Operators whose low bits depend on low bits only."""


def same(left: Type, right: Type) -> bool:
    """Whether two integer types are one type in C."""
    return (
        isinstance(left, IntType)
        and isinstance(right, IntType)
        and left.bits == right.bits
        and left.signed == right.signed
    )


def convert(expression: linear.Expression, kind: IntType) -> linear.Expression:
    """The expression in another integer type, in which its value fits or is meant modulo."""
    match expression:
        case linear.Const(value=value):
            low = value & ((1 << kind.bits) - 1)
            return linear.Const(low - (1 << kind.bits) if low > kind.high else low, kind)
        case linear.BoolConst(value=flag):
            return linear.Const(int(flag), kind)
        case linear.Convert(value=inner, type=middle) if (
            isinstance(middle, IntType) and isinstance(inner.type, IntType) and middle.bits >= inner.type.bits
            and (middle.bits >= kind.bits)
        ):  # fmt: skip
            return convert(inner, kind)
    return expression if same(expression.type, kind) else linear.Convert(expression, kind)


def integer(builder: Builder, node: tree.Expression) -> Value:
    """An integer or bool as an integer expression of its exact value."""
    match node:
        case tree.IntLiteral(value=value, name=name) if name:
            return Value(linear.Raw(name, I64))
        case tree.IntLiteral(value=value):
            interval = Interval(value, value)
            if not interval.within(EVERYTHING):
                raise InternalError("an integer literal beyond 128 bits", node.span)
            return Value(linear.Const(value, intervals.computing(interval)))
        case tree.BoolLiteral(value=flag):
            return Value(linear.Const(int(flag), I64))
        case tree.TableGet():
            return Value(tables.item(builder, node))
        case tree.Binary():
            return Value(_binary(builder, node))
        case tree.Unary():
            return Value(_unary(builder, node))
        case tree.Fit():
            return Value(_fit(builder, node))
        case _:
            result = builder.lower(builder, node)
            if isinstance(result.expression.type, BoolType):
                return Value(linear.Convert(result.expression, I64), result.owned)
            return result


def pair(
    builder: Builder, left: tree.Expression, right: tree.Expression
) -> tuple[linear.Expression, linear.Expression]:
    """Two integer operands, left to right."""
    values = builder.operands([left, right], lambda node: integer(builder, node))
    return values[0].expression, values[1].expression


def operation(
    operator: str, left: linear.Expression, right: linear.Expression, kind: IntType
) -> linear.Expression:
    return linear.Operation(operator, convert(left, kind), convert(right, kind), kind)


def simple(
    builder: Builder, expression: linear.Expression, span: Span, hint: str = "value"
) -> linear.Expression:
    """The same, in a form that may be written twice."""
    if is_simple(expression) or (isinstance(expression, linear.Convert) and is_simple(expression.value)):
        return expression
    variable = builder.temporary(expression.type, hint)
    builder.emit(linear.Set(variable, expression, span))
    return linear.Var(variable, variable.type)


def _low_bits(node: tree.Expression) -> tuple[tree.Expression, int, int] | None:
    """(operand, bits, mask) where the node asks for low bits of its operand only."""
    match node:
        case tree.Binary(operator="&", left=operand, right=tree.IntLiteral(value=mask, name="")) if mask >= 0:
            return operand, mask.bit_length(), mask
        case tree.Binary(operator="&", left=tree.IntLiteral(value=mask, name=""), right=operand) if mask >= 0:
            return operand, mask.bit_length(), mask
        case tree.Binary(operator="%", left=operand, right=tree.IntLiteral(value=power, name="")) if (
            power > 0 and power & (power - 1) == 0
        ):
            return operand, power.bit_length() - 1, power - 1
        case _:
            return None


def _rotates(node: tree.Expression, mask: int) -> bool:
    """``(x >> n | x << (32 - n)) & 0xFFFFFFFF``, which C sees as one instruction where it is done in u32."""
    match node:
        case tree.Binary(
            operator="|" | "^" | "+", left=tree.Binary(operator=one), right=tree.Binary(operator=other)
        ):
            return mask == U32.high and {one, other} == {"<<", ">>"}
        case _:
            return False


def modular(builder: Builder, node: tree.Expression, bits: int, narrow: bool = False) -> linear.Expression:
    """The value modulo 2**bits or more, as an unsigned expression; ``narrow`` of exactly 32 bits."""
    kind = U32 if narrow else U64 if bits <= 64 else U128
    if bits > 128:
        raise InternalError("low bits beyond 128 are asked for", node.span)
    match node:
        case tree.Binary(operator=operator, left=left, right=right) if operator in RING and not _low_bits(
            node
        ):
            values = builder.operands([left, right], lambda each: Value(modular(builder, each, bits, narrow)))
            return linear.Operation(operator, values[0].expression, values[1].expression, kind)
        case tree.Binary(operator="<<", left=left, right=tree.IntLiteral(value=count, name="")) if count >= 0:
            shifted = modular(builder, left, bits, narrow)
            if count >= kind.bits:
                return linear.Const(0, kind)
            return linear.Operation("<<", shifted, linear.Const(count, I64), kind)
        case tree.Binary(operator="<<", left=left, right=right):
            one, other = builder.operands(
                [left, right],
                lambda each: (
                    Value(modular(builder, each, bits, narrow)) if each is left else integer(builder, each)
                ),
            )
            if builder.ranges.of(right).within(Interval(0, kind.bits - 1)):
                return linear.Operation("<<", one.expression, convert(other.expression, I64), kind)
            by = simple(builder, convert(other.expression, I128), node.span, "count")
            if builder.ranges.of(right).low < 0:
                check = _note_shift(builder, right)
                zero = linear.Const(0, I128)
                negative = linear.Comparison("<", by, zero)
                _raise(builder, negative, "kmi_raise_shift", "ValueError", node.span, check)
            if narrow:
                wide = linear.Helper("kmi_shl_u64", [convert(one.expression, U64), by], U64)
                return linear.Convert(wide, U32)
            return linear.Helper(f"kmi_shl_{kind.name}", [one.expression, by], kind)
        case tree.Binary(operator=">>", left=left, right=right) if (
            narrow
            and builder.ranges.of(left).within(intervals.of_type(U32))
            and builder.ranges.of(right).within(Interval(0, 31))
        ):
            whole, by = pair(builder, left, right)
            return linear.Operation(">>", convert(whole, U32), convert(by, I64), kind)
        case tree.Unary(operator=operator, operand=operand) if operator in "-~":
            return linear.Negation(operator, modular(builder, operand, bits, narrow), kind)
        case tree.Fit(value=value, wrap=True, type=place) if builder_bits(builder, place) >= bits:
            return modular(builder, value, bits, narrow)
        case tree.IntLiteral(value=value, name=""):
            return linear.Const(value & ((1 << kind.bits) - 1), kind)
        case _:
            return convert(integer(builder, node).expression, kind)


def builder_bits(builder: Builder, kind: Type) -> int:
    place = builder.type(kind)
    assert isinstance(place, IntType)
    return place.bits


def _raise(
    builder: Builder,
    condition: linear.Expression,
    helper: str,
    name: str,
    span: Span,
    check: Check | None = None,
) -> None:
    raising = linear.Raise(builder.exceptions.find(name), None, None, span, helper=helper, check=check)
    builder.emit(linear.If(condition, [raising], [], span, unlikely=True))


def _binary(builder: Builder, node: tree.Binary) -> linear.Expression:
    ranges, span, operator = builder.ranges, node.span, node.operator
    low = _low_bits(node)
    if low is not None:
        operand, bits, mask = low
        if bits == 0:
            builder.operands([operand], lambda each: Value(modular(builder, each, 1)))
            return linear.Const(0, I64)
        value = modular(builder, operand, bits, _rotates(operand, mask))
        kind = value.type
        assert isinstance(kind, IntType)
        masked = value if mask == kind.high else linear.Operation("&", value, linear.Const(mask, kind), kind)
        if kind.bits <= 64 and mask <= I64.high:
            return linear.Convert(masked, I64)
        return masked if kind.bits == 64 or mask > I128.high else linear.Convert(masked, I128)
    a, b, result = ranges.of(node.left), ranges.of(node.right), ranges.exact(node)
    left, right = pair(builder, node.left, node.right)
    match operator:
        case "+" | "-" | "*" | "&" | "|" | "^":
            if not result.within(EVERYTHING):
                if operator in "&|^":  # of two that fit 128 bits, so does the result
                    return operation(operator, left, right, intervals.computing(a, b))
                return _checked(builder, operator, left, right, span)
            return operation(operator, left, right, intervals.computing(a, b, result))
        case "min" | "max":
            kind = intervals.computing(a, b)
            one, other = (simple(builder, convert(each, kind), span) for each in (left, right))
            condition = linear.Comparison("<" if operator == "min" else ">", other, one)
            return linear.Select(condition, other, one, kind)
        case "//" | "%":
            return _divide(builder, node, left, right)
        case "<<" | ">>":
            right = simple(builder, right, span, "count")
            if b.low < 0:
                check = _note_shift(builder, node.right)
                negative = linear.Comparison("<", right, linear.Const(0, I64))
                _raise(builder, negative, "kmi_raise_shift", "ValueError", span, check)
            return _shift(builder, node, left, right)
        case _:
            raise InternalError(f"the operator {operator} of integers is unknown", span)


def _checked(
    builder: Builder, operator: str, left: linear.Expression, right: linear.Expression, span: Span
) -> linear.Expression:
    """A result that may leave 128 bits."""
    builder.note(
        "overflow", span, None, bounds(EVERYTHING), "store a part in a place, or keep the low bits: `& mask`"
    )
    target = builder.temporary(I128, "exact")
    left, right = simple(builder, convert(left, I128), span), simple(builder, convert(right, I128), span)
    builder.emit(linear.Overflowing(target, operator, left, right, I128, span))
    return linear.Var(target, I128)


def _divide(
    builder: Builder, node: tree.Binary, left: linear.Expression, right: linear.Expression
) -> linear.Expression:
    ranges, span = builder.ranges, node.span
    a, b = ranges.of(node.left), ranges.of(node.right)
    result = ranges.exact(node)
    if b.contains(0):
        check = builder.note("division", node.right.span, b, "anything but 0", "test it before: `if n > 0:`")
        right = simple(builder, right, span, "divisor")
        helper = "kmi_raise_floordiv" if node.operator == "//" else "kmi_raise_mod"
        zero = linear.Const(0, I64)
        _raise(builder, linear.Comparison("==", right, zero), helper, "ZeroDivisionError", span, check)
    c_operator = "/" if node.operator == "//" else "%"
    if a.low >= 0 and b.low >= 0:
        kind = intervals.computing(a, b)
        if kind.bits == 64:
            return operation(c_operator, left, right, kind)
    if intervals.computing(a, b) is I64:
        name = "kmi_floordiv_i64" if node.operator == "//" else "kmi_mod_i64"
        arguments: list[linear.Expression | str] = [convert(left, I64), convert(right, I64)]
        value = linear.Helper(name, arguments, I128 if node.operator == "//" else I64)
        return convert(value, I64) if result.within(intervals.of_type(I64)) else value
    left, right = convert(left, I128), convert(right, I128)
    if node.operator == "%":
        return linear.Helper("kmi_mod_i128", [left, right], I128)
    return _checked(builder, "//", left, right, span)


def _shift(
    builder: Builder, node: tree.Binary, left: linear.Expression, right: linear.Expression
) -> linear.Expression:
    ranges = builder.ranges
    a, b = ranges.of(node.left), ranges.of(node.right)
    if node.operator == ">>":
        kind = intervals.computing(a)
        if b.high < kind.bits:
            return linear.Operation(">>", convert(left, kind), right, kind)
        if kind is I64:
            count = linear.Const(63, I64) if b.low > 63 else right
            if not b.within(intervals.of_type(I64)):
                return linear.Convert(
                    linear.Helper("kmi_shr_i128", [convert(left, I128), convert(right, I128)], I128), I64
                )
            return linear.Helper("kmi_shr_i64", [convert(left, I64), convert(count, I64)], I64)
        return linear.Helper("kmi_shr_i128", [convert(left, I128), convert(right, I128)], I128)
    result = ranges.exact(node)
    if result.within(EVERYTHING):
        kind = intervals.computing(a, result)
        if a.low >= 0 and b.high < kind.bits:  # and the result fits
            return linear.Operation("<<", convert(left, kind), right, kind)
        if b.high < kind.bits - 1:
            if isinstance(right, linear.Const):
                return operation("*", left, linear.Const(1 << right.value, kind), kind)
    return _checked(builder, "<<", left, right, node.span)


def _unary(builder: Builder, node: tree.Unary) -> linear.Expression:
    a, result = builder.ranges.of(node.operand), builder.ranges.exact(node)
    value = integer(builder, node.operand).expression
    match node.operator:
        case "+":
            return value
        case "abs":
            if a.low >= 0:
                return value
            kind = intervals.computing(a, result) if result.within(EVERYTHING) else I128
            value = simple(builder, convert(value, kind), node.span)
            zero = linear.Const(0, kind)
            if result.within(EVERYTHING):
                negated: linear.Expression = linear.Negation("-", value, kind)
                return linear.Select(linear.Comparison("<", value, zero), negated, value, kind)
            least = linear.Comparison("==", value, linear.Const(I128.low, I128))
            _raise(builder, least, "kmi_raise_exact", "OverflowError", node.span)
            return linear.Select(
                linear.Comparison("<", value, zero), linear.Negation("-", value, kind), value, kind
            )
        case "-" if not result.within(EVERYTHING):
            return _checked(builder, "-", linear.Const(0, I128), value, node.span)
        case "-" | "~":
            kind = intervals.computing(a, result)
            return linear.Negation(node.operator, convert(value, kind), kind)
        case _:
            raise InternalError(f"the operator {node.operator} of an integer is unknown", node.span)


def _fit(builder: Builder, node: tree.Fit) -> linear.Expression:
    place = builder.type(node.type)
    if not isinstance(place, IntType):
        raise InternalError(f"a value is fitted to {place}, which is no integer", node.span)
    if node.wrap or builder.instance.function.module.startswith(RUNTIME):
        return convert(modular(builder, node.value, place.bits), place)
    room = intervals.of_type(place)
    interval = builder.ranges.of(node.value)
    if interval.within(room) and not _may_overflow(builder, node.value):
        return convert(integer(builder, node.value).expression, place)
    match node.value:
        case tree.Binary(operator="+" | "-" | "*" as operator, left=left, right=right):
            if builder.ranges.exact(node.value).within(EVERYTHING):
                one, other = pair(builder, left, right)
                narrow = operator != "*" or all(
                    isinstance(each.type, IntType) and each.type.bits <= 64 for each in (one, other)
                )
                if narrow:
                    target = builder.temporary(place, _HINTS[operator])
                    one, other = simple(builder, one, node.span), simple(builder, other, node.span)
                    check = _note_overflow(builder, builder.ranges.exact(node.value), place, node.span)
                    builder.emit(
                        linear.Overflowing(target, operator, one, other, place, node.span, check=check)
                    )
                    return linear.Var(target, place)
                value = operation(operator, one, other, I128)
                return within(builder, value, interval, place, node.span)
    return within(builder, integer(builder, node.value).expression, interval, place, node.span)


RUNTIME = "kmi.runtime."
"""Code that checks its arguments and keeps its sizes small, so that its own arithmetic never leaves a place.
"""

_HINTS = {"+": "sum", "-": "difference", "*": "product"}


def _may_overflow(builder: Builder, node: tree.Expression) -> bool:
    return isinstance(node, tree.Binary | tree.Unary) and not builder.ranges.exact(node).within(EVERYTHING)


def within(
    builder: Builder, value: linear.Expression, interval: Interval, place: IntType, span: Span
) -> linear.Expression:
    """``value`` in its place, after a check of the ends that it can pass."""
    room = intervals.of_type(place)
    if interval.within(room):
        return convert(value, place)
    check = _note_overflow(builder, interval, place, span)
    value = simple(builder, value, span)
    kind = value.type
    if not isinstance(kind, IntType):
        raise InternalError(f"an integer is expected, not {kind}", span)
    conditions: list[linear.Expression] = []
    if interval.low < room.low:
        conditions.append(linear.Comparison("<", value, linear.Const(room.low, kind)))
    if interval.high > room.high:
        conditions.append(linear.Comparison(">", value, linear.Const(room.high, kind)))
    condition = (
        conditions[0] if len(conditions) == 1 else linear.Comparison("||", conditions[0], conditions[1])
    )
    raising = linear.Raise(
        builder.exceptions.find("OverflowError"), None, None, span,
        helper="kmi_raise_overflow", arguments=[value, f'"{place.name}"'], check=check,
    )  # fmt: skip
    builder.emit(linear.If(condition, [raising], [], span, unlikely=True))
    return convert(value, place)


def _note_shift(builder: Builder, count: tree.Expression) -> Check:
    return builder.note(
        "shift", count.span, builder.ranges.of(count), "0 or more", "mask it: `& 63`, or test it before"
    )


def _note_overflow(builder: Builder, interval: Interval, place: IntType, span: Span) -> Check:
    away = f"test its ends before, or keep the low bits: `wrapping({'i64' if place == INT else place}, …)`"
    allowed = f"{bounds(intervals.of_type(place))}, for `{place}`"
    return builder.note("overflow", span, interval, allowed, away)


def compare(
    operator: str, left: linear.Expression, right: linear.Expression, a: Interval, b: Interval
) -> linear.Expression:
    """A comparison of two integer expressions with these intervals."""
    kind = intervals.computing(a, b)
    return linear.Comparison(operator, convert(left, kind), convert(right, kind))
