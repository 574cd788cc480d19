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
from kmi.language.bodies.class_methods import refuse_making
from kmi.language.bodies.convert import coerce, unify
from kmi.language.declarations.declare import declare_members
from kmi.language.declarations.members import LIBRARY, class_bindings, find_method, overload
from kmi.language.declarations.scope import ClassInfo, CStructInfo, Entity, Form, FunctionInfo, TypeAlias_
from kmi.language.declarations.signatures import is_empty
from kmi.language.relations import POISON, base_view, describe, poisoned
from kmi.language.source import Span
from kmi.language.types import (
    ClassType,
    FunctionType,
    IntType,
    OptionalType,
    Type,
    TypeObject,
    TypeVariable,
    UnionType,
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
    return _finish(body, method, [_as_owner(receiver, function, span), *fitted], span, bindings, virtual=True)


def static_call(
    body: Body, maker: FunctionInfo, arguments: list[tree.Expression], span: Span, kind: ClassType
) -> tree.Expression:
    """A call of a static method of the class behind ``kind``, with arguments that fit already."""
    assert maker.function.owner is not None
    bindings = class_bindings(kind, maker.function.owner)
    return _finish(body, maker, arguments, span, bindings, virtual=False)


def plain_call(
    body: Body, info: FunctionInfo, arguments: list[tree.Expression], span: Span
) -> tree.Expression:
    """A call of a function of the run time, with arguments that fit already."""
    return _finish(body, info, arguments, span, {}, virtual=False)


def call_with(
    body: Body, node: ast.Call, info: FunctionInfo, first: list[tree.Expression]
) -> tree.Expression:
    """The same with the first arguments made already, and the others as they are written."""
    rest = bind_arguments(body, node, info, len(first), {}, frozenset())
    if rest is None:
        return body.poison(node)
    return _finish(body, info, [*first, *rest], body.span(node), {}, virtual=False)


def _as_owner(receiver: tree.Expression, function: tree.Function, span: Span) -> tree.Expression:
    """The receiver as the class that has the method sees it."""
    kind = receiver.type
    if isinstance(kind, ClassType) and function.owner is not None and kind.definition is not function.owner:
        view = base_view(kind, function.owner)
        if view is not None:
            return tree.Upcast(receiver, span, view)
    return receiver


def _finish(
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
    match node.func:
        case ast.Name(id=name) if name in body.locals or name in body.names:
            return _call_value(body, node, expressions.name_value(body, node.func, name), expected)
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
                return _call_class_method(body, node, home, name, expected)
            if isinstance(home, Form) and home.name == "builtins.int":
                from kmi.language.bodies.int_methods import int_method

                return int_method(body, node, name)
            entity = expressions.entity_of(body, node.func)
            if entity is not None:
                return call_entity(body, node, entity, expected)
            receiver = expressions.expression(body, value)
            return _call_method(body, node, receiver, name, expected)
        case ast.Subscript(value=home) if not isinstance(
            expressions.entity_of(body, home), ClassInfo | Form | TypeAlias_ | TypeVariable
        ):
            return _call_value(body, node, expressions.expression(body, node.func), expected)
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
            return _call_value(body, node, expressions.expression(body, node.func), expected)


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
            return _call_value(body, node, value, expected)


def _call_value(body: Body, node: ast.Call, value: tree.Expression, expected: Type | None) -> tree.Expression:
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
    return _finish(body, info, [*first, *arguments], body.span(node), bindings, virtual=virtual)


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


# --- methods ------------------------------------------------------------------------------------------------


def _call_method(
    body: Body, node: ast.Call, receiver: tree.Expression, name: str, expected: Type | None
) -> tree.Expression:
    kind = receiver.type
    if isinstance(kind, TypeVariable) and isinstance(kind.bound, ClassType):
        if _is_of_record(body, kind.bound, name):
            return _call_record(body, node, receiver, kind, f"__{name}__")
        receiver = tree.Upcast(receiver, receiver.span, kind.bound)
        kind = kind.bound
    if kind is POISON:
        for argument in node.args:
            expressions.expression(body, argument)
        return receiver
    if isinstance(kind, OptionalType):
        from kmi.language.bodies.attributes import may_be_none

        return may_be_none(body, node.func, receiver, name)
    if isinstance(kind, TypeObject) and isinstance(kind.instance, ClassType | TypeVariable):
        return _call_on_type(body, node, kind.instance, receiver, name, expected)
    if isinstance(kind, IntType):
        from kmi.language.bodies.int_methods import int_value_method

        return int_value_method(body, node, receiver, name)
    if isinstance(kind, UnionType):
        from kmi.language.bodies.unions import each

        return each(body, node, receiver, lambda one: _call_method(body, node, one, name, expected))
    if not isinstance(kind, ClassType):
        assert isinstance(node.func, ast.Attribute)
        from kmi.language.bodies.attributes import value_attribute

        return _call_value(body, node, value_attribute(body, node.func, receiver, name), expected)
    if _is_of_record(body, kind, name):
        return _call_record(body, node, receiver, kind, f"__{name}__")
    if kind.definition.module.startswith(LIBRARY):
        from kmi.language.bodies.reductions import as_list, sort_method

        if name == "sort" and any(keyword.arg == "key" for keyword in node.keywords):
            return sort_method(body, node, receiver)
        if any(isinstance(argument, ast.GeneratorExp) for argument in node.args):
            listed = [as_list(each) if isinstance(each, ast.GeneratorExp) else each for each in node.args]
            node = ast.copy_location(ast.Call(node.func, [*listed], node.keywords), node)
        any_of = adapting.any_of(body, node, receiver, name)
        if any_of is not None:
            return any_of
        adapting.check_items(body, node, kind, name)
        if adapting.without_none(body, node, kind, name):
            node = ast.copy_location(ast.Call(node.func, node.args[:1], []), node)
            name = f"__{name}_none__"
    method = find_method(body.world, kind, _overloaded(body, node, kind, name))
    if method is None or method.function.property:
        assert isinstance(node.func, ast.Attribute)
        from kmi.language.bodies.attributes import value_attribute

        return _call_value(body, node, value_attribute(body, node.func, receiver, name), expected)
    assert method.function.owner is not None
    bindings = class_bindings(kind, method.function.owner)
    if method.class_method:
        return _call_on_type(body, node, kind, tree.TypeGet(receiver.span, TypeObject(kind)), name, expected)
    if method.function.static:
        return call_function(body, node, method, None, bindings, expected)
    return call_function(body, node, method, receiver, bindings, expected, virtual=True)


def _is_of_record(body: Body, kind: ClassType, name: str) -> bool:
    """Whether a method of a record is a class method of ``Struct`` that is given the record."""
    if not kind.definition.struct or name not in (("pack",) if body.scope.author else ("pack", "is_plain")):
        return False
    return find_method(body.world, kind, f"__{name}__") is not None


def _call_record(
    body: Body, node: ast.Call, receiver: tree.Expression, kind: ClassType | TypeVariable, name: str
) -> tree.Expression:
    """``record.pack()``: a class method of ``Struct`` that is given the record, whose class is known here."""
    bound = kind.bound if isinstance(kind, TypeVariable) else kind
    assert isinstance(bound, ClassType)
    method = find_method(body.world, bound, name)
    assert method is not None and method.function.owner is not None
    if node.args or node.keywords:
        return body.error(codes.BAD_ARGUMENTS, node, f"`{name.strip('_')}` takes no arguments")
    this = tree.TypeGet(receiver.span, TypeObject(kind))
    return _finish(body, method, [this, receiver], body.span(node), {"Self": kind}, virtual=False)


def _overloaded(body: Body, node: ast.Call, kind: ClassType, name: str) -> str:
    """The method of a run-time class that takes these arguments."""
    if not kind.definition.module.startswith(LIBRARY) or not node.args:
        return name
    if len(node.args) == 2 and find_method(body.world, kind, f"__{name}_default__") is not None:
        return f"__{name}_default__"
    if any(m.startswith(f"__{name}_") for m in kind.definition.methods):
        return overload(body.world, kind, name, peek_type(body, node.args[0]))
    return name


def peek_type(body: Body, node: ast.expr) -> Type:
    """The type of an expression that is analysed properly later: no errors, no effects."""
    from kmi.language.report.diagnostics import Reporter

    held, flow, counter, ordered = body.reporter, body.flow.copy(), body.counter, list(body.ordered)
    known = dict(body.locals)
    body.reporter = Reporter()
    try:
        return expressions.expression(body, node).type
    finally:
        body.reporter, body.flow, body.counter, body.ordered = held, flow, counter, ordered
        body.locals = known


def _call_on_type(
    body: Body, node: ast.Call, instance: Type, receiver: tree.Expression, name: str, expected: Type | None
) -> tree.Expression:
    """``cls.method(…)`` and ``kind.method(…)`` where ``kind`` is a class as a value."""
    kind = instance.bound if isinstance(instance, TypeVariable) else instance
    method = find_method(body.world, kind, name) if isinstance(kind, ClassType) else None
    if method is None or not isinstance(kind, ClassType) or method.function.owner is None:
        return body.error(codes.UNKNOWN_ATTRIBUTE, node.func, f"`{instance}` has no method `{name}`")
    bindings = class_bindings(kind, method.function.owner)
    if method.class_method:
        if (refused := refuse_making(body, node, method, kind)) is not None:
            return refused
        bindings["Self"] = instance
        return call_function(body, node, method, receiver, bindings, expected)
    if method.function.static:
        return call_function(body, node, method, None, bindings, expected)
    return body.error(codes.BAD_ARGUMENTS, node, f"`{name}` is a method of objects, not of the class")


def _call_class_method(
    body: Body, node: ast.Call, info: ClassInfo, name: str, expected: Type | None
) -> tree.Expression:
    """``Class.method(…)``: a static or class method, or a base's method on ``self``."""
    declare_members(body.world, info)
    kind = ClassType(info.definition, info.definition.type_parameters)
    method = find_method(body.world, kind, name)
    if method is None:
        assert isinstance(node.func, ast.Attribute)
        from kmi.language.bodies.attributes import class_attribute

        return _call_value(body, node, class_attribute(body, node.func, info, name), expected)
    assert method.function.owner is not None
    if method.class_method:
        if info.definition.type_parameters:
            return body.error(codes.CANNOT_INFER, node, f"of what `{info.definition.name}` is cannot be seen")
        if (refused := refuse_making(body, node, method, kind)) is not None:
            return refused
        receiver = tree.TypeGet(body.span(node.func), TypeObject(kind))
        return call_function(body, node, method, receiver, {"Self": kind}, expected)
    if method.function.static:
        inside = body.owner is not None and body.owner is info
        bindings: dict[str, Type] = {v.name: v for v in info.definition.type_parameters} if inside else {}
        if method.function.owner is not info.definition:
            bindings = {k: v for k, v in class_bindings(kind, method.function.owner).items()}
        return call_function(body, node, method, None, bindings, expected)
    if body.owner is None or not node.args:
        return body.error(
            codes.BAD_ARGUMENTS,
            node,
            f"`{name}` is a method of objects, not of the class",
            help=f"call it on an object: `object.{name}(…)`",
        )
    first = expressions.expression(body, node.args[0])
    if not isinstance(first.type, ClassType) or not first.type.definition.derives_from(info.definition):
        return body.error(codes.BAD_ARGUMENTS, node.args[0], f"this is not a `{info.definition.name}`")
    rest = ast.copy_location(ast.Call(node.func, node.args[1:], node.keywords), node)
    found = class_bindings(first.type, method.function.owner)
    return call_function(body, rest, method, first, found, expected)


def call_super(body: Body, node: ast.Call, name: str) -> tree.Expression:
    """``super().method(…)``: the base's method, called directly."""
    owner, function = body.owner, body.function
    span = body.span(node)
    if owner is None or function is None or function.static or not function.parameters:
        return body.error(codes.NOT_CALLABLE, node, "`super()` is used outside of a method")
    base = owner.definition.base
    if base is None:
        if name == "__init__" and not node.args:
            return tree.NoneLiteral(span)
        return body.error(
            codes.UNKNOWN_ATTRIBUTE,
            node,
            f"`{owner.definition.name}` has no base class with a method `{name}`",
        )
    method = find_method(body.world, base, name)
    if method is None:
        if name == "__init__" and not node.args and not node.keywords:
            return tree.NoneLiteral(span)
        return body.error(codes.UNKNOWN_ATTRIBUTE, node, f"the base class `{base}` has no method `{name}`")
    if method.function.abstract and method.node is not None and is_empty(method.node):
        return body.error(
            codes.ABSTRACT,
            node,
            f"`{method.function.qualified}` is only declared: there is nothing to call",
            labels=[(method.function.span, "declared here")],
            help="leave the call out",
        )
    this = function.parameters[0]
    receiver = tree.Upcast(tree.LocalGet(this, span, this.type), span, base)
    assert method.function.owner is not None
    if name == "__init__" and body.initializer:
        from kmi.language.bodies.fields import complete

        complete(body.world, body.world.classes[base.definition])
        body.flow.assigned.update(base.definition.all_fields())
    return call_function(body, node, method, receiver, class_bindings(base, method.function.owner), None)
