"""Bodies of functions: each analysed once its signature is known, and again where a local needs a wider
place.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import statements
from kmi.language.bodies.arguments import default_value
from kmi.language.bodies.body import Body, Widen
from kmi.language.bodies.exception_objects import prologue
from kmi.language.declarations import carriers, reached
from kmi.language.declarations.scope import ClassInfo, FunctionInfo
from kmi.language.declarations.world import World
from kmi.language.parse import ALLOWED, check
from kmi.language.relations import POISON
from kmi.language.report.diagnostics import InternalError, Reporter
from kmi.language.syntax import below
from kmi.language.types import CStructType, NeverType, NoneType, OptionalType, Type

ROUNDS = 50
"""More rounds than a function has locals to widen are a defect of ours."""


def analyse_function(world: World, info: FunctionInfo) -> None:
    """Analyses the body of a function; does nothing the second time."""
    if info.analysed or info.declared:
        return
    info.analysed = True
    info.function.waiting = False
    if info.owner is not None and info.function.name == "__init__":
        _complete_base(world, info.owner)
    if info.generated:
        from kmi.language.bodies.generated import generate_body

        generate_body(world, info)
        return
    assert info.node is not None
    if info.function.abstract and _is_empty(info.node):
        return
    if not info.scope.author and world.library.complete:
        check(info.scope.source, info.node, world.reporter)
    widened: dict[str, Type] = {}
    for _ in range(ROUNDS):
        body = _body(world, info, widened)
        try:
            check_defaults(body, info)
            made = [*prologue(body), *statements.block(body, info.node.body)]
        except Widen as wider:
            widened[wider.name] = wider.type
            if info.owner is not None:
                for entry in body.created:
                    info.owner.definition.fields.remove(entry)
            continue
        break
    else:
        raise InternalError("the places of the locals do not settle", info.function.span)
    function = info.function
    _check_end(body, info)
    failed = body.reporter.failed
    for diagnostic in body.reporter.diagnostics:
        world.reporter.report(diagnostic)
    if failed:
        world.broken.add(function)
    function.body = made
    reached.read(world, made)
    function.locals = body.ordered
    if body.initializer and info.owner is not None and carriers.is_carrier(info.owner.definition):
        carriers.check_fields(world, info.owner)


def _body(world: World, info: FunctionInfo, widened: dict[str, Type]) -> Body:
    assert info.node is not None
    body = Body(world, info.scope, info, info.owner, reporter=Reporter(), widened=dict(widened))
    parameters = {parameter.name: parameter for parameter in info.function.parameters}
    body.locals = dict(parameters)
    body.declared = set(parameters)
    body.names = frozenset(statements.assigned_names(info.node.body) | set(parameters))
    body.flow.assigned.update(parameters.values())
    body.functions = dict(info.visible)
    if info.scope.name.endswith(".bindings"):
        body.unsafe = 1
    return body


def _complete_base(world: World, info: ClassInfo) -> None:
    """The base's fields are known before a class adds its own."""
    base = info.definition.base
    if base is not None:
        from kmi.language.bodies.fields import complete

        complete(world, world.classes[base.definition])


def check_defaults(body: Body, info: FunctionInfo) -> None:
    """Reports the defaults that are not constants of their parameter's type."""
    if not info.scope.author:
        return
    for parameter, default in zip(info.function.parameters, info.defaults, strict=False):
        if default is not None and parameter.type is not POISON:
            default_value(body, default, info, default, parameter.type)


def _is_empty(node: ast.FunctionDef) -> bool:
    """Whether the body is a docstring and ``...`` or ``pass`` or ``raise NotImplementedError``."""
    for statement in node.body:
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                continue
            case _:
                return False
    return True


def _check_end(body: Body, info: FunctionInfo) -> None:
    """What must hold where the body ends without ``return``."""
    function = info.function
    assert info.node is not None
    if not body.flow.dead:
        result = function.result
        gives = not isinstance(result, NoneType | OptionalType) and result is not POISON
        if gives and not _has_refused(info.node):
            if isinstance(result, NeverType):
                body.error(
                    codes.MISSING_RETURN,
                    info.node.body[-1],
                    f"`{function.qualified}` comes back, though it says `Never`",
                )
            else:
                body.error(
                    codes.MISSING_RETURN,
                    _last(info.node),
                    f"`{function.qualified}` may end here without returning a `{result}`",
                    help="end it with `return …` or `raise …`",
                )
        if body.initializer:
            from kmi.language.bodies.field_assignments import check_init_complete

            check_init_complete(body, _last(info.node))
    if not body.initializer or info.owner is None:
        return
    needed = _needed_fields(body, info.owner.definition)
    for span, assigned in body.exits:
        for entry in needed:
            if entry not in assigned:
                body.error(
                    codes.UNASSIGNED,
                    span,
                    f"`self.{entry.name}` has no value on a way that ends here",
                    labels=[(entry.span, "the field")],
                    help=_field_help(info.owner.definition, entry),
                )
                break
    for span, assigned, assigning in body.self_uses:
        early = [e for e in needed if e not in assigned and not (e.place and e.name == assigning)]
        if early and info.scope.author:
            body.error(
                codes.UNASSIGNED,
                span,
                f"`self` is used before `self.{early[0].name}` has a value",
                labels=[(early[0].span, "the field")],
                help="assign every field first",
            )
            break


def _has_refused(node: ast.FunctionDef) -> bool:
    """Whether something in a function is refused as it is, or left out."""
    return any(
        type(part) not in ALLOWED or (isinstance(part, ast.Constant) and part.value is ...)
        for part in below(node)
    )


def _needed_fields(body: Body, definition: tree.Class) -> list[tree.Field]:
    """The fields that have a value once ``__init__`` is over: its own, and those of the author's bases."""
    return [
        entry
        for owner in definition.ancestors()
        if body.world.classes[owner].scope.author or owner is definition
        for entry in owner.fields
        if not isinstance(entry.type, CStructType) and entry.type is not POISON
    ]


def _field_help(definition: tree.Class, entry: tree.Field) -> str:
    return f"self.{entry.name} = …" if entry in definition.fields else "super().__init__(…)"


def _last(node: ast.FunctionDef) -> ast.stmt:
    """The last line of a body: where the way out without ``return`` is."""
    last: ast.stmt = node.body[-1]
    while True:
        match last:
            case ast.If(body=inner, orelse=other):
                last = (other or inner)[-1]
            case ast.With(body=inner) | ast.For(body=inner) | ast.While(body=inner):
                last = inner[-1]
            case _:
                return last


def emptied(function: tree.Function) -> bool:
    """Whether a function has no statements: a declaration, or ``pass``."""
    return not function.body
