"""Where the confined objects that a local may stand for, or lead to, come from: followed through one
function.

    def add(self, more: list[Entry]) -> None:       more: argument
        entry = Entry()                             entry: made here
        with self.entries as entries:               entries: lent by this block
            entries.append(entry)                   entry: made here, and lent by this block
        ...                                         entry, entries: lent by a block that is over

Two locals that may lead to one object have an origin in common: what is stored in an object is connected
with it. Escape and moves are read off the origins; this file reports nothing.

Invariants: only confined types have origins; objects of shared classes hold nothing confined but in
places, so what a call gives back is new or comes from its arguments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from kmi.language.checks.graph import Graph, Point
from kmi.language.checks.known import is_lock
from kmi.language.checks.ownership import Ownership
from kmi.language.tree import (
    Assign,
    Call,
    Conditional,
    DictNew,
    Do,
    Expression,
    FieldGet,
    ForEach,
    Function,
    InitPlace,
    ListNew,
    Local,
    LocalGet,
    Logical,
    Narrow,
    New,
    Node,
    SetField,
    TupleGet,
    TupleNew,
    Upcast,
    With,
)
from kmi.language.tree.walk import children, is_expression
from kmi.language.types import Type

if TYPE_CHECKING:
    from kmi.language.checks.summaries import Summaries


@dataclass(frozen=True, slots=True)
class Made:
    """An object that this expression makes."""

    site: Expression


@dataclass(frozen=True, slots=True)
class Argument:
    """What the caller handed in, and still has."""

    local: Local


@dataclass(frozen=True, slots=True)
class Lent:
    """What a lock guards; ``over`` after the block that holds it."""

    block: With
    over: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """What went under a lock that this statement builds."""

    place: InitPlace


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What unsafe code brings."""

    site: Expression


Origin: TypeAlias = Made | Argument | Lent | Moved | Elsewhere
Set: TypeAlias = frozenset[Origin]
State: TypeAlias = dict[Local, Set]

NOTHING: Set = frozenset()

@dataclass(frozen=True, slots=True)
class Stored:
    """One object may be put into another one: by a store, or by a call that gets both."""

    node: Node
    holder: Expression
    held: Expression
    holder_origins: Set
    held_origins: Set

    @property
    def leaving(self) -> list[With]:
        """The blocks whose guarded objects would leave by this; a container of ours, as a comprehension fills
        it, is followed to where it goes.
        """
        if isinstance(self.holder, LocalGet) and self.holder.local.made:
            return []
        inside = lent(self.holder_origins)
        return [block for block in lent(self.held_origins) if block not in inside]

    @property
    def foreign(self) -> bool:
        """Whether something that is not made here would go under a lock by this."""
        kinds = {type(origin) for origin in self.held_origins}
        others = not kinds.isdisjoint({Argument, Elsewhere})
        return others and Lent not in kinds and bool(lent(self.holder_origins))

    @property
    def wrong(self) -> bool:
        """Whether this is an error."""
        return bool(self.leaving) or self.foreign


class Origins:
    """The origins at each point of a function."""

    def __init__(self, function: Function, ownership: Ownership, summaries: Summaries) -> None:
        self.function = function
        self.ownership = ownership
        self.summaries = summaries
        self.graph = Graph(function)
        self.states: dict[Point, State] = {}
        self._flow()

    def of(self, expression: Expression, state: State) -> Set:
        """The origins of an expression's value; none if its type is not confined."""
        if not self.ownership.confined(expression.type):
            return NOTHING
        match expression:
            case LocalGet(local=local):
                return state.get(local, NOTHING)
            case FieldGet(object=inner) | Upcast(value=inner) | Narrow(value=inner) | TupleGet(value=inner):
                return self.of(inner, state)
            case Do(value=inner):
                return self.of(inner, state)
            case Conditional(then=left, otherwise=right) | Logical(left=left, right=right):
                return self.of(left, state) | self.of(right, state)
            case ListNew(items=arguments) | TupleNew(items=arguments):
                return self._made(expression, arguments, True, state)
            case DictNew(items=pairs):
                return self._made(expression, [part for pair in pairs for part in pair], True, state)
            case New(arguments=arguments):
                summary = self.summaries.of_call(expression)
                held = {position for holder, position in summary.stores if holder == 0}
                parts = [part for position, part in enumerate(arguments, 1) if position in held]
                return self._made(expression, parts, True, state)
            case Call(arguments=arguments):
                summary = self.summaries.of_call(expression)
                parts = [part for position, part in enumerate(arguments) if position in summary.results]
                return self._made(expression, parts, summary.new, state)
            case _:
                return frozenset({Elsewhere(expression)})

    def _made(self, expression: Expression, parts: list[Expression], new: bool, state: State) -> Set:
        """What is made of parts: a ``new`` object that may hold them, or anything that comes from them."""
        found: set[Origin] = {Made(expression)}
        for part in parts:
            comes = self.ownership.can_hold if new else self.ownership.overlap
            if self.ownership.confined(part.type) and comes(expression.type, part.type):
                found |= self.of(part, state)
        return frozenset(found)

    def stores(self, point: Point, state: State) -> Iterator[Stored]:
        """What a point may put into what, in order."""
        for expression in point.expressions:
            yield from self._stores(expression, state)
        match point.statement:
            case SetField(object=holder, value=held) if point.expressions:
                yield from self._stored(point.statement, holder, held, state)

    def _stores(self, node: Node, state: State) -> Iterator[Stored]:
        for child in children(node):
            if is_expression(child):  # the steps of a `Do` are points of their own
                yield from self._stores(child, state)
        match node:
            case Call(arguments=arguments):
                objects: list[Expression] = list(arguments)
            case New(arguments=arguments):
                objects = [node, *arguments]
            case _:
                return
        for holder, held in sorted(self.summaries.of_call(node).stores):
            if isinstance(node, Call) or holder != 0:  # what a new object holds is among its origins
                if max(holder, held) < len(objects):
                    yield from self._stored(node, objects[holder], objects[held], state)

    def _stored(self, node: Node, holder: Expression, held: Expression, state: State) -> Iterator[Stored]:
        confined = self.ownership.confined
        if not confined(held.type):
            return
        holds = confined(holder.type) and self.ownership.can_hold(holder.type, held.type)
        if isinstance(node, SetField) or holds:
            yield Stored(node, holder, held, self.of(holder, state), self.of(held, state))

    def moves(self, point: Point, state: State) -> Iterator[tuple[InitPlace, Expression, Set]]:
        """What a point puts under a lock that it builds."""
        statement = point.statement
        if isinstance(statement, InitPlace) and is_lock(statement.field.type):
            for argument in statement.arguments:
                if self.ownership.confined(argument.type):
                    yield statement, argument, self.of(argument, state)

    def reads(self, point: Point) -> Iterator[LocalGet]:
        """The locals that a point reads."""
        waiting: list[Node] = list(point.expressions)
        while waiting:
            node = waiting.pop(0)
            if isinstance(node, LocalGet):
                yield node
            waiting[:0] = [child for child in children(node) if is_expression(child)]

    def _flow(self) -> None:
        """Goes on until no point learns anything new."""
        parameters = self.function.parameters
        first: State = {
            local: frozenset({Argument(local)}) for local in parameters if self.ownership.confined(local.type)
        }
        self.states[self.graph.entry] = first
        waiting = [self.graph.entry]
        while waiting:
            point = waiting.pop()
            state = self.states[point]
            after = self._after(point, state)
            ways = [(following, after) for following in point.next]
            if point.error is not None:
                ways.append((point.error, _join(state, self.effects(point, state))))
            for following, gained in ways:
                known = self.states.get(following)
                joined = gained if known is None else _join(known, gained)
                if known is None or joined != known:
                    self.states[following] = joined
                    waiting.append(following)

    def effects(self, point: Point, state: State) -> State:
        """The state after a point's expressions: what was stored is connected, what was moved is marked."""
        for stored in self.stores(point, state):
            if stored.wrong:
                continue  # reported; what would follow from it is not
            both = stored.holder_origins | stored.held_origins
            state = _spread(state, stored.holder_origins, both)
            state = _spread(state, stored.held_origins, both)
        for place, _, origins in self.moves(point, state):
            if not all(isinstance(origin, Made) for origin in origins):
                continue  # reported as a move of what is somebody else's
            state = _spread(state, origins, frozenset({Moved(place)}))
        return state

    def _after(self, point: Point, state: State) -> State:
        state = self.effects(point, state)
        if point.leaves is not None:
            held, over = Lent(point.leaves), Lent(point.leaves, True)
            return {
                local: frozenset(over if origin == held else origin for origin in origins)
                for local, origins in state.items()
            }
        if point.writes is not None:
            return {**state, point.writes: self._written(point, point.writes, state)}
        return state

    def _written(self, point: Point, local: Local, state: State) -> Set:
        match point.statement:
            case Assign(value=value):
                return self.of(value, state)
            case With(context=context) as block:
                if is_lock(context.type):
                    return frozenset({Lent(block)}) if self.ownership.confined(local.type) else NOTHING
                return self._part(context, local.type, state)
            case ForEach(iterable=iterable):
                return self._part(iterable, local.type, state)
            case _:
                return NOTHING

    def _part(self, whole: Expression, kind: Type, state: State) -> Set:
        return self.of(whole, state) if self.ownership.overlap(whole.type, kind) else NOTHING


def _join(one: State, other: State) -> State:
    return {local: one.get(local, NOTHING) | other.get(local, NOTHING) for local in {**one, **other}}


def _spread(state: State, touched: Set, gained: Set) -> State:
    """Adds origins to every local that leads to something touched."""
    objects = frozenset(origin for origin in touched if not isinstance(origin, Moved))
    return {
        local: origins | gained if origins & objects else origins for local, origins in state.items()
    }  # fmt: skip


def lent(found: Set) -> list[With]:
    """The blocks that hold what is among these, in the order of the text."""
    return [origin.block for origin in ordered(found) if isinstance(origin, Lent) and not origin.over]


def ordered(found: Set) -> list[Origin]:
    """The origins in the order of the text, so that messages do not depend on chance."""

    def key(origin: Origin) -> tuple[str, int, int]:
        match origin:
            case Made(site=node) | Elsewhere(site=node) | Lent(block=node) | Moved(place=node):
                span = node.span
            case Argument(local=local):
                span = local.span
        return type(origin).__name__, span.line, span.column

    return sorted(found, key=key)
