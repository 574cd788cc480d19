"""What a bool tells of the numbers that it was made of, as long as these do not change.

    short = i < len(items)          short is true: i - len(items) <= -1; short is false: i - len(items) >= 0
    if short and items[i] > n:      so items[i] needs no check

Conditions are expressions of the linear form; one that mentions a variable, or a length, is dropped when that
changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from kmi.compiler import linear
from kmi.compiler.linear import Variable
from kmi.compiler.tidy import parts

__all__ = ["Flag", "Told", "mentioned", "plain", "without"]

Told = tuple[tuple[linear.Expression, bool], ...]
"""Conditions, and whether each holds."""


@dataclass(frozen=True, slots=True)
class Flag:
    """What is known where a bool is true, and where it is false; None of what it is not."""

    true: Told | None = ()
    false: Told | None = ()

    def of(self, holds: bool) -> Told | None:
        return self.true if holds else self.false

    def now(self) -> Told:
        """What is known anyway, since the bool is known."""
        if self.true is None:
            return self.false or ()
        return self.true if self.false is None else ()

    def without(self, variable: Variable) -> Flag:
        """The variable has changed."""
        return Flag(without(self.true, variable), without(self.false, variable))

    def join(self, other: Flag) -> Flag:
        return Flag(_shared(self.true, other.true), _shared(self.false, other.false))


def without(told: Told | None, variable: Variable | None) -> Told | None:
    """What says nothing of the variable, or of any length."""
    return told and tuple(each for each in told if variable not in mentioned(each[0]))


def _shared(one: Told | None, other: Told | None) -> Told | None:
    if one is None or other is None:
        return other if one is None else one
    return tuple(each for each in one if each in other)


def plain(value: linear.Expression) -> bool:
    """Whether it says something of variables and lengths alone."""
    match value:
        case linear.Comparison(left=left, right=right) | linear.Operation(left=left, right=right):
            return plain(left) and plain(right)
        case linear.Convert(value=inner):
            return plain(inner)
        case linear.Negation(operand=operand):
            return plain(operand)
        case linear.Load(object=linear.Var(), name="_length"):
            return True
        case linear.Var() | linear.Const() | linear.BoolConst():
            return True
        case _:
            return False


def mentioned(node: object) -> set[Variable | None]:
    """The variables in an expression, and None where there is a length."""
    if isinstance(node, Variable):
        return {node}
    if not linear.is_node(node):
        return set()
    found = {each for _, _, _, value in parts(node) for each in mentioned(value)}
    return found | {None} if isinstance(node, linear.Load) else found
