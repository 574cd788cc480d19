"""Files of a package that import each other in a circle, where Python would find a name missing.

    # a.py: from .b import B             Python runs a.py down to here, then all of b.py
    # b.py: from .a import A             ... where `A` is not defined yet: ImportError

Names are resolved late here, so a circle does no harm to a compiled module; but the same files have to load
in CPython. So their import is played through, name by name.
"""

from __future__ import annotations

import ast

from kmi.language import codes, packages
from kmi.language.declarations.scope import ModuleScope
from kmi.language.declarations.world import World


def check_order(world: World, main: ModuleScope) -> None:
    """Reports the imports that Python would not find, as it goes through the files."""
    bound: dict[str, set[str]] = {}
    _run(world, main, bound, set())


def _run(world: World, scope: ModuleScope, bound: dict[str, set[str]], done: set[str]) -> None:
    names = bound.setdefault(scope.name, set())
    for statement in world.syntax[scope.name].body:
        match statement:
            case ast.ImportFrom(level=level) if level:
                _import(world, scope, statement, bound, done)
                names.update(alias.asname or alias.name for alias in statement.names)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names.update(alias.asname or alias.name.partition(".")[0] for alias in aliases)
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case _:
                pass
    done.add(scope.name)


def _import(
    world: World, scope: ModuleScope, node: ast.ImportFrom, bound: dict[str, set[str]], done: set[str]
) -> None:
    dotted = packages.absolute(scope.name, scope.package, node)
    home = world.scopes.get(dotted) if dotted is not None else None
    if home is None or dotted is None:
        return  # reported where the name is resolved
    if dotted not in bound:
        _run(world, home, bound, done)
    for alias in node.names:
        inner = world.scopes.get(f"{dotted}.{alias.name}")
        if alias.name in bound[dotted] or dotted in done:
            continue
        if inner is not None:
            if inner.name not in bound:
                _run(world, inner, bound, done)
            continue
        world.reporter.error(
            codes.IMPORT_CIRCLE,
            scope.span(node),
            f"`{alias.name}` is not defined yet when Python comes here: `{dotted}` is still being imported",
            help=f"import it for annotations only:\nif TYPE_CHECKING:\n    {ast.unparse(node)}\n"
            "or put what both files need into a third one",
        )
        return
