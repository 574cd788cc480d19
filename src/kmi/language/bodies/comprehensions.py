"""Comprehensions, and assignments within expressions: loops and assignments that have a value.

    [n * n for n in numbers if n]    ->    do(items = []; for n in numbers: if n: items.append(n * n); items)
    (n := f())                       ->    do(n = f(); n)

``each`` goes through what a generator expression, or any other source, gives: ``sum``, ``any`` and their like
are loops of ours, and no generator is ever made.

Invariant: the names that a comprehension binds are its own; its first iterable is evaluated outside of it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from contextlib import nullcontext

from kmi.language import codes, tree
from kmi.language.bodies import assignments, calls, conditions, displays, expressions, loops, sources
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import coerce
from kmi.language.bodies.flow import join
from kmi.language.bodies.sources import Statements
from kmi.language.declarations import members
from kmi.language.relations import POISON
from kmi.language.source import Span
from kmi.language.types import ClassType, OptionalType, Type

Use = Callable[[ast.expr | tree.Expression], Statements]
"""What is done with an item: with the syntax of a generator expression's element, or with a value."""


def named(body: Body, node: ast.expr, target: ast.expr, value: ast.expr) -> tree.Expression:
    """``(n := value)``."""
    assert isinstance(target, ast.Name)
    local = body.locals.get(target.id)
    if local is not None and target.id in body.own:
        return body.error(
            codes.UNSUPPORTED, target, f"`{target.id}` is what this comprehension goes through"
        )
    expected = local.type if local is not None else body.widened.get(body.key(target.id))
    made = expressions.expression(body, value, expected)
    stored = assignments.store_local(body, node, target, target.id, made, value)
    local = body.locals.get(target.id)
    if local is None or not stored:
        return body.poison(node)
    local.fluid = True
    result = expressions.local_value(body, local, body.span(target))
    return tree.Do(stored, result, body.span(node), result.type)


def comprehension(
    body: Body,
    node: ast.ListComp | ast.SetComp | ast.DictComp,
    expected: Type | None,
    ordered: bool = True,
) -> tree.Expression:
    """``[…]``, ``{…}`` and ``{…: …}`` over loops."""
    span = body.span(node)
    name = {ast.ListComp: "list", ast.SetComp: "set", ast.DictComp: "dict"}[type(node)]
    wanted = expected.inner if isinstance(expected, OptionalType) else expected
    arguments: tuple[Type, ...] = ()
    if isinstance(wanted, ClassType) and body.world.is_builtin(wanted, name):
        arguments = wanted.arguments
    result = body.temporary(POISON, span, "items")

    def store() -> Statements:
        if isinstance(node, ast.DictComp):
            parts = [node.key, node.value]
        else:
            parts = [node.elt]
        return put(body, result, name, parts, arguments, span)

    shows = ordered and not isinstance(node, ast.SetComp)
    looped = clauses(body, node, node.generators, store, ordered=shows)
    if result.type is POISON:
        body.ordered.remove(result)
        return body.poison(node)
    empty: tree.Expression
    match name:
        case "list":
            empty = tree.ListNew([], span, result.type)
        case "dict":
            empty = tree.DictNew([], span, result.type)
        case _:
            assert isinstance(result.type, ClassType)
            method = members.find_method(body.world, result.type, "__init__")
            if method is not None:
                body.world.want(method)
            empty = tree.New(result.type, [], span)
    return tree.Do(
        [tree.Assign(result, empty, span), *looped], sources.get(result, span), span, result.type
    )


def put(
    body: Body,
    result: tree.Local,
    name: str,
    parts: list[ast.expr],
    arguments: tuple[Type, ...],
    span: Span,
) -> Statements:
    """The item, or the key and the value, put into the container; the first time, its type is learnt."""
    wanted: list[Type | None] = [*arguments] if arguments else [None] * len(parts)
    values = [expressions.expression(body, part, kind) for part, kind in zip(parts, wanted, strict=True)]
    if any(value.type is POISON for value in values):
        return []
    return put_values(body, result, name, values, parts, arguments, span)


def put_values(
    body: Body,
    result: tree.Local,
    name: str,
    values: list[tree.Expression],
    parts: list[ast.expr],
    arguments: tuple[Type, ...],
    span: Span,
) -> Statements:
    """The same of values."""
    kinds = list(arguments)
    if not kinds:
        for value, part in zip(values, parts, strict=True):
            kind = displays.element_of(body, [value], [part])
            if kind is None or kind is POISON:
                return []
            kinds.append(kind)
    fitted = [
        coerce(body, value, kind, part, "the item")
        for value, kind, part in zip(values, kinds, parts, strict=True)
    ]
    if any(value.type is POISON for value in fitted):
        return []
    if result.type is POISON:
        result.type = body.world.builtin_type(name, *kinds)
    method = {"list": "append", "set": "add", "dict": "__setitem__"}[name]
    call = calls.method_call(body, sources.get(result, span), method, fitted, span)
    return [tree.Evaluate(call, span)] if call.type is not POISON else []


def clauses(
    body: Body,
    node: ast.expr,
    generators: list[ast.comprehension],
    innermost: Callable[[], Statements],
    done: tree.Local | None = None,
    between: Callable[[], Statements] = list,
    ordered: bool = True,
) -> Statements:
    """The loops and conditions of a comprehension around ``innermost``; ``done`` ends all of them."""
    span = body.span(node)
    names = [
        part.id
        for generator in generators
        for part in ast.walk(generator.target)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    ]
    outer = dict(body.locals), dict(body.own)

    def tests(position: int, left: list[ast.expr]) -> Statements:
        if not left:
            return loop(position + 1)
        test, when_true, when_false = conditions.condition(body, left[0])
        body.flow = when_true
        inner = tests(position, left[1:])
        body.flow = join([body.flow, when_false])
        return [tree.If(test, inner, [], span)] if test.type is not POISON else []

    def loop(position: int) -> Statements:
        if position == len(generators):
            return innermost()
        generator = generators[position]
        made = loops.go_through(
            body,
            node,
            generator.iter,
            generator.target,
            [node],
            lambda: tests(position, generator.ifs),
            list,
            between if position == 0 else list,
            (lambda: body.scope_at(*outer)) if position == 0 else nullcontext,
            ordered,
        )
        if done is not None and position > 0:
            made.append(tree.If(sources.get(done, span), [tree.Break(span)], [], span))
        return made

    with body.scope_of(names, node) as locals_:
        made = loop(0)
    return [*made, *(tree.Delete(local, span) for local in locals_)]


def each(
    body: Body,
    node: ast.expr,
    argument: ast.expr,
    use: Use,
    done: tree.Local | None = None,
    between: Callable[[], Statements] = list,
    ordered: bool = True,
) -> Statements:
    """``use`` of each item that an argument gives; where ``use`` sets ``done`` it ends with a ``break``."""
    if isinstance(argument, ast.GeneratorExp):
        element = argument.elt
        return clauses(body, argument, argument.generators, lambda: use(element), done, between, ordered)
    span = body.span(argument)
    target = ast.copy_location(ast.Name(f"item {span.line}:{span.column}", ast.Store()), argument)
    with body.scope_of([target.id], argument) as locals_:
        made = loops.go_through(
            body,
            node,
            argument,
            target,
            [argument],
            lambda: use(_item(body, target, span)),
            list,
            between,
            nullcontext,
            ordered,
        )
    return [*made, *(tree.Delete(local, span) for local in locals_)]


def _item(body: Body, target: ast.Name, span: Span) -> tree.Expression:
    local = body.locals[target.id]
    return tree.LocalGet(local, span, local.type) if local.type is not POISON else body.poison(span)


def value_of(body: Body, item: ast.expr | tree.Expression, expected: Type | None = None) -> tree.Expression:
    """The value of what ``each`` gave."""
    return expressions.expression(body, item, expected) if isinstance(item, ast.expr) else item


__all__ = ["Use", "clauses", "comprehension", "each", "named", "put", "put_values", "value_of"]
