"""Decorators: each is a word of the language here, and nothing runs.

    @sleeps
    @raises(OSError)        ->  Effects(sleeps=True, raises=(OSError,))

An unknown one is an error: what it would do in CPython would not happen in a kernel.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from kmi.language import codes, tree
from kmi.language.declarations import metadata
from kmi.language.declarations.annotations import Annotations
from kmi.language.declarations.scope import ClassInfo, Form, FunctionInfo, ModuleScope, Poisoned
from kmi.language.declarations.world import World
from kmi.language.report.diagnostics import InternalError

FUNCTION = frozenset(
    {
        "builtins.property",
        "builtins.staticmethod",
        "builtins.classmethod",
        "abc.abstractmethod",
        "typing.override",
        "typing.final",
        "typing.overload",
        "kmi.interface.provided",
        "kmi.interface.metadata",
        "kmi.interface.sleeps",
        "kmi.interface.sleeps_with",
        "kmi.interface.raises",
        "kmi.interface.context",
        "kmi.unsafe.callback",
        "kmi.unsafe.per_place",
        "kmi.unsafe.inline",
        "kmi.unsafe.cold",
        "kmi.unsafe.c_function",
    }
)
CLASS = frozenset(
    {
        "dataclasses.dataclass",
        "typing.final",
        "typing.dataclass_transform",
        "enum.unique",
        "kmi.interface.confined",
        "kmi.interface.provided",
        "kmi.modules.module",
        "kmi.unsafe.place",
        "kmi.unsafe.c_struct",
    }
)
LICENSES = (
    "GPL",
    "GPL v2",
    "GPL and additional rights",
    "Dual BSD/GPL",
    "Dual MIT/GPL",
    "Dual MPL/GPL",
    "Proprietary",
)


@dataclass(slots=True)
class Decorators:
    """What stands over a class or a function: the qualified names, and what their arguments say."""

    names: set[str] = field(default_factory=set)
    flags: dict[str, object] = field(default_factory=dict)
    external: tree.CFunction | None = None
    effects: tree.Effects | None = None
    about: dict[str, str] | None = None
    metadata: list[tree.Metadata] = field(default_factory=list)


def class_decorators(world: World, scope: ModuleScope, node: ast.ClassDef) -> Decorators:
    found = Decorators()
    reader = Annotations(world, scope)
    for decorator in node.decorator_list:
        called = reader.entity(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if isinstance(called, FunctionInfo) and called.metadata:
            said = metadata.read(world, scope, called, decorator)
            found.metadata += [said] if said is not None else []
            continue
        form = _form(world, scope, reader, decorator, CLASS, "class")
        if form is None:
            continue
        found.names.add(form.name)
        call = decorator if isinstance(decorator, ast.Call) else None
        match form.name:
            case "dataclasses.dataclass":
                for keyword in call.keywords if call is not None else []:
                    value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
                    if keyword.arg not in ("frozen", "slots", "kw_only", "order") or not isinstance(
                        value, bool
                    ):
                        _bad(
                            world, scope, keyword, f"`{keyword.arg}=` of `@dataclass` is not in kernel Python"
                        )
                    elif keyword.arg == "kw_only" and value:
                        _bad(
                            world, scope, keyword, f"`{keyword.arg}=` of `@dataclass` is not in kernel Python"
                        )
                    else:
                        found.flags[keyword.arg] = value
            case "kmi.unsafe.c_struct" if call is not None:
                for position, argument in enumerate(call.args):
                    found.flags[("tag", "size", "align")[min(position, 2)]] = ast.literal_eval(argument)
                for keyword in call.keywords:
                    found.flags[str(keyword.arg)] = ast.literal_eval(keyword.value)
            case "kmi.modules.module":
                found.about = _about(world, scope, decorator, call)
            case _:
                pass
    _refuse_provided(world, scope, node, found)
    return found


def function_decorators(
    world: World, scope: ModuleScope, node: ast.FunctionDef, owner: ClassInfo | None
) -> Decorators:
    found = Decorators()
    reader = Annotations(world, scope)
    for decorator in node.decorator_list:
        if (
            isinstance(decorator, ast.Attribute)
            and decorator.attr in ("setter", "deleter")
            and owner is not None
        ):
            if decorator.attr == "setter" and ast.unparse(decorator.value) == node.name:
                continue
            _bad(
                world,
                scope,
                decorator,
                f"`@{ast.unparse(decorator)}` is not in kernel Python; write a method",
            )
            continue
        form = _form(world, scope, reader, decorator, FUNCTION, "function")
        if form is None:
            continue
        found.names.add(form.name)
        call = decorator if isinstance(decorator, ast.Call) else None
        match form.name:
            case "kmi.interface.sleeps":
                found.effects = found.effects or tree.Effects()
                found.effects.sleeps = True
            case "kmi.interface.sleeps_with" if call is not None:
                found.effects = found.effects or tree.Effects()
                found.effects.waits = _waits(world, scope, call)
            case "kmi.interface.context" if call is not None:
                found.effects = found.effects or tree.Effects()
                words = [
                    a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
                ]
                found.effects.context = words[0] if words else "any"
            case "kmi.interface.raises" if call is not None:
                found.effects = found.effects or tree.Effects()
                classes: list[tree.Class] = []
                for argument in call.args:
                    entity = reader.entity(argument)
                    if isinstance(entity, ClassInfo) and entity.definition.exception:
                        classes.append(entity.definition)
                    elif not isinstance(entity, Poisoned):
                        _bad(world, scope, argument, f"`{ast.unparse(argument)}` is not an exception class")
                found.effects.raises = tuple(classes)
            case "kmi.unsafe.c_function":
                found.external = _external(node, call)
            case _:
                pass
    _refuse_provided(world, scope, node, found)
    if scope.interface and "kmi.interface.provided" in found.names and found.effects is None:
        found.effects = tree.Effects(context="any", raises=())
    return found


def _waits(world: World, scope: ModuleScope, call: ast.Call) -> tree.Waits:
    from kmi.language.declarations.constants import fold

    name, *flags = call.args
    folded = [fold(world, scope, flag, None) for flag in flags]
    values = [each.value for each in folded if each is not None and isinstance(each.value, int)]
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str) or len(values) != 2:
        raise InternalError(f"{scope.name}: `{ast.unparse(call)}` names a parameter and two flags")
    return tree.Waits(name.value, values[0], values[1], (ast.unparse(flags[0]), ast.unparse(flags[1])))


def _refuse_provided(
    world: World, scope: ModuleScope, node: ast.ClassDef | ast.FunctionDef, found: Decorators
) -> None:
    if scope.author and "kmi.interface.provided" in found.names:
        world.reporter.error(
            codes.BAD_DECORATOR,
            scope.span(node.decorator_list[0]),
            f"`{node.name}` is declared as part of the interface, which no kernel provides",
            help="leave `@provided` away and write the body",
        )


def _external(node: ast.FunctionDef, call: ast.Call | None) -> tree.CFunction:
    external = tree.CFunction(node.name)
    if call is not None:
        if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
            external.name = call.args[0].value
        for keyword in call.keywords:
            value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            if keyword.arg == "variadic":
                external.variadic = bool(value)
            elif keyword.arg == "format":
                external.format = bool(value)
            elif keyword.arg == "name" and isinstance(value, str):
                external.name = value
    return external


def _form(
    world: World, scope: ModuleScope, reader: Annotations, node: ast.expr, known: frozenset[str], what: str
) -> Form | None:
    entity = reader.entity(node.func if isinstance(node, ast.Call) else node)
    if isinstance(entity, Form) and entity.name in known:
        return entity
    if isinstance(entity, Poisoned):
        return None
    name = ast.unparse(node.func if isinstance(node, ast.Call) else node)
    if entity is None:
        world.reporter.error(
            codes.UNKNOWN_NAME,
            scope.span(node),
            f"there is no decorator `{name}` here",
            help="import it:\nfrom kmi import module" if name == "module" else None,
        )
    else:
        _bad(world, scope, node, f"`@{name}` is not a decorator that a {what} can have in kernel Python")
    return None


def _about(world: World, scope: ModuleScope, node: ast.expr, call: ast.Call | None) -> dict[str, str]:
    about: dict[str, str] = {}
    help = '@module(license="GPL", description="…")'
    if call is None:
        _bad_module(world, scope, node, "`@module` needs a license and a description", help)
        return about
    for argument in call.args:
        _bad_module(world, scope, argument, "`@module` takes its arguments by name", help)
    for keyword in call.keywords:
        if keyword.arg not in ("license", "description", "author", "version", "name"):
            _bad_module(world, scope, keyword, f"`@module` has no argument `{keyword.arg}`", help)
        elif isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str):
            about[keyword.arg] = keyword.value.value
            if keyword.arg == "license" and keyword.value.value not in LICENSES:
                names = ", ".join(LICENSES)
                _bad_module(
                    world,
                    scope,
                    keyword.value,
                    f"kernels do not know the license `{keyword.value.value}`",
                    f"one of: {names}",
                )
        else:
            _bad_module(
                world, scope, keyword.value, f"`{keyword.arg}` of `@module` is not a string constant", help
            )
    if not call.args:
        for wanted in ("license", "description"):
            if not any(keyword.arg == wanted for keyword in call.keywords):
                _bad_module(world, scope, node, f"`@module` lacks `{wanted}`", help)
    return about


def _bad(world: World, scope: ModuleScope, node: ast.AST, message: str) -> None:
    world.reporter.error(codes.BAD_DECORATOR, scope.span(node), message)


def _bad_module(world: World, scope: ModuleScope, node: ast.AST, message: str, help: str) -> None:
    world.reporter.error(codes.BAD_MODULE, scope.span(node), message, help=help)
