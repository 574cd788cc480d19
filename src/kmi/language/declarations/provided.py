"""The kernel's implementation of an interface name is what the interface declares: same parameters, same
result.

Comparing waits until all is declared. An implementation may add fields and methods of its own.
"""

from __future__ import annotations

import ast

from kmi.language import codes
from kmi.language.declarations import names
from kmi.language.declarations.scope import ClassInfo, Entity, FunctionInfo, ModuleScope
from kmi.language.declarations.world import World
from kmi.language.types import TypeVariable


def pending(world: World, scope: ModuleScope, node: ast.ClassDef | ast.FunctionDef, entity: Entity) -> None:
    """Remembers to compare an implementation with its declaration."""
    if isinstance(entity, ClassInfo | FunctionInfo):
        world.checks.append((scope, node, entity))


def compare_all(world: World) -> None:
    """Compares what is pending; takes over the declared effects."""
    for scope, node, entity in world.checks:
        if isinstance(entity, FunctionInfo) and isinstance(node, ast.FunctionDef):
            _compare(world, scope, node, entity, None)
        elif isinstance(entity, ClassInfo) and isinstance(node, ast.ClassDef):
            from kmi.language.declarations.declare import declare_members

            declare_members(world, entity)
            for statement in node.body:
                if isinstance(statement, ast.FunctionDef):
                    _method(world, scope, node, statement, entity)
    world.checks.clear()


def _method(
    world: World, scope: ModuleScope, declaration: ast.ClassDef, node: ast.FunctionDef, entity: ClassInfo
) -> None:
    method: FunctionInfo | None = None
    for definition in entity.definition.ancestors():
        method = world.classes[definition].methods.get(node.name)
        if method is not None:
            break
    if method is None:
        if node.name == "__init__" and len(node.args.args) == 1:
            return
        if f"__{node.name}__" in entity.methods:
            return  # of a `Struct`: see `calls`
        if entity.definition.module.startswith("kmi.kernels"):
            world.reporter.error(
                codes.INTERFACE_MISMATCH,
                entity.definition.span,
                f"`{entity.definition.name}` lacks `{node.name}`",
                labels=[(scope.span(node), "declared here")],
                help=f"def {node.name}({ast.unparse(node.args)}): …",
            )
        return
    _compare(world, scope, node, method, declaration)


def _compare(
    world: World, scope: ModuleScope, node: ast.FunctionDef, method: FunctionInfo, owner: ast.ClassDef | None
) -> None:
    from kmi.language.declarations.decorators import function_decorators

    function = method.function
    function.effects = function_decorators(world, scope, node, None).effects or function.effects
    if node.name == "__exit__" or method.node is None:
        return
    wanted = [a.arg for a in [*node.args.args, *node.args.kwonlyargs]]
    given = [a.arg for a in [*method.node.args.args, *method.node.args.kwonlyargs]]
    if [name for name in wanted if name != "self"] != [name for name in given if name != "self"]:
        world.reporter.error(
            codes.INTERFACE_MISMATCH,
            function.span,
            f"`{function.qualified}` takes ({', '.join(given)}), declared is ({', '.join(wanted)})",
            labels=[(scope.span(node), "declared here")],
            help=f"def {node.name}({ast.unparse(node.args)}): …",
        )
        return
    pairs = zip(
        [*node.args.args, *node.args.kwonlyargs],
        [*method.node.args.args, *method.node.args.kwonlyargs],
        strict=True,
    )
    for declared, own in pairs:
        if declared.annotation is not None and own.annotation is not None:
            _annotation(world, scope, method, declared.annotation, own.annotation)
    if node.returns is not None and method.node.returns is not None:
        _annotation(world, scope, method, node.returns, method.node.returns)
    for name in ("property", "staticmethod", "classmethod"):
        if _decorated(node, name) != _decorated(method.node, name):
            world.reporter.error(
                codes.INTERFACE_MISMATCH,
                function.span,
                f"`{function.qualified}`: one of the two is a `{name}`",
                labels=[(scope.span(node), "declared here")],
            )


def _decorated(node: ast.FunctionDef, name: str) -> bool:
    return any(isinstance(d, ast.Name) and d.id == name for d in node.decorator_list)


def _annotation(
    world: World, scope: ModuleScope, method: FunctionInfo, declared: ast.expr, own: ast.expr
) -> None:
    wanted, given = _spelling(declared), _spelling(own)
    if wanted == given or "Any" in wanted:
        return
    if given in wanted.split(" | ") and _has_overload(method):
        return  # the other classes have methods of their own
    if any(
        v.name == given and v.bound is not None and str(v.bound) == wanted
        for v in method.function.type_parameters
    ):
        return  # any class that is within the declared one
    variable = names.own(world, method.scope, given)
    if isinstance(variable, TypeVariable) and str(variable.bound) == wanted:
        return  # the layer wants to know which subclass it is
    if method.owner is not None and all(
        part == given or f"__{method.function.name}_{part}__" in method.owner.methods
        for part in wanted.split(" | ")
    ):
        return  # a method for each class of argument
    world.reporter.error(
        codes.INTERFACE_MISMATCH,
        method.scope.span(own),
        f"`{method.function.qualified}` has `{ast.unparse(own)}` here, declared is `{ast.unparse(declared)}`",
        labels=[(scope.span(declared), "declared here")],
    )


def _has_overload(method: FunctionInfo) -> bool:
    """Whether methods beside it take other classes of argument: ``__put_bytearray__`` beside ``put``."""
    prefix = f"__{method.function.name}_"
    return method.owner is not None and any(name.startswith(prefix) for name in method.owner.methods)


def _spelling(node: ast.expr) -> str:
    """The annotation as a text in which quotes and the order of a union make no difference."""
    text = ast.unparse(node).replace("'", "").replace('"', "")
    return " | ".join(sorted(part.strip() for part in text.split("|")))
