"""Calls: of functions, methods, classes and of the language's own forms.

    MiscDevice("echo", Echo(4096))      ->  New(MiscDevice[None], ["echo", New(Echo, [4096]), 0o600])

Arguments are put into the order of the parameters, defaults are filled in, and what type variables stand
for is learnt from the arguments and from the place where the result goes.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from kmi.language import codes, tree
from kmi.language.bodies import adapting, construct, expressions
from kmi.language.bodies.arguments import bind_arguments
from kmi.language.bodies.body import Body
from kmi.language.bodies.bounds import refuse_unbound
from kmi.language.bodies.convert import coerce, unify
from kmi.language.declarations.members import class_bindings, find_method, overload
from kmi.language.declarations.scope import ClassInfo, CStructInfo, Entity, Form, FunctionInfo, TypeAlias_
from kmi.language.relations import POISON, base_view, describe, poisoned
from kmi.language.source import Span
from kmi.language.types import (
    ClassType,
    FunctionType,
    OptionalType,
    Type,
    TypeObject,
    TypeVariable,
    substitute,
)


def parameter_types(method: FunctionInfo, kind: ClassType) -> list[Type]:
    """The types of a method's parameters but ``self``, for a receiver of this type."""
    assert method.function.owner is not None
    bindings = class_bindings(kind, method.function.owner)
    start = 0 if method.function.static else 1
    return [substitute(p.type, bindings) for p in method.function.parameters[start:]]


def method_call(
    body: Body,
    receiver: tree.Expression,
    name: str,
    arguments: list[tree.Expression],
    span: Span,
    own: Mapping[str, Type] | None = None,
) -> tree.Expression:
    """A call of a method with arguments that are evaluated already: what operators and subscripts become.

    ``own`` binds the type variables that the method has of its own.
    """
    kind = receiver.type
    if not isinstance(kind, ClassType):
        return body.poison(span)
    if arguments:
        arguments[-1] = adapting.operand(body, kind, name, arguments[-1])
        name = overload(body.world, kind, name, arguments[-1].type)
    method = find_method(body.world, kind, name)
    if method is None:
        return body.error(codes.UNKNOWN_ATTRIBUTE, span, f"`{kind}` has no method `{name}`")
    function = method.function
    assert function.owner is not None
    bindings = class_bindings(kind, function.owner)
    bindings.update(own or {})
    wanted = function.parameters[1:]
    if len(arguments) != len(wanted):
        return body.error(
            codes.BAD_ARGUMENTS, span, f"`{function.qualified}` takes {len(wanted)} arguments here"
        )
    fitted = [
        coerce(body, argument, substitute(parameter.type, bindings), argument.span, f"`{parameter.name}`")
        for argument, parameter in zip(arguments, wanted, strict=True)
    ]
    return finish(body, method, [_as_owner(receiver, function, span), *fitted], span, bindings, virtual=True)


def static_call(
    body: Body, maker: FunctionInfo, arguments: list[tree.Expression], span: Span, kind: ClassType
) -> tree.Expression:
    """A call of a static method of the class behind ``kind``, with arguments that fit already."""
    assert maker.function.owner is not None
    bindings = class_bindings(kind, maker.function.owner)
    return finish(body, maker, arguments, span, bindings, virtual=False)


def plain_call(
    body: Body, info: FunctionInfo, arguments: list[tree.Expression], span: Span
) -> tree.Expression:
    """A call of a function of the run time, with arguments that fit already."""
    return finish(body, info, arguments, span, {}, virtual=False)


def call_with(
    body: Body, node: ast.Call, info: FunctionInfo, first: list[tree.Expression]
) -> tree.Expression:
    """The same with the first arguments made already, and the others as they are written."""
    rest = bind_arguments(body, node, info, len(first), {}, frozenset())
    if rest is None:
        return body.poison(node)
    return finish(body, info, [*first, *rest], body.span(node), {}, virtual=False)


def _as_owner(receiver: tree.Expression, function: tree.Function, span: Span) -> tree.Expression:
    """The receiver as the class that has the method sees it."""
    kind = receiver.type
    if isinstance(kind, ClassType) and function.owner is not None and kind.definition is not function.owner:
        view = base_view(kind, function.owner)
        if view is not None:
            return tree.Upcast(receiver, span, view)
    return receiver


def finish(
    body: Body,
    info: FunctionInfo,
    arguments: list[tree.Expression],
    span: Span,
    bindings: Mapping[str, Type],
    *,
    virtual: bool,
) -> tree.Expression:
    function = info.function
    body.world.want(info)
    if any(argument.type is POISON for argument in arguments):
        result = substitute(function.result, bindings)
        return body.poison(span) if not _useful(result) else tree.NoneLiteral(span, result)
    if function.external is not None and not info.scope.interface and not info.provided:
        expressions.need_unsafe(body, span, f"the C function `{function.external.name}`")
    own = {v.name for v in function.type_parameters}
    if function.static and function.owner is not None:
        own |= {v.name for v in function.owner.type_parameters}
    return tree.Call(
        function,
        arguments,
        span,
        substitute(function.result, bindings),
        virtual=virtual and not function.static,
        type_arguments={n: t for n, t in bindings.items() if n in own},
    )


def _useful(kind: Type) -> bool:
    """Whether an erroneous call still says what type its result has, so that one mistake gives one error."""
    return not poisoned(kind) and not isinstance(kind, TypeVariable)


# --- what is called -----------------------------------------------------------------------------------------


def call(body: Body, node: ast.Call, expected: Type | None) -> tree.Expression:
    """``function(…)``, ``object.method(…)``, ``Class(…)``, or a form of the language."""
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return body.poison(node)  # refused by the whitelist
    from kmi.language.bodies.method_calls import call_class_method, call_method, call_super

    match node.func:
        case ast.Name(id=name) if name in body.locals or name in body.names:
            return call_value(body, node, expressions.name_value(body, node.func, name), expected)
        case ast.Attribute(value=value, attr="__init__" | "__del__" as name) if (
            body.scope.author and not _of_base(body, node, value, name)
        ):
            return body.error(
                codes.NOT_CALLABLE,
                node,
                f"`{name}` is called by Python alone, once for each object",
                help="put what is done again into a method of another name, and call that",
            )
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super"), args=[]), attr=name):
            return call_super(body, node, name)
        case ast.Attribute(value=value, attr=name):
            home = expressions.entity_of(body, value)
            if isinstance(home, ClassInfo):
                return call_class_method(body, node, home, name, expected)
            if isinstance(home, Form) and home.name == "builtins.int":
                from kmi.language.bodies.int_methods import int_method

                return int_method(body, node, name)
            entity = expressions.entity_of(body, node.func)
            if entity is not None:
                return call_entity(body, node, entity, expected)
            receiver = expressions.expression(body, value)
            return call_method(body, node, receiver, name, expected)
        case ast.Subscript(value=home) if not isinstance(
            expressions.entity_of(body, home), ClassInfo | Form | TypeAlias_ | TypeVariable
        ):
            return call_value(body, node, expressions.expression(body, node.func), expected)
        case ast.Subscript():
            kind = body.read_type(node.func)
            return (
                construct.construct(body, node, kind, expected) if kind is not POISON else body.poison(node)
            )
        case _:
            entity = expressions.entity_of(body, node.func)
            if entity is not None:
                return call_entity(body, node, entity, expected)
            if isinstance(node.func, ast.Name):
                for argument in node.args:
                    expressions.expression(body, argument)
                return expressions.unknown_name(body, node.func, node.func.id)
            return call_value(body, node, expressions.expression(body, node.func), expected)


def _of_base(body: Body, node: ast.Call, value: ast.expr, name: str) -> bool:
    """Whether ``super().__init__(…)`` or ``Base.__init__(self, …)`` stands where the base's own may run."""
    if body.function is None or body.function.name != name:
        return False
    match value:
        case ast.Call(func=ast.Name(id="super"), args=[]):
            return True
        case _:
            this = node.args[0] if node.args else None
            return (
                isinstance(this, ast.Name) and this.id == "self"
                and isinstance(expressions.entity_of(body, value), ClassInfo)
            )  # fmt: skip


def call_entity(body: Body, node: ast.Call, entity: Entity, expected: Type | None) -> tree.Expression:
    """A call of what a module's name stands for."""
    match entity:
        case FunctionInfo():
            return call_function(body, node, entity, None, {}, expected)
        case ClassInfo():
            return construct.construct_class(body, node, entity, None, expected)
        case TypeAlias_(type=kind):
            return construct.construct(body, node, kind, expected)
        case TypeVariable():
            return construct.construct(body, node, entity, expected)
        case CStructInfo(type=struct):
            expressions.need_unsafe(body, node, "a C struct")
            if node.args or node.keywords:
                return body.error(
                    codes.BAD_ARGUMENTS, node, "a C struct is made of zeroes and takes no arguments"
                )
            return tree.CZero(body.span(node), struct)
        case Form():
            from kmi.language.bodies.forms import call_form

            return call_form(body, node, entity, expected)
        case _:
            value = expressions.entity_value(body, node.func, entity, ast.unparse(node.func))
            return call_value(body, node, value, expected)


def call_value(body: Body, node: ast.Call, value: tree.Expression, expected: Type | None) -> tree.Expression:
    if value.type is POISON:
        for argument in node.args:
            expressions.expression(body, argument)
        return value
    if isinstance(value.type, TypeObject):
        return construct.construct(body, node, value.type.instance, expected)
    if isinstance(value.type, FunctionType):
        return body.error(
            codes.NOT_CALLABLE,
            node,
            "calling a function that is a value is not in kernel Python",
            help="call a method of an object instead",
        )
    if isinstance(value.type, ClassType):
        method = find_method(body.world, value.type, "__call__")
        if method is not None and method.function.owner is not None:
            bindings = class_bindings(value.type, method.function.owner)
            return call_function(body, node, method, value, bindings, expected, virtual=True)
    if isinstance(value.type, OptionalType) and isinstance(value.type.inner, ClassType):
        if find_method(body.world, value.type.inner, "__call__") is not None:
            from kmi.language.bodies.attributes import may_be_none

            return may_be_none(body, node.func, value, "call")
    return body.error(codes.NOT_CALLABLE, node, f"`{describe(value.type)}` cannot be called")


def call_function(
    body: Body,
    node: ast.Call,
    info: FunctionInfo,
    receiver: tree.Expression | None,
    bindings: dict[str, Type],
    expected: Type | None,
    *,
    virtual: bool = False,
) -> tree.Expression:
    """A call of a known function; ``receiver`` is the value of its first parameter, if it is a method."""
    function = info.function
    free = {v.name for v in function.type_parameters}
    if function.static and function.owner is not None:
        free |= {v.name for v in function.owner.type_parameters}
    free -= set(bindings)
    if expected is not None and free and expected is not POISON:
        _learn_result(function.result, expected, bindings, frozenset(free))
    arguments = bind_arguments(body, node, info, receiver is not None, bindings, frozenset(free))
    if arguments is None:
        return _failed(body, node, function, bindings, free)
    missing = [name for name in free if name not in bindings]
    if missing:
        return body.error(
            codes.CANNOT_INFER,
            node,
            f"what `{missing[0]}` is in this call of `{function.qualified}` cannot be seen",
            help="put the result into a variable with a type: `items: list[int] = …`",
        )
    variables = function.type_parameters
    if function.static and function.owner is not None:
        variables = (*variables, *function.owner.type_parameters)
    if (refused := refuse_unbound(body, node, variables, bindings)) is not None:
        return refused
    first = [_as_owner(receiver, function, body.span(node))] if receiver is not None else []
    return finish(body, info, [*first, *arguments], body.span(node), bindings, virtual=virtual)


def _learn_result(result: Type, expected: Type, bindings: dict[str, Type], free: frozenset[str]) -> None:
    inner = (
        expected.inner
        if isinstance(expected, OptionalType) and not isinstance(result, OptionalType)
        else expected
    )
    if isinstance(result, ClassType) and isinstance(inner, ClassType):
        unify(result, inner, bindings, free)


def _failed(
    body: Body, node: ast.AST, function: tree.Function, bindings: Mapping[str, Type], free: set[str]
) -> tree.Expression:
    result = substitute(function.result, bindings)
    if _useful(result) and not function.type_parameters:
        return tree.NoneLiteral(body.span(node), result)
    return body.poison(node)
