"""Who calls whom: every function that a node can reach, overridden methods and the calls of syntax included.

    with lock as value: ...     calls `__enter__` and `__exit__`
    for item in items: ...      calls `__advance__` and `__item__`
    Permits()                   calls `Permits.__init__`
    item in items               calls `__contains__`, and the item's own `__eq__`
    f"{item}"                   calls `__str__` or `__repr__`

Invariant: it errs on the side of too many targets: a virtual call reaches every override below the
receiver's class.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kmi.language.checks.known import is_builtin
from kmi.language.source import Span
from kmi.language.tree import (
    Call,
    Class,
    ForEach,
    Format,
    FormatPiece,
    Function,
    Generic,
    InitPlace,
    New,
    Node,
    Program,
    With,
)
from kmi.language.tree.walk import authored, functions, trusted, walk
from kmi.language.types import ClassType, OptionalType, TupleType, Type, TypeVariable, UnionType

ITEM_METHODS = ("__eq__", "__same__", "__lt__", "__hash__")
"""What a built-in container asks of its items."""


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One call: the node that makes it, its function, and the function that it reaches."""

    caller: Function
    node: Node
    target: Function

    @property
    def span(self) -> Span:
        """What the author wrote there; of a ``with`` the lock, of a ``for`` what it goes over."""
        match self.node:
            case With(context=context):
                return context.span
            case ForEach(iterable=iterable):
                return iterable.span
            case _:
                return self.node.span


class CallGraph:
    """The calls of a program; ``broken`` functions have errors, and count as calling nothing."""

    def __init__(self, program: Program, broken: frozenset[Function] = frozenset()) -> None:
        self.program = program
        self.mine = [
            function
            for module in authored(program)
            for function in functions(module)
            if function not in broken
        ]
        """The author's functions, but not the broken ones."""
        self._broken = broken
        self._nodes: dict[Function, list[Node]] = {}
        self._from: dict[Function, list[Site]] = {}
        self._to: dict[Function, list[Site]] | None = None

    def calls(self, function: Function) -> list[Site]:
        """The calls that a function makes, in the order of the text."""
        known = self._from.get(function)
        if known is None:
            known = [site for node in self.nodes(function) for site in self.sites(function, node)]
            self._from[function] = known
        return known

    def nodes(self, function: Function) -> list[Node]:
        """All nodes of a function, in the order of the text; none of a broken one."""
        known = self._nodes.get(function)
        if known is None:
            known = list(walk(function.body)) if function not in self._broken else []
            self._nodes[function] = known
        return known

    def callers(self, function: Function) -> list[Site]:
        """The calls of a function in the author's sound functions."""
        if self._to is None:
            self._to = {}
            for caller in self.mine:
                for site in self.calls(caller):
                    self._to.setdefault(site.target, []).append(site)
        return self._to.get(function, [])

    def reached(self, start: Function) -> Iterator[tuple[Function, list[Site]]]:
        """The functions that a call of one may run, itself first, each with a shortest chain of calls.

        Nothing is looked for behind the library's functions: they are believed to do what they declare.
        """
        came: dict[Function, Site] = {}
        waiting = [start]
        for function in waiting:
            yield function, _chain(start, function, came)
            if trusted(function.module):
                continue
            for site in self.calls(function):
                if site.target is not start and site.target not in came:
                    came[site.target] = site
                    waiting.append(site.target)

    def sites(self, function: Function, node: Node) -> Iterator[Site]:
        """The calls that one node makes by itself, not those of the nodes below it."""
        for target in targets(node):
            yield Site(function, node, target)


def _chain(start: Function, end: Function, came: dict[Function, Site]) -> list[Site]:
    chain: list[Site] = []
    while end is not start:
        chain.insert(0, came[end])
        end = came[end].caller
    return chain


def overrides(function: Function) -> Function | None:
    """The interface's declaration of a callback that this method is the author's version of."""
    if function.owner is None:
        return None
    for ancestor in function.owner.ancestors()[1:]:
        declared = ancestor.methods.get(function.name)
        if declared is not None and trusted(declared.module) and function.name != "__init__":
            return declared
    return None


def called_by_kernel(graph: CallGraph) -> Iterator[tuple[Function, Function]]:
    """The author's functions that the kernel calls, each with the declaration that says how it is called."""
    for function in graph.mine:
        declared = overrides(function)
        if declared is not None and function.owner is not None and function.owner.calls is not None:
            for site in graph.calls(function):
                yield site.target, declared
        elif declared is not None:
            yield function, declared


def targets(node: Node) -> Iterator[Function]:
    """The functions that a node may call by itself; of a call its own function comes first."""
    match node:
        case Call(function=function, virtual=True, type_arguments={"Self": kind}) if function.static:
            yield function
            bound = kind.bound if isinstance(kind, TypeVariable) else kind
            if bound is not None:
                yield from _overridden(bound, function)
        case Call(function=function, arguments=arguments, virtual=virtual):
            yield function
            if virtual and arguments:
                yield from _overridden(arguments[0].type, function)
            if function.owner is not None and is_builtin(function.owner) and not function.owner.callable:
                for argument in arguments[:1]:
                    yield from _items(argument.type)
        case New(type=kind):
            yield from _named(kind, "__init__")
        case InitPlace(field=item):
            yield from _named(item.type, "__init__")
        case With(context=context):
            yield from _named(context.type, "__enter__")
            yield from _named(context.type, "__exit__")
        case Generic(left=left):
            yield from _asked(left.type)
        case Format(pieces=pieces):
            for piece in pieces:
                if isinstance(piece, FormatPiece):
                    yield from _spoken(piece.value.type)
        case ForEach(iterable=iterable):
            yield from _named(iterable.type, "__advance__")
            yield from _named(iterable.type, "__item__")
        case _:
            pass


def _named(kind: Type, name: str) -> Iterator[Function]:
    if isinstance(kind, TypeVariable) and isinstance(kind.bound, ClassType):
        yield from _named(kind.bound, name)
        for below in _below(kind.bound.definition):
            if name in below.methods:
                yield below.methods[name]
    if isinstance(kind, ClassType):
        method = kind.definition.method(name)
        if method is not None:
            yield method


def _overridden(kind: Type, function: Function) -> Iterator[Function]:
    if isinstance(kind, OptionalType):
        kind = kind.inner
    if isinstance(kind, ClassType):
        for below in _below(kind.definition):
            inherits = not below.derives_from(kind.definition)  # of a protocol: what it has of its own bases
            method = below.method(function.name) if inherits else below.methods.get(function.name)
            if method is not None and method is not function:
                yield method


def _below(definition: Class) -> Iterator[Class]:
    for subclass in definition.subclasses:
        yield subclass
        yield from _below(subclass)


def _spoken(kind: Type) -> Iterator[Function]:
    """The methods that make the text of a value of this type, whichever class below it is of."""
    match kind:
        case OptionalType(inner=inner):
            yield from _spoken(inner)
        case TupleType(items=items):
            for item in items:
                yield from _spoken(item)
        case ClassType(definition=definition, arguments=arguments) if is_builtin(definition):
            for item in arguments:
                yield from _spoken(item)
        case ClassType(definition=definition):
            for each in (definition, *_below(definition)):
                for name in ("__str__", "__repr__"):
                    yield from _named(ClassType(each), name)
        case _:
            pass


def _items(kind: Type) -> Iterator[Function]:
    """What a container asks of its items."""
    if isinstance(kind, ClassType):
        for argument in kind.arguments:
            yield from _asked(argument)


def _asked(kind: Type) -> Iterator[Function]:
    """What comparing and hashing a value asks of it, or of its parts."""
    match kind:
        case ClassType(definition=definition) if not trusted(definition.module):
            for each in (definition, *_below(definition)):
                for name in ITEM_METHODS:
                    yield from _named(ClassType(each), name)
        case UnionType(members=members):
            for member in members:
                yield from _asked(member)
        case ClassType(arguments=parts) | TupleType(items=parts):
            for part in parts:
                yield from _asked(part)
        case OptionalType(inner=inner):
            yield from _asked(inner)
        case _:
            pass
