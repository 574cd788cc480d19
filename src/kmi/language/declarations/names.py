"""Names: what each module defines and imports, and what a name stands for.

    from kmi import info          # kmi -> kmi.log.info -> the kernel's own `info`

Resolution is late (see ``scope``): a name is looked into when it is first used. Imports may be circular, a
chain of re-imports is followed to the definition, and an interface name under ``@provided`` leads to the
kernel's implementation where there is a kernel.
"""

from __future__ import annotations

import ast
import builtins
import difflib
from collections.abc import Iterable

from kmi.language import codes, packages, tree
from kmi.language.declarations.scope import (
    ClassInfo,
    ConstantInfo,
    CStructInfo,
    Entity,
    Form,
    FunctionInfo,
    GlobalInfo,
    ModuleScope,
    Poisoned,
    PseudoModule,
    TypeAlias_,
    is_overload,
)
from kmi.language.declarations.vocabulary import (
    ALIEN,
    CLASSES,
    CONTAINERS,
    FORMS,
    FUNCTIONS,
    STANDARD,
    VALUES,
    lacking,
)
from kmi.language.declarations.world import World
from kmi.language.report.hints import module_hint, name_hint
from kmi.language.source import Source
from kmi.language.syntax import children
from kmi.language.types import WIDTHS, TypeVariable


def collect(world: World, scope: ModuleScope, statements: list[ast.stmt]) -> None:
    """Enters the names that these statements at the top of a module define."""
    for statement in statements:
        match statement:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                _bind(world, scope, name, statement)
            case ast.ImportFrom(level=level, names=names) if level and not scope.in_package:
                for alias in names:
                    scope.resolved[alias.asname or alias.name] = Poisoned()  # refused by the whitelist
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    if alias.name == "*":
                        scope.resolved["*"] = Poisoned()  # refused by the whitelist
                        continue
                    _bind(world, scope, alias.asname or alias.name.partition(".")[0], statement)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                _bind(world, scope, name, statement)
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body):
                collect(world, scope, body)
            case ast.AsyncFunctionDef(name=name):
                scope.resolved[name] = Poisoned()  # refused by the whitelist
            case _:
                pass  # `analyse` reports what may not stand there


def _bind(world: World, scope: ModuleScope, name: str, statement: ast.stmt) -> None:
    earlier = scope.bindings.get(name)
    if earlier is not None and is_overload(earlier):
        earlier = None  # refused by the whitelist
    if earlier is not None and scope.author and not _same_import(earlier, statement):
        world.reporter.error(
            codes.DUPLICATE,
            scope.span(statement),
            f"`{name}` is defined twice",
            labels=[(scope.span(earlier), "the first time")],
            help="give one of them another name",
        )
        return
    scope.bindings[name] = statement


def _same_import(left: ast.stmt, right: ast.stmt) -> bool:
    both = isinstance(left, ast.Import | ast.ImportFrom) and isinstance(right, ast.Import | ast.ImportFrom)
    return both and ast.dump(left) == ast.dump(right)


def stored_attributes(module: ast.Module) -> set[str]:
    """The attributes that are assigned anywhere but to ``self`` in an ``__init__``."""
    found: set[str] = set()
    waiting: list[tuple[ast.AST, bool]] = [(module, False)]
    while waiting:
        node, initializer = waiting.pop()
        if isinstance(node, ast.FunctionDef):
            initializer = node.name == "__init__"
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            if not (initializer and isinstance(node.value, ast.Name) and node.value.id == "self"):
                found.add(node.attr)
        waiting += [(child, initializer) for child in children(node)]
    return found


def lookup(world: World, scope: ModuleScope, name: str) -> Entity | None:
    """What a name stands for at the top of a module: its own, then Python's; None if it is unknown."""
    found = own(world, scope, name)
    found = found if found is not None else builtin(world, name)
    if found is None and lacking(name) is None:
        return scope.resolved.get("*")
    return found


def builtin(world: World, name: str, *, as_class: bool = False) -> Entity | None:
    """What Python itself means by a name; ``as_class``: of one that is a form of loops, too, the class."""
    if name in FUNCTIONS and not (as_class and name in VALUES):
        return Form(f"builtins.{name}")
    if name in CONTAINERS or name in VALUES:
        home = world.scope(f"kmi.runtime.{name}")
        return own(world, home, name) if home is not None else None
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, BaseException):
        home = world.scope("kmi.runtime.exceptions")
        return own(world, home, name) if home is not None else None
    return None


def own(world: World, scope: ModuleScope, name: str) -> Entity | None:
    """What a module itself defines or imports under a name."""
    if name in scope.resolved:
        return scope.resolved[name]
    special = _special(world, scope, name)
    if special is not None:
        scope.resolved[name] = special
        return special
    statement = scope.bindings.get(name)
    if statement is None:
        return None
    if name in scope.resolving:
        return None
    scope.resolving.add(name)
    try:
        entity = _resolve(world, scope, name, statement)
    finally:
        scope.resolving.discard(name)
    if entity is not None:
        scope.resolved.setdefault(name, entity)
    return scope.resolved.get(name)


def _special(world: World, scope: ModuleScope, name: str) -> Entity | None:
    qualified = f"{scope.name}.{name}"
    if scope.name == "kmi.integers" and name in WIDTHS:
        return TypeAlias_(WIDTHS[name])
    if qualified in FORMS or (scope.name == "kmi.unsafe" and name in scope.bindings):
        return Form(qualified)
    return None


def _resolve(world: World, scope: ModuleScope, name: str, statement: ast.stmt) -> Entity | None:
    from kmi.language.declarations import constants, declare, signatures

    match statement:
        case ast.Import(names=names):
            for alias in names:
                if (alias.asname or alias.name.partition(".")[0]) == name:
                    return _module(world, scope, statement, alias.name, whole=alias.asname is not None)
            return None
        case ast.ImportFrom(names=names, level=level) if level:
            dotted = packages.absolute(scope.name, scope.package, statement)
            for alias in names:
                if (alias.asname or alias.name) == name:
                    return import_name(world, scope, statement, dotted or "..", alias.name)
            return None
        case ast.ImportFrom(module=module, names=names):
            for alias in names:
                if (alias.asname or alias.name) == name:
                    return import_name(world, scope, alias, module or "", alias.name)
            return None
        case ast.ClassDef():
            provided = _provided(world, scope, name, statement)
            return provided if provided is not None else declare.declare_class(world, scope, statement)
        case ast.FunctionDef():
            provided = _provided(world, scope, name, statement)
            if provided is not None:
                return provided
            return signatures.declare_function(world, scope, statement, None)
        case ast.Assign(value=value):
            return constants.module_name(world, scope, name, value, None)
        case ast.AnnAssign(value=ast.expr() as value, annotation=annotation):
            return constants.module_name(world, scope, name, value, annotation)
        case ast.AnnAssign():
            world.reporter.error(
                codes.BAD_TOP_LEVEL,
                scope.span(statement),
                f"`{name}` has no value",
                help=f"give the constant its value: `{name}: Final = …`",
            )
            return Poisoned()
        case _:
            return None


def _provided(
    world: World, scope: ModuleScope, name: str, node: ast.ClassDef | ast.FunctionDef
) -> Entity | None:
    """The kernel's implementation of an interface name, if it is one and there is a kernel."""
    from kmi.language.declarations import provided

    if not scope.interface or world.library.kernel is None:
        return None
    if not any(isinstance(d, ast.Name) and d.id == "provided" for d in node.decorator_list):
        return None
    home = world.library.layer_module(scope.name)
    layer = world.scope(home) if home is not None else None
    entity = own(world, layer, name) if layer is not None else None
    if entity is None:  # what is the same on all kernels is part of the run time
        common = world.scope(scope.name.replace("kmi.", "kmi.runtime.", 1))
        entity = own(world, common, name) if common is not None else None
    if entity is None or isinstance(entity, Poisoned):
        if entity is None:
            world.reporter.error(
                codes.INTERFACE_MISMATCH,
                scope.span(node),
                f"the kernel's layer lacks `{scope.name.removeprefix('kmi.')}.{name}`",
                help=f"define `{name}` in the module `{home}`",
            )
        return Poisoned()
    scope.resolved[name] = entity
    if isinstance(entity, ClassInfo):
        scope.module.classes[name] = entity.definition
    elif isinstance(entity, FunctionInfo):
        scope.module.functions[name] = entity.function
        entity.provided = True
    provided.pending(world, scope, node, entity)
    return entity


def _module(world: World, scope: ModuleScope, statement: ast.AST, dotted: str, *, whole: bool) -> Entity:
    if dotted in STANDARD and dotted not in ALIEN:
        return PseudoModule(dotted)
    if _lacking(world, scope, statement, dotted):
        return Poisoned()
    found = world.scope(dotted)
    if found is None:
        _unknown_module(world, scope, statement, dotted)
        return Poisoned()
    if not whole and "." in dotted:
        world.reporter.error(
            codes.UNKNOWN_IMPORT,
            scope.span(statement),
            f"`import {dotted}` without a name of its own",
            help=f"from {dotted} import …",
        )
        return Poisoned()
    return found


def _lacking(world: World, scope: ModuleScope, node: ast.AST, dotted: str) -> bool:
    """Whether a module is another kernel's own, which is reported."""
    kernel = world.library.lacking(dotted)
    if kernel is not None and dotted not in scope.lacking:
        scope.lacking.add(dotted)  # one mistake, however many names are imported
        world.reporter.error(
            codes.UNKNOWN_IMPORT,
            scope.span(node),
            f"`{dotted}` is of the kernel {kernel} alone: {world.library.name} has nothing of the kind",
            help=f"build it with `--on {kernel}`, or use what every kernel has: `kmi.device`, `kmi.sync`, …",
        )
    return kernel is not None


def _unknown_module(world: World, scope: ModuleScope, node: ast.AST, dotted: str) -> None:
    if isinstance(node, ast.ImportFrom) and node.level:
        written = "." * node.level + (node.module or "")
        own = scope.in_package and world.root is not None
        files = sorted(path.stem for path in scope.source.path.parent.glob("*.py")) if own else []
        world.reporter.error(
            codes.UNKNOWN_IMPORT,
            scope.span(node),
            f"the package has no module `{written}`",
            help=suggest(node.module or "", files)
            or f"write `{(node.module or 'name').replace('.', '/')}.py`",
        )
        return
    world.reporter.error(
        codes.UNKNOWN_IMPORT,
        scope.span(node),
        f"there is no module `{dotted}` in a kernel",
        note="a kernel module may import the interface (`kmi`, `kmi.device`, …) and a few names of "
        "`typing`, `dataclasses`, `enum`, `errno`",
        help=module_hint(dotted) or suggest(dotted, [*STANDARD, *world.library_names()]),
    )


def import_name(world: World, scope: ModuleScope, node: ast.AST, module: str, name: str) -> Entity:
    """What ``from module import name`` brings, reported where there is nothing."""
    if module in STANDARD and (module not in ALIEN or name in STANDARD[module]):
        found = standard(world, module, name)
        if found is None:
            world.reporter.error(
                codes.UNKNOWN_IMPORT,
                scope.span(node),
                f"kernel Python has no `{name}` of `{module}`",
                help=name_hint(name) or suggest(name, STANDARD[module]),
            )
            return Poisoned()
        return found
    if _lacking(world, scope, node, module):
        return Poisoned()
    home = world.scope(module)
    if home is None:
        _unknown_module(world, scope, node, module)
        return Poisoned()
    entity = own(world, home, name)
    if entity is None:
        inner = world.scope(f"{module}.{name}")
        if inner is not None:
            return inner
        meant = suggest(name, _defined(home))
        world.reporter.error(
            codes.UNKNOWN_IMPORT,
            scope.span(node),
            f"`{module}` has no `{name}`",
            help=meant,
        )
        if meant is not None:  # whoever misspelt it here writes it properly below
            scope.resolved.setdefault(meant.split("`")[1], Poisoned())
        return Poisoned()
    return entity


def _defined(scope: ModuleScope) -> list[str]:
    """The names that a module brings itself, and does not only import."""
    return [
        name
        for name, statement in scope.bindings.items()
        if scope.author or not isinstance(statement, ast.Import | ast.ImportFrom)
    ]


def standard(world: World, module: str, name: str) -> Entity | None:
    """A name of one of the standard library's modules."""
    if name not in STANDARD[module]:
        return None
    runtime = CLASSES.get(f"{module}.{name}")
    if runtime is not None:
        scope = world.scope(runtime)
        return own(world, scope, name) if scope is not None else None
    if module == "errno":
        return Form(f"errno.{name}")
    home = {"typing_extensions": "typing", "collections.abc": "typing"}.get(module, module)
    return Form(f"{home}.{name}")


def member(world: World, entity: Entity, name: str) -> Entity | None:
    """``module.name``."""
    if isinstance(entity, PseudoModule):
        return standard(world, entity.name, name)
    if isinstance(entity, ModuleScope):
        found = own(world, entity, name)
        return found if found is not None else world.scope(f"{entity.name}.{name}")
    return None


def suggest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, as a question."""
    close = difflib.get_close_matches(name, [other for other in known if not other.startswith("_")], 1, 0.75)
    return f"did you mean `{close[0]}`?" if close else None


def describe(entity: Entity) -> str:
    """What an entity is, in a word, for messages."""
    match entity:
        case ClassInfo() | CStructInfo():
            return "a class"
        case FunctionInfo():
            return "a function"
        case ConstantInfo():
            return "a constant"
        case ModuleScope() | PseudoModule():
            return "a module"
        case TypeVariable():
            return "a type variable"
        case TypeAlias_():
            return "a type"
        case GlobalInfo():
            return "a C variable"
        case Form() | Poisoned():
            return "a built-in"


def make_scope(world: World, name: str, source: Source, syntax: ast.Module) -> ModuleScope:
    """The scope of a parsed module, its names entered and none of them resolved."""
    module = tree.Module(name, source, doc=ast.get_docstring(syntax))
    scope = ModuleScope(name, source, module)
    scope.interface = (
        name.startswith("kmi")
        and not name.startswith(("kmi.runtime", "kmi.kernels"))
        and name != "kmi.unsafe"
    )
    return scope
