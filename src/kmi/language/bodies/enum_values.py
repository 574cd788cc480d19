"""Enums as values: `Color(number)`, `color.name`, `color.value`, `for color in Color`.

    Color(number)       ->  number, if it is the value of one; else ValueError, as in CPython
    color.name          ->  "RED" if color == 1 else "BLUE"
    f"{color}"          ->  "Color.RED" if color == 1 else "Color.BLUE"
"""

from __future__ import annotations

import ast

from kmi.language import tree
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import as_int
from kmi.language.bodies.once import once
from kmi.language.declarations.scope import ClassInfo
from kmi.language.relations import POISON
from kmi.language.source import Span
from kmi.language.types import BOOL, INT, ClassType, ExceptionType


def canonical(info: ClassInfo) -> dict[str, int]:
    """The members in order, without those that are other names of one before."""
    found: dict[str, int] = {}
    for name, number in info.enum_values.items():
        if number not in found.values():
            found[name] = number
    return found


def checked(body: Body, node: ast.Call, value: tree.Expression, info: ClassInfo) -> tree.Expression:
    """The member of that value; ValueError where there is none."""
    span = body.span(node)
    assert info.enum is not None
    number = as_int(body, value) if value.type == BOOL else tree.Fit(value, value.span, INT)
    held = body.temporary(INT, span, "member")
    read = tree.LocalGet(held, span, INT)
    test: tree.Expression = tree.BoolLiteral(False, span)
    for position, known in enumerate(canonical(info).values()):
        same = tree.Compare("==", read, tree.IntLiteral(known, span), span)
        test = same if not position else tree.Logical("or", test, same, span, BOOL)
    error = body.world.builtin("ValueError").definition
    said = tree.Format(
        [tree.FormatPiece(read, "", "", span), f" is not a valid {info.definition.name}"],
        span,
        body.world.str_type,
    )
    raised = tree.ExceptionNew(error, None, said, span, ExceptionType(error))
    return tree.Do(
        [tree.Assign(held, number, span), tree.If(test, [], [tree.Raise(raised, span)], span)],
        tree.Fit(read, span, info.enum, wrap=True),
        span,
        info.enum,
    )


def attribute(
    body: Body, node: ast.AST, value: tree.Expression, info: ClassInfo, name: str
) -> tree.Expression | None:
    """``color.name`` and ``color.value``; None for any other attribute."""
    span = body.span(node)
    if name == "value":
        return tree.Fit(value, span, INT, wrap=True)
    members = list(canonical(info).items())
    if name != "name" or "Flag" in info.enum_kind or not members:
        return None

    def named(read: tree.Expression) -> tree.Expression:
        made: tree.Expression = tree.StrLiteral(members[-1][0], span, body.world.str_type)
        for word, number in members[-2::-1]:
            test = tree.Compare("==", read, tree.IntLiteral(number, span), span)
            text = tree.StrLiteral(word, span, body.world.str_type)
            made = tree.Conditional(test, text, made, span, body.world.str_type)
        return made

    return once(body, value, named)


def text(body: Body, value: tree.Expression, info: ClassInfo, *, shown: bool) -> tree.Expression | None:
    """What ``str`` (or, ``shown``, ``repr``) makes of a member of an ``Enum``: ``Color.RED``.
    Of an ``IntEnum`` or ``IntFlag``, ``str`` makes the number. None where a flag may be several members.
    """
    if info.enum_kind.startswith("Int") and not shown:
        return tree.Fit(value, value.span, INT, wrap=True)
    known = list(canonical(info).items())
    if "Flag" in info.enum_kind or not known:
        return None
    span, name = value.span, info.definition.name

    def word(member: str, number: int) -> tree.Expression:
        said = f"<{name}.{member}: {number}>" if shown else f"{name}.{member}"
        return tree.StrLiteral(said, span, body.world.str_type)

    def named(read: tree.Expression) -> tree.Expression:
        made = word(*known[-1])
        for member, number in known[-2::-1]:
            test = tree.Compare("==", read, tree.IntLiteral(number, span), span)
            made = tree.Conditional(test, word(member, number), made, span, body.world.str_type)
        return made

    return once(body, value, named)


def by_name(body: Body, node: ast.Subscript, info: ClassInfo) -> tree.Expression:
    """``Color["RED"]``: the member of that name; KeyError where there is none."""
    from kmi.language.bodies import comparisons, expressions
    from kmi.language.bodies.convert import coerce

    span, kind = body.span(node), body.world.str_type
    assert info.enum is not None
    given = coerce(body, expressions.expression(body, node.slice, kind), kind, node.slice, "the name")
    if given.type is POISON:
        return given
    if isinstance(given, tree.StrLiteral) and given.value in info.enum_values:
        return tree.IntLiteral(info.enum_values[given.value], span, info.enum)
    name, made = body.temporary(kind, span, "name"), body.temporary(INT, span, "member")
    read = tree.LocalGet(name, span, kind)
    error = body.world.builtin("KeyError").definition
    said = tree.Format([tree.FormatPiece(read, "", "", span)], span, kind)
    found: list[tree.Statement] = [
        tree.Raise(tree.ExceptionNew(error, None, said, span, ExceptionType(error)), span)
    ]
    for member, number in reversed(info.enum_values.items()):
        word = tree.StrLiteral(member, span, kind)
        test = comparisons.compare_values(body, span, read, ast.Eq(), word)
        store = tree.Assign(made, tree.Fit(tree.IntLiteral(number, span), span, INT), span)
        found = [tree.If(test, [store], found, span)]
    return tree.Do(
        [tree.Assign(name, given, span), *found],
        tree.Fit(tree.LocalGet(made, span, INT), span, info.enum, wrap=True),
        span,
        info.enum,
    )


def all_of(body: Body, span: Span, info: ClassInfo) -> tree.Expression:
    """The members of an enum, in the order of their definition."""
    assert info.enum is not None
    items: list[tree.Expression] = [
        tree.IntLiteral(number, span, info.enum) for number in canonical(info).values()
    ]
    kind = body.world.builtin_type("list", info.enum)
    assert isinstance(kind, ClassType)
    return tree.ListNew(items, span, kind)
