"""Declarations: classes and functions as their headers say, without looking into bodies.

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
from kmi.language.declarations import records
from kmi.language.declarations.annotations import Annotations
from kmi.language.declarations.bindings import declare_struct
from kmi.language.declarations.decorators import Decorators, class_decorators, function_decorators
from kmi.language.declarations.enums import declare_enum, enum_kind
from kmi.language.declarations.scope import ClassInfo, Entity, Form, FunctionInfo, ModuleScope
from kmi.language.declarations.world import World
from kmi.language.relations import POISON, base_view, describe, same
from kmi.language.source import Span
from kmi.language.types import (
    BOOL,
    NONE,
    ClassType,
    CStructType,
    Type,
    TypeObject,
    TypeVariable,
    substitute,
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
    for statement in info.node.body:
        _member(world, info, statement)
    if info.definition.protocol:
        _check_protocol(world, info)
    if info.definition.exception and info.scope.author:
        _check_exception(world, info)
    record = info.definition.struct and base is not None
    if (info.dataclass or record) and "__init__" not in info.methods:
        _generate_init(world, info)
    if info.ordered:
        _declare_order(world, info)
    if info.definition.struct:
        from kmi.language.declarations.layout import check_layout

        check_layout(world, info)
    from kmi.language.declarations.overrides import check_overrides

    check_overrides(world, info)
    if record:
        records.generate(world, info)
    if info.scope.author or (world.library.complete and not info.interface):
        for method in info.methods.values():
            world.want(method)


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


def is_empty(node: ast.FunctionDef) -> bool:
    """Whether a body is a docstring, ``...`` or ``pass``."""
    return all(isinstance(each, ast.Pass | ast.Expr) and not _does(each) for each in node.body)


def _does(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)


def _check_exception(world: World, info: ClassInfo) -> None:
    """An exception is a class, an errno and a message, so that raising never allocates."""
    found = [method.function.span for method in info.methods.values()]
    found += [entry.span for entry in info.definition.fields]
    for span in found[:1]:
        world.reporter.error(
            codes.BAD_EXCEPTION,
            span,
            f"the exception `{info.definition.name}` has methods or fields of its own",
            note="an exception is its class, its message, and the errno of an `OSError`: it never allocates",
            help="say it in the message, and leave the body empty:\npass",
        )


def _member(world: World, info: ClassInfo, statement: ast.stmt) -> None:
    scope = info.scope
    match statement:
        case ast.FunctionDef(name=name):
            if is_setter(statement, name):
                _setter(world, info, statement, name)
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
        case _:
            world.reporter.error(
                codes.BAD_TOP_LEVEL,
                info.scope.span(statement),
                "this statement may not stand in a class body",
                help="a class body holds methods, annotated fields and constants",
            )


def setter_name(name: str) -> str:
    """The name under which a class has the setter of a property."""
    return f"__set_{name}__"


def is_setter(node: ast.FunctionDef, name: str) -> bool:
    """Whether a ``def`` stands under ``@name.setter``."""
    return any(
        isinstance(each, ast.Attribute)
        and each.attr == "setter"
        and isinstance(each.value, ast.Name)
        and each.value.id == name
        for each in node.decorator_list
    )


def _setter(world: World, info: ClassInfo, node: ast.FunctionDef, name: str) -> None:
    """The setter of a property: a method that an assignment calls."""
    getter = info.methods.get(name)
    if getter is None or not getter.function.property:
        world.reporter.error(
            codes.BAD_DECORATOR,
            info.scope.span(node),
            f"`{info.definition.name}.{name}` is no property that could have a setter",
            help=f"define it before:\n@property\ndef {name}(self) -> …:",
        )
        return
    made = declare_function(world, info.scope, node, info)
    function = made.function
    function.name, function.shown = setter_name(name), name
    wanted = getter.function.result
    given = function.parameters[1:]
    if len(given) != 1 or not same(given[0].type, wanted) or not same(function.result, NONE):
        world.reporter.error(
            codes.BAD_SIGNATURE,
            info.scope.span(node),
            f"the setter of `{info.definition.name}.{name}` takes a `{describe(wanted)}` and returns nothing",
            help=f"def {name}(self, value: {describe(wanted)}) -> None:",
        )
        return
    info.methods[function.name] = made
    info.definition.methods[function.name] = function


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


def self_type(info: ClassInfo) -> Type:
    """The type of ``self`` in a class."""
    return ClassType(info.definition, info.definition.type_parameters)


def declare_function(
    world: World, scope: ModuleScope, node: ast.FunctionDef, owner: ClassInfo | None
) -> FunctionInfo:
    """The function or method of a ``def`` statement: its signature."""
    decorators = function_decorators(world, scope, node, owner)
    static = "builtins.staticmethod" in decorators.names
    class_method = "builtins.classmethod" in decorators.names
    receiver: Type | None = None
    if owner is not None:
        receiver = (
            TypeVariable("Self", bound=self_type(owner)) if class_method or static else self_type(owner)
        )
    reader = Annotations(world, scope, owner, receiver)
    function = tree.Function(
        node.name, scope.name, owner.definition if owner is not None else None, [], NONE, scope.span(node)
    )
    info = FunctionInfo(function, node, scope, owner)
    _decorate(info, decorators, static or class_method)
    info.class_method = class_method
    if owner is None:
        scope.resolved[node.name] = info
        scope.module.functions[node.name] = function
    world.functions[function] = info
    info.declared = scope.interface or function.external is not None or scope.name.endswith(".bindings")
    if not scope.author and not world.library.complete:
        info.declared = True
    _parameters(world, info, reader, receiver)
    if node.returns is not None:
        function.result = reader.read(node.returns)
    elif scope.author or world.library.complete:
        world.reporter.error(
            codes.MISSING_ANNOTATION,
            _header(scope, node),
            f"`{function.qualified}` does not say what it returns",
            help=_header_help(node),
        )
        function.result = POISON
    if owner is not None and scope.author:
        _check_special(world, scope, node, function)
    own = owner.variables if owner is not None else {}
    function.type_parameters = tuple(v for n, v in reader.met.items() if n not in own)
    if class_method and isinstance(receiver, TypeVariable) and receiver not in function.type_parameters:
        function.type_parameters = (receiver, *function.type_parameters)
    return info


SPECIAL = frozenset(
    f"__{name}__"
    for name in (
        "init post_init del str repr format enter exit eq ne lt le gt ge hash bool len contains "
        "getitem setitem delitem iter next call neg pos invert abs "
        "add sub mul floordiv mod and or xor lshift rshift "
        "radd rsub rmul rfloordiv rmod rand ror rxor rlshift rrshift "
        "iadd isub imul ifloordiv imod iand ior ixor ilshift irshift"
    ).split()
)
"""The special methods that have their meaning of Python; any other would be called in CPython only."""


def _check_special(world: World, scope: ModuleScope, node: ast.FunctionDef, function: tree.Function) -> None:
    name = node.name
    if not (name.startswith("__") and name.endswith("__") and len(name) > 4):
        return
    if name not in SPECIAL:
        world.reporter.error(
            codes.UNSUPPORTED,
            _header(scope, node),
            f"the special method `{name}` is not in kernel Python",
            help="give it a plain name, and call it",
        )
    elif name == "__exit__" and function.result == BOOL:
        pass  # it may hold back the exception
    elif name in ("__init__", "__del__", "__exit__") and function.result not in (NONE, POISON):
        world.reporter.error(
            codes.BAD_SIGNATURE,
            _header(scope, node),
            f"`{function.qualified}` returns nothing, or a `bool`: whether it held back the exception"
            if name == "__exit__"
            else f"`{function.qualified}` returns nothing",
            help=f"def {name}({ast.unparse(node.args)}) -> None:",
        )


def _header(scope: ModuleScope, node: ast.FunctionDef) -> Span:
    span = scope.span(node)
    text = scope.source.lines[span.line - 1] if span.line <= len(scope.source.lines) else ""
    start = text.find(node.name, span.column)
    if start < 0:
        return span
    return Span(scope.source, span.line, start, span.line, start + len(node.name))


def _header_help(node: ast.FunctionDef) -> str:
    arguments = ast.unparse(node.args)
    returns = any(isinstance(inner, ast.Return) and inner.value is not None for inner in ast.walk(node))
    return f"def {node.name}({arguments}) -> {'…' if returns else 'None'}:"


def _decorate(info: FunctionInfo, decorators: Decorators, static: bool) -> None:
    function = info.function
    function.static = static
    function.property = "builtins.property" in decorators.names
    function.abstract = "abc.abstractmethod" in decorators.names
    function.callback = "kmi.unsafe.callback" in decorators.names
    function.per_place = "kmi.unsafe.per_place" in decorators.names
    function.inline = "kmi.unsafe.inline" in decorators.names
    function.external = decorators.external
    function.effects = decorators.effects


def _parameters(world: World, info: FunctionInfo, reader: Annotations, receiver: Type | None) -> None:
    assert info.node is not None
    arguments, function, scope = info.node.args, info.function, info.scope
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = len(positional) - len(arguments.defaults)
    info.defaults = [*[None] * missing, *arguments.defaults, *arguments.kw_defaults]
    info.keyword_only = frozenset(a.arg for a in arguments.kwonlyargs)
    info.positional_only = frozenset(a.arg for a in arguments.posonlyargs)
    is_method = info.owner is not None and (not function.static or info.class_method)
    if is_method and not listed:
        world.reporter.error(
            codes.BAD_SIGNATURE,
            _header(scope, info.node),
            f"the method `{function.qualified}` has no `self`",
            help=f"def {info.node.name}(self) -> …",
        )
        return
    for position, argument in enumerate(listed):
        span = scope.span(argument)
        if is_method and position == 0:
            assert receiver is not None
            kind: Type = TypeObject(receiver) if info.class_method else receiver
            function.parameters.append(tree.Local(argument.arg, kind, span, parameter=True))
            continue
        if function.name == "__exit__" and info.owner is not None:
            break  # the exception is not given to kmi's own locks, nor to an author's
        if function.name in ("__eq__", "__ne__") and receiver is not None and _is_object(argument.annotation):
            kind = receiver  # `object`, as Python has it: only objects of the class are compared
        elif argument.annotation is None:
            world.reporter.error(
                codes.MISSING_ANNOTATION,
                span,
                f"the parameter `{argument.arg}` of `{function.qualified}` has no type",
                help=f"{argument.arg}: {_replaced(world, info, position) or 'int'}",
            )
            kind = POISON
        else:
            kind = reader.read(argument.annotation)
        function.parameters.append(tree.Local(argument.arg, kind, span, parameter=True))
    info.defaults = info.defaults[: len(function.parameters)]


def _replaced(world: World, info: FunctionInfo, position: int) -> str | None:
    """The type that the parameter has in the method that this one replaces; None if it replaces none."""
    base = info.owner.definition.base if info.owner is not None else None
    if base is None or info.function.name == "__init__":
        return None
    for definition in base.definition.ancestors():
        method = world.classes[definition].methods.get(info.function.name)
        if method is None:
            continue
        view = base_view(base, definition)
        if view is None or position >= len(method.function.parameters):
            return None
        names = [variable.name for variable in definition.type_parameters]
        known = dict(zip(names, view.arguments, strict=False))
        # `File` is short for `File[None]`, and what people write.
        return describe(substitute(method.function.parameters[position].type, known)).replace("[None]", "")
    return None


def _is_object(annotation: ast.expr | None) -> bool:
    return isinstance(annotation, ast.Name) and annotation.id == "object"


def _declare_order(world: World, info: ClassInfo) -> None:
    """``<``, ``<=``, ``>`` and ``>=`` of a dataclass with ``order=True``; their bodies come when wanted."""
    definition = info.definition
    for name in ("__lt__", "__le__", "__gt__", "__ge__"):
        if name in info.methods:
            world.reporter.error(
                codes.BAD_DECORATOR,
                info.methods[name].function.span,
                f"`{definition.name}.{name}` is what `order=True` would make",
                help="leave one of them away",
            )
            continue
        places = [
            tree.Local(word, self_type(info), definition.span, parameter=True) for word in ("self", "other")
        ]
        function = tree.Function(name, definition.module, definition, places, BOOL, definition.span)
        made = FunctionInfo(function, None, info.scope, info, [None, None], generated="dataclass")
        info.methods[name] = made
        definition.methods[name] = function
        world.functions[function] = made


def _generate_init(world: World, info: ClassInfo) -> None:
    """The ``__init__`` of a dataclass or a Struct: a parameter a field, in order, the bases' first."""
    from kmi.language.declarations.members import all_fields

    definition = info.definition
    this = tree.Local("self", self_type(info), definition.span, parameter=True)
    function = tree.Function("__init__", definition.module, definition, [this], NONE, definition.span)
    made = FunctionInfo(function, None, info.scope, info, [None], generated="dataclass")
    late: str | None = None
    for owner, entry in all_fields(world, info):
        function.parameters.append(tree.Local(entry.name, entry.type, entry.span, parameter=True))
        default = owner.defaults.get(entry.name)
        made.defaults.append(default)
        if default is not None:
            late = entry.name
        elif late is not None and owner is info:
            world.reporter.error(
                codes.BAD_SIGNATURE,
                entry.span,
                f"the field `{entry.name}` has no default but follows `{late}`, which has",
                help="put the fields with defaults last",
            )
    info.methods["__init__"] = made
    definition.methods["__init__"] = function
    world.functions[function] = made
