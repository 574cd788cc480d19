"""One analysis: the modules it has read, the work that is left, and where its diagnostics go.

Everything of the front end works on a ``World``: it finds modules in the library, gives the built-in types,
and keeps the queue of functions whose bodies are still to be analysed.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kmi.language import packages, tree
from kmi.language.declarations import reached
from kmi.language.declarations.scope import ClassInfo, FunctionInfo, ModuleScope
from kmi.language.library import PACKAGE, Library
from kmi.language.report.diagnostics import InternalError, Reporter
from kmi.language.source import Source
from kmi.language.types import ClassType, Type


@dataclass(slots=True)
class World:
    """The state of one analysis."""

    library: Library
    reporter: Reporter
    package: str = ""
    root: Path | None = None
    """The name and the directory of the package that is being checked, if it is one."""
    added: Mapping[str, Sequence[ast.stmt]] = field(default_factory=dict)
    """Statements for the end of the author's files, by the files' dotted names."""
    stored: set[str] = field(default_factory=set)
    """The attributes that the author's files assign anywhere but to ``self`` in an ``__init__``."""
    scopes: dict[str, ModuleScope] = field(default_factory=dict)
    syntax: dict[str, ast.Module] = field(default_factory=dict)
    classes: dict[tree.Class, ClassInfo] = field(default_factory=dict)
    functions: dict[tree.Function, FunctionInfo] = field(default_factory=dict)
    structs: dict[str, tuple[ModuleScope, ast.ClassDef]] = field(default_factory=dict)
    """C structs whose members nobody has asked for yet."""
    enums: dict[str, ClassInfo] = field(default_factory=dict)
    """Enums by the name of the integer type that stands for them."""
    queue: deque[FunctionInfo] = field(default_factory=deque)
    called: dict[str, set[tree.Class]] = field(default_factory=dict)
    """The classes whose methods are called, by the methods' names."""
    waiting: dict[str, list[FunctionInfo]] = field(default_factory=dict)
    """The methods of the library that were not called when they were declared, by name."""
    missing: set[str] = field(default_factory=set)
    checks: list[tuple[ModuleScope, ast.stmt, ClassInfo | FunctionInfo]] = field(default_factory=list)
    """Implementations of interface names that are still to be compared with their declarations."""
    promised: list[tuple[ClassInfo, ClassType, ast.expr]] = field(default_factory=list)
    """Classes that say which protocol they have the methods of, still to be looked at."""
    parameters: list[tree.ModuleParameter] = field(default_factory=list)
    callables: dict[
        tuple[tree.Function, Type | None, tuple[Type, ...], Type, Type | None], tree.Class
    ] = field(default_factory=dict)
    """The classes of functions as values, by function, class of receiver and signature."""
    lambdas: dict[tuple[str, tuple[int, int], tuple[Type, ...], Type], FunctionInfo] = field(
        default_factory=dict
    )
    """The functions of lambdas, by module, place and signature."""
    broken: set[tree.Function] = field(default_factory=set)
    """Functions with an error in them: later passes leave them alone."""

    def scope(self, name: str) -> ModuleScope | None:
        """The module of a dotted name, read and parsed when it is first asked for; None where there is no
        file.
        """
        if name in self.scopes:
            return self.scopes[name]
        if name in self.missing:
            return None
        if self.root is not None and name.startswith(f"{self.package}."):
            path = packages.file_of(self.root, self.package, name)
            if path is None:
                self.missing.add(name)
                return None
            return self.add(packages.read(path, name, self.reporter))
        path = self.library.locate(name)
        if path is None:
            self.missing.add(name)
            return None
        return self._library(path, name)

    def _library(self, path: Path, name: str) -> ModuleScope | None:
        """Reads a file of the library into the world."""
        from kmi.language.declarations import names
        from kmi.language.declarations.reading import library_file

        # Of the interface only declarations are read, and where no bodies are, only those of the run time.
        strict = self.library.complete and name.startswith(("kmi.runtime", "kmi.kernels"))
        read = library_file(path, name, strict, self.reporter)
        if read is None:
            self.missing.add(name)
            return None
        scope = self._enter(read.source, read.syntax)
        scope.stored = set(read.stored)
        names.collect(self, scope, read.syntax.body)
        return scope

    def add(self, source: Source) -> ModuleScope | None:
        """Reads a file of the author's into the world; None where it is not Python."""
        from kmi.language.declarations import names
        from kmi.language.parse import parse

        added = self.added.get(source.module, ())
        syntax = parse(source, self.reporter, added=added)
        if syntax is None:
            self.missing.add(source.module)
            return None
        scope = self._enter(source, syntax)
        scope.author = True
        self.stored |= names.stored_attributes(syntax)
        scope.stored = self.stored
        scope.interface = False
        names.collect(self, scope, syntax.body)
        return scope

    def _enter(self, source: Source, syntax: ast.Module) -> ModuleScope:
        from kmi.language.declarations import names

        scope = names.make_scope(self, source.module, source, syntax)
        scope.package = source.path.name == packages.INIT
        self.scopes[source.module] = scope
        self.syntax[source.module] = syntax
        return scope

    def builtin(self, name: str) -> ClassInfo:
        """A built-in class of the run time: ``bytes``, ``IndexError``."""
        from kmi.language.declarations import names

        found = names.builtin(self, name, as_class=True)
        if not isinstance(found, ClassInfo):
            raise InternalError(f"the run time has no class `{name}`")
        return found

    def builtin_type(self, name: str, *arguments: Type) -> ClassType:
        """The type of a built-in class with its type arguments."""
        return ClassType(self.builtin(name).definition, arguments)

    @property
    def str_type(self) -> ClassType:
        return self.builtin_type("str")

    @property
    def bytes_type(self) -> ClassType:
        return self.builtin_type("bytes")

    def is_builtin(self, kind: Type, name: str) -> bool:
        """Whether a type is the built-in class of that name."""
        return (
            isinstance(kind, ClassType)
            and kind.definition.name == name
            and kind.definition.module == f"kmi.runtime.{name}"
        )

    def enum_of(self, kind: Type) -> ClassInfo | None:
        """The enum that an integer type stands for."""
        from kmi.language.types import IntType

        return self.enums.get(kind.name) if isinstance(kind, IntType) else None

    def want(self, info: FunctionInfo) -> None:
        """Asks for the body of a function: it is reached."""
        if info.wanted:
            return
        info.wanted = True
        if not info.analysed and (info.generated or not info.declared and info.node is not None):
            self.queue.append(info)
        reached.call(self, info.function)

    def library_names(self) -> list[str]:
        """The interface modules, for suggestions."""
        return ["kmi", *(f"kmi.{path.stem}" for path in PACKAGE.glob("*.py") if path.stem != "__init__")]
