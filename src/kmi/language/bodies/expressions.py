"""Expressions: from syntax to the typed tree, left to right.

``expression(body, node, expected)`` is the one entry. ``expected`` is the type of the place where the value
goes, if that is known: it tells ``[]`` what it holds. The value is not made to fit; see ``convert.coerce``.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import (
    attributes,
    callables,
    calls,
    comparisons,
    conditions,
    displays,
    fstrings,
    operators,
    sets,
)
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import coerce, join_types
from kmi.language.bodies.flow import Path, join
from kmi.language.declarations import constants, names, vocabulary
from kmi.language.declarations.annotations import import_help
from kmi.language.declarations.scope import (
    ClassInfo,
    ConstantInfo,
    CStructInfo,
    Entity,
    Form,
    FunctionInfo,
    GlobalInfo,
    ModuleScope,
    Poisoned,
    PseudoModule,
    TypeAlias_,
)
from kmi.language.relations import POISON, describe, is_int, place_type
from kmi.language.source import Span
from kmi.language.types import (
    BOOL,
    EXACT,
    NONE,
    ExceptionType,
    IntType,
    OptionalType,
    TupleType,
    Type,
    TypeObject,
    TypeVariable,
)


def expression(body: Body, node: ast.expr, expected: Type | None = None) -> tree.Expression:
    """The typed tree of an expression."""
    span = body.span(node)
    match node:
        case ast.Constant(value=value):
            return _constant(body, node, value)
        case ast.Name(id=name):
            return name_value(body, node, name)
        case ast.BinOp(left=left, op=op, right=right):
            return operators.binary(body, node, left, op, right, expected)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            made, when_true, when_false = conditions.condition(body, operand)
            body.flow = join([when_true, when_false])
            return tree.Not(made, span) if made.type == BOOL else made
        case ast.UnaryOp(op=op, operand=operand):
            return operators.unary(body, node, op, operand)
        case ast.Compare():
            return comparisons.compare(body, node)
        case ast.BoolOp():
            return _logical(body, node, expected)
        case ast.IfExp(test=test, body=then, orelse=otherwise):
            return _conditional(body, node, test, then, otherwise, expected)
        case ast.Lambda():
            return callables.lambda_(body, node, expected)
        case ast.Call():
            made = calls.call(body, node, expected)
            body.flow.disturb()
            return made
        case ast.Attribute(value=value, attr=attribute):
            return attributes.attribute(body, node, value, attribute)
        case ast.Subscript(value=value, slice=index):
            return attributes.subscript(body, node, value, index)
        case ast.JoinedStr():
            return fstrings.fstring(body, node)
        case ast.Tuple(elts=items):
            return displays.tuple_(body, node, items, expected)
        case ast.List(elts=items) if any(isinstance(item, ast.Starred) for item in items):
            from kmi.language.bodies.unpacking import starred_list

            return starred_list(body, node, items, expected)
        case ast.List(elts=items):
            return displays.list_(body, node, items, expected)
        case ast.Dict():
            return displays.dict_(body, node, expected)
        case ast.Set():
            return sets.display(body, node, expected)
        case ast.NamedExpr(target=target, value=value):
            from kmi.language.bodies.comprehensions import named

            return named(body, node, target, value)
        case ast.ListComp() | ast.SetComp() | ast.DictComp():
            from kmi.language.bodies.comprehensions import comprehension

            return comprehension(body, node, expected)
        case ast.GeneratorExp():
            return body.error(
                codes.UNSUPPORTED,
                node,
                "a generator expression as a value is not in kernel Python",
                help=f"make a list of it: `[{ast.unparse(node)[1:-1]}]`",
            )
        case _:
            return body.poison(node)  # refused by the whitelist, which has said so


def value_for(body: Body, node: ast.expr, target: Type, what: str = "the value") -> tree.Expression:
    """An expression that goes into a place of type ``target``."""
    return coerce(body, expression(body, node, target), target, node, what)


def _constant(body: Body, node: ast.expr, value: object) -> tree.Expression:
    span = body.span(node)
    match value:
        case None:
            return tree.NoneLiteral(span)
        case bool():
            return tree.BoolLiteral(value, span)
        case int():
            if not -(1 << 127) <= value < 1 << 127:
                return body.error(
                    codes.NOT_CONSTANT,
                    span,
                    "the number does not fit 128 bits",
                    help="expressions are exact to signed 128 bits, places hold 64",
                )
            return tree.IntLiteral(value, span)
        case str():
            if any(0xD800 <= ord(c) <= 0xDFFF for c in value):
                return body.error(
                    codes.NOT_CONSTANT, span, "the string holds a surrogate, which UTF-8 cannot"
                )
            return tree.StrLiteral(value, span, body.world.str_type)
        case bytes():
            return tree.BytesLiteral(value, span, body.world.bytes_type)
        case _:
            if value is ...:
                body.error(
                    codes.UNSUPPORTED,
                    span,
                    "`...` as a value is not in kernel Python",
                    help="write the body, or `pass`, or `raise NotImplementedError`",
                )
            return body.poison(node)


# --- names --------------------------------------------------------------------------------------------------


def name_value(body: Body, node: ast.expr, name: str) -> tree.Expression:
    """The value of a name: a local, or a constant of a module."""
    local = body.locals.get(name)
    if local is not None:
        return local_value(body, local, body.span(node))
    if name in body.names:
        return _unassigned(body, node, name)
    if name in body.functions:
        return entity_value(body, node, body.functions[name], name)
    return entity_value(body, node, names.lookup(body.world, body.scope, name), name)


def local_value(body: Body, local: tree.Local, span: Span) -> tree.Expression:
    if local not in body.flow.assigned and not body.flow.dead:
        return _unassigned(body, span, local.name)
    if body.initializer and body.function is not None and local is body.function.parameters[0]:
        body.self_uses.append((span, frozenset(body.flow.assigned), body.assigning))
    return narrowed(body, tree.LocalGet(local, span, local.type))


def _unassigned(body: Body, at: ast.AST | Span, name: str) -> tree.Expression:
    where = body.deleted.get(name)
    local = body.locals.get(name)
    if local is not None:
        body.flow.assigned.add(local)  # one mistake, one error
    if where is None and name in body.scope.bindings and (local is None or not local.parameter):
        return body.error(
            codes.UNASSIGNED,
            at,
            f"`{name}` has no value here: a function that assigns it has a `{name}` of its own",
            labels=[(body.scope.span(body.scope.bindings[name]), "this is another one, and a constant")],
            help="keep what changes in a field of an object that the module owns: "
            f"self.{name} = … in its `__init__`",
        )
    return body.error(
        codes.UNASSIGNED,
        at,
        f"`{name}` may have no value here",
        labels=[(where, "its life ends here")] if where is not None else [],
        help=f"give `{name}` a value on every way that leads here",
    )


def narrowed(body: Body, value: tree.Expression) -> tree.Expression:
    """The value as the narrower type that is known of its path, if one is."""
    path = path_of(value)
    known = body.flow.types.get(path) if path is not None else None
    if known is None or known[0] == value.type:
        return value
    return tree.Narrow(value, value.span, known[0], checked=known[1])


def path_of(value: tree.Expression) -> Path | None:
    """The path that an expression is, if it is one: a local, or fields behind one."""
    match value:
        case tree.LocalGet(local=local):
            return (local,)
        case tree.Narrow(value=inner) | tree.Do(value=inner):
            return path_of(inner)
        case tree.FieldGet(object=inner, field=field):
            path = path_of(inner)
            return (*path, field) if path is not None else None
        case _:
            return None


def entity_of(body: Body, node: ast.expr) -> Entity | None:
    """What a dotted name stands for, where its first part is no local."""
    match node:
        case ast.Name(id=name):
            if name in body.locals or name in body.names:
                return None
            if name in body.functions:
                return body.functions[name]
            return names.lookup(body.world, body.scope, name)
        case ast.Attribute(value=value, attr=attribute):
            home = entity_of(body, value)
            return names.member(body.world, home, attribute) if home is not None else None
        case _:
            return None


def entity_value(body: Body, node: ast.expr, entity: Entity | None, name: str) -> tree.Expression:
    """The value of a name of a module."""
    span = body.span(node)
    match entity:
        case None:
            return unknown_name(body, node, name)
        case ConstantInfo():
            return constant_value(body, entity, span)
        case GlobalInfo(name=c_name, type=kind):
            need_unsafe(body, span, f"the C variable `{c_name}`")
            return tree.CGlobal(c_name, span, kind)
        case Form() if entity.name.startswith("os."):
            return constants.literal(body.world, constants.Folded(constants.SEEKS[entity.short]), span)
        case Form() if entity.name.startswith("errno."):
            return constants.literal(
                body.world, constants.Folded(constants.ERRNOS[entity.short], name=entity.short), span
            )
        case (
            Form(name="builtins.int" | "builtins.bool")
            | TypeAlias_()
            | ClassInfo()
            | TypeVariable()
            | CStructInfo()
        ):
            kind = body.read_type(node)
            return tree.TypeGet(span, TypeObject(kind)) if kind is not POISON else body.poison(node)
        case Poisoned():
            return body.poison(node)
        case FunctionInfo():
            return callables.function_value(body, node, entity, None)
        case Form() | ModuleScope() | PseudoModule():
            return body.error(codes.NOT_A_VALUE, span, f"`{name}` is {names.describe(entity)}, not a value")


def constant_value(body: Body, entity: ConstantInfo, span: Span) -> tree.Expression:
    folded = constants.constant(body.world, entity)
    return constants.literal(body.world, folded, span) if folded is not None else body.poison(span)


def unknown_name(body: Body, node: ast.expr, name: str) -> tree.Expression:
    """Reports a name that stands for nothing."""
    instead = vocabulary.lacking(name)
    if instead is not None:
        code = vocabulary.lacking_code(name)
        return body.error(code, node, f"`{name}` is not in kernel Python", help=instead)
    help: str | None
    if name in constants.ERRNOS:
        help = f"import it:\nfrom errno import {name}"
    elif body.owner is not None and (name in body.owner.methods or name in body.owner.declared):
        help = f"write `self.{name}`"
    else:
        known = [*body.locals, *body.scope.bindings, *vocabulary.FUNCTIONS, *vocabulary.CONTAINERS]
        help = names.suggest(name, known) or import_help(name)
    return body.error(codes.UNKNOWN_NAME, node, f"there is no `{name}` here", help=help)


def need_unsafe(body: Body, at: ast.AST | Span, what: str) -> None:
    """Reports ``what`` outside of an unsafe block."""
    if not body.unsafe:
        body.error(
            codes.NEEDS_UNSAFE,
            at,
            f"{what} needs an unsafe block",
            help='from kmi.unsafe import unsafe\nwith unsafe("why this is sound"):',
        )


# --- and, or, if-else ---------------------------------------------------------------------------------------


def _logical(body: Body, node: ast.BoolOp, expected: Type | None) -> tree.Expression:
    """``a and b``, ``a or b`` as a value: both sides have one type."""
    operator = "and" if isinstance(node.op, ast.And) else "or"
    left = expression(body, node.values[0], expected)
    if left.type in (BOOL, POISON):
        made, when_true, when_false = conditions.condition(body, node)
        body.flow = join([when_true, when_false])
        return made
    for right_node in node.values[1:]:
        before = body.flow.copy()
        right = expression(body, right_node, expected)
        body.flow = join([before, body.flow])
        left = _both(body, node, operator, left, right)
        if left.type is POISON:
            return left
    return left


def _both(
    body: Body, node: ast.BoolOp, operator: str, left: tree.Expression, right: tree.Expression
) -> tree.Expression:
    span = body.span(node)
    if left.type is POISON or right.type is POISON:
        return body.poison(node)
    if operator == "or" and isinstance(left.type, OptionalType):
        joined = join_types(body, left.type.inner, right.type)
        if joined is not None:
            return _or_else(body, left, right, place_type(joined), span)
    joined = join_types(body, left.type, right.type)
    if joined is None or isinstance(joined, TupleType | ExceptionType):
        return body.error(
            codes.BAD_OPERANDS,
            node,
            f"`{operator}` gives either a `{describe(left.type)}` or a `{describe(right.type)}`",
            help="compare, so that both sides are `bool`, or write an `if`",
        )
    kind = place_type(joined)
    return tree.Logical(operator, coerce(body, left, kind, span), coerce(body, right, kind, span), span, kind)


def _or_else(
    body: Body, left: tree.Expression, right: tree.Expression, kind: Type, span: Span
) -> tree.Expression:
    """``optional or default``: no ``None`` comes out."""
    held = body.temporary(left.type, span, "either")
    get = tree.LocalGet(held, span, held.type)
    assert isinstance(held.type, OptionalType)
    inner = tree.Narrow(get, span, held.type.inner)
    condition = tree.Truth(get, span)
    return tree.Let(
        held,
        left,
        tree.Conditional(
            condition, coerce(body, inner, kind, span), coerce(body, right, kind, span), span, kind
        ),
        span,
        kind,
    )


def _conditional(
    body: Body, node: ast.expr, test: ast.expr, then: ast.expr, otherwise: ast.expr, expected: Type | None
) -> tree.Expression:
    condition, when_true, when_false = conditions.condition(body, test)
    body.flow = when_true
    left = expression(body, then, expected)
    when_true = body.flow
    body.flow = when_false
    right = expression(body, otherwise, expected)
    body.flow = join([when_true, body.flow])
    if POISON in (left.type, right.type, condition.type):
        return body.poison(node)
    kind = (
        expected
        if expected is not None and expected is not POISON
        else join_types(body, left.type, right.type)
    )
    if kind is None:
        return body.error(
            codes.BAD_OPERANDS,
            node,
            f"this is either a `{describe(left.type)}` or a `{describe(right.type)}`",
            help="give both the same type",
        )
    if kind != EXACT:
        left = coerce(body, left, kind, then)
        right = coerce(body, right, kind, otherwise)
    return tree.Conditional(condition, left, right, body.span(node), kind)


# --- displays -----------------------------------------------------------------------------------------------


# --- f-strings ----------------------------------------------------------------------------------------------


__all__ = [
    "NONE",
    "IntType",
    "constant_value",
    "entity_of",
    "entity_value",
    "expression",
    "is_int",
    "local_value",
    "name_value",
    "narrowed",
    "need_unsafe",
    "path_of",
    "unknown_name",
    "value_for",
]
