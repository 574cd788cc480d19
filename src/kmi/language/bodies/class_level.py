"""What a class has for itself, and a class below it another way: constants, static and class methods.

    class Probe:                        cls.LIMIT, cls.unit()     those of the class that ``Self`` stands for
        LIMIT = 4                       probe.LIMIT, probe.unit() those of the class that the object is of
        @staticmethod
        def unit() -> str: …

Where no class below has it anew, a constant is folded and a method called directly. Otherwise each class
that has it gets a method that gives its own, ``__own_LIMIT__``: of objects, which is called virtually, and of
classes, which is looked up in the class that ``Self`` is bound to.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies.body import Body
from kmi.language.bodies.class_methods import refuse_making
from kmi.language.bodies.convert import coerce
from kmi.language.declarations import constants, members
from kmi.language.declarations.declare import declare_members
from kmi.language.declarations.protocols import abstract_methods
from kmi.language.declarations.scope import ClassInfo, FunctionInfo, self_type
from kmi.language.declarations.world import World
from kmi.language.relations import describe, place_type, same
from kmi.language.source import Span
from kmi.language.types import NONE, ClassType, Type, TypeObject, TypeVariable, substitute


def _below(world: World, info: ClassInfo) -> list[ClassInfo]:
    """All classes that derive from one."""
    found: list[ClassInfo] = []
    for definition in info.definition.subclasses:
        if definition.derives_from(info.definition):
            each = world.classes[definition]
            declare_members(world, each)
            found += [each, *_below(world, each)]
    return found


def constant(
    body: Body, node: ast.Attribute, value: tree.Expression, kind: ClassType, owner: ClassInfo, name: str
) -> tree.Expression | None:
    """``value.LIMIT``, or ``cls.LIMIT``, of a class below which there are others; None where all have one."""
    world = body.world
    anew = [each for each in _below(world, world.classes[kind.definition]) if name in each.constants]
    if not anew:
        return None
    of_class = isinstance(value.type, TypeObject)
    getter = f"__own_{'class_' if of_class else ''}{name}__"
    result: Type | None = None
    for each in (owner, *anew):
        folded = constants.fold(world, each.scope, each.constants[name], each)
        if folded is None:
            return body.poison(node)
        made = constants.literal(world, folded, body.span(node))
        result = place_type(made.type) if result is None else result
        if not same(place_type(made.type), result):
            return body.error(
                codes.TYPE_MISMATCH,
                node,
                f"`{name}` is `{describe(result)}` in `{owner.definition.name}` and "
                f"`{describe(place_type(made.type))}` in `{each.definition.name}`",
                help="give it one type in all classes, or write a method",
            )
        if getter not in each.methods:
            _declare(body, each, getter, [], result, static=of_class, value=made)
    return _call(body, owner, getter, value, [], body.span(node))


def refuse_unlike(
    body: Body, node: ast.Call, kind: ClassType, found: FunctionInfo
) -> tree.Expression | None:
    """The error of a static or class method that a class below has in another form; None if all is well."""
    name = found.function.name
    for each in _below(body.world, body.world.classes[kind.definition]):
        own = each.methods.get(name)
        if own is not None and not _alike(own, found, kind):
            return body.error(
                codes.BAD_OVERRIDE,
                node,
                f"`{own.function.qualified}` takes or gives other things than `{found.function.qualified}`, "
                "and which of them is meant is known at run time",
                labels=[(own.function.span, "the other one")],
                help="give them one signature, or another name",
            )
    return None


def _alike(own: FunctionInfo, theirs: FunctionInfo, kind: ClassType) -> bool:
    if own.function.static != theirs.function.static or own.class_method != theirs.class_method:
        return False
    results = [substitute(each.function.result, {"Self": kind}) for each in (own, theirs)]
    return same(results[0], results[1]) and own.same_parameters(theirs, 1 if own.class_method else 0)


def wrapper(
    body: Body, node: ast.Call, kind: ClassType, found: FunctionInfo
) -> FunctionInfo | tree.Expression | None:
    """The method of objects that calls a static or class method of the object's own class; None where it is
    the same for all objects. An error where there cannot be one.
    """
    function = found.function
    assert function.owner is not None
    below = _below(body.world, body.world.classes[kind.definition])
    anew = [each for each in below if function.name in each.methods]
    if not (anew or (found.class_method and below and _uses_class(found))):
        return None
    if any(each.name != "Self" for each in function.type_parameters) or kind.definition.type_parameters:
        return body.error(
            codes.UNSUPPORTED,
            node,
            f"`{function.qualified}` is generic, and of which class the object is is known at run time",
            help="call it on a class, or make it a method of objects",
        )
    if (refused := refuse_unlike(body, node, kind, found)) is not None:
        return refused
    owner = body.world.classes[function.owner]
    name = f"__own_{function.name}__"
    if name in owner.methods:
        return owner.methods[name]
    for each in (owner, *_below(body.world, owner)):
        own = members.find_method(body.world, ClassType(each.definition), function.name)
        assert own is not None
        if own.class_method and not abstract_methods(body.world, each):
            if (refused := refuse_making(body, node, own, ClassType(each.definition))) is not None:
                return refused
        _wrap(body, each, name, own, found, ClassType(owner.definition))
    return owner.methods[name]


def _wrap(
    body: Body, info: ClassInfo, name: str, own: FunctionInfo, found: FunctionInfo, home: ClassType
) -> None:
    first = 1 if found.class_method else 0
    result = substitute(found.function.result, {"Self": home})
    made = _declare(body, info, name, found.function.parameters[first:], result, static=False, value=None)
    made.function.shown = found.function.name
    made.defaults = [None, *found.defaults[first:]]
    made.keyword_only, made.positional_only = found.keyword_only, found.positional_only
    span = own.function.span
    arguments: list[tree.Expression] = [
        tree.LocalGet(each, span, each.type) for each in made.function.parameters[1:]
    ]
    bound: dict[str, Type] = {}
    if own.class_method:
        bound["Self"] = self_type(info)
        arguments.insert(0, tree.TypeGet(span, TypeObject(self_type(info))))
    body.world.want(own)
    kind = substitute(own.function.result, bound)
    call = tree.Call(own.function, arguments, span, kind, type_arguments=bound)
    if same(result, NONE):
        made.function.body = [tree.Evaluate(call, span)]
    else:
        made.function.body = [tree.Return(coerce(body, call, result, span), span)]


def _uses_class(found: FunctionInfo) -> bool:
    """Whether a class method looks at the class that it is called on."""
    if found.node is None or not found.node.args.args:
        return False
    name = found.node.args.args[0].arg
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(found.node))


def _declare(
    body: Body,
    info: ClassInfo,
    name: str,
    parameters: list[tree.Local],
    result: Type,
    *,
    static: bool,
    value: tree.Expression | None,
) -> FunctionInfo:
    definition = info.definition
    span = definition.span
    places = [] if static else [tree.Local("self", self_type(info), span, parameter=True)]
    places += [tree.Local(each.name, each.type, each.span, parameter=True) for each in parameters]
    function = tree.Function(name, definition.module, definition, places, result, span, static=static)
    if static:
        function.type_parameters = (TypeVariable("Self", bound=self_type(info)),)
    made = FunctionInfo(
        function, None, info.scope, info, [None] * len(places), generated="class level", analysed=True
    )
    info.methods[name] = made
    definition.methods[name] = function
    body.world.functions[function] = made
    if value is not None:
        function.body = [tree.Return(coerce(body, value, result, span), span)]
    return made


def _call(
    body: Body,
    owner: ClassInfo,
    name: str,
    value: tree.Expression,
    arguments: list[tree.Expression],
    span: Span,
) -> tree.Expression:
    function = owner.methods[name].function
    if isinstance(value.type, TypeObject):
        bound = {"Self": value.type.instance}
        return tree.Call(function, arguments, span, function.result, virtual=True, type_arguments=bound)
    receiver = function.parameters[0].type
    first = value if value.type == receiver else tree.Upcast(value, value.span, receiver)
    return tree.Call(function, [first, *arguments], span, function.result, virtual=True)


__all__ = ["constant", "refuse_unlike", "wrapper"]
