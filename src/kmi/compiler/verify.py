"""Checks the linear form between passes: what the passes promise each other.

After ``linearise``: no type variable is left, an owned variable's type holds counts, every variable that is
used is declared. After ``edges``: every statement that can raise has an edge. A breach is an InternalError
that names the pass, the function and the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from kmi.compiler import linear
from kmi.compiler.instances import FunctionInstance
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import ClassType, OptionalType, PointerType, TupleType, Type, TypeVariable


def verify(instance: FunctionInstance, after: str) -> None:
    """One function."""
    function = instance.linear
    if function is None:
        return
    known = {*function.parameters, *function.variables}

    def fail(message: str, span: Span | None) -> None:
        raise InternalError(f"after {after}, in {instance.name}: {message}", span or instance.function.span)

    for variable in known:
        if _open(variable.type):
            fail(f"`{variable.name}` has the open type {variable.type}", None)
        if variable.owned and not linear.holds_count(variable.type):
            fail(f"`{variable.name}` is owned, and {variable.type} holds no count", None)
    for statement in statements(function.body):
        for node in expressions(statement):
            if isinstance(node, linear.Var) and node.variable not in known:
                fail(f"`{node.variable.name}` is not declared", statement.span)
        if after == "edges" and isinstance(statement, linear.Raise | linear.RaiseValue | linear.New):
            if statement.edge is None:
                fail(f"a {type(statement).__name__} has no edge", statement.span)
        if after == "edges" and isinstance(statement, linear.CallFunction):
            if statement.callee.raises and statement.edge is None:
                fail(f"the call of {statement.callee.name} has no edge", statement.span)


def _open(kind: Type) -> bool:
    match kind:
        case TypeVariable():
            return True
        case ClassType(arguments=arguments):
            return any(map(_open, arguments))
        case OptionalType(inner=inner):
            return _open(inner)
        case TupleType(items=items):
            return any(map(_open, items))
        case PointerType(target=target):
            return target is not None and _open(target)
        case _:
            return False


def statements(body: list[linear.Statement]) -> Iterator[linear.Statement]:
    """Every statement, inner ones after the one that they are in."""
    for statement in body:
        yield statement
        for each in fields(statement):
            value = getattr(statement, each.name)
            if each.name == "catches":
                for catch in value:
                    yield from statements(catch.body)
            elif isinstance(value, list) and value and each.name in _BLOCKS:
                yield from statements(value)


_BLOCKS = frozenset(["then", "otherwise", "body", "before", "after", "cleanup"])


def expressions(node: object) -> Iterator[object]:
    """The expressions of a statement, inner ones too; not those of statements inside it."""
    if not is_dataclass(node):
        return
    for each in fields(node):
        if each.name in _BLOCKS or each.name in (
            "catches",
            "span",
            "callee",
            "instance",
            "loop",
            "left",
            "region",
        ):
            if not (
                each.name == "left"
                and isinstance(node, linear.Operation | linear.Comparison | linear.Overflowing)
            ):
                continue
        value = getattr(node, each.name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, linear.Const | linear.Var | linear.Piece) or hasattr(item, "type"):
                yield item
                if not isinstance(item, linear.Variable):
                    yield from expressions(item)
