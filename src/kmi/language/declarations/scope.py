"""What a name can stand for, and the scope of a module: its names, each resolved when it is first asked for.

Resolving late lets modules import each other in a circle, and costs nothing for what nobody uses: of an
interface module only the names that the author's module reaches are ever looked at.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TypeAlias

from kmi.language import tree
from kmi.language.relations import same
from kmi.language.source import Source, Span
from kmi.language.types import ClassType, CStructType, Type, TypeVariable


@dataclass(slots=True, eq=False)
class FunctionInfo:
    """What the front end knows of a function beyond its ``tree.Function``."""

    function: tree.Function
    node: ast.FunctionDef | None
    scope: ModuleScope
    owner: ClassInfo | None = None
    defaults: list[ast.expr | None] = field(default_factory=list)
    """One a parameter, ``self`` included."""
    keyword_only: frozenset[str] = frozenset()
    positional_only: frozenset[str] = frozenset()
    renamed: dict[str, FunctionInfo] = field(default_factory=dict)
    """Parameters that a method which replaces this one calls otherwise, and that method."""
    generated: str = ""
    """"dataclass" for the methods that ``@dataclass`` and ``Struct`` bring."""
    declared: bool = False
    """From the interface: there is no body to look into."""
    class_method: bool = False
    wanted: bool = False
    """Somebody asked for its body."""
    analysed: bool = False
    inner: dict[str, FunctionInfo] = field(default_factory=dict)
    """The functions that are defined in its body."""
    visible: dict[str, FunctionInfo] = field(default_factory=dict)
    """Of a function that is defined in the body of another one: those that it can call by name."""
    metadata: bool = False
    """Stands over the module's class, and says something of it to the kernel."""
    provided: bool = False
    """The kernel's implementation of an interface name: safe to call, whatever it is made of."""

    def same_default(self, other: FunctionInfo, position: int) -> bool:
        """Whether a call that leaves out the parameter of that position gives both functions the same."""
        mine, theirs = (
            info.defaults[position] if position < len(info.defaults) else None for info in (self, other)
        )
        if mine is None or theirs is None:
            return mine is theirs
        named = any(isinstance(part, ast.Name | ast.Attribute) for part in ast.walk(mine))
        return ast.dump(mine) == ast.dump(theirs) and (self.scope is other.scope or not named)

    def same_parameters(self, other: FunctionInfo, first: int) -> bool:
        """Whether any call fits both functions alike, from the parameter of that position on."""
        mine, theirs = self.function.parameters[first:], other.function.parameters[first:]
        return len(mine) == len(theirs) and all(
            one.name == another.name and same(one.type, another.type) and self.same_default(other, position)
            for position, (one, another) in enumerate(zip(mine, theirs, strict=True), first)
        )


@dataclass(slots=True, eq=False)
class ClassInfo:
    """What the front end knows of a class beyond its ``tree.Class``."""

    definition: tree.Class
    node: ast.ClassDef
    scope: ModuleScope
    variables: dict[str, TypeVariable] = field(default_factory=dict)
    methods: dict[str, FunctionInfo] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    constant_types: dict[str, ast.expr] = field(default_factory=dict)
    declared: dict[str, tree.Field] = field(default_factory=dict)
    """Fields with an annotation in the class body."""
    defaults: dict[str, ast.expr] = field(default_factory=dict)
    parameters: dict[str, tree.ModuleParameter] = field(default_factory=dict)
    enum: Type | None = None
    """The integer type that stands for an enum."""
    enum_kind: str = ""
    enum_values: dict[str, int] = field(default_factory=dict)
    about: dict[str, str] | None = None
    """What ``@module(...)`` says, on the class that it decorates."""
    metadata: list[tree.Metadata] = field(default_factory=list)
    """What other decorators over that class say."""
    dataclass: bool = False
    frozen: bool = False
    slots: bool = False
    ordered: bool = False
    """A dataclass with ``order=True``."""
    final_methods: frozenset[str] = frozenset()
    interface: bool = False
    members_done: bool = False
    fields_state: str = "open"
    """"open", "busy" while ``__init__`` is analysed, "done"."""
    queued: bool = False


def is_overload(node: ast.stmt) -> bool:
    """Whether a function is under ``@overload``: a signature for type checkers alone."""
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(each, ast.Name | ast.Attribute) and ast.unparse(each).split(".")[-1] == "overload"
        for each in node.decorator_list
    )


def self_type(info: ClassInfo) -> Type:
    """The type of ``self`` in a class."""
    return ClassType(info.definition, info.definition.type_parameters)


@dataclass(slots=True, eq=False)
class ConstantInfo:
    """A module constant, folded when it is first used."""

    name: str
    node: ast.expr
    annotation: ast.expr | None
    scope: ModuleScope
    value: tree.Expression | None = None
    busy: bool = False


@dataclass(slots=True, eq=False)
class TypeAlias_:
    """A name for a type: a width, ``Format``, an alias of the author's."""

    type: Type


@dataclass(slots=True, eq=False)
class Form:
    """A name that the language itself gives a meaning to, by its qualified name: ``builtins.len``,
    ``kmi.unsafe.cast``.
    """

    name: str

    @property
    def short(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(slots=True, eq=False)
class CStructInfo:
    type: CStructType


@dataclass(slots=True, eq=False)
class GlobalInfo:
    """A C variable or macro of the bindings."""

    name: str
    type: Type


@dataclass(slots=True, eq=False)
class Poisoned:
    """A name that is known to be wrong: reported where it is defined, silent where it is used."""


@dataclass(slots=True, eq=False)
class ModuleScope:
    """A module and its names. ``bindings`` are the statements that define them, unresolved."""

    name: str
    source: Source
    module: tree.Module
    bindings: dict[str, ast.stmt] = field(default_factory=dict)
    resolved: dict[str, Entity] = field(default_factory=dict)
    resolving: set[str] = field(default_factory=set)
    lacking: set[str] = field(default_factory=set)
    """What it imports of other kernels' own, as far as that is reported."""
    implementation: ModuleScope | None = None
    """Of an interface module: the kernel's module that provides what it declares."""
    stored: set[str] = field(default_factory=set)
    """Names of attributes that are assigned anywhere but to ``self`` in an ``__init__``: those are not
    final.
    """
    author: bool = False
    """The module that is being checked, as opposed to the library."""
    interface: bool = False
    package: bool = False
    """An ``__init__.py``: its relative imports look into its own directory."""

    @property
    def in_package(self) -> bool:
        """Whether it is a file of a package, which imports the others relatively."""
        return self.package or "." in self.name

    def span(self, node: ast.AST) -> Span:
        return span_of(self.source, node)


@dataclass(slots=True, eq=False)
class PseudoModule:
    """A module of the standard library of which kmi knows some names: ``typing``, ``errno``."""

    name: str


Entity: TypeAlias = (
    ClassInfo
    | FunctionInfo
    | ConstantInfo
    | TypeVariable
    | TypeAlias_
    | Form
    | CStructInfo
    | GlobalInfo
    | ModuleScope
    | PseudoModule
    | Poisoned
)


def span_of(source: Source, node: ast.AST) -> Span:
    """The span of a syntax node; ``ast`` counts columns in bytes, a span in characters."""
    line: int = getattr(node, "lineno", 1)
    end_line: int = getattr(node, "end_lineno", None) or line
    start: int = getattr(node, "col_offset", 0)
    stop: int = getattr(node, "end_col_offset", None) or start
    return Span(source, line, _column(source, line, start), end_line, _column(source, end_line, stop))


def _column(source: Source, line: int, offset: int) -> int:
    if not 0 < line <= len(source.lines):
        return offset
    text = source.lines[line - 1]
    return offset if text.isascii() else len(text.encode()[:offset].decode(errors="replace"))
