"""Class methods that make objects: `cls(…)` takes what the class takes on which the method is called.

    class Reading:                                  class Exact(Reading):
        @classmethod                                    def __init__(self, value: int, digits: int) -> None: …
        def zero(cls) -> Self: return cls(0)        Exact.zero()    # refused: TypeError in CPython
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies.body import Body
from kmi.language.declarations.members import find_method
from kmi.language.declarations.protocols import abstract_methods
from kmi.language.declarations.scope import FunctionInfo
from kmi.language.types import ClassType


def refuse_making(body: Body, node: ast.AST, method: FunctionInfo, kind: ClassType) -> tree.Expression | None:
    """The error of a class method that makes an object of this class as a base is made; None if it fits."""
    owner = method.function.owner
    if owner is None or not _makes(method):
        return None
    missing = abstract_methods(body.world, body.world.classes[kind.definition])
    if missing:
        return body.error(
            codes.ABSTRACT,
            node,
            f"`{method.function.qualified}` makes a `{kind}`, which has no `{missing[0].name}` of its own",
            labels=[(missing[0].span, "only declared here")],
            help="call it on a class that defines it",
        )
    own = find_method(body.world, kind, "__init__")
    theirs = find_method(body.world, ClassType(owner, owner.type_parameters), "__init__")
    if own is theirs or own is None or (theirs is not None and own.same_parameters(theirs, 1)):
        return None
    return body.error(
        codes.BAD_ARGUMENTS,
        node,
        f"`{method.function.qualified}` makes a `{kind}` as a `{owner.name}`, which takes other things",
        labels=[(own.function.span, "what it takes")],
        help=f"give `{kind}` a `{method.function.name}` of its own",
    )


def _makes(method: FunctionInfo) -> bool:
    """Whether a class method calls ``cls``, or a method of it that may."""
    if method.node is None or not method.node.args.args:
        return False
    name = method.node.args.args[0].arg
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Name | ast.Attribute)
        and any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(each.func))
        for each in ast.walk(method.node)
    )
