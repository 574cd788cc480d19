"""``__exit__(self, kind, error, trace)`` of an author's manager: what it sees of the exception.

    if kind is None: …                       if error is None: …
    if issubclass(kind, ValueError): …       if isinstance(error, ValueError): …

Where a method looks at what it is given it has one parameter more, ``error: Exception | None``; ``kind`` and
``trace`` are read off it. In a file in which no ``__exit__`` looks, none is given anything, at no cost.
"""

from __future__ import annotations

import ast
import copy

from kmi.language import codes
from kmi.language.declarations.scope import ModuleScope
from kmi.language.declarations.world import World


def given(node: ast.FunctionDef) -> list[str]:
    """What ``kind``, ``error`` and ``trace`` are called; nothing if they are not three."""
    names = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]][1:]
    return names if len(names) == 3 else []


def looks(scope: ModuleScope) -> bool:
    """Whether any ``__exit__`` of a file uses what it is given."""
    return any(
        isinstance(inner, ast.FunctionDef) and inner.name == "__exit__" and _uses(inner)
        for statement in scope.bindings.values()
        if isinstance(statement, ast.ClassDef)
        for inner in statement.body
    )


def _uses(node: ast.FunctionDef) -> bool:
    names = set(given(node))
    return any(
        isinstance(each, ast.Name) and each.id in names for inner in node.body for each in ast.walk(inner)
    )


def rewritten(world: World, scope: ModuleScope, node: ast.FunctionDef) -> ast.FunctionDef:
    """The method with all that it asks of ``kind`` and ``trace`` asked of ``error``."""
    kind, error, trace = given(node)
    made = copy.deepcopy(node)
    rewriter = _Rewriter(kind, error, trace)
    made.body = [rewriter.visit(statement) for statement in made.body]
    for statement in list(made.body):
        for each in ast.walk(statement):
            if isinstance(each, ast.Name) and each.id in (kind, trace):
                asked = each.id == kind
                more = " or given to `issubclass`" if asked else ""
                world.reporter.error(
                    codes.BAD_EXCEPTION,
                    scope.span(each),
                    f"`{each.id}` is only compared with `None`{more}",
                    help=f"isinstance({error}, ValueError)" if asked else f"{error} is None",
                )
                missing = ast.copy_location(ast.Name("NotImplementedError", ast.Load()), each)
                made.body = [ast.copy_location(ast.Raise(missing, None), each)]  # one mistake, one error
    return made


class _Rewriter(ast.NodeTransformer):
    def __init__(self, kind: str, error: str, trace: str) -> None:
        self.kind, self.error, self.trace = kind, error, trace

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Compare(
                left=ast.Name(id=name) as left,
                ops=[ast.Is() | ast.IsNot()],
                comparators=[ast.Constant(value=None)],
            ) if name in (self.kind, self.trace):
                left.id = self.error
            case _:
                pass
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(
                func=ast.Name(id="issubclass") as function, args=[ast.Name(id=name) as first, _], keywords=[]
            ) if name == self.kind:
                function.id, first.id = "isinstance", self.error
            case _:
                pass
        return node


__all__ = ["given", "looks", "rewritten"]
