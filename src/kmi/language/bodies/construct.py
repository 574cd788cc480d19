"""New objects: of classes, built-in and the author's; values of enums; exceptions are in a file of their own.

    Mutex(Permits())      ->  New(Mutex[Permits], [New(Permits, [0, 0])])

What a class's type variables stand for is learnt from the arguments of its ``__init__`` and from the
place where the object goes.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import adapting, calls, enum_values, expressions, formats, method_calls
from kmi.language.bodies.arguments import bind_arguments
from kmi.language.bodies.body import Body
from kmi.language.bodies.bounds import refuse_unbound
from kmi.language.bodies.convert import unify
from kmi.language.declarations import members
from kmi.language.declarations.declare import declare_members
from kmi.language.declarations.protocols import abstract_methods
from kmi.language.declarations.scope import ClassInfo, FunctionInfo
from kmi.language.declarations.weak import is_weak, refuse_target
from kmi.language.relations import POISON, base_view, describe
from kmi.language.types import (
    ClassType,
    CStructType,
    ExceptionType,
    IntType,
    OptionalType,
    Type,
    TypeVariable,
    substitute,
)


def construct(body: Body, node: ast.Call, kind: Type, expected: Type | None) -> tree.Expression:
    """``Type(…)``, the type known."""
    span = body.span(node)
    match kind:
        case ClassType(definition=definition, arguments=arguments):
            given = arguments if definition.type_parameters else None
            return construct_class(body, node, body.world.classes[definition], given, expected)
        case ExceptionType(definition=definition):
            return construct_class(body, node, body.world.classes[definition], None, expected)
        case TypeVariable(name="Self", bound=ClassType(definition=definition, arguments=arguments) as bound):
            # `cls(…)`: what a class below takes is looked at where the method is called on that.
            given = arguments if definition.type_parameters else None
            made = construct_class(body, node, body.world.classes[definition], given, bound)
            if isinstance(made, tree.New):
                return tree.New(kind, made.arguments, span, made.type_arguments)
            return made
        case TypeVariable(bound=bound):
            if node.args or node.keywords or not isinstance(bound, ClassType):
                return body.error(
                    codes.NOT_CALLABLE, node, f"`{kind}(…)` needs a bound class, and takes no arguments"
                )
            return tree.New(kind, [], span)
        case IntType() if body.world.enum_of(kind) is not None:
            enum = body.world.enum_of(kind)
            assert enum is not None
            return construct_class(body, node, enum, None, expected)
        case IntType():
            return body.error(
                codes.NOT_CALLABLE,
                node,
                f"`{kind}` names a place and cannot be called",
                help=f"declare a variable, `x: {kind} = …`, which checks, or write `wrapping({kind}, …)`",
            )
        case CStructType():
            expressions.need_unsafe(body, node, "a C struct")
            return tree.CZero(span, kind)
        case _:
            return body.error(codes.NOT_CALLABLE, node, f"`{describe(kind)}` cannot be called")


def construct_class(
    body: Body, node: ast.Call, info: ClassInfo, given: tuple[Type, ...] | None, expected: Type | None
) -> tree.Expression:
    """A new object, exception, or enum value."""
    definition = info.definition
    span = body.span(node)
    if definition.exception:
        from kmi.language.bodies.exceptions import exception_new

        return exception_new(body, node, definition)
    if info.enum is not None:
        return _enum_value(body, node, info)
    declare_members(body.world, info)
    if info.scope.author and (missing := abstract_methods(body.world, info)):
        listed = ", ".join(f"`{each.name}`" for each in missing)
        return body.error(
            codes.ABSTRACT,
            node,
            f"a `{definition.name}` has no {listed} of its own, and cannot be made",
            labels=[(missing[0].span, "only declared here")],
            help=f"make an object of a class below `{definition.name}` that defines {listed}",
        )
    bindings: dict[str, Type] = {}
    names = [variable.name for variable in definition.type_parameters]
    if given is not None:
        bindings.update(zip(names, given, strict=False))
    free = frozenset(name for name in names if name not in bindings)
    wanted = expected.inner if isinstance(expected, OptionalType) else expected
    if free and isinstance(wanted, ClassType):
        view = base_view(ClassType(definition, definition.type_parameters), wanted.definition)
        if view is not None:
            unify(view, wanted, bindings, free)
    if body.world.is_builtin(ClassType(definition), "str") and len(node.args) == 1 and not node.keywords:
        kind_given = method_calls.peek_type(body, node.args[0])
        if kind_given is not POISON and not body.world.is_builtin(kind_given, "str"):
            value = expressions.expression(body, node.args[0])
            enum = body.world.enum_of(value.type)
            value = (enum_values.text(body, value, enum, shown=False) if enum else None) or value
            message = formats.written(body.world, value.type, "")
            if message is not None:
                return body.error(codes.BAD_FORMAT, node.args[0], message)
            return tree.Format([tree.FormatPiece(value, "", "", span)], span, body.world.str_type)
    if definition.module.startswith("kmi.runtime."):
        from kmi.language.bodies import containers

        of_items = containers.container(body, node, info, expected)
        if of_items is not None:
            return of_items
    maker = _maker(body, node, info)
    if maker is not None:
        return calls.call_function(body, node, maker, None, bindings, expected)
    own = ClassType(definition, definition.type_parameters)
    method = members.find_method(body.world, own, "__init__")
    arguments: list[tree.Expression] = []
    extra: dict[str, Type] = {}
    if method is None:
        if node.args or node.keywords:
            return body.error(
                codes.BAD_ARGUMENTS,
                node,
                f"`{definition.name}` takes no arguments: it has no `__init__`",
                labels=[(definition.span, "the class")] if info.scope.author else [],
                help="add one, or make it a `@dataclass`",
            )
    else:
        assert method.function.owner is not None
        # The base's `__init__` speaks of the base's variables: see them as this class does.
        seen = members.class_bindings(own, method.function.owner)
        inner: dict[str, Type] = {n: substitute(t, bindings) for n, t in seen.items()}
        unknown = {
            n
            for n, t in inner.items()
            if isinstance(t, TypeVariable) and t.name in free and t.name not in bindings
        }
        for name in unknown:
            del inner[name]
        own_variables = {v.name for v in method.function.type_parameters}
        bound = bind_arguments(body, node, method, True, inner, frozenset(unknown | own_variables))
        body.world.want(method)
        extra = {name: inner[name] for name in own_variables if name in inner}
        for name in unknown:
            variable = seen[name]
            if name in inner and isinstance(variable, TypeVariable):
                bindings[variable.name] = inner[name]
        if bound is None:
            complete = all(name in bindings for name in names)
            kind = ClassType(definition, tuple(bindings[name] for name in names)) if complete else POISON
            return tree.NoneLiteral(span, kind)
        arguments = bound
    for variable in definition.type_parameters:
        if variable.name not in bindings:
            if variable.default is None:
                return body.error(
                    codes.CANNOT_INFER,
                    node,
                    f"of what this `{definition.name}` is cannot be seen",
                    help=f"say it: `value: {definition.name}[int] = {definition.name}()`",
                )
            bindings[variable.name] = variable.default
    if (refused := refuse_unbound(body, node, definition.type_parameters, bindings)) is not None:
        return refused
    kind = ClassType(definition, tuple(bindings[name] for name in names))
    if any(argument.type is POISON for argument in arguments):
        return tree.NoneLiteral(span, kind)
    if is_weak(definition) and refuse_target(body.world, span, kind.arguments[0]):
        return body.poison(span)
    if definition.name in ("dict", "set", "frozenset") and definition.module.startswith("kmi.runtime."):
        adapting.check_key(body, node, kind.arguments[0], "what it is made for")
    return tree.New(kind, arguments, span, extra)


def _maker(body: Body, node: ast.Call, info: ClassInfo) -> FunctionInfo | None:
    """The static method ``__from_<type>__`` that makes an object of the one argument, if the class has
    such.
    """
    makers = {name: m for name, m in info.methods.items() if name.startswith("__from_") and m.function.static}
    if not makers:
        return None
    if not node.args:
        return makers.get("__from_nothing__")
    of_list = makers.get("__from_list__")
    if len(node.args) > (len(of_list.function.parameters) if of_list is not None else 1):
        return None
    if isinstance(node.args[0], ast.List) and not node.args[0].elts:
        return of_list  # what it holds, the place says where the object goes
    kind = method_calls.peek_type(body, node.args[0])
    match kind:
        case _ if isinstance(kind, IntType):
            return makers.get("__from_int__")
        case ClassType(definition=definition):
            return makers.get(f"__from_{definition.name}__")
        case _:
            return makers.get(f"__from_{str(kind)}__")


def _enum_value(body: Body, node: ast.Call, info: ClassInfo) -> tree.Expression:
    assert info.enum is not None
    name = info.definition.name
    if len(node.args) != 1 or node.keywords:
        return body.error(codes.BAD_ARGUMENTS, node, f"`{name}` takes one integer")
    value = expressions.expression(body, node.args[0])
    if value.type is POISON:
        return tree.NoneLiteral(body.span(node), info.enum)
    if not isinstance(value.type, IntType):
        return body.error(
            codes.TYPE_MISMATCH, node.args[0], f"`{name}` takes an integer, not a `{value.type}`"
        )
    known = isinstance(value, tree.IntLiteral) and value.value in info.enum_values.values()
    if "Flag" not in info.enum_kind and not known and value.type != info.enum:
        return enum_values.checked(body, node, value, info)
    return tree.Fit(value, body.span(node), info.enum)
