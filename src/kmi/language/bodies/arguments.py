"""Arguments: each put to its parameter, defaults filled in, in the order of the parameters.

    register("echo", mode=0o600)

They are evaluated as written. Where keywords change the order, the values are held in the meantime (``Let``).
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import adapting, expressions
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import coerce, unify
from kmi.language.declarations.callables import signature
from kmi.language.declarations.scope import Form, FunctionInfo
from kmi.language.relations import POISON
from kmi.language.types import Type, TypeVariable, substitute


def bind_arguments(
    body: Body,
    node: ast.Call,
    info: FunctionInfo,
    skip_first: bool | int,
    bindings: dict[str, Type],
    free: frozenset[str],
) -> list[tree.Expression] | None:
    """The arguments in the order of the parameters, made to fit; None, and an error, where they do not match.

    ``bindings`` grows by what is learnt of the type variables ``free``.
    """
    function = info.function
    first = int(skip_first)
    parameters = function.parameters[first:]
    defaults = info.defaults[first:]
    given = _match(body, node, info, parameters, first)
    if given is None:
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            expressions.expression(body, argument)
        return None
    values: dict[int, tree.Expression] = {}
    # In the order in which they are written, but lambdas, which do nothing yet, when their types are known.
    for position, argument in sorted(given, key=lambda pair: isinstance(pair[1], ast.Lambda)):
        wanted = substitute(parameters[position].type, bindings)
        value = expressions.expression(body, argument, wanted if _is_wanted(argument, wanted, free) else None)
        value = adapting.argument(body, info, position, wanted, value)
        if free:
            unify(parameters[position].type, value.type, bindings, free)
        values[position] = value
    nodes = dict(given)
    result: list[tree.Expression] = []
    for position, parameter in enumerate(parameters):
        kind = substitute(parameter.type, bindings)
        what = f"`{parameter.name}` of `{function.qualified}`"
        if position in values:
            result.append(coerce(body, values[position], kind, nodes[position], what))
            continue
        default = defaults[position] if position < len(defaults) else None
        if default is None:
            body.error(
                codes.BAD_ARGUMENTS,
                node,
                f"`{parameter.name}` is missing in this call of `{function.qualified}`",
                labels=[(parameter.span, "declared here")] if info.scope.author else [],
                help=f"{ast.unparse(node.func)}({_signature(parameters)})",
            )
            return None
        result.append(default_value(body, node, info, default, kind))
    return result


def _match(
    body: Body, node: ast.Call, info: FunctionInfo, parameters: list[tree.Local], first: int
) -> list[tuple[int, ast.expr]] | None:
    """Which argument goes to which parameter."""
    function = info.function
    external = function.external
    names = [parameter.name for parameter in parameters]
    positional = len([name for name in names if name not in info.keyword_only])
    if len(node.args) > positional and not (external is not None and external.variadic):
        takes = (
            f"takes {positional} argument{'s' * (positional != 1)}" if positional else "takes no arguments"
        )
        body.error(
            codes.BAD_ARGUMENTS,
            node.args[positional],
            f"`{function.qualified}` {takes}, not {len(node.args)}",
            help=f'put the values into one text: {ast.unparse(node.func)}(f"… {{value}}")'
            if function.module == "kmi.log"
            else f"{ast.unparse(node.func)}({_signature(parameters)})",
        )
        return None
    found = list(enumerate(node.args))
    taken = set(range(len(node.args)))
    for keyword in node.keywords:
        if keyword.arg is None:
            return None  # refused by the whitelist
        if keyword.arg not in names or keyword.arg in info.positional_only:
            body.error(
                codes.BAD_ARGUMENTS,
                keyword,
                f"`{function.qualified}` has no parameter `{keyword.arg}`",
                help=f"{ast.unparse(node.func)}({_signature(parameters)})",
            )
            return None
        if keyword.arg in info.renamed:
            other = info.renamed[keyword.arg].function
            body.error(
                codes.BAD_ARGUMENTS,
                keyword,
                f"`{other.qualified}`, which replaces `{function.qualified}`, has no `{keyword.arg}`",
                labels=[(other.span, "may be called instead")],
                help="call the parameter the same in both, or give it by its place",
            )
            return None
        position = names.index(keyword.arg)
        if position in taken:
            body.error(codes.BAD_ARGUMENTS, keyword, f"`{keyword.arg}` is given twice")
            return None
        taken.add(position)
        found.append((position, keyword.value))
    order = [position for position, _ in found]
    if order != sorted(order):
        moved = [argument for _, argument in found if not _still(argument)]
        if len(moved) > 1:
            body.error(
                codes.BAD_ARGUMENTS,
                node,
                "the named arguments are computed in another order than they are declared",
                help=f"write them in this order:\n{ast.unparse(node.func)}({_signature(parameters)})",
            )
            return None
    return found


def _still(node: ast.expr) -> bool:
    """Whether it does not matter when the argument is evaluated."""
    return isinstance(node, ast.Constant | ast.Name)


def _signature(parameters: list[tree.Local]) -> str:
    return ", ".join(parameter.name for parameter in parameters)


def _is_wanted(argument: ast.expr, wanted: Type, free: frozenset[str]) -> bool:
    """Whether what an argument should be is known: of a `lambda`, what it takes; what it gives shows then."""
    taken = signature(wanted) if isinstance(argument, ast.Lambda) else None
    return not any(_open(kind, free) for kind in (taken[0] if taken is not None else (wanted,)))


def _open(kind: Type, free: frozenset[str]) -> bool:
    """Whether a type still holds a type variable that is to be learnt."""
    if isinstance(kind, TypeVariable):
        return kind.name in free
    inner = [
        getattr(kind, name)
        for name in ("inner", "instance", "target")
        if getattr(kind, name, None) is not None
    ]
    inner += [*getattr(kind, "arguments", ()), *getattr(kind, "items", ())]
    return any(_open(part, free) for part in inner)


def default_value(
    body: Body, node: ast.expr, info: FunctionInfo, default: ast.expr, kind: Type
) -> tree.Expression:
    """The value of a default, which is a constant, in the scope of the function that has it."""
    inner = Body(body.world, info.scope, None, info.owner, reporter=body.reporter)
    inner.unsafe = 1
    if info.generated == "dataclass" and isinstance(default, ast.Call):
        entity = expressions.entity_of(inner, default.func)
        if isinstance(entity, Form) and entity.name == "dataclasses.field":
            return _field_default(body, inner, node, default, kind)
    value = expressions.expression(inner, default, kind)
    if value.type is not POISON and not _constant(value):
        return body.error(
            codes.MUTABLE_DEFAULT,
            info.scope.span(default),
            "a default is made once and shared by all calls, so it must be a constant",
            help="make a new one for each object:\nfield(default_factory=list)" if info.generated else None,
        )
    return coerce(body, _at(value, body, node), kind, node, "the default")


def _at(value: tree.Expression, body: Body, node: ast.AST) -> tree.Expression:
    """A literal that seems to stand where the call is."""
    value.span = body.span(node)
    return value


def _constant(value: tree.Expression) -> bool:
    match value:
        case (
            tree.IntLiteral()
            | tree.BoolLiteral()
            | tree.NoneLiteral()
            | tree.StrLiteral()
            | tree.BytesLiteral()
        ):
            return True
        case (
            tree.Fit(value=inner)
            | tree.Upcast(value=inner)
            | tree.Unary(operand=inner)
            | tree.Cast(value=inner)
        ):
            return _constant(inner)
        case tree.Binary(left=left, right=right):
            return _constant(left) and _constant(right)
        case tree.TupleNew(items=items):
            return all(_constant(item) for item in items)
        case tree.CGlobal():
            return True
        case _:
            return False


def _field_default(body: Body, inner: Body, node: ast.expr, default: ast.Call, kind: Type) -> tree.Expression:
    for keyword in default.keywords:
        if keyword.arg == "default_factory":
            made = ast.copy_location(ast.Call(keyword.value, [], []), default)
            return coerce(
                body, _at(expressions.expression(inner, made, kind), body, node), kind, node, "the default"
            )
        if keyword.arg == "default":
            return coerce(
                body, _at(expressions.expression(inner, keyword.value, kind), body, node), kind, node
            )
    return body.error(
        codes.BAD_ARGUMENTS,
        inner.span(default),
        "`field(…)` needs a `default_factory`",
        help="field(default_factory=list)",
    )
