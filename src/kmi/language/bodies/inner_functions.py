"""Functions defined inside functions, which use none of the variables around them.

    def order(entries: list[Entry]) -> None:
        def by_size(entry: Entry) -> int:        ->  a function of the module, seen only from here on
            return entry.size
        entries.sort(key=by_size)

Invariant: what such a function does depends on its arguments alone, so there is one of it, however often the
statement runs.
"""

from __future__ import annotations

import ast

from kmi.language import codes
from kmi.language.bodies import callables
from kmi.language.bodies.body import Body
from kmi.language.declarations.scope import FunctionInfo


def define(body: Body, node: ast.FunctionDef) -> None:
    """The function of a ``def`` statement in a body."""
    assert body.info is not None and body.info.node is not None
    if node.name in body.locals or node.name in body.names or node.name in body.functions:
        body.error(
            codes.DUPLICATE, node, f"`{node.name}` has another meaning in this function", help="rename one"
        )
        return
    if node not in body.info.node.body or node.decorator_list:
        body.error(
            codes.UNSUPPORTED,
            node,
            f"the function `{node.name}` is defined here on some ways only"
            if not node.decorator_list
            else f"a decorator of the inner function `{node.name}` is not in kernel Python",
            help="define it at the top of the file",
        )
        return
    own = frozenset(
        inner.arg if isinstance(inner, ast.arg) else inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.arg) or (isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store))
    )
    captured = next(
        (found for statement in node.body if (found := callables.captures(body, statement, own)) is not None),
        None,
    )
    if captured is not None:
        callables.refuse_capture(body, captured)
        return
    body.functions[node.name] = _declared(body, node)


def _declared(body: Body, node: ast.FunctionDef) -> FunctionInfo:
    from kmi.language.declarations.signatures import declare_function

    assert body.info is not None
    known = body.info.inner.get(node.name)
    if known is not None:
        return known  # the body is analysed once more
    scope = body.scope
    held = scope.resolved.get(node.name), scope.module.functions.get(node.name)
    info = declare_function(body.world, scope, node, None)
    scope.module.functions.pop(node.name, None)
    scope.resolved.pop(node.name, None)
    if held[0] is not None:
        scope.resolved[node.name] = held[0]
    if held[1] is not None:
        scope.module.functions[node.name] = held[1]
    scope.module.functions[f"{body.info.function.qualified}.{node.name}"] = info.function
    info.function.within = body.info.function
    info.visible = {**body.functions, node.name: info}
    body.info.inner[node.name] = info
    body.world.want(info)
    return info


__all__ = ["define"]
