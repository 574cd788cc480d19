"""Declarations: classes as their headers and bodies say, without looking into methods.

    @dataclass
    class Permits:           ->  Class(fields=[count: int], methods={"__init__": …})
        count: int = 0

A class is declared in two steps, so that classes may mention each other: its header (name, type parameters,
base) when its name is first used, its members when somebody looks inside. Fields that only ``__init__``
shows are found by ``fields``, when its body is analysed.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.checks.known import PLACES
from kmi.language.declarations import carriers, reached, records
from kmi.language.declarations.annotations import Annotations
from kmi.language.declarations.bindings import declare_struct
from kmi.language.declarations.decorators import class_decorators
from kmi.language.declarations.enums import declare_enum, enum_kind
from kmi.language.declarations.generated import declare_init, declare_order
from kmi.language.declarations.scope import ClassInfo, Entity, Form, ModuleScope, is_overload, self_type
from kmi.language.declarations.setters import declare_setter, is_setter
from kmi.language.declarations.signatures import declare_function, is_empty
from kmi.language.declarations.world import World
from kmi.language.relations import POISON, describe
from kmi.language.types import (
    ClassType,
    CStructType,
    Type,
    TypeVariable,
)


def declare_class(world: World, scope: ModuleScope, node: ast.ClassDef) -> Entity:
    """The class of a ``class`` statement: its header."""
    decorators = class_decorators(world, scope, node)
    if "kmi.unsafe.c_struct" in decorators.names:
        return declare_struct(world, scope, node, decorators)
    definition = tree.Class(node.name, scope.name, scope.span(node), doc=ast.get_docstring(node))
    info = ClassInfo(definition, node, scope)
    info.interface = scope.interface
    info.dataclass = "dataclasses.dataclass" in decorators.names
    info.frozen = bool(decorators.flags.get("frozen"))
    info.slots = bool(decorators.flags.get("slots"))
    info.ordered = bool(decorators.flags.get("order"))
    info.about = decorators.about
    info.metadata = decorators.metadata
    definition.confined = "kmi.interface.confined" in decorators.names
    definition.place = "kmi.unsafe.place" in decorators.names
    scope.resolved[node.name] = info
    scope.module.classes[node.name] = definition
    world.classes[definition] = info
    kind = enum_kind(world, scope, node)
    if kind is not None:
        definition.enum = True
        declare_enum(world, info, kind)
        return info
    _bases(world, info)
    if definition.name in ("Exception", "BaseException") and scope.name == "kmi.runtime.exceptions":
        definition.exception = True
    elif f"{scope.name}.{definition.name}" in PLACES:
        definition.place = True  # as declared; a layer's own class says so itself
    elif definition.name == "Struct" and scope.name in ("kmi.struct", "kmi.runtime.struct"):
        definition.struct = True
    return info


def _bases(world: World, info: ClassInfo) -> None:
    node, definition, scope = info.node, info.definition, info.scope
    for keyword in node.keywords:
        world.reporter.error(
            codes.METACLASS, scope.span(keyword), "a metaclass is not in kernel Python", help="leave it out"
        )
    reader = Annotations(world, scope)
    variables: dict[str, TypeVariable] = {}
    bases: list[tuple[ast.expr, Type]] = []
    for base in node.bases:
        if isinstance(base, ast.Subscript) and _is_generic(reader.entity(base.value)):
            generic = reader.entity(base.value)
            definition.protocol |= isinstance(generic, Form) and generic.name == "typing.Protocol"
            items = base.slice.elts if isinstance(base.slice, ast.Tuple) else [base.slice]
            for item in items:
                variable = reader.read(item)
                if isinstance(variable, TypeVariable):
                    variables[variable.name] = variable
            continue
        entity = reader.entity(base)
        if isinstance(entity, Form) and entity.name in ("builtins.object", "abc.ABC"):
            continue
        if isinstance(base, ast.Subscript) and _is_iterable(reader.entity(base.value)):
            reader.read(base.slice)  # says that there is an `__iter__`, which loops find by themselves
            continue
        if isinstance(entity, Form) and entity.name == "typing.Protocol":
            definition.protocol = True
            continue
        kind = reader.read(base)
        if kind is POISON:
            continue
        bases.append((base, kind))
    if not variables:
        variables = dict(reader.met)
    info.variables = variables
    definition.type_parameters = tuple(variables.values())
    for position, (base, kind) in enumerate(bases):
        base_class = _definition(kind)
        if base_class is None:
            world.reporter.error(codes.BAD_BASE, scope.span(base), f"`{kind}` cannot be a base class")
            continue
        if base_class.protocol and not definition.protocol and isinstance(kind, ClassType):
            definition.implements.append(kind)
            base_class.subclasses.append(definition)
            world.promised.append((info, kind, base))
            continue
        if definition.base is not None or position and definition.protocol:
            world.reporter.error(
                codes.MULTIPLE_BASES,
                scope.span(base),
                f"`{definition.name}` has a second base class, `{kind}`",
                help="keep one base class, and hold the other object in a field",
            )
            continue
        if definition in base_class.ancestors():
            world.reporter.error(
                codes.BAD_BASE, scope.span(base), f"`{definition.name}` is its own base class"
            )
            continue
        definition.base = kind if isinstance(kind, ClassType) else ClassType(base_class)
        base_class.subclasses.append(definition)
        definition.exception = base_class.exception
        definition.struct = base_class.struct
        definition.place = definition.place or base_class.place


def _is_generic(entity: Entity | None) -> bool:
    return isinstance(entity, Form) and entity.name in ("typing.Generic", "typing.Protocol")


def _is_iterable(entity: Entity | None) -> bool:
    return isinstance(entity, Form) and entity.name == "typing.Iterable"


def _definition(kind: Type) -> tree.Class | None:
    from kmi.language.types import ExceptionType

    return kind.definition if isinstance(kind, ClassType | ExceptionType) else None


def declare_members(world: World, info: ClassInfo) -> None:
    """Declares what is in a class: annotated fields, constants, methods. Does nothing the second time."""
    if info.members_done:
        return
    info.members_done = True
    base = info.definition.base
    if base is not None:
        declare_members(world, world.classes[base.definition])
    if info.enum is not None:
        return
    if info.definition.exception and info.scope.author:
        carriers.declare(world, info)
        return
    for statement in info.node.body:
        declare_member(world, info, statement)
    if info.definition.protocol:
        _check_protocol(world, info)
    record = info.definition.struct and base is not None
    if (info.dataclass or record) and "__init__" not in info.methods:
        declare_init(world, info)
    if info.ordered:
        declare_order(world, info)
    if info.definition.struct:
        from kmi.language.declarations.layout import check_layout

        check_layout(world, info)
    from kmi.language.declarations.overrides import check_overrides

    check_overrides(world, info)
    if record:
        records.generate(world, info)
    for method in info.methods.values():
        if info.scope.author:
            world.want(method)
        elif world.library.complete and not info.interface:
            reached.offer(world, method)


def _check_protocol(world: World, info: ClassInfo) -> None:
    """A protocol has methods, all of them declared only."""
    for entry in info.definition.fields[:1]:
        world.reporter.error(
            codes.BAD_PROTOCOL,
            entry.span,
            f"the protocol `{info.definition.name}` has a field",
            note="classes have their fields in different places of their objects",
            help=f"ask for it by a method:\n@property\ndef {entry.name}(self) -> {describe(entry.type)}: ...",
        )
    for method in info.methods.values():
        if method.node is not None and not is_empty(method.node):
            world.reporter.error(
                codes.BAD_PROTOCOL,
                method.function.span,
                f"`{method.function.qualified}` has a body, which no class has that only looks like it",
                help="leave the body away (`...`), or derive from a base class",
            )
        method.function.abstract = True


def declare_member(world: World, info: ClassInfo, statement: ast.stmt) -> None:
    scope = info.scope
    match statement:
        case ast.FunctionDef() if scope.author and is_overload(statement):
            pass  # refused by the whitelist
        case ast.FunctionDef(name=name):
            if is_setter(statement, name):
                declare_setter(world, info, statement, name)
                return
            if name in info.methods:
                world.reporter.error(
                    codes.DUPLICATE,
                    scope.span(statement),
                    f"`{info.definition.name}.{name}` is defined twice",
                    labels=[(info.methods[name].function.span, "the first time")],
                    help="give one of them another name",
                )
                return
            made = declare_function(world, scope, statement, info)
            info.methods[name] = made
            info.definition.methods[name] = made.function
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
            _annotated(world, info, statement, name, annotation, value)
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            _assigned(world, info, statement, name, value)
        case ast.Pass() | ast.Expr(value=ast.Constant(value=str())):
            pass
        case ast.Expr(value=ast.Constant(value=value)) if value is ...:
            pass
        case ast.AsyncFunctionDef() | ast.ClassDef():
            pass  # refused by the whitelist
        case _:
            world.reporter.error(
                codes.BAD_TOP_LEVEL,
                info.scope.span(statement),
                "this statement may not stand in a class body",
                help="a class body holds methods, annotated fields and constants",
            )


def _annotated(
    world: World,
    info: ClassInfo,
    statement: ast.AnnAssign,
    name: str,
    annotation: ast.expr,
    value: ast.expr | None,
) -> None:
    reader = Annotations(world, info.scope, info, self_type(info))
    head = reader.entity(annotation.value if isinstance(annotation, ast.Subscript) else annotation)
    constant = isinstance(head, Form) and (
        head.name == "typing.ClassVar"
        or (head.name == "typing.Final" and value is not None and not info.dataclass)
    )
    if isinstance(head, Form) and head.name == "kmi.parameter.Parameter" and value is not None:
        width = annotation.slice if isinstance(annotation, ast.Subscript) else None
        _assigned(world, info, statement, name, value, width)
        return
    if constant:
        if value is not None:
            info.constants[name] = value
        if isinstance(annotation, ast.Subscript):
            info.constant_types[name] = annotation.slice
        return
    if isinstance(head, Form) and head.name == "typing.Final" and not isinstance(annotation, ast.Subscript):
        world.reporter.error(
            codes.MISSING_ANNOTATION,
            info.scope.span(annotation),
            f"the field `{name}` has no type",
            help=f"{name}: Final[int]",
        )
        return
    span = info.scope.span(statement)
    if info.definition.struct:
        made = records.field(world, info, reader, name, annotation, span)
    else:
        kind = reader.read(annotation)
        made = tree.Field(name, kind, span, place=is_place(kind))
    made.final = info.frozen or name not in info.scope.stored
    info.declared[name] = made
    info.definition.fields.append(made)
    if value is not None:
        if info.dataclass or info.definition.struct:
            info.defaults[name] = value
        else:
            world.reporter.error(
                codes.CLASS_FIELD_VALUE,
                info.scope.span(value),
                f"`{name}` has a value in the class body, where all objects would share it",
                help="assign it in `__init__`, or declare a constant with `ClassVar`:\n"
                f"self.{name} = {ast.unparse(value)}",
            )


def _assigned(
    world: World,
    info: ClassInfo,
    statement: ast.stmt,
    name: str,
    value: ast.expr,
    width: ast.expr | None = None,
) -> None:
    from kmi.language.declarations.parameters import is_parameter, module_parameter

    if isinstance(value, ast.Call) and is_parameter(world, info.scope, value.func):
        made = module_parameter(world, info, statement, name, value, width)
        if made is not None:
            info.parameters[name] = made
        return
    info.constants[name] = value


def is_place(kind: Type) -> bool:
    """Whether values of this type are embedded in their owner."""
    return isinstance(kind, CStructType) or (isinstance(kind, ClassType) and kind.definition.place)
