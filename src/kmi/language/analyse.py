"""The front end's entry: a file and a library in, diagnostics and a program out.

    analysis = analyse(Path("echo.py"), Library())
    if not analysis.failed: compile(analysis.program)

All mistakes of a file are reported in one run; the program is there only if there are none.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kmi.language import codes, packages, tree
from kmi.language.bodies import families, fields, generated
from kmi.language.bodies.functions import analyse_function
from kmi.language.checks import semantics
from kmi.language.declarations import constants, declare, imports, names, protocols, provided
from kmi.language.declarations.scope import ClassInfo, ConstantInfo, Form, FunctionInfo, ModuleScope
from kmi.language.declarations.world import World
from kmi.language.library import Library
from kmi.language.parse import ALLOWED
from kmi.language.report.diagnostics import Diagnostic, Reporter, Severity
from kmi.language.source import Source, Span
from kmi.language.types import ClassType

Added = Mapping[str, Sequence[ast.stmt]]
"""Statements by the dotted names of the modules that they are added to."""


@dataclass(slots=True)
class Analysis:
    """What is known of a module: what is wrong with it, and if nothing is, the program."""

    diagnostics: list[Diagnostic]
    program: tree.Program | None
    partial: tree.Program | None = None
    """The program even where there are errors: functions in ``broken`` are not to be looked into."""
    broken: frozenset[tree.Function] = field(default_factory=frozenset)

    @property
    def failed(self) -> bool:
        return any(diagnostic.severity is Severity.ERROR for diagnostic in self.diagnostics)


def analyse(path: Path, library: Library, added: Added | None = None) -> Analysis:
    """Analyses the module in a file, or in a directory with an ``__init__.py``. Raises OSError if that cannot
    be read.

    ``added`` are statements that are taken for the end of its files: what a test build has of docstrings.
    """
    path = packages.entry_file(path)
    reporter = Reporter()
    return _guarded(packages.read(path, packages.module_name(path), reporter), library, reporter, added)


def analyse_text(text: str, path: Path, library: Library) -> Analysis:
    """Analyses a module given as text; ``path`` is what messages and ``#line`` say."""
    return _guarded(Source(path, text, packages.module_name(path)), library, Reporter())


def _guarded(
    source: Source, library: Library, reporter: Reporter, added: Added | None = None
) -> Analysis:
    if reporter.failed:
        return Analysis(reporter.diagnostics, None)
    try:
        return _analyse(source, library, reporter, added or {})
    except RecursionError:
        reporter.error(
            codes.SYNTAX_ERROR,
            Span(source, 1, 0, 1, 0),
            "something in this file is nested too deeply",
            help="split the longest chain of `elif`, `and` or operators into functions",
        )
        return Analysis(reporter.diagnostics, None)


def _analyse(source: Source, library: Library, reporter: Reporter, added: Added) -> Analysis:
    world = World(library, reporter, source.module, packages.root(source.path))
    world.added = added
    scope = world.add(source)
    if scope is None:
        return Analysis(reporter.diagnostics, None)
    files = _files(world, scope)
    for own in files:
        _top_level(world, own, world.syntax[own.name].body)
    families.complete(world, files)
    generated.complete(world, files)
    imports.check_order(world, scope)
    entry = _entry(world, scope) if library.entry else None
    _roots(world)
    _finish(world)
    provided.compare_all(world)
    _finish(world)
    program = _program(world, scope, entry)
    _passes(program, reporter, frozenset(world.broken))
    return Analysis(
        reporter.diagnostics, program if not reporter.failed else None, program, frozenset(world.broken)
    )


def _files(world: World, scope: ModuleScope) -> list[ModuleScope]:
    """The author's files: the one that the module begins with, and those that it reaches, all read."""
    found = [scope]
    for own in found:
        for statement in packages.relative_imports(world.syntax[own.name].body):
            dotted = packages.absolute(own.name, own.package, statement)
            names_ = [dotted, *(f"{dotted}.{alias.name}" for alias in statement.names)] if dotted else []
            for name in names_:
                other = world.scope(name) if world.root is not None else None
                if other is not None and other not in found:
                    found.append(other)
    return found


def _passes(program: tree.Program, reporter: Reporter, broken: frozenset[tree.Function]) -> None:
    """The passes on the typed tree: sharing, moves, contexts, locks."""
    semantics.check(program, reporter, broken)


def _top_level(world: World, scope: ModuleScope, statements: list[ast.stmt]) -> None:
    """Resolves everything that the author's module defines, and refuses what may not stand at its top."""
    for statement in statements:
        match statement:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                names.own(world, scope, name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                for alias in aliases:
                    names.own(world, scope, alias.asname or alias.name.partition(".")[0])
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                _constant(world, scope, name)
            case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                pass
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body):
                _top_level(world, scope, body)
            case ast.AugAssign(target=target):
                world.reporter.error(
                    codes.GLOBAL_STATE,
                    scope.span(statement),
                    f"`{ast.unparse(target)}` changes at the top of the module",
                    note="the top of a module holds definitions and constants",
                    help="keep state in a field of the `Module` subclass",
                )
            case _ if type(statement) not in ALLOWED:
                pass  # the whitelist has said so
            case _:
                world.reporter.error(
                    codes.BAD_TOP_LEVEL,
                    scope.span(statement),
                    "this statement may not stand at the top of a module",
                    note="the top of a module holds imports, definitions and constants",
                    help="do it in the `__init__` of the `Module` subclass, when the module is loaded",
                )


def _constant(world: World, scope: ModuleScope, name: str) -> None:
    entity = names.own(world, scope, name)
    if isinstance(entity, ConstantInfo) and name != "__all__":
        constants.constant(world, entity)


def _roots(world: World) -> None:
    """Asks for the modules of the layer that are always compiled, and for the built-in exceptions."""
    if not world.library.complete:
        return
    for module in world.library.compiled(world.scopes):
        scope = world.scope(module)
        if scope is not None:
            for name, statement in scope.bindings.items():
                if isinstance(statement, ast.ClassDef | ast.FunctionDef):
                    entity = names.own(world, scope, name)
                    if isinstance(entity, FunctionInfo):
                        world.want(entity)
                    elif isinstance(entity, ClassInfo):
                        declare.declare_members(world, entity)
                        for method in entity.methods.values():
                            world.want(method)
    exceptions = world.scope("kmi.runtime.exceptions")
    if exceptions is not None:
        for name in exceptions.bindings:
            names.own(world, exceptions, name)


def _finish(world: World) -> None:
    """Analyses until nothing is left to do: members, fields, bodies."""
    while True:
        before = len(world.classes), len(world.functions)
        for info in list(world.classes.values()):
            declare.declare_members(world, info)
        while world.promised:
            _promised(world, *world.promised.pop())
        for info in list(world.classes.values()):
            fields.complete(world, info)
        for function in list(world.functions.values()):
            if function.scope.author:
                analyse_function(world, function)
        while world.queue:
            analyse_function(world, world.queue.popleft())
        if before == (len(world.classes), len(world.functions)):
            return


def _promised(world: World, info: ClassInfo, protocol: ClassType, base: ast.expr) -> None:
    """Reports a class that has not what the protocol asks for, which it names as a base class."""
    own = ClassType(info.definition, info.definition.type_parameters)
    missing = protocols.lacking(world, own, protocol)
    if missing is not None:
        world.reporter.error(
            codes.BAD_BASE,
            info.scope.span(base),
            f"`{info.definition.name}` is no `{protocol}`: {missing}",
            labels=[(protocol.definition.span, "the protocol")],
            help="define the method as the protocol has it",
        )


def _entry(world: World, scope: ModuleScope) -> ClassInfo | None:
    """The class under ``@module``, which there must be once."""
    found = [info for info in world.classes.values() if info.scope is scope and info.about is not None]
    if not found:
        subclasses = [
            info
            for info in world.classes.values()
            if info.scope is scope and any(base.name == "Module" for base in info.definition.ancestors()[1:])
        ]
        if subclasses:
            world.reporter.error(
                codes.NO_MODULE,
                subclasses[-1].definition.span,
                f"`{subclasses[-1].definition.name}` is not under `@module`",
                help='put this over the class:\n@module(license="GPL", description="…")',
            )
        else:
            line = max(1, len(scope.source.lines))
            width = len(scope.source.lines[line - 1]) if scope.source.lines else 0
            world.reporter.error(
                codes.NO_MODULE,
                Span(scope.source, line, 0, line, width),
                "the file has no class under `@module`",
                help="add one:\nfrom kmi import Module, module\n\n"
                '@module(license="GPL", description="…")\nclass Example(Module):\n    …',
            )
        return None
    for extra in found[1:]:
        world.reporter.error(
            codes.BAD_MODULE,
            extra.definition.span,
            f"`{extra.definition.name}` is the second class under `@module`",
            labels=[(found[0].definition.span, "the first")],
            help="keep one: a file is one module",
        )
    entry = found[0]
    if not any(base.name == "Module" for base in entry.definition.ancestors()[1:]):
        world.reporter.error(
            codes.BAD_MODULE,
            entry.definition.span,
            f"`{entry.definition.name}` is under `@module` but does not derive from `Module`",
            help=f"class {entry.definition.name}(Module):",
        )
    declare.declare_members(world, entry)
    initializer = entry.methods.get("__init__")
    if initializer is not None and len(initializer.function.parameters) > 1:
        world.reporter.error(
            codes.BAD_MODULE,
            initializer.function.parameters[1].span,
            "the `__init__` of the module takes only `self`",
            help='what the loader gives is a parameter of the module:\ncapacity = Parameter(4096, "…")',
        )
    return entry


def _program(world: World, scope: ModuleScope, entry: ClassInfo | None) -> tree.Program:
    modules = {name: found.module for name, found in world.scopes.items()}
    for name, found in world.scopes.items():
        if name.endswith(".bindings") and "HEADERS" in found.bindings:
            entity = names.own(world, found, "HEADERS")
            folded = constants.constant(world, entity) if isinstance(entity, ConstantInfo) else None
            if folded is not None and isinstance(folded.value, tuple):
                found.module.headers = [str(item.value) for item in folded.value]
    program = tree.Program(scope.module, modules, entry.definition if entry is not None else None)
    if entry is not None:
        program.about = dict(entry.about or {})
        program.metadata = list(entry.metadata)
        program.parameters = list(entry.parameters.values())
    return program


__all__ = ["Analysis", "Form", "Library", "analyse", "analyse_text"]
