"""Calls of methods: on objects, on classes, of a base class.

    device.push(data)       ->  Call(Device.push, [device, data]), virtual where a subclass may have its own
    super().push(data)      ->  Call(Base.push, [self, data])

Methods of the run time are chosen by what they are given: ``bytes.find`` of an ``int`` is ``__find_int__``.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import adapting, calls, class_level, expressions, sets
from kmi.language.bodies.body import Body
from kmi.language.bodies.class_methods import refuse_making
from kmi.language.declarations import carriers
from kmi.language.declarations.declare import declare_members
from kmi.language.declarations.members import LIBRARY, class_bindings, find_method, overload
from kmi.language.declarations.scope import ClassInfo, FunctionInfo
from kmi.language.declarations.signatures import is_empty
from kmi.language.relations import POISON
from kmi.language.types import (
    ClassType,
    ExceptionType,
    IntType,
    OptionalType,
    Type,
    TypeObject,
    TypeVariable,
    UnionType,
)


def call_method(
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
    if isinstance(kind, ExceptionType):
        from kmi.language.bodies.exception_objects import carried

        receiver = carried(body, receiver, name) or receiver
        kind = receiver.type
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

        return each(body, node, receiver, lambda one: call_method(body, node, one, name, expected))
    if not isinstance(kind, ClassType):
        assert isinstance(node.func, ast.Attribute)
        from kmi.language.bodies.attributes import value_attribute

        return calls.call_value(body, node, value_attribute(body, node.func, receiver, name), expected)
    if _is_of_record(body, kind, name):
        return _call_record(body, node, receiver, kind, f"__{name}__")
    if kind.definition.module.startswith(LIBRARY):
        from kmi.language.bodies.containers import argument_as_list, as_list, one_by_one, several
        from kmi.language.bodies.reductions import sort_method

        if name == "pop" and sets.refuse_pop(body, node, kind):
            return body.poison(node)
        if several(node, kind, name):
            return one_by_one(body, node, receiver, name)
        node = argument_as_list(body, node, kind, name)
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

        return calls.call_value(body, node, value_attribute(body, node.func, receiver, name), expected)
    assert method.function.owner is not None
    bindings = class_bindings(kind, method.function.owner)
    if method.function.static and not kind.definition.module.startswith("kmi."):
        wrapped = class_level.wrapper(body, node, kind, method)
        if isinstance(wrapped, FunctionInfo):
            return calls.call_function(body, node, wrapped, receiver, bindings, expected, virtual=True)
        if wrapped is not None:
            return wrapped
    if method.class_method:
        return _call_on_type(body, node, kind, tree.TypeGet(receiver.span, TypeObject(kind)), name, expected)
    if method.function.static:
        return calls.call_function(body, node, method, None, bindings, expected)
    return calls.call_function(body, node, method, receiver, bindings, expected, virtual=True)


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
    return calls.finish(body, method, [this, receiver], body.span(node), {"Self": kind}, virtual=False)


def _overloaded(body: Body, node: ast.Call, kind: ClassType, name: str) -> str:
    """The method of a run-time class that takes these arguments."""
    if not kind.definition.module.startswith(LIBRARY) or not node.args:
        return name
    if len(node.args) == 2 and find_method(body.world, kind, f"__{name}_default__") is not None:
        return f"__{name}_default__"
    if any(m.startswith(f"__{name}_") for each in kind.definition.ancestors() for m in each.methods):
        looked = node.args[:1] if kind.definition.module.startswith("kmi.runtime.") else node.args
        kinds = (peek_type(body, argument) for argument in looked)
        return next((own for each in kinds if (own := overload(body.world, kind, name, each)) != name), name)
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
    if isinstance(instance, TypeVariable) and method.function.static and not kind.definition.struct:
        if (refused := class_level.refuse_unlike(body, node, kind, method)) is not None:
            return refused
        bindings["Self"] = instance
        given = receiver if method.class_method else None
        made = calls.call_function(body, node, method, given, bindings, expected)
        if isinstance(made, tree.Call):
            made.virtual, made.type_arguments["Self"] = True, instance
        return made
    if method.class_method:
        if (refused := refuse_making(body, node, method, kind)) is not None:
            return refused
        bindings["Self"] = instance
        return calls.call_function(body, node, method, receiver, bindings, expected)
    if method.function.static:
        return calls.call_function(body, node, method, None, bindings, expected)
    return body.error(codes.BAD_ARGUMENTS, node, f"`{name}` is a method of objects, not of the class")


def call_class_method(
    body: Body, node: ast.Call, info: ClassInfo, name: str, expected: Type | None
) -> tree.Expression:
    """``Class.method(…)``: a static or class method, or a base's method on ``self``."""
    declare_members(body.world, info)
    kind = ClassType(info.definition, info.definition.type_parameters)
    method = find_method(body.world, kind, name)
    if method is None:
        assert isinstance(node.func, ast.Attribute)
        from kmi.language.bodies.attributes import class_attribute

        return calls.call_value(body, node, class_attribute(body, node.func, info, name), expected)
    assert method.function.owner is not None
    if method.class_method:
        if info.definition.type_parameters:
            return body.error(codes.CANNOT_INFER, node, f"of what `{info.definition.name}` is cannot be seen")
        if (refused := refuse_making(body, node, method, kind)) is not None:
            return refused
        receiver = tree.TypeGet(body.span(node.func), TypeObject(kind))
        return calls.call_function(body, node, method, receiver, {"Self": kind}, expected)
    if method.function.static:
        inside = body.owner is not None and body.owner is info
        bindings: dict[str, Type] = {v.name: v for v in info.definition.type_parameters} if inside else {}
        if method.function.owner is not info.definition:
            bindings = {k: v for k, v in class_bindings(kind, method.function.owner).items()}
        return calls.call_function(body, node, method, None, bindings, expected)
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
    return calls.call_function(body, rest, method, first, found, expected)


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
        if name == "__init__" and body.initializer and carriers.is_carrier(owner.definition):
            from kmi.language.bodies.exception_objects import initialise

            return initialise(body, node)
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
    bindings = class_bindings(base, method.function.owner)
    return calls.call_function(body, node, method, receiver, bindings, None)
