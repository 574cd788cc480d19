"""Decorators over the module's class that say something of it to a kernel: names with constants.

    @depends("usb", minimum=1)          ->  ("kmi.freebsd.module.depends", {"name": "usb", "minimum": 1, …})

What they are is declared in the interface, under `@metadata`; what they mean is the kernel's.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.declarations.scope import FunctionInfo, ModuleScope
from kmi.language.declarations.world import World

KINDS = {"str": str, "int": int, "bool": bool}


def read(world: World, scope: ModuleScope, info: FunctionInfo, decorator: ast.expr) -> tree.Metadata | None:
    """What a decorator says; None where that is wrong, which is reported."""
    from kmi.language.declarations.constants import fold

    name = info.function.name
    if not isinstance(decorator, ast.Call):
        _bad(world, scope, decorator, f"`@{name}` is called: `@{name}(…)`")
        return None
    parameters = info.function.parameters
    given = dict(zip((each.name for each in parameters), decorator.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in decorator.keywords if keyword.arg is not None}
    known = {each.name for each in parameters}
    if len(decorator.args) > len(parameters) or not given.keys() <= known:
        _bad(world, scope, decorator, f"`@{name}` takes {', '.join(f'`{each}`' for each in known)}")
        return None
    values: dict[str, str | int | bool] = {}
    for parameter, default in zip(parameters, info.defaults, strict=True):
        node = given.get(parameter.name)
        written = node if node is not None else default
        folded = fold(world, scope if node is not None else info.scope, written, None) if written else None
        wanted = KINDS.get(str(parameter.type))
        if folded is None or wanted is None or type(folded.value) is not wanted:
            _bad(
                world,
                scope,
                node or decorator,
                f"`{parameter.name}` of `@{name}` is a `{parameter.type}` constant",
            )
            return None
        values[parameter.name] = folded.value  # type: ignore[assignment]
    effects = info.function.effects
    waits = effects.waits if effects is not None else None
    if waits is not None:
        value = int(values[waits.parameter])
        if bool(value & waits.flag) == bool(value & waits.other):
            world.reporter.error(
                codes.WAITS_OR_NOT,
                scope.span(decorator),
                f"`@{name}` says {'both' if value & waits.flag else 'neither'} of `{waits.shown[0]}` and "
                f"`{waits.shown[1]}`",
                help=f"@{name}({waits.shown[0]})",
            )
            return None
    return tree.Metadata(f"{info.function.module}.{name}", values, scope.span(decorator))


def _bad(world: World, scope: ModuleScope, node: ast.AST, message: str) -> None:
    world.reporter.error(codes.BAD_MODULE, scope.span(node), message)
