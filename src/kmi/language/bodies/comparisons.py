"""Comparisons: of integers, of tuples item by item, of objects by their methods, of what may be None.

    left == right       of objects is a call of ``__eq__``, or Identity where their class has none
    a < f() < b         evaluates f() once: Let
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import callables, calls, expressions, families
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import as_int, coerce, convert
from kmi.language.bodies.once import hold, is_simple, let, once
from kmi.language.bodies.operators import bad_operands, refuse_enum
from kmi.language.declarations import members
from kmi.language.declarations.callables import callable_view
from kmi.language.declarations.weak import is_weak
from kmi.language.relations import POISON, describe, is_int, same, subtype
from kmi.language.source import Span
from kmi.language.types import (
    BOOL,
    BoolType,
    ClassType,
    IntType,
    NoneType,
    OptionalType,
    PointerType,
    TupleType,
    Type,
    TypeVariable,
    UnionType,
    union_of,
)

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


ORDER = {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}


MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def compare(body: Body, node: ast.Compare) -> tree.Expression:
    """A comparison or a chain of them; what stands between two operators is evaluated once."""
    left = expressions.expression(body, node.left)
    return _rest(body, node, left, node.ops, node.comparators)


def _rest(
    body: Body, node: ast.Compare, left: tree.Expression, ops: list[ast.cmpop], rights: list[ast.expr]
) -> tree.Expression:
    span = body.span(node)
    if isinstance(ops[0], ast.In | ast.NotIn):
        from kmi.language.bodies.membership import membership

        made = membership(body, node, left, rights[0])
        if made.type is not POISON and isinstance(ops[0], ast.NotIn):
            made = tree.Not(made, span)
        return (
            made
            if len(ops) == 1
            else body.error(
                codes.UNSUPPORTED,
                node,
                "`in` within a chain of comparisons is not in kernel Python",
                help="write two comparisons with `and`",
            )
        )
    right = expressions.expression(body, rights[0], left.type if not is_int(left.type) else None)
    if len(ops) == 1:
        return compare_values(body, span, left, ops[0], right)
    before = body.flow

    def then(again: tree.Expression) -> tree.Expression:
        first = compare_values(body, span, left, ops[0], again)
        more = _rest(body, node, again, ops[1:], rights[1:])
        if first.type is POISON or more.type is POISON:
            return body.poison(span)
        return tree.Logical("and", first, more, span, BOOL)

    # The left side is evaluated before the middle: it is held as well.
    if is_simple(left):
        made = once(body, right, then)
    else:
        held, left = left, hold(body, left)
        made = let(held, left, once(body, right, then))
    body.flow = before
    return made


def compare_values(
    body: Body, span: Span, left: tree.Expression, op: ast.cmpop, right: tree.Expression
) -> tree.Expression:
    """One comparison of two values."""
    left_kind, right_kind = left.type, right.type
    if left_kind is POISON or right_kind is POISON:
        return body.poison(span)
    if isinstance(op, ast.Is | ast.IsNot):
        return _identity(body, span, left, right, positive=isinstance(op, ast.Is))
    symbol = COMPARISONS[type(op)]
    if callable_view(left_kind) is not None or callable_view(right_kind) is not None:
        if not isinstance(left_kind, NoneType) and not isinstance(right_kind, NoneType):
            return callables.refuse_comparison(body, span, symbol)
    if is_int(left_kind) and is_int(right_kind):
        if (refused := refuse_enum(body, span, symbol, left_kind, right_kind)) is not None:
            return refused
        if isinstance(left_kind, BoolType) != isinstance(right_kind, BoolType) or symbol not in ("==", "!="):
            left, right = as_int(body, left), as_int(body, right)
        return tree.Compare(symbol, left, right, span)
    if isinstance(left_kind, NoneType) or isinstance(right_kind, NoneType):
        return body.error(
            codes.BAD_OPERANDS,
            span,
            f"`{symbol}` with `None`",
            help="write `is None` or `is not None`",
        )
    if symbol in ("==", "!=") and (
        isinstance(left_kind, OptionalType) or isinstance(right_kind, OptionalType)
    ):
        made_equal = once(
            body, left, lambda a: once(body, right, lambda b: _equal_optional(body, span, a, b))
        )
        return made_equal if symbol == "==" or made_equal.type is POISON else tree.Not(made_equal, span)
    if isinstance(left_kind, TypeVariable) and left_kind == right_kind:
        if symbol in ("==", "!="):
            same_value = tree.Generic("==", left, right, span, BOOL)
            return same_value if symbol == "==" else tree.Not(same_value, span)
        return tree.Generic(symbol, left, right, span, BOOL)
    if isinstance(left_kind, TupleType) and isinstance(right_kind, TupleType):
        return _tuples(body, span, symbol, left, right)
    if isinstance(left_kind, PointerType) and isinstance(right_kind, PointerType):
        if symbol in ("==", "!="):
            made: tree.Expression = tree.Identity(left, right, span)
            return made if symbol == "==" else tree.Not(made, span)
        return tree.Compare(symbol, tree.Cast(left, span, _usize()), tree.Cast(right, span, _usize()), span)
    if isinstance(left_kind, UnionType) or isinstance(right_kind, UnionType):
        return _unions(body, span, symbol, left, right)
    if isinstance(left_kind, ClassType) and isinstance(right_kind, ClassType):
        if symbol in ("==", "!="):
            return _equal(body, span, left, right, left_kind, positive=symbol == "==")
        return _ordered(body, span, symbol, left, right, left_kind)
    return bad_operands(body, span, symbol, left_kind, right_kind)


def _usize() -> Type:
    from kmi.language.types import WIDTHS

    return WIDTHS["usize"]


def _tuples(
    body: Body, span: Span, symbol: str, left: tree.Expression, right: tree.Expression
) -> tree.Expression:
    """Two tuples, item by item: both are brought to one type."""
    fitted = convert(body, right, left.type, span)
    if fitted is None:
        held, left = right, convert(body, left, right.type, span) or left
        if not same(left.type, held.type):
            return bad_operands(body, span, symbol, left.type, right.type)
        fitted = held
    right = fitted
    if symbol in ("==", "!="):
        if (wrong := families.unequal(left.type)) is not None:
            return families.refuse(body, span, left.type, wrong)
        equal = tree.Generic("==", left, right, span, BOOL)
        return equal if symbol == "==" else tree.Not(equal, span)
    if not has_order(body, left.type, symbol):
        return bad_operands(body, span, symbol, left.type, right.type)
    if symbol == "<":
        return tree.Generic("<", left, right, span, BOOL)
    if symbol == ">=":
        return tree.Not(tree.Generic("<", left, right, span, BOOL), span)

    def turned(a: tree.Expression, b: tree.Expression) -> tree.Expression:
        less = tree.Generic("<", b, a, span, BOOL)
        return less if symbol == ">" else tree.Not(less, span)

    return once(body, left, lambda a: once(body, right, lambda b: turned(a, b)))


def _unions(
    body: Body, span: Span, symbol: str, left: tree.Expression, right: tree.Expression
) -> tree.Expression:
    """Objects of one of several classes, on one side or both."""
    kinds = [kind.members if isinstance(kind, UnionType) else (kind,) for kind in (left.type, right.type)]
    if symbol not in ("==", "!=") or not all(isinstance(kind, ClassType) for part in kinds for kind in part):
        return bad_operands(body, span, symbol, left.type, right.type)
    if not any(subtype(a, b) or subtype(b, a) for a in kinds[0] for b in kinds[1]):
        return bad_operands(body, span, symbol, left.type, right.type)
    whole = union_of([kind for part in kinds for kind in part if isinstance(kind, ClassType)])
    if (wrong := families.unequal(whole)) is not None:
        return families.refuse(body, span, whole, wrong)
    made = tree.Generic("==", coerce(body, left, whole, span), coerce(body, right, whole, span), span, BOOL)
    return made if symbol == "==" else tree.Not(made, span)


def has_order(body: Body, kind: Type, symbol: str = "<") -> bool:
    """Whether values of this type, as parts of others, can be put in order. An author's class has ``<`` alone
    for that: CPython asks the items for the very operator.
    """
    match kind:
        case IntType() | BoolType() | TypeVariable():
            return True
        case TupleType(items=items):
            return all(has_order(body, item, symbol) for item in items)
        case ClassType(definition=definition) if definition.module.startswith("kmi.runtime."):
            ordered = members.find_method(body.world, kind, "__lt__") is not None
            return ordered and all(has_order(body, item, symbol) for item in kind.arguments)
        case ClassType() if symbol == "<":
            return members.find_method(body.world, kind, "__lt__") is not None
        case _:
            return False


def _identity(
    body: Body, span: Span, left: tree.Expression, right: tree.Expression, *, positive: bool
) -> tree.Expression:
    def is_object(kind: Type) -> bool:
        inner = kind.inner if isinstance(kind, OptionalType) else kind
        if isinstance(inner, UnionType):
            return all(map(is_object, inner.members))
        return isinstance(inner, ClassType | PointerType | TypeVariable) and not body.world.is_builtin(
            inner, "str"
        )

    if isinstance(right.type, NoneType):
        if isinstance(left, tree.Narrow) and isinstance(left.value.type, OptionalType):
            left = left.value  # narrowed by what was stored or tested: look again, it may be stale
        if isinstance(left.type, OptionalType | PointerType | TypeVariable):
            made: tree.Expression = tree.IsNone(left, span)
            return made if positive else tree.Not(made, span)
    elif isinstance(left.type, BoolType) and isinstance(right.type, BoolType):
        return tree.Compare("==" if positive else "!=", left, right, span)
    elif left.type == right.type and body.world.enum_of(left.type) is not None:
        return tree.Compare("==" if positive else "!=", left, right, span)
    elif callable_view(left.type) is not None or callable_view(right.type) is not None:
        return callables.refuse_comparison(body, span, "is")
    elif is_object(left.type) and is_object(right.type):
        made = tree.Identity(left, right, span)
        return made if positive else tree.Not(made, span)
    value = right.type if is_object(left.type) else left.type
    return body.error(
        codes.BAD_OPERANDS,
        span,
        f"`is` compares objects, and this is a `{describe(value)}`",
        help="compare values with `==`",
    )


def _equal(
    body: Body, span: Span, left: tree.Expression, right: tree.Expression, kind: ClassType, *, positive: bool
) -> tree.Expression:
    made: tree.Expression
    if is_weak(kind.definition):
        return body.error(
            codes.WEAK_COMPARED,
            span,
            "weak references are equal for as long as their objects live and are equal",
            help="compare what they refer to:\nleft() is right()",
        )
    if not positive and members.find_method(body.world, kind, "__ne__") is not None:
        if not kind.definition.module.startswith("kmi."):
            return calls.method_call(body, left, "__ne__", [right], span)
    if (wrong := families.unequal(kind)) is not None:
        return families.refuse(body, span, kind, wrong)
    found = members.find_method(body.world, kind, families.SAME)
    if found is not None:
        wanted = calls.parameter_types(found, kind)[0]
        if not subtype(right.type, wanted):
            return bad_operands(body, span, "==", left.type, right.type)
        made = calls.method_call(body, left, families.SAME, [right], span)
        return made if positive else tree.Not(made, span)
    method = members.find_method(body.world, kind, "__eq__")
    by_fields = body.world.classes[kind.definition].dataclass
    if kind.definition.struct:
        by_fields = True
        family = [*kind.definition.ancestors()[1:], *kind.definition.subclasses]
        family = [each for each in family if each.name != "Struct" or not each.module.startswith("kmi.")]
        if method is None and family:
            return body.error(
                codes.BAD_OPERANDS,
                span,
                f"`==` of the record `{kind}` would have to know of which class each side is: it has a base "
                "or subclasses",
                help="compare the fields, or write an `__eq__`",
            )
    if method is None and by_fields:
        from kmi.language.bodies.generated import generate_equal

        generate_equal(body.world, body.world.classes[kind.definition])
        method = members.find_method(body.world, kind, "__eq__")
    if method is not None:
        special = members.find_method(
            body.world, kind, members.overload(body.world, kind, "__eq__", right.type)
        )
        wanted = calls.parameter_types(special or method, kind)[0]
        if not same(wanted, right.type) and not (
            isinstance(right.type, ClassType) and right.type.definition.derives_from(kind.definition)
        ):
            return bad_operands(body, span, "==", left.type, right.type)
        made = calls.method_call(body, left, "__eq__", [right], span)
    else:
        if not same(left.type, right.type):
            return bad_operands(body, span, "==", left.type, right.type)
        made = tree.Identity(left, right, span)
    return made if positive else tree.Not(made, span)


def _equal_optional(body: Body, span: Span, left: tree.Expression, right: tree.Expression) -> tree.Expression:
    """``left == right`` where one or both may be None: both are, or both are not and are equal."""

    def inner(value: tree.Expression) -> tree.Expression:
        kind = value.type
        return tree.Narrow(value, span, kind.inner) if isinstance(kind, OptionalType) else value

    equal = compare_values(body, span, inner(left), ast.Eq(), inner(right))
    if equal.type is POISON:
        return equal
    no: tree.Expression = tree.BoolLiteral(False, span)
    if isinstance(right.type, OptionalType):
        equal = tree.Conditional(tree.IsNone(right, span), no, equal, span, BOOL)
    if isinstance(left.type, OptionalType):
        both = tree.IsNone(right, span) if isinstance(right.type, OptionalType) else no
        equal = tree.Conditional(tree.IsNone(left, span), both, equal, span, BOOL)
    return equal


def _ordered(
    body: Body, span: Span, symbol: str, left: tree.Expression, right: tree.Expression, kind: ClassType
) -> tree.Expression:
    if any(body.world.is_builtin(kind, name) for name in ("list", "deque")) and same(kind, right.type):
        item = kind.arguments[0]
        if item is not POISON and not has_order(body, item, symbol):
            return body.error(
                codes.BAD_OPERANDS,
                span,
                f"items of the type `{describe(item)}` have no order by `{symbol}`",
                help="give their class a `__lt__`, and compare with `<`"
                if isinstance(item, ClassType) and not item.definition.module.startswith("kmi.")
                else "compare what is in them",
            )
    if members.find_method(body.world, kind, ORDER[symbol]) is not None:
        return calls.method_call(body, left, ORDER[symbol], [right], span)
    mirrored = ORDER[MIRROR[symbol]]
    if (
        isinstance(right.type, ClassType)
        and members.find_method(body.world, right.type, mirrored) is not None
    ):
        return once(
            body, left, lambda a: once(body, right, lambda b: calls.method_call(body, b, mirrored, [a], span))
        )
    if kind.definition.module.startswith("kmi.runtime") and same(left.type, right.type):
        less = members.find_method(body.world, kind, "__lt__")
        if less is not None and symbol in ("<=", ">="):
            first, second = (right, left) if symbol == "<=" else (left, right)
            if symbol == ">=" or (is_simple(left) and is_simple(right)):
                return tree.Not(calls.method_call(body, first, "__lt__", [second], span), span)
            return once(
                body,
                left,
                lambda a: once(
                    body, right, lambda b: tree.Not(calls.method_call(body, b, "__lt__", [a], span), span)
                ),
            )
    return bad_operands(body, span, symbol, left.type, right.type)
