"""What readers are lent is only looked at.

    with self.names.read() as names:
        names.of.clear()                # refused: KMI0620, others read it at the same time
        self.refill(names)              # refused if `refill` changes what it is given
        first = names.of[0]
        first.hits += 1                 # refused as well: a part of what is lent

Invariants: nothing that a reader's guard leads to is changed in its block, not by what is called there
either; of kmi's own functions only those count as harmless that are known to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kmi.language import codes
from kmi.language.checks.callgraph import targets
from kmi.language.checks.graph import Point
from kmi.language.checks.known import is_builtin, is_copy, is_reader, spoken
from kmi.language.checks.origins import Argument, Lent, Origins, Set, State, ordered
from kmi.language.checks.summaries import COPYING, READING, Summaries
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Span
from kmi.language.tree import Call, Expression, Function, New, Node, SetField, Store, With
from kmi.language.tree.walk import children, trusted

LOOKING = (READING | COPYING | frozenset(
    """__init__ __hash__ __iter__ __reversed__ __sub__ __and__ __or__ __xor__ __rsub__ __str__ __repr__
    __int__ decode difference endswith expandtabs hex intersection isalnum isalpha isascii isdecimal
    isdigit isdisjoint isidentifier islower isnumeric isspace issubset issuperset isupper items join
    keys ljust lower lstrip partition replace rfind rindex rjust rpartition rsplit rstrip split
    splitlines startswith strip symmetric_difference swapcase title translate union upper values zfill
    center capitalize""".split()
)) - {"pop", "remove"}  # fmt: skip
"""Methods of the built-in classes that change nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a point changes: where it says so, how, and where the changed object comes from."""

    span: Span
    what: str
    origins: Set


class Changes:
    """Which of its parameters a function may change, or what they lead to."""

    def __init__(self, summaries: Summaries, broken: frozenset[Function]) -> None:
        self.summaries = summaries
        self._broken = broken
        self._known: dict[Function, frozenset[int]] = {}
        self._busy: set[Function] = set()

    def of(self, function: Function) -> frozenset[int]:
        """The positions of the parameters that it may change."""
        if trusted(function.module):
            return _own(function)
        everything = frozenset(range(len(function.parameters)))
        if function in self._broken or function in self._busy or function.abstract:
            return everything
        if function not in self._known:
            confined = self.summaries.ownership.confined
            if not any(confined(parameter.type) for parameter in function.parameters):
                self._known[function] = frozenset()
            else:
                self._busy.add(function)
                self._known[function] = frozenset(self._look(function))
                self._busy.discard(function)
        return self._known[function]

    def at(self, point: Point, state: State, origins: Origins) -> Iterator[Change]:
        """What a point changes."""
        match point.statement:
            case SetField(object=holder, field=item) as store if point.expressions:
                said = f"`{holder.span.text}.{item.name}` is assigned"
                yield Change(store.span, said, origins.of(holder, state))
            case Store(target=target) as store if point.expressions:
                for inner in children(target):
                    yield Change(store.span, "memory is stored to", origins.of(inner, state))  # type: ignore[arg-type]
        for expression in point.expressions:
            yield from self._within(expression, state, origins)

    def _within(self, node: Node, state: State, origins: Origins) -> Iterator[Change]:
        for child in children(node):
            yield from self._within(child, state, origins)
        objects: list[Expression | None]
        match node:
            case Call(arguments=arguments):
                objects = list(arguments)
            case New(arguments=arguments):
                objects = [None, *arguments]
            case _:
                return
        for target in [node.function] if isinstance(node, Call) and not node.virtual else targets(node):
            for position in sorted(self.of(target)):
                given = objects[position] if position < len(objects) else None
                if given is not None:
                    said = f"`{spoken(target)}` may change `{given.span.text}`"
                    yield Change(node.span, said, origins.of(given, state))

    def _look(self, function: Function) -> Iterator[int]:
        origins = Origins(function, self.summaries.ownership, self.summaries)
        for point, state in origins.states.items():
            for change in self.at(point, state, origins):
                for origin in change.origins:
                    if isinstance(origin, Argument) and origin.local in function.parameters:
                        yield function.parameters.index(origin.local)


def check(origins: Origins, changes: Changes, reporter: Reporter) -> None:
    """Reports changes of what a reader was lent."""
    if not any(isinstance(point.statement, With) and _reads(point.statement) for point in origins.states):
        return
    for point, state in origins.states.items():
        for change in changes.at(point, state, origins):
            for origin in ordered(change.origins):
                if isinstance(origin, Lent) and not origin.over and _reads(origin.block):
                    _report(change, origin.block, reporter)
                    break


def _reads(block: With) -> bool:
    return is_reader(block.context.type)


def _report(change: Change, block: With, reporter: Reporter) -> None:
    taken = block.context.span.text
    reporter.error(
        codes.CHANGED_BY_READER,
        change.span,
        f"{change.what}, while others may read it",
        labels=[(block.context.span, "lends it to be looked at only")],
        help=f"with {taken.removesuffix('.read()')}.write() as value:\n    ..."
        if taken.endswith(".read()")
        else None,
    )


def _own(function: Function) -> frozenset[int]:
    """What one of kmi's own functions changes."""
    every = frozenset(range(len(function.parameters)))
    if function.owner is not None and is_builtin(function.owner):
        looks = spoken(function) in LOOKING or function.static
        return frozenset() if looks else frozenset({0})
    if is_copy(function):
        return every - {0} if spoken(function) == "get_into" else frozenset()
    return every
