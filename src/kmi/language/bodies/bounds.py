"""What type variables stand for in a call is what their bounds allow.

    N = TypeVar("N", bound=Named)
    def longest(items: list[N]) -> N: …         longest([1, 2])     # refused: an `int` is no `Named`
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from kmi.language import codes, tree
from kmi.language.bodies.body import Body
from kmi.language.declarations.protocols import satisfies
from kmi.language.relations import describe, is_int, poisoned, subtype
from kmi.language.types import Type, TypeVariable, substitute


def refuse_unbound(
    body: Body, node: ast.AST, variables: Iterable[TypeVariable], bindings: Mapping[str, Type]
) -> tree.Expression | None:
    """The error of a type that a bound does not allow; None where all are allowed."""
    for variable in variables:
        kind = bindings.get(variable.name)
        if variable.bound is None or kind is None or variable.name == "Self" or poisoned(kind):
            continue
        bound = substitute(variable.bound, bindings)
        if is_int(bound) and is_int(kind):
            continue  # a width and `bool` are an `int` to Python
        if poisoned(bound) or kind == variable or subtype(kind, bound) or satisfies(body.world, kind, bound):
            continue
        return body.error(
            codes.CANNOT_INFER,
            node,
            f"`{variable.name}` stands for a `{describe(bound)}` or what derives from it, "
            f"and not for a `{describe(kind)}`",
            help=f"give a `{describe(bound)}`",
        )
    return None
