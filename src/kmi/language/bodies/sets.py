"""Sets: ``{a, b}``, and where their order would show.

    for name in names:       # refused of a set: CPython's order differs from run to run
    for name in sorted(names):
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import adapting, displays
from kmi.language.bodies.body import Body
from kmi.language.relations import POISON
from kmi.language.types import ClassType, OptionalType, Type

SETS = ("set", "frozenset")


def display(body: Body, node: ast.Set, expected: Type | None) -> tree.Expression:
    """``{a, b}``: a set of the list of its items, which are evaluated in order."""
    wanted = expected.inner if isinstance(expected, OptionalType) else expected
    element = wanted.arguments[0] if is_set(body, wanted) and isinstance(wanted, ClassType) else None
    items = body.world.builtin_type("list", element) if element is not None else None
    made = displays.list_(body, node, node.elts, items)
    if made.type is POISON or not isinstance(made.type, ClassType):
        return made
    if not adapting.check_key(body, node, made.type.arguments[0], "an item of the set"):
        return body.poison(node)
    return from_list(body, node, made, "set")


def from_list(body: Body, node: ast.AST, items: tree.Expression, name: str) -> tree.Expression:
    """The call that makes a set, or another container, of a list that is made already."""
    from kmi.language.bodies import calls
    from kmi.language.declarations.members import find_method

    assert isinstance(items.type, ClassType)
    kind = body.world.builtin_type(name, *items.type.arguments)
    maker = find_method(body.world, kind, "__from_list__")
    assert maker is not None
    return calls.static_call(body, maker, [items], body.span(node), kind)


def is_set(body: Body, kind: Type | None) -> bool:
    """Whether a type is a set's."""
    return kind is not None and any(body.world.is_builtin(kind, name) for name in SETS)


def refuse_order(body: Body, at: ast.AST, kind: Type, text: str) -> bool:
    """Reports that the order of a set would show; whether it is a set."""
    if not is_set(body, kind) or not body.scope.author:
        return False
    body.error(
        codes.SET_ORDER,
        at,
        f"the order of a `{kind}` differs from run to run",
        help=f"sort it: `sorted({text})`, or keep a `dict`, which remembers the order",
    )
    return True


def refuse_pop(body: Body, node: ast.Call, kind: Type) -> bool:
    """Reports a ``pop`` of a set, which takes whatever comes first; whether it is one."""
    if not is_set(body, kind) or not body.scope.author or not isinstance(node.func, ast.Attribute):
        return False
    text = ast.unparse(node.func.value)
    body.error(
        codes.SET_ORDER,
        node,
        f"which item `pop` takes out of a `{kind}` differs from run to run",
        help=f"say which one:\nitem = min({text})\n{text}.remove(item)",
    )
    return True


__all__ = ["display", "from_list", "is_set", "refuse_order", "refuse_pop"]
