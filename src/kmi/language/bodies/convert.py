"""Conversions: making a value fit the place where it goes.

    count: u8 = total         ->  Fit(total, u8)
    entry: Entry | None = e   ->  Upcast(e, Entry | None)

``coerce`` is the only way into a place. It reports what does not go, and the poison type goes anywhere.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies.body import Body
from kmi.language.declarations.callables import callable_view
from kmi.language.declarations.protocols import lacking, satisfies
from kmi.language.relations import (
    POISON,
    base_view,
    callable_fits,
    describe,
    is_int,
    place_type,
    poisoned,
    same,
    subtype,
)
from kmi.language.report.hints import class_hint, lock_hint
from kmi.language.source import Span
from kmi.language.types import (
    BOOL,
    EXACT,
    INT,
    NONE,
    BoolType,
    ClassType,
    CStructType,
    ExceptionType,
    FunctionType,
    IntType,
    NeverType,
    NoneType,
    OptionalType,
    PointerType,
    TupleType,
    Type,
    TypeObject,
    TypeVariable,
    UnionType,
)


def convert(body: Body, value: tree.Expression, target: Type, span: Span) -> tree.Expression | None:
    """The value made to fit ``target``; None if it does not go there."""
    kind = value.type
    if poisoned(kind) or poisoned(target):
        return (
            value
            if same(kind, target) or poisoned(kind) or isinstance(target, IntType)
            else _poisoned_upcast(body, value, target, span)
        )
    if kind == target or isinstance(kind, NeverType):
        return value
    match target:
        case IntType():
            if body.world.enum_of(target) is not None or not is_int(kind):
                return None
            return tree.Fit(value, span, target)
        case OptionalType(inner=inner):
            if isinstance(kind, NoneType):
                return tree.Upcast(value, span, target)
            if isinstance(kind, OptionalType):
                if isinstance(inner, ClassType | UnionType) and (
                    subtype(kind.inner, inner) or satisfies(body.world, kind.inner, inner)
                ):
                    return tree.Upcast(value, span, target)
                return None
            converted = convert(body, value, inner, span)
            return tree.Upcast(converted, span, target) if converted is not None else None
        case ClassType(definition=definition) if definition.callable and not subtype(kind, target):
            from kmi.language.bodies.callables import fitted

            return fitted(body, value, target, span)
        case ClassType():
            if (
                isinstance(kind, TypeVariable)
                and isinstance(kind.bound, ClassType)
                and subtype(kind.bound, target)
            ):
                return tree.Upcast(value, span, target)
            if subtype(kind, target) or satisfies(body.world, kind, target):
                return tree.Upcast(value, span, target)
            return None
        case UnionType():
            return tree.Upcast(value, span, target) if subtype(kind, target) else None
        case ExceptionType():
            if isinstance(kind, ExceptionType) and kind.definition.derives_from(target.definition):
                return tree.Upcast(value, span, target)
            return None
        case PointerType():
            return _pointer(value, target, span)
        case TupleType(items=items):
            return _tuple(body, value, items, span)
        case TypeObject():
            return value if isinstance(kind, TypeObject) and subtype(kind.instance, target.instance) else None
        case FunctionType():
            return value if isinstance(kind, FunctionType) and callable_fits(kind, target) else None
        case _:
            return None


def _poisoned_upcast(body: Body, value: tree.Expression, target: Type, span: Span) -> tree.Expression | None:
    """``Mutex[int]`` where ``Mutex[Any]`` is declared, and a subclass of it."""
    kind = value.type
    if target is POISON:
        return value
    if isinstance(kind, ClassType) and isinstance(target, ClassType):
        view = base_view(kind, target.definition)
        return value if view is not None and same(view, target) else None
    if isinstance(target, OptionalType) and not isinstance(kind, OptionalType):
        return value if kind == NONE else convert(body, value, target.inner, span)
    return value if isinstance(target, UnionType | TypeObject | OptionalType) else None


def _pointer(value: tree.Expression, target: PointerType, span: Span) -> tree.Expression | None:
    kind = value.type
    if isinstance(kind, NoneType):
        return tree.Cast(value, span, target)
    if not isinstance(kind, PointerType):
        return None
    if kind.qualifier not in ("", target.qualifier) and not (
        kind.qualifier == "const" and target.target is None
    ):
        return None
    if target.target is None or same(kind, target):
        return tree.Cast(value, span, target)
    return None


def _tuple(body: Body, value: tree.Expression, items: tuple[Type, ...], span: Span) -> tree.Expression | None:
    if not isinstance(value.type, TupleType) or len(value.type.items) != len(items):
        return None
    if isinstance(value, tree.TupleNew):
        converted = [convert(body, item, kind, span) for item, kind in zip(value.items, items, strict=True)]
        if any(item is None for item in converted):
            return None
        return tree.TupleNew([item for item in converted if item is not None], span, TupleType(items))
    return None


def coerce(
    body: Body, value: tree.Expression, target: Type, at: ast.AST | Span, what: str = "the value"
) -> tree.Expression:
    """The value made to fit ``target``, reported where it does not go there; ``what`` names the place or
    the value.
    """
    span = at if isinstance(at, Span) else body.span(at)
    converted = convert(body, value, target, span)
    if converted is not None:
        return converted
    kind = value.type
    if isinstance(kind, OptionalType) and not isinstance(target, OptionalType):
        if convert(body, tree.Narrow(value, span, kind.inner), target, span) is not None:
            return body.error(
                codes.MAYBE_NONE,
                span,
                f"{what} is `{target}`, but this may be `None`",
                help="look first:\nif value is not None:\n    …",
            )
    return body.error(
        codes.TYPE_MISMATCH,
        span,
        f"{what} is `{describe(target)}`, but this is `{describe(kind)}`",
        help=_maker_hint(kind, target)
        or class_hint(kind)
        or lock_hint(kind, span.text)
        or _mismatch_help(body, kind, target),
    )


def _maker_hint(kind: Type, target: Type) -> str | None:
    """How a class goes where a function is wanted."""
    view = callable_view(target)
    if view is None or not isinstance(kind, TypeObject):
        return None
    names = ", ".join(chr(ord("a") + n) for n in range(len(view.arguments) - 1))
    return f"write a function that makes it: `lambda {names}: {kind.instance}({names})`".replace(
        "lambda :", "lambda:"
    )


def _mismatch_help(body: Body, kind: Type, target: Type) -> str | None:
    if isinstance(target, ClassType) and target.definition.protocol and isinstance(kind, ClassType):
        missing = lacking(body.world, kind, target)
        return f"a `{kind}` is none: {missing}" if missing is not None else None
    if kind == NONE:
        return f"declare it as `{describe(target)} | None` if it can be missing"
    if isinstance(target, BoolType) and isinstance(kind, IntType):
        return "compare it: `value != 0`"
    enum = body.world.enum_of(target)
    if enum is not None and isinstance(kind, IntType):
        return f"make it one: `{enum.definition.name}(value)`"
    if isinstance(kind, ClassType) and isinstance(target, ClassType) and kind.definition is target.definition:
        return "type arguments must be the same: a container of one width cannot stand for one of another"
    choices = target.members if isinstance(target, UnionType) else (target,)
    if body.world.is_builtin(kind, "str") and any(body.world.is_builtin(one, "bytes") for one in choices):
        return 'write a bytes literal, b"…", or encode other text: `value.encode()`'
    if body.world.is_builtin(target, "bytes") and body.world.is_builtin(kind, "bytearray"):
        return "copy it: `bytes(value)`"
    if isinstance(kind, CStructType) and isinstance(target, PointerType):
        return "take its address: `address_of(…)`"
    return None


def as_int(body: Body, value: tree.Expression) -> tree.Expression:
    """An operand of arithmetic: a bool counts as 0 or 1."""
    return tree.Fit(value, value.span, INT) if value.type == BOOL else value


def join_types(body: Body, left: Type, right: Type) -> Type | None:
    """The type that holds both: for conditional expressions and locals of mixed values. None if there is
    none.
    """
    if left is POISON or right is POISON or left == right:
        return right if left is POISON else left
    if isinstance(left, NeverType):
        return right
    if isinstance(right, NeverType):
        return left
    if is_int(left) and is_int(right):
        if isinstance(left, BoolType) or isinstance(right, BoolType):
            return None
        return EXACT if EXACT in (left, right) else INT
    if isinstance(left, NoneType):
        return right if isinstance(right, OptionalType) else OptionalType(place_type(right))
    if isinstance(right, NoneType):
        return left if isinstance(left, OptionalType) else OptionalType(place_type(left))
    if isinstance(left, OptionalType) or isinstance(right, OptionalType):
        inner = join_types(
            body,
            left.inner if isinstance(left, OptionalType) else left,
            right.inner if isinstance(right, OptionalType) else right,
        )
        return OptionalType(place_type(inner)) if inner is not None else None
    if subtype(left, right):
        return right
    if subtype(right, left):
        return left
    view = callable_view(left)
    if view is not None and view == callable_view(right):
        return view
    return None


def unify(parameter: Type, argument: Type, bindings: dict[str, Type], free: frozenset[str]) -> None:
    """Learns from an argument's type what the type variables ``free`` in a parameter's type stand for."""
    match parameter:
        case TypeVariable(name=name) if name in free:
            if name not in bindings and not isinstance(argument, NoneType | NeverType):
                bindings[name] = place_type(argument)
            elif isinstance(argument, NoneType):
                bindings.setdefault(name, NONE)
        case ClassType(definition=definition, arguments=arguments) if arguments:
            inner = argument.inner if isinstance(argument, OptionalType) else argument
            if isinstance(inner, ClassType):
                view = base_view(inner, definition)
                for wanted, given in zip(arguments, view.arguments if view is not None else (), strict=False):
                    unify(wanted, given, bindings, free)
        case OptionalType(inner=wanted):
            unify(wanted, argument.inner if isinstance(argument, OptionalType) else argument, bindings, free)
        case TupleType(items=items) if isinstance(argument, TupleType):
            for wanted, given in zip(items, argument.items, strict=False):
                unify(wanted, given, bindings, free)
        case PointerType(target=target) if target is not None and isinstance(argument, PointerType):
            if argument.target is not None:
                unify(target, argument.target, bindings, free)
        case TypeObject(instance=wanted) if isinstance(argument, TypeObject):
            unify(wanted, argument.instance, bindings, free)
        case _:
            pass
