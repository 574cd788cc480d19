"""What a loop goes through: objects, ranges, and what ``enumerate``, ``zip`` and ``reversed`` make of them.

    for i, (a, b) in enumerate(zip(xs, ys)):      counter, item of xs, item of ys: no tuple is made

A ``Plain`` source is one ``ForEach`` or ``ForRange``. Any other one is ``Stepped``: it tries to take the next
item, step by step, and a ``While`` goes on for as long as it gets one.

Invariant: as in CPython, sources are evaluated left to right, once, and asked for items left to right; the
first that is at its end is the last that is asked.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from kmi.language import codes, tree
from kmi.language.bodies import calls, displays, enum_values, expressions, sets, special
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import coerce
from kmi.language.declarations import members
from kmi.language.declarations.scope import ClassInfo, Form
from kmi.language.relations import POISON, describe, is_int
from kmi.language.report import hints
from kmi.language.source import Span
from kmi.language.types import (
    BOOL,
    EXACT,
    INT,
    ClassType,
    ExceptionType,
    TupleType,
    Type,
    is_reference,
    substitute,
)

Statements: TypeAlias = list[tree.Statement]
Item: TypeAlias = "tree.Local | list[Item]"
"""Where the items of one round are: a local, or several of them for what Python gives as a tuple."""


@dataclass(slots=True)
class Plain:
    """One loop node, which takes the items by itself."""

    element: Type
    loop: Callable[[tree.Local, Statements, Statements], tree.Statement]
    before: Statements = field(default_factory=list)


@dataclass(slots=True)
class Stepped:
    """Items that are taken step by step."""

    element: Type
    item: Item
    step: Callable[[Statements, Statements], Statements]
    """What takes the next item: the first statements run after it, the others where there is none."""
    before: Statements = field(default_factory=list)
    held: list[tree.Local] = field(default_factory=list)
    """What dies when the loop is over."""


Source: TypeAlias = Plain | Stepped


def form_of(body: Body, node: ast.expr) -> str:
    """The name of the built-in function that an expression calls; empty for anything else."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return ""
    entity = expressions.entity_of(body, node.func)
    return entity.short if isinstance(entity, Form) and entity.name.startswith("builtins.") else ""


def source(body: Body, node: ast.expr, ordered: bool = True) -> Source | None:
    """What ``for … in node`` goes through; None, and an error, where one cannot.

    ``ordered``: the order of the items shows, so that a set will not do.
    """
    match form_of(body, node), node:
        case "range", ast.Call():
            return _range(body, node)
        case "enumerate", ast.Call():
            return _enumerate(body, node)
        case "zip", ast.Call():
            return _zip(body, node)
        case "reversed", ast.Call():
            return _reversed(body, node)
        case _, ast.GeneratorExp():
            expressions.expression(body, node)
            return None
        case _:
            enum = expressions.entity_of(body, node)
            if isinstance(enum, ClassInfo) and enum.enum is not None and "Flag" not in enum.enum_kind:
                return of_value(body, node, enum_values.all_of(body, body.span(node), enum), ordered)
            return of_value(body, node, expressions.expression(body, node), ordered)


def of_value(
    body: Body, node: ast.expr, value: tree.Expression, ordered: bool = True
) -> Source | None:
    """A source that is a value: an object, or a tuple of one type."""
    span = body.span(node)
    if special.iterates(body, value.type):
        return special.iterator(body, node, value)
    found = iterable(body, node, value, ordered)
    if found is None:
        return None
    value, element = found
    return Plain(
        element, lambda target, inside, otherwise: tree.ForEach(target, value, inside, otherwise, span)
    )


def iterable(
    body: Body, node: ast.expr, value: tree.Expression, ordered: bool = True
) -> tuple[tree.Expression, Type] | None:
    """The value as an object that one can loop over, and the type of its items."""
    kind = value.type
    if ordered and sets.refuse_order(body, node, kind, ast.unparse(node)):
        return None
    if isinstance(kind, ClassType):
        advance = members.find_method(body.world, kind, "__advance__")
        item = members.find_method(body.world, kind, "__item__")
        if advance is not None and item is not None:
            body.world.want(advance)
            body.world.want(item)
            assert item.function.owner is not None
            return value, substitute(item.function.result, members.class_bindings(kind, item.function.owner))
        body.error(
            codes.NOT_ITERABLE,
            node,
            f"one cannot loop over a `{kind}`",
            help=hints.lock_hint(kind, ast.unparse(node), "for item in {}: ...")
            or "loop over a list, bytes, a dict, or `range(…)`",
        )
    elif isinstance(kind, TupleType):
        made = displays.list_of_tuple(body, value, node)
        if made is not None and isinstance(made.type, ClassType):
            return made, made.type.arguments[0]
    elif kind is not POISON:
        help = "for i in range(…):" if is_int(kind) else None
        body.error(codes.NOT_ITERABLE, node, f"one cannot loop over a `{describe(kind)}`", help=help)
    return None


# --- range --------------------------------------------------------------------------------------------------


def bounds(body: Body, call: ast.Call) -> tuple[tree.Expression, tree.Expression, tree.Expression] | None:
    """Start, stop and step of ``range(…)``, each an ``int``."""
    span = body.span(call)
    if not 1 <= len(call.args) <= 3 or call.keywords:
        body.error(
            codes.BAD_ARGUMENTS, call, "`range` takes one to three integers", help="range(start, stop)"
        )
    found: list[tree.Expression] = []
    for argument in call.args[:3]:
        value = expressions.expression(body, argument)
        if value.type is not POISON and not is_int(value.type):
            body.error(
                codes.TYPE_MISMATCH,
                argument,
                f"`range` takes integers, not a `{describe(value.type)}`",
                help="for i in range(len(items)):" if isinstance(value.type, ClassType) else None,
            )
            value = body.poison(argument)
        found.append(coerce(body, value, INT, argument))
    if not found or any(value.type is POISON for value in found):
        return None
    zero = tree.Fit(tree.IntLiteral(0, span), span, INT)
    one = tree.Fit(tree.IntLiteral(1, span), span, INT)
    start = found[0] if len(found) > 1 else zero
    stop = found[1] if len(found) > 1 else found[0]
    return start, stop, found[2] if len(found) > 2 else one


def range_value(body: Body, call: ast.Call) -> tree.Expression:
    """``range(…)`` as a value: an object."""
    found = bounds(body, call)
    if found is None:
        return body.poison(call)
    kind = body.world.builtin_type("range")
    initializer = members.find_method(body.world, kind, "__init__")
    assert initializer is not None
    body.world.want(initializer)
    return tree.New(kind, list(found), body.span(call))


def _range(body: Body, call: ast.Call) -> Source | None:
    span = body.span(call)
    found = bounds(body, call)
    if found is None:
        return None
    start, stop, step = found
    return Plain(
        INT,
        lambda target, inside, otherwise: tree.ForRange(target, start, stop, step, inside, otherwise, span),
    )


# --- step by step -------------------------------------------------------------------------------------------


def stepped(body: Body, node: ast.expr) -> Stepped | None:
    """A source that gives its items one at a time, whatever it is."""
    name = form_of(body, node)
    if name == "range" and isinstance(node, ast.Call):
        return _range_stepped(body, node)
    found = source(body, node) if name in ("enumerate", "zip", "reversed") else None
    if isinstance(found, Stepped) or name in ("enumerate", "zip", "reversed"):
        return found if isinstance(found, Stepped) else None
    if isinstance(node, ast.GeneratorExp):
        expressions.expression(body, node)
        return None
    return _object_stepped(body, node)


def fluid(body: Body, kind: Type, span: Span, name: str) -> tree.Local:
    """A local of ours that steps assign to."""
    made = body.temporary(kind, span, name)
    made.fluid = True
    return made


def _set(local: tree.Local, value: tree.Expression, span: Span) -> tree.Statement:
    return tree.Assign(local, value, span)


def get(local: tree.Local, span: Span) -> tree.Expression:
    """The local's value."""
    return tree.LocalGet(local, span, local.type)


def take(local: tree.Local, span: Span) -> tree.Expression:
    """The local's value, which is used up: a count that it holds is handed on."""
    if is_reference(local.type) or isinstance(local.type, TupleType):
        return tree.Do([], get(local, span), span, local.type)
    return get(local, span)


def number(value: int, span: Span) -> tree.Expression:
    """An ``int`` of ours, which the simulator need not check."""
    return tree.Fit(tree.IntLiteral(value, span), span, INT, wrap=True)


def plus(local: tree.Local, amount: int, span: Span) -> tree.Expression:
    """A position moved on: it cannot leave an ``int``."""
    sum_ = tree.Binary("+", get(local, span), tree.IntLiteral(amount, span), span)
    return tree.Fit(sum_, span, INT, wrap=True)


def _object_stepped(body: Body, node: ast.expr) -> Stepped | None:
    span = body.span(node)
    given = expressions.expression(body, node)
    if special.iterates(body, given.type):
        return special.iterator(body, node, given)
    found = iterable(body, node, given)
    if found is None:
        return None
    value, element = found
    held = body.temporary(value.type, span, "iterable")
    position, item = fluid(body, INT, span, "position"), fluid(body, element, span, "item")
    here = get(held, span)

    def step(inner: Statements, otherwise: Statements) -> Statements:
        at = calls.method_call(body, here, "__advance__", [get(position, span)], span)
        got = calls.method_call(body, here, "__item__", [get(position, span)], span)
        there = tree.Compare(">=", get(position, span), tree.IntLiteral(0, span), span)
        return [
            _set(position, at, span),
            tree.If(
                there,
                [_set(item, got, span), _set(position, plus(position, 1, span), span), *inner],
                otherwise,
                span,
            ),
        ]

    before: Statements = [_set(held, value, span), _set(position, number(0, span), span)]
    return Stepped(element, item, step, before, [held])


def _range_stepped(body: Body, call: ast.Call) -> Stepped | None:
    span = body.span(call)
    found = bounds(body, call)
    if found is None:
        return None
    at, item = fluid(body, INT, span, "at"), fluid(body, INT, span, "item")
    stop, by = body.temporary(INT, span, "stop"), body.temporary(INT, span, "step")
    before: Statements = [
        _set(local, value, span) for local, value in zip((at, stop, by), found, strict=True)
    ]
    zero = tree.Compare("==", get(by, span), tree.IntLiteral(0, span), span)
    wrong = _error(body, "ValueError", "range() arg 3 must not be zero", span)
    before.append(tree.If(zero, [wrong], [], span))

    def step(inner: Statements, otherwise: Statements) -> Statements:
        up = tree.Compare(">", get(by, span), tree.IntLiteral(0, span), span)
        more = tree.Conditional(
            up,
            tree.Compare("<", get(at, span), get(stop, span), span),
            tree.Compare(">", get(at, span), get(stop, span), span),
            span,
            BOOL,
        )
        following = tree.Binary("+", get(at, span), get(by, span), span)
        # One step beyond the last item may leave an `int`: the end is then the stop itself.
        room = tree.Binary("-", get(stop, span), get(at, span), span)
        last = tree.Conditional(
            up,
            tree.Compare(">=", get(by, span), room, span),
            tree.Compare("<=", get(by, span), room, span),
            span,
            BOOL,
        )
        forward = tree.Conditional(
            last, get(stop, span), tree.Fit(following, span, INT, wrap=True), span, INT
        )
        return [
            tree.If(more, [_set(item, get(at, span), span), _set(at, forward, span), *inner], otherwise, span)
        ]

    return Stepped(INT, item, step, before)


def _error(body: Body, name: str, message: str, span: Span) -> tree.Statement:
    definition = body.world.builtin(name).definition
    said = tree.StrLiteral(message, span, body.world.str_type)
    return tree.Raise(tree.ExceptionNew(definition, None, said, span, ExceptionType(definition)), span)


def _enumerate(body: Body, call: ast.Call) -> Source | None:
    """``enumerate(items, start)``: a counter beside the items."""
    span = body.span(call)
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    if len(call.args) not in (1, 2) or (named and (list(named) != ["start"] or len(call.args) == 2)):
        body.error(codes.BAD_ARGUMENTS, call, "`enumerate` takes a container and a first number")
        return None
    inner = stepped(body, call.args[0])
    first: ast.expr | None = call.args[1] if len(call.args) == 2 else named.get("start")
    start = (
        expressions.value_for(body, first, INT, "the first number") if first is not None else number(0, span)
    )
    return None if inner is None else counted(body, inner, start, span)


def counted(body: Body, inner: Stepped, start: tree.Expression, span: Span) -> Stepped:
    """The items of a source with their numbers; the first number is looked at after the source."""
    counter, index = fluid(body, INT, span, "counter"), fluid(body, INT, span, "index")

    def step(then: Statements, otherwise: Statements) -> Statements:
        following = tree.Binary("+", get(counter, span), tree.IntLiteral(1, span), span, EXACT)
        return inner.step(
            [
                _set(index, get(counter, span), span),
                _set(counter, tree.Fit(following, span, INT), span),
                *then,
            ],
            otherwise,
        )

    before = [*inner.before, _set(counter, start, span)]
    return Stepped(TupleType((INT, inner.element)), [index, inner.item], step, before, inner.held)


def _zip(body: Body, call: ast.Call) -> Source | None:
    """``zip(a, b, strict=True)``."""
    span = body.span(call)
    strict = False
    for keyword in call.keywords:
        if keyword.arg != "strict" or not isinstance(keyword.value, ast.Constant):
            body.error(
                codes.BAD_ARGUMENTS, keyword, "`zip` takes containers, and `strict=True`", help="zip(a, b)"
            )
            return None
        strict = bool(keyword.value.value)
    if not call.args:
        body.error(codes.BAD_ARGUMENTS, call, "`zip` of nothing gives nothing", help="zip(names, values)")
        return None
    parts = [stepped(body, argument) for argument in call.args]
    sources = [part for part in parts if part is not None]
    if len(sources) != len(parts):
        return None

    def step(then: Statements, otherwise: Statements) -> Statements:
        made = then
        for position in range(len(sources) - 1, -1, -1):
            ended = otherwise
            if strict and position > 0:
                ended = [_error(body, "ValueError", _short(position), span)]
            elif strict:
                ended = _others_ended(body, sources, otherwise, span)
            made = sources[position].step(made, ended)
        return made

    element = TupleType(tuple(part.element for part in sources))
    before = [statement for part in sources for statement in part.before]
    held = [local for part in sources for local in part.held]
    return Stepped(element, [part.item for part in sources], step, before, held)


def _short(position: int) -> str:
    before = "argument 1" if position == 1 else f"arguments 1-{position}"
    return f"zip() argument {position + 1} is shorter than {before}"


def _others_ended(body: Body, sources: list[Stepped], otherwise: Statements, span: Span) -> Statements:
    """The first one is at its end: with ``strict=True`` no other one may have more."""
    made: Statements = list(otherwise)
    for position in range(len(sources) - 1, 0, -1):
        before = "argument 1" if position == 1 else f"arguments 1-{position}"
        message = f"zip() argument {position + 1} is longer than {before}"
        made = sources[position].step([_error(body, "ValueError", message, span)], made)
    return made


def _reversed(body: Body, call: ast.Call) -> Source | None:
    """``reversed(items)``: from the last item on; what has become shorter meanwhile ends it."""
    span = body.span(call)
    if len(call.args) != 1 or call.keywords:
        body.error(codes.BAD_ARGUMENTS, call, "`reversed` takes one container", help="reversed(items)")
        return None
    argument = call.args[0]
    if form_of(body, argument) == "range" and isinstance(argument, ast.Call) and len(argument.args) < 3:
        return _range_reversed(body, argument)
    from kmi.language.bodies import containers, method_calls

    if body.world.is_builtin(method_calls.peek_type(body, argument), "str"):
        argument = containers.as_list(argument)  # characters have no positions of their own
    found = iterable(body, argument, expressions.expression(body, argument))
    if found is None:
        return None
    value, element = found
    kind = value.type
    assert isinstance(kind, ClassType)
    if members.find_method(body.world, kind, "__retreat__") is None:
        if members.find_method(body.world, kind, "__getitem__") is None or not _by_index(body, kind):
            body.error(
                codes.NOT_ITERABLE,
                call,
                f"one cannot go through a `{kind}` from its end",
                help="make a list of it: `reversed(list(…))`",
            )
            return None
    held = body.temporary(kind, span, "iterable")
    position, item = fluid(body, INT, span, "position"), fluid(body, element, span, "item")
    here = get(held, span)
    retreats = members.find_method(body.world, kind, "__retreat__") is not None
    length = calls.method_call(body, here, "__len__", [], span)
    last = tree.Fit(tree.Binary("-", length, tree.IntLiteral(1, span), span), span, INT, wrap=True)
    start = calls.method_call(body, here, "__last__", [], span) if retreats else last

    def step(inner: Statements, otherwise: Statements) -> Statements:
        at: Statements = []
        there: tree.Expression = tree.Compare(">=", get(position, span), tree.IntLiteral(0, span), span)
        if retreats:
            back = calls.method_call(body, here, "__retreat__", [get(position, span)], span)
            at = [_set(position, back, span)]
        else:
            now = calls.method_call(body, here, "__len__", [], span)
            inside = tree.Compare("<", get(position, span), now, span)
            there = tree.Logical("and", there, inside, span, BOOL)
        got = calls.method_call(body, here, "__item__", [get(position, span)], span)
        ended: Statements = [_set(position, number(-1, span), span), *otherwise]
        moved = _set(position, plus(position, -1, span), span)
        return [*at, tree.If(there, [_set(item, got, span), moved, *inner], ended, span)]

    before: Statements = [_set(held, value, span), _set(position, start, span)]
    return Stepped(element, item, step, before, [held])


def _by_index(body: Body, kind: ClassType) -> bool:
    """Whether a position of its iteration is an index."""
    names = ("list", "bytes", "bytearray", "memoryview", "deque", "range")
    return any(body.world.is_builtin(kind, name) for name in names)


def _range_reversed(body: Body, call: ast.Call) -> Source | None:
    """``reversed(range(…))``: the same numbers from the last one on."""
    span = body.span(call)
    found = bounds(body, call)
    if found is None:
        return None
    start, stop, _ = found
    first, end = body.temporary(INT, span, "first"), body.temporary(INT, span, "end")

    def down(local: tree.Local) -> tree.Expression:
        one_less = tree.Binary("-", get(local, span), tree.IntLiteral(1, span), span)
        return tree.Fit(one_less, span, INT)

    minus_one = tree.Fit(tree.Unary("-", tree.IntLiteral(1, span), span), span, INT)
    return Plain(
        INT,
        lambda target, inside, otherwise: tree.ForRange(
            target, down(end), down(first), minus_one, inside, otherwise, span
        ),
        [_set(first, start, span), _set(end, stop, span)],
    )


__all__ = [
    "Item",
    "Plain",
    "Source",
    "Statements",
    "Stepped",
    "bounds",
    "fluid",
    "form_of",
    "get",
    "iterable",
    "number",
    "of_value",
    "plus",
    "range_value",
    "source",
    "stepped",
    "take",
]
