"""Error edges and ways out: what is dropped where.

    a_1 = call f()                            if (unlikely(f(&a_1, error)))
    b_1 = call g(a_1)                                 return 1;
                                              if (unlikely(g(a_1, &b_1, error)))
                                                      goto out_1;         out_1: release(a_1); return 1;

A walk over the structure keeps, for each owned variable, whether it holds a count: no, yes, or perhaps (then
it is NULL where it does not: ``nullable``). Each statement that can raise gets a label; the label says which
temporaries die on the way to the handler, what the call was given before what else was made, and at the end
of the function also the locals, in CPython's order.
Each ``Return`` gets its drops.

Invariants: on every way out each count is given back once; statements that cannot be reached are gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kmi.compiler import errors, linear
from kmi.compiler.exceptions import Exceptions
from kmi.compiler.instances import FunctionInstance
from kmi.compiler.linear import Region, Statement, Variable

NO, YES = 1, 2
State = dict[Variable, int]
"""What each owned variable may be: NO, YES or both. A variable that is not in it holds nothing."""


@dataclass(slots=True)
class Target:
    """Where errors go: a region, what must survive on the way there, and what is known on arrival."""

    region: Region
    outer: frozenset[Variable] = frozenset()
    function: bool = False
    incoming: State | None = None
    above: Target | None = None


@dataclass(slots=True)
class Rounds:
    """The states in which a loop is left and continued."""

    broken: State | None = None
    continued: State | None = None


def join(left: State | None, right: State | None) -> State | None:
    if left is None or right is None:
        return left if right is None else right
    return {each: left.get(each, NO) | right.get(each, NO) for each in {**left, **right}}


@dataclass(slots=True)
class Edges:
    """The walk over one function."""

    function: linear.Function
    exceptions: Exceptions
    recording: bool = True
    loops: dict[int, Rounds] = field(default_factory=dict)
    targets: dict[int, Target] = field(default_factory=dict)
    number: int = 0

    def run(self) -> None:
        self.function.region = Region("out")
        target = Target(self.function.region, function=True)
        self.block(self.function.body, {}, target)

    def block(self, body: list[Statement], state: State | None, target: Target) -> State | None:
        for position, statement in enumerate(body):
            if state is None:
                if self.recording:
                    del body[position:]
                return None
            state = self.statement(statement, state, target)
        return state

    def statement(self, statement: Statement, state: State, target: Target) -> State | None:
        match statement:
            case linear.Retain(target=variable) | linear.Adopt(target=variable):
                return {**state, variable: YES}
            case linear.Drop(variable=variable):
                self.may_be_null(variable, state)
                if self.recording:
                    statement.empty = state.get(variable, NO) == NO
                return {**state, variable: NO}
            case linear.Give(variable=variable):
                return {**state, variable: NO}
            case linear.Move(target=variable, source=source):
                return {**state, variable: YES, source: NO}
            case linear.Replace(target=variable, source=source):
                held = state.get(variable, NO)
                if self.recording:
                    statement.old = {NO: "none", YES: "some"}.get(held, "maybe")
                    self.may_be_null(variable, state)
                return {**state, variable: YES, source: NO}
            case linear.SetReference(source=source):
                return {**state, source: NO}
            case linear.CallFunction() | linear.CallC() | linear.CallHelper():
                self.raise_from(statement, state, target)
                if statement.target is not None and statement.target.owned:
                    return {**state, statement.target: YES}
                return state
            case linear.New() | linear.MakeString() | linear.Overflowing():
                self.raise_from(statement, state, target)
                return {**state, statement.target: YES} if statement.target.owned else state
            case linear.RaiseValue(value=variable) if variable.owned:
                self.raise_from(statement, {**state, variable: NO}, target)
                return None
            case linear.Raise() | linear.RaiseValue():
                self.raise_from(statement, state, target)
                return None
            case linear.MakeError(target=variable) if variable.owned:
                return {**state, variable: YES}
            case linear.If(then=then, otherwise=otherwise):
                return join(self.block(then, state, target), self.block(otherwise, state, target))
            case linear.Loop() | linear.Count():
                return self.loop(statement, state, target)
            case linear.Break(loop=loop):
                rounds = self.loops[id(loop)]
                rounds.broken = join(rounds.broken, state)
                return None
            case linear.Continue(loop=loop):
                rounds = self.loops[id(loop)]
                rounds.continued = join(rounds.continued, state)
                return None
            case linear.Return(moved=moved):
                if self.recording:
                    statement.drops = [
                        each for each in self.dying(state, frozenset(), True) if each is not moved
                    ]
                return None
            case linear.Try():
                return self.try_(statement, state, target)
            case linear.Cleanup():
                return self.cleanup(statement, state, target)
            case linear.Leave(left=left, body=body):
                return self.block(body, state, self.targets[id(left)].above or target)
            case _:
                return state

    def may_be_null(self, variable: Variable, state: State) -> None:
        if self.recording and state.get(variable, NO) == NO | YES:
            variable.nullable = True

    def dying(
        self, state: State, outer: frozenset[Variable], function: bool, passed: Sequence[Variable] = ()
    ) -> list[Variable]:
        """What dies on the way out, in CPython's order.

        First what only the call that raised was given, as its frame does; then other temporaries, last made
        first; then locals.
        """
        held = [each for each in self.function.variables if state.get(each, NO) & YES and each not in outer]
        temporaries = [each for each in passed if each in held and each.kind == "temporary"]
        temporaries += [each for each in reversed(held) if each.kind == "temporary" and each not in passed]
        dying = temporaries + [each for each in held if each.kind != "temporary"] if function else temporaries
        for each in dying:
            self.may_be_null(each, state)
        return dying

    def edge(self, state: State, target: Target, passed: Sequence[Variable] = ()) -> str:
        """The label for an error in this state: "return" where nothing is left to do in the function."""
        dying = self.dying(state, target.outer, target.function, passed)
        target.incoming = join(target.incoming, {**state, **{each: NO for each in dying}})
        if not self.recording:
            return ""
        if target.function and not dying:
            return "return"
        key = tuple(dying)
        label = target.region.labels.get(key)
        if label is None:
            self.number += 1
            label = target.region.labels[key] = f"{target.region.name}_{self.number}"
        return label

    def raise_from(self, statement: linear.Raising, state: State, target: Target) -> None:
        if errors.of_statement(statement, self.exceptions):
            edge = self.edge(state, target, _passed(statement))
            if self.recording:
                statement.edge = edge

    def loop(self, loop: linear.Loop | linear.Count, state: State, target: Target) -> State | None:
        recording, self.recording = self.recording, False
        head: State | None = state
        while True:
            around, _ = self.round(loop, head or {}, target)
            wider = join(head, around)
            if wider == head:
                break
            head = wider
        self.recording = recording
        _, left = self.round(loop, head or {}, target)
        return left

    def round(
        self, loop: linear.Loop | linear.Count, head: State, target: Target
    ) -> tuple[State | None, State | None]:
        """The states at the end of a round and behind the loop."""
        rounds = self.loops[id(loop)] = Rounds()
        tested: State | None = head
        if isinstance(loop, linear.Loop):
            tested = self.block(loop.before, head, target)
        end = self.block(loop.body, tested, target)
        end = join(end, rounds.continued)
        if isinstance(loop, linear.Loop):
            end = self.block(loop.after, end, target)
        endless = (
            isinstance(loop, linear.Loop)
            and isinstance(loop.condition, linear.BoolConst)
            and loop.condition.value
        )
        left = self.block(loop.otherwise, None if endless else tested, target)
        return end, join(left, rounds.broken)

    def inner(self, node: linear.Try | linear.Cleanup, state: State, above: Target, name: str) -> Target:
        """The target of errors in a ``try``; what is alive when it begins stays alive."""
        outer = frozenset(each for each, held in state.items() if held & YES and each.kind == "temporary")
        region = Region(name)
        if self.recording:
            node.region = region
        target = self.targets[id(node)] = Target(region, outer, above=above)
        return target

    def try_(self, node: linear.Try, state: State, above: Target) -> State | None:
        target = self.inner(node, state, above, "except")
        after = self.block(node.body, state, target)
        after = self.block(node.otherwise, after, above)
        if target.incoming is None:
            if self.recording:
                node.catches = []
            return after
        for catch in node.catches:
            caught = target.incoming
            if catch.saved is not None and catch.saved.owned:
                caught = {**caught, catch.saved: YES}
            after = join(after, self.block(catch.body, caught, above))
        if node.uncaught:
            edge = self.edge(target.incoming, above)
            if self.recording:
                node.edge = edge
        return after

    def cleanup(self, node: linear.Cleanup, state: State, above: Target) -> State | None:
        target = self.inner(node, state, above, "finally")
        after = self.block(node.body, state, target)
        after = self.block(node.otherwise, after, above)
        if target.incoming is None:
            if self.recording:
                node.cleanup = []
            return after
        kept = node.saved.owned and node.save
        pending = {**target.incoming, node.saved: YES} if kept else target.incoming
        cleaned = self.block(node.cleanup, pending, above)
        if cleaned is not None:
            if kept:
                cleaned = {**cleaned, node.saved: NO}
            edge = self.edge(cleaned, above)
            if self.recording:
                node.edge = edge
        return after


def _passed(statement: linear.Raising) -> list[Variable]:
    """The variables that a call gives to a function of the author, in order and each once."""
    if not isinstance(statement, linear.CallFunction):
        return []
    callee = statement.callee if isinstance(statement.callee, FunctionInstance) else statement.callee.declared
    if callee.function.module.startswith("kmi.runtime."):
        return []  # the built-in classes keep what they are given or are given one thing
    given: dict[Variable, None] = {}
    for argument in statement.arguments:
        inner = argument.value if isinstance(argument, linear.Convert) else argument
        if isinstance(inner, linear.Var):
            given[inner.variable] = None
    return list(given)


def find(function: linear.Function, exceptions: Exceptions) -> None:
    """Gives each statement that can raise its edge, and each way out its drops."""
    Edges(function, exceptions).run()
