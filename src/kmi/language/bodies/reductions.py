"""What goes through all items of something: ``sum``, ``any``, ``all``, ``min``, ``max``, ``sorted``.

    any(n > 9 for n in ns)    ->    do(found = False; for n in ns: if n > 9: found = True; break; found)

No generator is made: each is a loop of its own, with CPython's short circuit.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import (
    calls,
    comparisons,
    comprehensions,
    conditions,
    displays,
    expressions,
    sources,
)
from kmi.language.bodies.body import Body
from kmi.language.bodies.containers import as_list
from kmi.language.bodies.convert import as_int, coerce, join_types
from kmi.language.bodies.flow import join
from kmi.language.bodies.sources import Statements
from kmi.language.relations import POISON, describe, is_int, place_type
from kmi.language.source import Span
from kmi.language.types import BOOL, EXACT, ClassType, ExceptionType, Type

GOING_THROUGH = frozenset({"sum", "any", "all", "sorted"})
"""The functions that are always loops; ``min`` and ``max`` are of one argument, or with a key."""
TAKING = {
    "sum": ("start",),
    "any": (),
    "all": (),
    "min": ("key", "default"),
    "max": ("key", "default"),
    "sorted": ("key", "reverse"),
}


def reduces(node: ast.Call, name: str) -> bool:
    """Whether a call of a built-in function goes through the items of its argument."""
    return name in GOING_THROUGH or (name in ("min", "max") and (len(node.args) == 1 or bool(node.keywords)))


def reduction(body: Body, node: ast.Call, name: str, expected: Type | None) -> tree.Expression:
    """A call of one of them."""
    named = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
    unknown = next((each for each in node.keywords if each.arg not in TAKING[name]), None)
    if unknown is not None:
        return body.error(codes.BAD_ARGUMENTS, unknown, f"`{name}` has no parameter `{unknown.arg}`")
    if name == "sum" and len(node.args) == 2 and not named:
        named["start"] = node.args[1]
    elif len(node.args) != 1 and not (name in ("min", "max") and node.args and "default" not in named):
        return body.error(
            codes.BAD_ARGUMENTS, node, f"`{name}` takes one container", help=f"{name}(items)"
        )
    match name:
        case "sum":
            return _sum(body, node, named.get("start"))
        case "any" | "all":
            return _found(body, node, name)
        case "sorted":
            return _sorted(body, node, named, expected)
        case _ if len(node.args) > 1:
            # In CPython, too, the arguments are first put into a tuple and then compared.
            listed = ast.copy_location(ast.List(node.args, ast.Load()), node)
            return _extreme(body, node, name, listed, named)
        case _:
            return _extreme(body, node, name, node.args[0], named)


def _sum(body: Body, node: ast.Call, start: ast.expr | None) -> tree.Expression:
    span = body.span(node)
    total = sources.fluid(body, EXACT, span, "total")
    wrong = False

    def number(value: tree.Expression, at: ast.AST) -> tree.Expression | None:
        nonlocal wrong
        if value.type is not POISON and is_int(value.type):
            return as_int(body, value)
        if value.type is not POISON and not wrong:
            body.error(codes.BAD_OPERANDS, at, f"`sum` does not take `{describe(value.type)}`")
        wrong = True
        return None

    def first() -> Statements:
        if start is None:
            return [tree.Assign(total, tree.IntLiteral(0, span), span)]
        value = number(expressions.expression(body, start), start)
        return [tree.Assign(total, _exact(value), span)] if value is not None else []

    def use(item: ast.expr | tree.Expression) -> Statements:
        value = number(comprehensions.value_of(body, item), item if isinstance(item, ast.expr) else node)
        if value is None:
            return []
        sum_ = tree.Binary("+", sources.get(total, span), value, span)
        return [tree.Assign(total, sum_, span)]

    made = comprehensions.each(body, node, node.args[0], use, between=first, ordered=False)
    if wrong or not made:
        return tree.NoneLiteral(span, EXACT)
    return tree.Do(made, sources.get(total, span), span, EXACT)


def _exact(value: tree.Expression) -> tree.Expression:
    """An integer as an exact expression."""
    if value.type == EXACT:
        return value
    return tree.Binary("+", value, tree.IntLiteral(0, value.span), value.span)


def _found(body: Body, node: ast.Call, name: str) -> tree.Expression:
    """``any`` and ``all``: a search for what is true, or for what is not."""
    span = body.span(node)
    done = sources.fluid(body, BOOL, span, "found")

    def use(item: ast.expr | tree.Expression) -> Statements:
        if isinstance(item, ast.expr):
            test, when_true, when_false = conditions.condition(body, item)
            body.flow = join([when_true, when_false])
        else:
            test = conditions.truth(body, item, span)
        if test.type is POISON:
            return []
        if name == "all":
            test = tree.Not(test, span)
        stop: Statements = [tree.Assign(done, tree.BoolLiteral(True, span), span), tree.Break(span)]
        return [tree.If(test, stop, [], span)]

    made = comprehensions.each(body, node, node.args[0], use, done, ordered=False)
    if not made:
        return tree.NoneLiteral(span, BOOL)
    start = tree.Assign(done, tree.BoolLiteral(False, span), span)
    result: tree.Expression = sources.get(done, span)
    if name == "all":
        result = tree.Not(result, span)
    return tree.Do([start, *made], result, span, BOOL)


# --- min and max --------------------------------------------------------------------------------------------


def _extreme(
    body: Body, node: ast.Call, name: str, argument: ast.expr, named: dict[str, ast.expr]
) -> tree.Expression:
    """The first item that no other one comes before, by itself or by its key."""
    span = body.span(node)
    some = sources.fluid(body, BOOL, span, "some")
    best = sources.fluid(body, POISON, span, name)
    item_ = sources.fluid(body, POISON, span, "item")
    best_key = sources.fluid(body, POISON, span, "key")
    key_ = sources.fluid(body, POISON, span, "key")
    key = _Key(body, named.get("key"))
    default = named.get("default")
    fallback: list[tree.Expression] = []

    def first() -> Statements:
        made = [*key.before(), tree.Assign(some, tree.BoolLiteral(False, span), span)]
        if default is not None:
            value = expressions.expression(body, default)
            if isinstance(value, tree.NoneLiteral) or value.type is POISON:
                fallback.append(value)
            else:
                held = sources.fluid(body, place_type(value.type), span, "default")
                made.append(tree.Assign(held, coerce(body, value, held.type, default), span))
                fallback.append(sources.take(held, span))
        return made

    def use(item: ast.expr | tree.Expression) -> Statements:
        value = comprehensions.value_of(body, item)
        at = item if isinstance(item, ast.expr) else argument
        kind = kind_of_items(body, value, at)
        if kind is None:
            return []
        best.type = item_.type = kind
        made: Statements = [tree.Assign(item_, fitted(body, value, kind, at), span)]
        update: Statements = []
        if key.node is None:
            one, other = item_, best
        else:
            keyed = key.of(item_)
            key_kind = kind_of_items(body, keyed, key.node)
            if key_kind is None:
                return []
            best_key.type = key_.type = key_kind
            made.append(tree.Assign(key_, fitted(body, keyed, key_kind, key.node), span))
            update = [tree.Assign(best_key, sources.take(key_, span), span)]
            one, other = key_, best_key
        operator: ast.cmpop = ast.Lt() if name == "min" else ast.Gt()
        better = comparisons.compare_values(
            body, span, sources.get(one, span), operator, sources.get(other, span)
        )
        if better.type is POISON:
            return []
        none_yet = tree.Not(sources.get(some, span), span)
        update += [
            tree.Assign(best, sources.take(item_, span), span),
            tree.Assign(some, tree.BoolLiteral(True, span), span),
        ]
        ended: Statements = [tree.Delete(item_, span)]
        if key.node is not None:
            ended.insert(0, tree.Delete(key_, span))
        return [*made, tree.If(tree.Logical("or", none_yet, better, span, BOOL), update, [], span), *ended]

    made = comprehensions.each(body, node, argument, use, between=first, ordered=key.node is not None)
    unused = [best, item_] if best.type is POISON else []
    unused += [best_key, key_] if best_key.type is POISON else []
    for local in unused:
        body.ordered.remove(local)
    if best.type is POISON or not made or any(value.type is POISON for value in fallback):
        return body.poison(node)
    result, ends = best, [tree.Delete(best_key, span)] if key.node is not None else []
    none = tree.Not(sources.get(some, span), span)
    if not fallback:
        raised = _value_error(body, f"{name}() arg is an empty sequence", span)
        made.append(tree.If(none, [raised], [], span))
    else:
        kind = join_types(body, best.type, fallback[0].type)
        if kind is None:
            return body.error(
                codes.BAD_OPERANDS,
                node,
                f"this is either a `{describe(best.type)}` or a `{describe(fallback[0].type)}`",
                help="give both the same type",
            )
        result = sources.fluid(body, kind if kind == EXACT else place_type(kind), span, name)
        found = fitted(body, sources.take(best, span), result.type, node)
        other = fitted(body, fallback[0], result.type, node)
        made.append(
            tree.If(
                sources.get(some, span),
                [tree.Assign(result, found, span)],
                [tree.Assign(result, other, span)],
                span,
            )
        )
        match fallback[0]:
            case tree.Do(value=tree.LocalGet(local=held)) | tree.LocalGet(local=held):
                ends.append(tree.Delete(held, span))
            case _:
                pass
    return tree.Do([*made, *ends], sources.get(result, span), span, result.type)


def fitted(body: Body, value: tree.Expression, kind: Type, at: ast.AST) -> tree.Expression:
    """A value for a place of this type, which is exact where what goes there is."""
    return _exact(value) if kind == EXACT else coerce(body, value, kind, at)


def kind_of_items(body: Body, value: tree.Expression, at: ast.expr) -> Type | None:
    """The type of the place for items like this one: exact where it is the result of arithmetic."""
    if value.type is POISON:
        return None
    if value.type == EXACT:
        return EXACT
    kind = displays.element_of(body, [value], [at])
    return kind if kind is not POISON else None


def _value_error(body: Body, message: str, span: Span) -> tree.Statement:
    definition = body.world.builtin("ValueError").definition
    said = tree.StrLiteral(message, span, body.world.str_type)
    return tree.Raise(tree.ExceptionNew(definition, None, said, span, ExceptionType(definition)), span)


class _Key:
    """``key=``: a lambda is written out for each item, anything else is called."""

    def __init__(self, body: Body, node: ast.expr | None) -> None:
        self.body = body
        self.node = None if isinstance(node, ast.Constant) and node.value is None else node
        self.called = self.node

    def before(self) -> Statements:
        """Holds what is called, where it is computed."""
        node = self.node
        if node is None or isinstance(node, ast.Name | ast.Attribute | ast.Lambda):
            return []
        value = expressions.expression(self.body, node)
        if value.type is POISON:
            return []
        span = self.body.span(node)
        held = self.body.temporary(value.type, span, "key")
        self.body.locals[held.name] = held
        self.called = ast.copy_location(ast.Name(held.name, ast.Load()), node)
        return [tree.Assign(held, value, span)]

    def of(self, item: tree.Local) -> tree.Expression:
        """The key of an item."""
        body, node = self.body, self.called
        assert node is not None
        body.flow.assigned.add(item)
        match node:
            case ast.Lambda(args=ast.arguments(args=[ast.arg(arg=name)], posonlyargs=[]), body=inner):
                with body.scope_of([name], node):
                    body.locals[name] = item
                    return expressions.expression(body, inner)
            case _:
                with body.scope_of([item.name], node):
                    body.locals[item.name] = item
                    argument = ast.copy_location(ast.Name(item.name, ast.Load()), node)
                    call = ast.copy_location(ast.Call(node, [argument], []), node)
                    return expressions.expression(body, call)


# --- sorting ------------------------------------------------------------------------------------------------


def _sorted(
    body: Body, node: ast.Call, named: dict[str, ast.expr], expected: Type | None
) -> tree.Expression:
    """A new list of the items, in order."""
    span = body.span(node)
    listed = comprehensions.comprehension(body, as_list(node.args[0]), expected, ordered=False)
    if listed.type is POISON:
        return listed
    items = body.temporary(listed.type, span, "items")
    first = tree.Assign(items, listed, span)
    made = sort(body, node, items, named)
    return tree.Do([first, *made], sources.get(items, span), span, items.type) if made else body.poison(node)


def sort_method(body: Body, node: ast.Call, receiver: tree.Expression) -> tree.Expression:
    """``items.sort(key=…)``."""
    span = body.span(node)
    named = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
    if node.args or not named.keys() <= {"key", "reverse"}:
        return body.error(codes.BAD_ARGUMENTS, node, "`sort` takes `key=…` and `reverse=…`")
    items = body.temporary(receiver.type, span, "items")
    made = sort(body, node, items, named)
    if not made:
        return tree.NoneLiteral(span)
    ends = tree.Delete(items, span)
    none = tree.NoneLiteral(span)
    return tree.Do([tree.Assign(items, receiver, span), *made, ends], none, span, none.type)


def sort(body: Body, node: ast.Call, items: tree.Local, named: dict[str, ast.expr]) -> Statements:
    """The items of a list in order; nothing, and an error, where they have none."""
    span = body.span(node)
    kind = items.type
    assert isinstance(kind, ClassType)
    key = _Key(body, named.get("key"))
    made = key.before()
    backwards = sources.fluid(body, BOOL, span, "reverse")
    flag: tree.Expression = tree.BoolLiteral(False, span)
    if "reverse" in named:
        flag = conditions.truth(body, expressions.expression(body, named["reverse"]), named["reverse"])
        if flag.type is POISON:
            return []
    made.append(tree.Assign(backwards, flag, span))
    get = sources.get(items, span)
    if key.node is None:
        if not _ordered(body, kind.arguments[0], node):
            return []
        call = calls.method_call(body, get, "sort", [sources.get(backwards, span)], span)
        return [*made, tree.Evaluate(call, span)] if call.type is not POISON else []
    keys = sources.fluid(body, POISON, span, "keys")
    entry = sources.fluid(body, kind.arguments[0], span, "entry")
    keyed = key.of(entry)
    stored = comprehensions.put_values(body, keys, "list", [keyed], [key.node], (), span)
    if not stored or keyed.type is POISON or not isinstance(keys.type, ClassType):
        body.ordered.remove(keys)
        return []
    if not _ordered(body, keys.type.arguments[0], key.node):
        return []
    made += [
        tree.Assign(keys, tree.ListNew([], span, keys.type), span),
        tree.ForEach(entry, get, [*stored, tree.Delete(entry, span)], [], span),
    ]
    call = calls.method_call(
        body, get, "__sort_by__", [sources.get(keys, span), sources.get(backwards, span)], span,
        {"K": keys.type.arguments[0]},
    )  # fmt: skip
    if call.type is POISON:
        return []
    return [*made, tree.Evaluate(call, span), tree.Delete(keys, span)]


def _ordered(body: Body, kind: Type, at: ast.expr) -> bool:
    """Whether items of this type have an order; reports it."""
    local = tree.Local("item", kind, body.span(at))
    get = tree.LocalGet(local, local.span, kind)
    return comparisons.compare_values(body, local.span, get, ast.Lt(), get).type is not POISON


__all__ = ["fitted", "kind_of_items", "reduces", "reduction", "sort_method"]
