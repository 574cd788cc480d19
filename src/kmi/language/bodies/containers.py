"""Containers made of whatever one can loop over: comprehensions written in another way.

    list("abc")                  [item for item in "abc"]
    dict(pairs)                  {key: value for key, value in pairs}
    bytes(ring)                  bytes([item for item in ring])
    ", ".join(names.values())    ", ".join([item for item in names.values()])
    seen.union(a, b)             seen.union(a).union(b)

What the run time makes faster (``list`` of a list, ``bytes`` of a bytearray) it has a maker for: that goes
first.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import comprehensions, expressions, sources
from kmi.language.bodies.body import Body
from kmi.language.bodies.once import once
from kmi.language.declarations import members
from kmi.language.declarations.scope import ClassInfo
from kmi.language.relations import POISON
from kmi.language.types import ClassType, TupleType, Type

COMBINING = frozenset({"union", "intersection", "difference"})
"""Methods of sets that may be given several containers."""
CHANGING = frozenset({"update", "intersection_update", "difference_update"})
"""The same, of which each changes the set."""
TAKING = {
    "str": frozenset({"join"}),
    "bytes": frozenset({"join"}),
    "bytearray": frozenset({"join", "extend"}),
    "list": frozenset({"extend"}),
    "deque": frozenset({"extend", "extendleft"}),
    "set": COMBINING
    | CHANGING
    | {"symmetric_difference", "symmetric_difference_update", "issubset", "issuperset", "isdisjoint"},
    "frozenset": COMBINING | {"symmetric_difference", "issubset", "issuperset", "isdisjoint"},
}
"""The methods of built-in classes whose argument is anything that one can loop over."""
BYTES_LIKE = ("bytes", "bytearray", "memoryview")
"""What goes where ``bytes`` are wanted."""


def as_list(node: ast.expr) -> ast.ListComp:
    """A generator expression, or anything that one can loop over, as a list comprehension."""
    match node:
        case ast.GeneratorExp(elt=element, generators=generators):
            return ast.copy_location(ast.ListComp(element, generators), node)
        case _:
            name = f"item {node.lineno}:{node.col_offset}"
            target = ast.copy_location(ast.Name(name, ast.Store()), node)
            read = ast.copy_location(ast.Name(name, ast.Load()), node)
            clause = ast.comprehension(target, node, [], 0)
            return ast.copy_location(ast.ListComp(read, [clause]), node)


def container(
    body: Body, node: ast.Call, info: ClassInfo, expected: Type | None
) -> tree.Expression | None:
    """``list(…)``, ``set(…)``, ``dict(…)`` and others of what one can loop over; None where the class itself
    knows what to do with the argument.
    """
    name = info.definition.name
    if not node.args or (len(node.args) != 1 or node.keywords) and name != "deque":
        return None
    argument = node.args[0]
    straight = isinstance(argument, ast.GeneratorExp) or sources.form_of(body, argument) in (
        "range", "zip", "enumerate", "reversed",
    )  # fmt: skip
    if not straight and not _looped(body, argument, info):
        return None
    made: ast.expr
    match name, argument:
        case "list", _:
            return comprehensions.comprehension(body, as_list(argument), expected)
        case "set", ast.GeneratorExp(elt=element, generators=generators):
            made = ast.copy_location(ast.SetComp(element, generators), argument)
            return expressions.expression(body, made, expected)
        case "set", _ if not straight:
            listed = as_list(argument)
            made = ast.copy_location(ast.SetComp(listed.elt, listed.generators), argument)
            return expressions.expression(body, made, expected)
        case "dict", ast.GeneratorExp(elt=ast.Tuple(elts=[key, value]), generators=generators):
            made = ast.copy_location(ast.DictComp(key, value, generators), argument)
            return expressions.expression(body, made, expected)
        case "dict", ast.GeneratorExp():
            return body.error(
                codes.UNSUPPORTED,
                argument,
                "a `dict` of pairs that are not written out is not in kernel Python",
                help="{key: value for key, value in …}",
            )
        case "dict", _:
            one, other = (f"{part} {node.lineno}:{node.col_offset}" for part in ("key", "value"))
            names = [ast.copy_location(ast.Name(each, ast.Store()), node) for each in (one, other)]
            reads = [ast.copy_location(ast.Name(each, ast.Load()), node) for each in (one, other)]
            target = ast.copy_location(ast.Tuple([*names], ast.Store()), node)
            clause = ast.comprehension(target, argument, [], 0)
            made = ast.copy_location(ast.DictComp(reads[0], reads[1], [clause]), argument)
            return expressions.expression(body, made, expected)
        case _ if name != "str":
            rest: list[ast.expr] = [as_list(argument), *node.args[1:]]
            if _peek(body, rest[0]) is POISON:
                return expressions.expression(body, rest[0])
            listed_call = ast.copy_location(ast.Call(node.func, rest, node.keywords), node)
            return expressions.expression(body, listed_call, expected)
        case _:
            return None


def _looped(body: Body, argument: ast.expr, info: ClassInfo) -> bool:
    """Whether an argument has to be gone through, for the class has nothing of its own for it."""
    name = info.definition.name
    if name not in ("list", "set", "frozenset", "dict", "deque", "bytes", "bytearray"):
        return False
    if isinstance(argument, ast.List | ast.ListComp | ast.Starred):
        return name == "dict"
    kind = _peek(body, argument)
    if isinstance(kind, TupleType):
        return True
    if not isinstance(kind, ClassType):
        return False
    made = f"__from_{kind.definition.name}__"
    if made in info.methods and name != "dict":
        return False
    if name in ("bytes", "bytearray") and kind.definition.name in ("str", *BYTES_LIKE):
        return False  # what they say of these is better
    return name != "dict" or kind.definition.name != "dict"


def _peek(body: Body, argument: ast.expr) -> Type:
    from kmi.language.bodies.method_calls import peek_type

    return peek_type(body, argument)


def argument_as_list(body: Body, node: ast.Call, kind: ClassType, name: str) -> ast.Call:
    """A call of a method with a list for what the method has nothing of its own for."""
    if name not in TAKING.get(kind.definition.name, ()) or len(node.args) != 1 or node.keywords:
        return node
    argument = node.args[0]
    if isinstance(argument, ast.GeneratorExp | ast.List | ast.ListComp | ast.Starred):
        return node
    if sources.form_of(body, argument) in ("range", "zip", "enumerate", "reversed"):
        return _listed(node)
    given = _peek(body, argument)
    if isinstance(given, TupleType):
        return _listed(node)
    if not isinstance(given, ClassType) or given.definition.name == "list":
        return node
    own = members.find_method(body.world, kind, f"__{name}_{given.definition.name}__")
    method = members.find_method(body.world, kind, name)
    if own is not None or method is None or len(method.function.parameters) < 2:
        return node
    wanted = method.function.parameters[1].type
    if isinstance(wanted, ClassType) and (
        wanted.definition is given.definition
        or wanted.definition.name == "bytes"
        and given.definition.name in BYTES_LIKE
    ):
        return node
    if body.world.is_builtin(wanted, "bytes") and given.definition.name in ("bytearray", "memoryview"):
        return node  # whose bytes are taken as they are
    return _listed(node)


def _listed(node: ast.Call) -> ast.Call:
    return ast.copy_location(ast.Call(node.func, [as_list(node.args[0])], node.keywords), node)


def several(node: ast.Call, kind: ClassType, name: str) -> bool:
    """Whether a method of a set is given several containers."""
    ours = kind.definition.name in ("set", "frozenset") and name in COMBINING | CHANGING
    return ours and len(node.args) > 1 and not node.keywords


def one_by_one(body: Body, node: ast.Call, receiver: tree.Expression, name: str) -> tree.Expression:
    """``seen.union(a, b)`` as ``seen.union(a).union(b)``, ``seen.update(a, b)`` as two calls."""
    from kmi.language.bodies.method_calls import call_method

    for argument in node.args:
        if any(isinstance(each, ast.Call | ast.NamedExpr) for each in ast.walk(argument)):
            return body.error(
                codes.UNSUPPORTED,
                argument,
                f"`{name}` of several containers is given names here, not calls",
                note="Python makes all of them before the set is looked at",
                help="keep it in a local before",
            )

    def call(this: tree.Expression, argument: ast.expr) -> tree.Expression:
        single = ast.copy_location(ast.Call(node.func, [argument], []), node)
        return call_method(body, single, this, name, None)

    if name in COMBINING:
        made = receiver
        for argument in node.args:
            made = call(made, argument)
        return made

    def changed(this: tree.Expression) -> tree.Expression:
        calls_ = [call(this, argument) for argument in node.args]
        span = body.span(node)
        changes: list[tree.Statement] = [tree.Evaluate(each, span) for each in calls_[:-1]]
        return tree.Do(changes, calls_[-1], span, calls_[-1].type)

    return once(body, receiver, changed)


__all__ = ["argument_as_list", "as_list", "container", "one_by_one", "several"]
