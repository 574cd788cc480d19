"""Values of a union of classes, `Box | Bag`: what all of them have is used without asking which it is.

    thing.size()     ->  Box.size(thing) if thing is a Box else Bag.size(thing)

Each class's own method or field is used, so nothing is looked up that is not needed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from kmi.language import codes, tree
from kmi.language.bodies import expressions
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import coerce, join_types
from kmi.language.bodies.flow import join
from kmi.language.bodies.once import once
from kmi.language.relations import POISON, describe, place_type
from kmi.language.source import Span
from kmi.language.types import BOOL, NeverType, Type, UnionType, ordered


def each(
    body: Body,
    node: ast.AST,
    value: tree.Expression,
    then: Callable[[tree.Expression], tree.Expression],
) -> tree.Expression:
    """``then`` of the value as each of the classes that it may be of; the results have one type."""
    assert isinstance(value.type, UnionType)
    return once(body, value, lambda held: _choice(body, node, held, then))


def _choice(
    body: Body,
    node: ast.AST,
    held: tree.Expression,
    then: Callable[[tree.Expression], tree.Expression],
) -> tree.Expression:
    assert isinstance(held.type, UnionType)
    span = body.span(node)
    before = body.flow.copy()
    flows, made = [], []
    members = ordered(held.type.members)
    for member in members:
        body.flow = before.copy()
        made.append(then(tree.Narrow(held, held.span, member)))
        flows.append(body.flow)
    body.flow = join(flows)
    if any(value.type is POISON for value in made):
        return body.poison(span)
    kind = _common(body, made)
    if kind is None:
        kinds = " or ".join(f"`{describe(one)}`" for one in dict.fromkeys(value.type for value in made))
        return body.error(
            codes.BAD_OPERANDS,
            node,
            f"this is {kinds}, by the class of the object",
            help=f"if isinstance(value, {members[0].definition.name}):\n    …",
        )
    result = coerce(body, made[-1], kind, span)
    for member, value in zip(members[-2::-1], made[-2::-1], strict=True):
        test = tree.IsInstance(held, member.definition, span, BOOL)
        result = tree.Conditional(test, coerce(body, value, kind, span), result, span, kind)
    return result


def _common(body: Body, made: list[tree.Expression]) -> Type | None:
    kind: Type | None = made[0].type
    for value in made[1:]:
        kind = join_types(body, kind, value.type) if kind is not None else None
    return place_type(kind) if kind is not None and not isinstance(kind, NeverType) else kind


def store(
    body: Body,
    span: Span,
    receiver: tree.Expression,
    then: Callable[[tree.Expression], list[tree.Statement]],
) -> list[tree.Statement]:
    """``then``, which stores into a field, for each of the classes that the object may be of."""
    assert isinstance(receiver.type, UnionType)
    before: list[tree.Statement] = []
    held = receiver
    if expressions.path_of(receiver) is None or not isinstance(receiver, tree.LocalGet | tree.Narrow):
        local = body.temporary(receiver.type, receiver.span)
        before.append(tree.Assign(local, receiver, receiver.span))
        held = tree.LocalGet(local, receiver.span, local.type)
    members = ordered(receiver.type.members)
    made = [then(tree.Narrow(held, held.span, member)) for member in members]
    result = made[-1]
    for member, statements in zip(members[-2::-1], made[-2::-1], strict=True):
        result = [tree.If(tree.IsInstance(held, member.definition, span, BOOL), statements, result, span)]
    return before + result
