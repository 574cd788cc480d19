"""Values that are used several times and evaluated once: Let.

    a < f() < b         ->  Let(x, f(), a < x and x < b)
"""

from __future__ import annotations

from collections.abc import Callable

from kmi.language import tree
from kmi.language.bodies.body import Body
from kmi.language.relations import POISON


def hold(body: Body, value: tree.Expression) -> tree.LocalGet:
    """A local for a value; `let` stores it there."""
    local = body.temporary(value.type, value.span)
    return tree.LocalGet(local, value.span, local.type)


def let(value: tree.Expression, get: tree.Expression, inner: tree.Expression) -> tree.Expression:
    """``inner`` with the value in the local that `hold` made; what was not held needs no Let."""
    if not isinstance(get, tree.LocalGet):
        return inner
    return tree.Let(get.local, value, inner, inner.span, inner.type)


def once(
    body: Body, value: tree.Expression, then: Callable[[tree.Expression], tree.Expression]
) -> tree.Expression:
    """``then`` of the value, which may be used several times in it and is evaluated once."""
    if is_simple(value) or value.type is POISON:
        return then(value)
    get = hold(body, value)
    return let(value, get, then(get))


def is_simple(value: tree.Expression) -> bool:
    """Whether evaluating it twice is evaluating it once."""
    match value:
        case (
            tree.IntLiteral()
            | tree.BoolLiteral()
            | tree.NoneLiteral()
            | tree.StrLiteral()
            | tree.BytesLiteral()
        ):
            return True
        case tree.LocalGet(local=local):
            return not local.fluid
        case tree.Narrow(value=inner, checked=False) | tree.Upcast(value=inner):
            return is_simple(inner)
        case _:
            return False


def is_still(value: tree.Expression) -> bool:
    """Whether it gives the same whenever it is evaluated, if something else runs in between."""
    match value:
        case tree.FieldGet(object=inner, field=field):
            return (field.final or field.place) and is_still(inner)
        case tree.Narrow(value=inner, checked=False) | tree.Upcast(value=inner):
            return is_still(inner)
        case tree.Fit(value=tree.IntLiteral()):
            return True
        case _:
            return is_simple(value)
