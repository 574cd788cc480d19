"""Loops, made linear: ``while``, ``for`` over a range and over anything else."""

from __future__ import annotations

from kmi.compiler import intervals, linear
from kmi.compiler.intervals import I64, Interval
from kmi.compiler.lower import calls, integers, items, statements
from kmi.compiler.lower.builder import Builder, Exit, Value
from kmi.compiler.lower.expressions import condition
from kmi.language import tree
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import ClassType, IntType

I64_ALL = intervals.of_type(I64)


def while_(builder: Builder, node: tree.While) -> None:
    loop = linear.Loop([], linear.BoolConst(True), [], [], [], node.span)
    with builder.into(loop.before):
        loop.condition = condition(builder, node.condition)
    builder.exits.append(Exit(loop=loop))
    loop.body = statements.block(builder, node.body)
    builder.exits.pop()
    loop.otherwise = statements.block(builder, node.otherwise)
    builder.emit(loop)


def for_range(builder: Builder, node: tree.ForRange) -> None:
    span = node.span
    values = builder.operands(
        [node.start, node.stop, node.step], lambda each: integers.integer(builder, each)
    )
    start, stop, step = (value.expression for value in values)
    target = builder.variables[id(node.target)]
    assert isinstance(target.type, IntType)
    if isinstance(step, linear.Const) and step.value in (1, -1):
        counter = builder.temporary(I64, "at")
        stop = _unchanging(builder, stop, span)
        loop: linear.Count | linear.Loop = linear.Count(
            counter, integers.convert(start, I64), stop, step.value < 0, [], [], span
        )
        with builder.into(loop.body):
            value = _in_place(builder, linear.Var(counter, I64), target.type, span)
            builder.emit(linear.Set(target, value, span))
    else:
        loop = _stepping(builder, node, start, stop, step, target)
    builder.exits.append(Exit(loop=loop))
    with builder.into(loop.body):
        statements.run(builder, node.body)
    builder.exits.pop()
    loop.otherwise = statements.block(builder, node.otherwise)
    builder.emit(loop)


def _unchanging(builder: Builder, expression: linear.Expression, span: Span) -> linear.Expression:
    """The bound of a loop, evaluated once: a local may be assigned to in the body."""
    expression = integers.convert(expression, I64)
    if isinstance(expression, linear.Const):
        return expression
    variable = builder.temporary(I64, "stop")
    builder.emit(linear.Set(variable, expression, span))
    return linear.Var(variable, I64)


def _in_place(builder: Builder, value: linear.Expression, place: IntType, span: Span) -> linear.Expression:
    return integers.within(builder, value, intervals.of_type(value.type), place, span)


def _stepping(
    builder: Builder,
    node: tree.ForRange,
    start: linear.Expression,
    stop: linear.Expression,
    step: linear.Expression,
    target: linear.Variable,
) -> linear.Loop:
    """Any step: the number of rounds is worked out before, so that nothing can run over."""
    span = node.span
    if isinstance(step, linear.Const) and _ends_inside(builder.ranges.of(node.stop), step.value):
        return _by_constant(builder, start, stop, step.value, target, span)
    step = integers.simple(builder, integers.convert(step, I64), span, "step")
    if builder.ranges.of(node.step).contains(0):
        check = builder.note(
            "step", node.step.span, builder.ranges.of(node.step), "anything but 0", "give it a constant"
        )
        zero = linear.Comparison("==", step, linear.Const(0, I64))
        said = linear.Raise(
            builder.exceptions.find("ValueError"), None, "range() arg 3 must not be zero", span, check=check
        )
        builder.emit(linear.If(zero, [said], [], span, unlikely=True))
    counter = builder.temporary(I64, "at")
    left = builder.temporary(intervals.U64, "rounds")
    builder.emit(linear.Set(counter, integers.convert(start, I64), span))
    rounds = linear.Helper(
        "kmi_range_length", [linear.Var(counter, I64), integers.convert(stop, I64), step], intervals.U64
    )
    builder.emit(linear.Set(left, rounds, span))
    zero_left = linear.Const(0, intervals.U64)
    loop = linear.Loop(
        [], linear.Comparison("!=", linear.Var(left, intervals.U64), zero_left), [], [], [], span
    )
    with builder.into(loop.body):
        value = _in_place(builder, linear.Var(counter, I64), target_type(target), span)
        builder.emit(linear.Set(target, value, span))
    unsigned = [integers.convert(each, intervals.U64) for each in (linear.Var(counter, I64), step)]
    following = linear.Operation("+", unsigned[0], unsigned[1], intervals.U64)
    fewer = linear.Operation(
        "-", linear.Var(left, intervals.U64), linear.Const(1, intervals.U64), intervals.U64
    )
    loop.after = [
        linear.Set(counter, linear.Convert(following, I64), span),
        linear.Set(left, fewer, span),
    ]
    return loop


def _ends_inside(stop: Interval, step: int) -> bool:
    """Whether the counter, once past the end, is still an i64."""
    return step != 0 and Interval(stop.low + min(step, 0), stop.high + max(step, 0)).within(I64_ALL)


def _by_constant(
    builder: Builder,
    start: linear.Expression,
    stop: linear.Expression,
    step: int,
    target: linear.Variable,
    span: Span,
) -> linear.Loop:
    """A step that is known, and an end that the counter may pass."""
    counter = builder.temporary(I64, "at")
    here = linear.Var(counter, I64)
    builder.emit(linear.Set(counter, integers.convert(start, I64), span))
    stop = _unchanging(builder, stop, span)
    loop = linear.Loop([], linear.Comparison("<" if step > 0 else ">", here, stop), [], [], [], span)
    with builder.into(loop.body):
        value = _in_place(builder, here, target_type(target), span)
        builder.emit(linear.Set(target, value, span))
    loop.after = [linear.Set(counter, linear.Operation("+", here, linear.Const(step, I64), I64), span)]
    return loop


def target_type(target: linear.Variable) -> IntType:
    assert isinstance(target.type, IntType)
    return target.type


def for_each(builder: Builder, node: tree.ForEach) -> None:
    span = node.span
    value = builder.expression(node.iterable)
    # The author's local may be assigned to in the body: what is gone through is held by the loop.
    held = builder.own(value, span, "iterable") if linear.holds_count(value.expression.type) else value
    kind = held.expression.type
    if not isinstance(kind, ClassType):
        raise InternalError(f"a `for` over {kind}", span)
    which = items.container(kind)
    position = builder.temporary(I64, "position")
    here = linear.Var(position, I64)
    borrowed = Value(held.expression)
    if which == "bytes":  # which never change
        size = _unchanging(builder, items.length(held.expression), span)
        loop: linear.Count | linear.Loop = linear.Count(
            position, linear.Const(0, I64), size, False, [], [], span
        )
    else:
        builder.emit(linear.Set(position, linear.Const(0, I64), span))
        loop = linear.Loop([], linear.BoolConst(True), [], [], [], span)
        following = linear.Operation("+", here, linear.Const(1, I64), I64)
        loop.after = [linear.Set(position, following, span)]
        if which is not None:
            loop.condition = linear.Comparison("<", here, items.length(held.expression))
        else:
            with builder.into(loop.before):
                advance = protocol(kind, "__advance__", span)
                found = calls.invoke_method(builder, borrowed, kind, advance, [Value(here)], span)
                builder.emit(linear.Set(position, found.expression, span))
            loop.condition = linear.Comparison(">=", here, linear.Const(0, I64))
    target = builder.variables.get(id(node.target))
    with builder.into(loop.body):
        if which is not None:
            item = Value(items.item(held.expression, which, here))
        else:
            method = protocol(kind, "__item__", span)
            item = calls.invoke_method(builder, borrowed, kind, method, [Value(here)], span)
        if target is not None:
            statements.assign(builder, target, item, span)
    builder.exits.append(Exit(loop=loop, iterable=held.owned))
    with builder.into(loop.body):
        statements.run(builder, node.body)
    builder.exits.pop()
    with builder.into(loop.otherwise):
        builder.settle([held], span)
        statements.run(builder, node.otherwise)
    builder.emit(loop)


def protocol(kind: ClassType, name: str, span: Span) -> tree.Function:
    function = kind.definition.method(name)
    if function is None:
        raise InternalError(f"{kind} has no {name}", span)
    return function
