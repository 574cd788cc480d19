"""The verifier finds what breaks an invariant of the tree, and nothing in a good one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kmi.language import Library, analyse_text, tree
from kmi.language.report.diagnostics import InternalError
from kmi.language.tree.verify import verify
from kmi.language.types import INT, WIDTHS

PROGRAM = """
from kmi import u8


def add(first: u8, second: int) -> int:
    total = first + second
    if total > 3:
        return total
    return add(1, 2)
"""


def good() -> tuple[tree.Program, tree.Function]:
    program = analyse_text(PROGRAM, Path("program.py"), Library(entry=False)).program
    assert program is not None
    return program, program.main.functions["add"]


def narrow_local(function: tree.Function) -> None:
    function.locals[0].type = WIDTHS["u8"]


def forget_local(function: tree.Function) -> None:
    function.locals.clear()


def number_as_test(function: tree.Function) -> None:
    branch = function.body[1]
    assert isinstance(branch, tree.If)
    branch.condition = tree.IntLiteral(1, branch.span)


def drop_argument(function: tree.Function) -> None:
    last = function.body[-1]
    assert isinstance(last, tree.Return) and isinstance(last.value, tree.Call)
    last.value.arguments.pop()


def return_nothing(function: tree.Function) -> None:
    function.body[-1] = tree.Return(None, function.span)


def point_without_unsafe(function: tree.Function) -> None:
    local = function.locals[0]
    value = tree.Cast(tree.LocalGet(local, local.span, local.type), local.span, INT)
    function.body.append(tree.Assign(local, value, local.span))


def test_a_good_tree_passes() -> None:
    program, _ = good()
    verify(program)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (narrow_local, "`total`"),
        (forget_local, "is not listed"),
        (number_as_test, "the condition is `bool`"),
        (drop_argument, "1 arguments for `add`"),
        (return_nothing, "a return without a value"),
        (point_without_unsafe, "Cast outside of an unsafe block"),
    ],
)
def test_damage_is_found(damage: Callable[[tree.Function], None], message: str) -> None:
    program, function = good()
    damage(function)
    with pytest.raises(InternalError, match=message):
        verify(program)
