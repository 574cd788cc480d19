"""Signatures: functions and methods as their headers say.

    def put(self, data: bytes) -> int:      ->  Function("put", [self: Echo, data: bytes], int)
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.declarations import exits
from kmi.language.declarations.annotations import Annotations
from kmi.language.declarations.decorators import Decorators, function_decorators
from kmi.language.declarations.scope import ClassInfo, FunctionInfo, ModuleScope, self_type
from kmi.language.declarations.world import World
from kmi.language.relations import POISON, base_view, describe
from kmi.language.source import Span
from kmi.language.types import (
    BOOL,
    NONE,
    ClassType,
    ExceptionType,
    OptionalType,
    Type,
    TypeObject,
    TypeVariable,
    substitute,
)


def is_empty(node: ast.FunctionDef) -> bool:
    """Whether a body is a docstring, ``...`` or ``pass``."""
    return all(isinstance(each, ast.Pass | ast.Expr) and not _does(each) for each in node.body)


def _does(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)


def root_type(world: World, info: ClassInfo) -> ClassType:
    """The type of ``self`` in a class, seen as the farthest base class that is the author's."""
    kind = ClassType(info.definition, info.definition.type_parameters)
    for definition in reversed(info.definition.ancestors()):
        if world.classes[definition].scope.author:
            return base_view(kind, definition) or kind
    return kind


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
    info.metadata = "kmi.interface.metadata" in decorators.names
    if owner is None:
        scope.resolved[node.name] = info
        scope.module.functions[node.name] = function
    world.functions[function] = info
    info.declared = scope.interface or function.external is not None or scope.name.endswith(".bindings")
    if not scope.author and not world.library.complete:
        info.declared = True
    _parameters(world, info, reader, receiver)
    if info.metadata:
        pass  # what it returns is for Python
    elif node.returns is not None:
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
    function.cold = "kmi.unsafe.cold" in decorators.names
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
    if is_method and scope.author and _lacks_self(info, listed):
        others = ast.unparse(arguments)
        result = ast.unparse(info.node.returns) if info.node.returns is not None else "…"
        world.reporter.error(
            codes.BAD_SIGNATURE,
            _header(scope, info.node),
            f"the method `{function.qualified}` has no `self`",
            help=f"def {info.node.name}(self{', ' * bool(others)}{others}) -> {result}:",
        )
        listed.insert(0, ast.copy_location(ast.arg("self"), info.node))
        info.defaults.insert(0, None)
    for position, argument in enumerate(listed):
        span = scope.span(argument)
        if is_method and position == 0:
            assert receiver is not None
            kind: Type = TypeObject(receiver) if info.class_method else receiver
            function.parameters.append(tree.Local(argument.arg, kind, span, parameter=True))
            continue
        if function.name == "__exit__" and info.owner is not None:
            if scope.author and exits.given(info.node) and exits.looks(scope):
                seen = OptionalType(ExceptionType(world.builtin("Exception").definition))
                looked = listed[2]
                function.parameters.append(tree.Local(looked.arg, seen, scope.span(looked), parameter=True))
                info.node = exits.rewritten(world, scope, info.node)
            break  # the exception is not given to kmi's own locks, nor where nobody looks
        if function.name in ("__eq__", "__ne__") and receiver is not None and _is_object(argument.annotation):
            # `object`, as Python has it: only objects of the class, its bases and subclasses are compared
            assert info.owner is not None
            kind = root_type(world, info.owner)
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


def _lacks_self(info: FunctionInfo, listed: list[ast.arg]) -> bool:
    """Whether the first parameter of a method is something else than the object."""
    if not listed:
        return True
    first = listed[0]
    if first.annotation is None or first.arg in ("self", "cls"):
        return False
    assert info.owner is not None
    written = ast.unparse(first.annotation)
    return "Self" not in written and info.owner.definition.name not in written


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
