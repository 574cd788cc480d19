"""Conditions: what a test is as a bool, and what is known after it where it holds and where it does not.

    if entry is None or entry.dead: …      # in the second test, and after the `if`, `entry` is narrowed

``condition`` gives the bool and two flows. ``truth`` is Python's truth of a value.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import calls, expressions
from kmi.language.bodies.body import Body
from kmi.language.bodies.flow import Flow, join
from kmi.language.declarations import members
from kmi.language.declarations.declare import declare_members
from kmi.language.declarations.scope import ClassInfo, Form
from kmi.language.relations import POISON, below_view, describe
from kmi.language.source import Span
from kmi.language.types import (
    BOOL,
    BoolType,
    ClassType,
    IntType,
    NoneType,
    OptionalType,
    PointerType,
    Type,
    TypeVariable,
    UnionType,
)

Condition = tuple[tree.Expression, Flow, Flow]


def condition(body: Body, node: ast.expr) -> Condition:
    """The test as a bool, the flow where it holds, and the flow where it does not."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            made, when_true, when_false = condition(body, operand)
            return _not(made, body.span(node)), when_false, when_true
        case ast.BoolOp(op=op, values=values):
            return _chain(body, node, isinstance(op, ast.And), values)
        case ast.Compare(
            left=left, ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(value=None)]
        ):
            return _is_none(body, node, left, isinstance(op, ast.Is))
        case ast.Call(func=ast.Name(id="isinstance")) if "isinstance" not in body.names:
            return is_instance(body, node)
        case ast.Constant(value=bool() as flag):
            literal = tree.BoolLiteral(flag, body.span(node))
            dead = Flow(dead=True)
            return (literal, body.flow, dead) if flag else (literal, dead, body.flow)
        case _:
            value = expressions.expression(body, node)
            when_true, when_false = body.flow.copy(), body.flow.copy()
            path = expressions.path_of(value)
            if isinstance(value.type, OptionalType) and path is not None:
                when_true.narrow(path, value.type.inner)
            return truth(body, value, node), when_true, when_false


def _not(made: tree.Expression, span: Span) -> tree.Expression:
    match made:
        case tree.Not(operand=operand):
            return operand
        case tree.BoolLiteral(value=value):
            return tree.BoolLiteral(not value, span)
        case _:
            return tree.Not(made, span) if made.type == BOOL else made


def _chain(body: Body, node: ast.expr, both: bool, values: list[ast.expr]) -> Condition:
    made, when_true, when_false = condition(body, values[0])
    for value in values[1:]:
        if both:
            body.flow = when_true
            right, when_true, other = condition(body, value)
            when_false = join([when_false, other])
        else:
            body.flow = when_false
            right, other, when_false = condition(body, value)
            when_true = join([when_true, other])
        if made.type is POISON or right.type is POISON:
            made = body.poison(node)
        else:
            made = tree.Logical("and" if both else "or", made, right, body.span(node), BOOL)
    return made, when_true, when_false


def _is_none(body: Body, node: ast.Compare, left: ast.expr, positive: bool) -> Condition:
    value = expressions.expression(body, left)
    span = body.span(node)
    none, some = body.flow.copy(), body.flow.copy()
    kind = value.type
    path = expressions.path_of(value)
    made: tree.Expression
    if kind is POISON:
        made = value
    elif isinstance(kind, OptionalType | PointerType):
        made = tree.IsNone(value, span)
        if isinstance(kind, OptionalType) and path is not None:
            some.narrow(path, kind.inner)
    elif isinstance(kind, NoneType):
        made, some = tree.BoolLiteral(True, span), Flow(dead=True)
    elif isinstance(value, tree.Narrow) and path is not None:
        # Narrowed before: look at the value itself again, it may be stale.
        made = (
            tree.IsNone(value.value, span)
            if isinstance(value.value.type, OptionalType)
            else tree.BoolLiteral(False, span)
        )
        some.narrow(path, kind)
        if isinstance(value.value.type, OptionalType):
            none.types.pop(path, None)
    elif isinstance(kind, TypeVariable):
        made = tree.IsNone(value, span)
    else:
        body.error(
            codes.BAD_OPERANDS,
            node,
            f"this is `{describe(kind)}` and never `None`",
            help="leave the test out",
        )
        made = body.poison(node)
    if positive:
        return made, none, some
    return _not(made, span), some, none


def is_instance(body: Body, node: ast.Call) -> Condition:
    span = body.span(node)
    if len(node.args) != 2 or node.keywords:
        body.error(codes.BAD_ARGUMENTS, node, "`isinstance` takes a value and a class")
        return body.poison(node), body.flow.copy(), body.flow.copy()
    value = expressions.expression(body, node.args[0])
    when_true, when_false = body.flow.copy(), body.flow.copy()
    classes = _classes(node.args[1])
    made: tree.Expression | None = None
    kinds: list[Type] = []
    for wanted in classes:
        entity = expressions.entity_of(body, wanted)
        if not isinstance(entity, ClassInfo) or entity.enum is not None:
            if not (isinstance(entity, Form) and value.type is POISON):
                body.error(codes.BAD_ARGUMENTS, wanted, f"`{ast.unparse(wanted)}` is not a class of objects")
            return body.poison(node), when_true, when_false
        if entity.definition.protocol:
            body.error(
                codes.BAD_ARGUMENTS,
                wanted,
                f"an object does not know whether it is a `{entity.definition.name}`, which is a protocol",
                help="look for a class",
            )
            return body.poison(node), when_true, when_false
        kind = instance_type(value.type, entity.definition)
        if kind is not None:
            kinds.append(kind)
        if kind is None and entity.definition.type_parameters and value.type is not POISON:
            body.error(
                codes.BAD_ARGUMENTS,
                wanted,
                f"of which `{entity.definition.name}[…]` this would be cannot be seen from "
                f"`{describe(value.type)}`",
                help="look for a class without type variables",
            )
            return body.poison(node), when_true, when_false
        test = tree.IsInstance(value, entity.definition, span)
        made = test if made is None else tree.Logical("or", made, test, span, BOOL)
    if value.type is POISON or made is None:
        return body.poison(node), when_true, when_false
    path = expressions.path_of(value)
    if path is not None:
        if len(kinds) == 1:
            when_true.narrow(path, kinds[0])
        rest = without(value.type, [k.definition for k in kinds if isinstance(k, ClassType)])
        if rest is not None and rest != value.type:
            when_false.narrow(path, rest)
    return made, when_true, when_false


def _classes(node: ast.expr) -> list[ast.expr]:
    """The classes of ``isinstance(value, (A, B))`` and ``isinstance(value, A | B)``."""
    match node:
        case ast.Tuple(elts=parts):
            return [inner for part in parts for inner in _classes(part)]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return [*_classes(left), *_classes(right)]
        case _:
            return [node]


def instance_type(kind: Type, definition: tree.Class) -> Type | None:
    """The type of a value of type ``kind`` that is an instance of ``definition``."""
    match kind:
        case OptionalType(inner=inner):
            return instance_type(inner, definition)
        case UnionType(members=members):
            parts = (instance_type(member, definition) for member in members)
            found = [part for part in parts if part is not None]
            whole = [one for one in found if one in members]
            return whole[0] if whole else found[0] if len(found) == 1 else None
        case ClassType(definition=own):
            if own.derives_from(definition):
                return kind
            below = definition.derives_from(own) or (own.protocol and not definition.protocol)
            return below_view(kind, definition) if below else None
        case _:
            from kmi.language.types import ExceptionType

            if isinstance(kind, ExceptionType) and definition.derives_from(kind.definition):
                return ExceptionType(definition)
            return None


def without(kind: Type, classes: list[tree.Class]) -> Type | None:
    if isinstance(kind, UnionType):
        left = tuple(m for m in kind.members if not any(m.definition.derives_from(c) for c in classes))
        if len(left) == 1:
            return left[0]
        return UnionType(left) if left else None
    return None


def truth(body: Body, value: tree.Expression, at: ast.AST | Span) -> tree.Expression:
    """Python's truth of a value, as a bool."""
    span = at if isinstance(at, Span) else body.span(at)
    kind = value.type
    match kind:
        case _ if kind is POISON:
            return value
        case BoolType():
            return value
        case IntType() | PointerType():
            return tree.Truth(value, span)
        case OptionalType(inner=inner):
            if isinstance(inner, ClassType) and not _has_truth(body, inner):
                return tree.Not(tree.IsNone(value, span), span)
            return tree.Truth(value, span)
        case ClassType() if _has_truth(body, kind):
            if members.find_method(body.world, kind, "__bool__") is not None:
                return calls.method_call(body, value, "__bool__", [], span)
            length = calls.method_call(body, value, "__len__", [], span)
            return tree.Compare("!=", length, tree.IntLiteral(0, span), span)
        case _:
            return body.error(
                codes.BAD_OPERANDS,
                span,
                f"a `{describe(kind)}` is always true",
                help="compare it, or look at one of its fields",
            )


def _has_truth(body: Body, kind: ClassType) -> bool:
    for definition in kind.definition.ancestors():
        declare_members(body.world, body.world.classes[definition])
    return kind.definition.method("__bool__") is not None or kind.definition.method("__len__") is not None
