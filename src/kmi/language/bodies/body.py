"""One function while its body is analysed: its locals, what is known at this point, and its diagnostics.

The place of a local is that of its first value. Where a later value shows that this was too narrow (a `u8`
first and an `int` later, ``None`` first and an object later) the body is analysed once more with the wider
place: ``Widen``. Diagnostics are therefore held back until a round went through.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from kmi.language import tree
from kmi.language.bodies.flow import Flow
from kmi.language.codes import Code
from kmi.language.declarations.annotations import Annotations
from kmi.language.declarations.scope import ClassInfo, FunctionInfo, ModuleScope, self_type
from kmi.language.declarations.world import World
from kmi.language.relations import POISON
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Span
from kmi.language.types import Type


@dataclass(slots=True)
class Widen(Exception):
    """A local needs a wider place than its first value had."""

    name: str
    type: Type


@dataclass(slots=True)
class Loop:
    """A loop around the statement that is being analysed: where its ``break`` and ``continue`` come from."""

    breaks: list[Flow] = field(default_factory=list)
    continues: list[Flow] = field(default_factory=list)


@dataclass(slots=True)
class Body:
    """The context in which expressions and statements are analysed."""

    world: World
    scope: ModuleScope
    info: FunctionInfo | None = None
    owner: ClassInfo | None = None
    reporter: Reporter = field(default_factory=Reporter)
    locals: dict[str, tree.Local] = field(default_factory=dict)
    ordered: list[tree.Local] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    """Locals with an annotation: their place is settled."""
    widened: dict[str, Type] = field(default_factory=dict)
    """Wider places that earlier rounds found, by ``key``."""
    own: dict[str, str] = field(default_factory=dict)
    """The keys of the names that a comprehension around this point binds for itself."""
    names: frozenset[str] = frozenset()
    """Names that the function assigns somewhere, and which are therefore its locals."""
    flow: Flow = field(default_factory=Flow)
    unsafe: int = 0
    loops: list[Loop] = field(default_factory=list)
    handlers: int = 0
    """How many ``except`` blocks are around: a bare ``raise`` needs one."""
    functions: dict[str, FunctionInfo] = field(default_factory=dict)
    """The functions that are defined in the body, up to here."""
    deleted: dict[str, Span] = field(default_factory=dict)
    counter: int = 0
    created: list[tree.Field] = field(default_factory=list)
    """Fields that this round of an `__init__` has declared."""
    self_uses: list[tuple[Span, frozenset[tree.Local | tree.Field], str]] = field(default_factory=list)
    """In ``__init__``: where the object itself is used, what has a value there, which field is assigned."""
    assigning: str = ""
    exits: list[tuple[Span, frozenset[tree.Local | tree.Field]]] = field(default_factory=list)
    """In `__init__`: the ways out, and what has a value there."""

    @property
    def function(self) -> tree.Function | None:
        return self.info.function if self.info is not None else None

    @property
    def initializer(self) -> bool:
        """Whether this is the ``__init__`` of a class."""
        return self.owner is not None and self.function is not None and self.function.name == "__init__"

    def span(self, node: ast.AST) -> Span:
        return self.scope.span(node)

    def error(
        self,
        code: Code,
        at: ast.AST | Span,
        message: str,
        *,
        label: str = "",
        labels: Sequence[tuple[Span, str]] = (),
        note: str | None = None,
        help: str | None = None,
    ) -> tree.Expression:
        """Reports an error, and gives an expression of the poison type to go on with."""
        span = at if isinstance(at, Span) else self.span(at)
        self.reporter.error(code, span, message, label=label, labels=labels, note=note, help=help)
        return self.poison(span)

    def poison(self, at: ast.AST | Span) -> tree.Expression:
        return tree.NoneLiteral(at if isinstance(at, Span) else self.span(at), POISON)

    def annotations(self) -> Annotations:
        receiver: Type | None = self_type(self.owner) if self.owner is not None else None
        if self.info is not None and self.info.class_method:
            receiver = next((v for v in self.info.function.type_parameters if v.name == "Self"), receiver)
        return Annotations(self.world, self.scope, self.owner, receiver)

    def read_type(self, node: ast.expr) -> Type:
        """The type that an annotation in the body names; its diagnostics are this round's."""
        held, self.world.reporter = self.world.reporter, self.reporter
        try:
            return self.annotations().read(node)
        finally:
            self.world.reporter = held

    def key(self, name: str) -> str:
        """The name, told apart from the same one inside or outside of a comprehension."""
        return self.own.get(name, name)

    @contextmanager
    def scope_of(self, names: Iterable[str], at: ast.AST) -> Iterator[list[tree.Local]]:
        """A comprehension: these names are its own in it. Gives the locals that they were, at its end."""
        span = self.span(at)
        names = list(names)
        outer, keys = {name: self.locals.pop(name, None) for name in names}, dict(self.own)
        first = len(self.ordered)
        self.own |= {name: f"{name}@{span.line}:{span.column}" for name in names}
        made: list[tree.Local] = []
        try:
            yield made
        finally:
            for local in self.ordered[first:]:
                if local.name in outer and not local.made and not local.fluid:
                    local.made = True
                    local.name = local.name.partition(" ")[0]  # one of ours is no name of Python's
                    made.append(local)
            for name, local_before in outer.items():
                self.locals.pop(name, None)
                if local_before is not None:
                    self.locals[name] = local_before
            self.own = keys

    @contextmanager
    def scope_at(self, locals_: dict[str, tree.Local], own: dict[str, str]) -> Iterator[None]:
        """The names as they were there."""
        inner = self.locals, self.own
        self.locals, self.own = dict(locals_), dict(own)
        try:
            yield
        finally:
            self.locals, self.own = inner

    def temporary(self, kind: Type, span: Span, name: str = "") -> tree.Local:
        """A local that the author did not write; its name cannot be one of theirs."""
        self.counter += 1
        made = tree.Local(f"{name or 'value'}_{self.counter}", kind, span, made=True)
        while made.name in self.names or made.name in self.locals:
            made.name += "_"
        self.ordered.append(made)
        self.flow.assigned.add(made)
        return made

    @contextmanager
    def within(self, loop: Loop) -> Iterator[None]:
        self.loops.append(loop)
        try:
            yield
        finally:
            self.loops.pop()
