"""Takes away checks of indices, and of sums, that what stands before them has made needless.

    for i in range(1, len(items)):          i - len(items) <= -1, so items[i] needs no check
        j = i
        while j > 0 and items[j - 1] > n:   j - i <= 0 in every round, so neither do items[j - 1] and items[j]
            items[j] = items[j - 1]
            j -= 1

``facts`` knows numbers; this knows how far two of them are apart (``differences``), as long as neither
changes. A length changes where something is called, stored or dropped that could come to the container, as
``hoist`` has it; the length of ``bytes`` never does. What a function's callers all know of its arguments it
knows, too: see ``arguments``.

Invariant: whatever the program does, what is known where a statement stands is true when it is reached; what
is taken away would never have raised.
"""

from __future__ import annotations

from dataclasses import dataclass

from kmi.compiler import linear
from kmi.compiler.differences import ZERO, Differences, Length
from kmi.compiler.facts import NEGATED
from kmi.compiler.flags import Flag, mentioned, plain, without
from kmi.compiler.hoist import changes, targets
from kmi.compiler.instances import FunctionInstance
from kmi.compiler.intervals import I64
from kmi.compiler.linear import Statement, Variable
from kmi.compiler.lower.integers import convert, same
from kmi.compiler.lower.items import CONTAINERS, container
from kmi.compiler.noted import Check
from kmi.compiler.numbers import Numbers
from kmi.compiler.tidy import blocks, parts, walk
from kmi.language.types import BoolType, IntType

DEEPEST = 3
"""Loops inside each other that are gone through until nothing changes any more."""
ROUNDS = 6


@dataclass(slots=True)
class State:
    """What is known at one place: differences, and what bools tell."""

    known: Differences
    flags: dict[Variable, Flag]

    def copy(self) -> State:
        return State(self.known.copy(), dict(self.flags))


def join(left: State | None, right: State | None) -> State | None:
    """What is known on both ways."""
    if left is None or right is None:
        return left if right is None else right
    both = {each: left.flags[each].join(right.flags[each]) for each in left.flags.keys() & right.flags.keys()}
    return State(left.known.join(right.known), both)


class Rounds:
    """What is known where a loop is left, and where a round of it ends early."""

    def __init__(self) -> None:
        self.broken: State | None = None
        self.continued: State | None = None


class Bounds:
    """The walk over one function, from what is known at its beginning."""

    def __init__(
        self, instance: FunctionInstance, quiet: set[FunctionInstance], growing: set[FunctionInstance]
    ) -> None:
        assert instance.linear is not None
        self.instance = instance
        self.function = instance.linear
        self.quiet = quiet
        self.growing = growing
        self.loops: dict[int, Rounds] = {}
        self.depth = 0
        self.settled = True
        """False while a loop is gone through to see what holds in each round of it."""
        self.needless: dict[int, Statement] = {}
        self.needed: set[int] = set()
        self.calls: list[tuple[linear.CallFunction, Differences]] = []
        """The calls of the author's functions, and what was known there."""
        self.shown = {variable for statement in walk(self.function.body) for variable in _shown(statement)}
        self.fields = instance.function.name != "__init__"

    def run(self, known: Differences) -> None:
        self.block(self.function.body, State(known, {}))

    def numbers(self, state: State) -> Numbers:
        return Numbers(state.known, self.shown, self.fields)

    # --- statements ---------------------------------------------------------------------------------------

    def block(self, body: list[Statement], state: State | None) -> State | None:
        for statement in body:
            if state is None:
                return None
            state = self.statement(statement, state)
        return state

    def statement(self, statement: Statement, state: State) -> State | None:
        match statement:
            case linear.If(condition=condition, then=then, otherwise=otherwise):
                if statement.unlikely and self.settled:
                    self.note(statement, self.decide(condition, state) is False)
                return join(
                    self.block(then, self.refined(condition, state, True)),
                    self.block(otherwise, self.refined(condition, state, False)),
                )
            case linear.Loop() | linear.Count():
                return self.loop(statement, state)
            case linear.Break(loop=loop):
                rounds = self.loops[id(loop)]
                rounds.broken = join(rounds.broken, state)
                return None
            case linear.Continue(loop=loop):
                rounds = self.loops[id(loop)]
                rounds.continued = join(rounds.continued, state)
                return None
            case linear.Return() | linear.Raise() | linear.RaiseValue():
                return None
            case linear.Try(body=body, catches=catches, otherwise=otherwise):
                anywhere = self.after_any(body, state)
                after = self.block(otherwise, self.block(body, state.copy()))
                for catch in catches:
                    after = join(after, self.block(catch.body, anywhere.copy()))
                return after
            case linear.Cleanup(body=body, cleanup=cleanup, otherwise=otherwise):
                anywhere = self.after_any(body, state)
                after = self.block(body, state.copy())
                self.block(cleanup, anywhere)
                return self.block(otherwise, after)
            case linear.Leave(body=body):
                return self.block(body, state)
            case linear.Overflowing():
                if self.settled:
                    self.note(statement, self.numbers(state).fits(statement))
                self.set(statement.target, exactly(statement), state)
                return state
            case linear.Set(target=target, value=value):
                self.set(target, value, state)
                return state
            case linear.CallFunction():
                self.call(statement, state)
                return state
            case _:
                self.changed(statement, state)
                self.named(statement, state)
                return state

    def note(self, statement: Statement, needless: bool) -> None:
        if needless:
            self.needless[id(statement)] = statement
        else:
            self.needed.add(id(statement))

    def named(self, statement: Statement, state: State) -> None:
        """A variable that refers to what another one refers to."""
        match statement:
            case linear.Retain(target=target, value=value):
                self.refers(target, value, state)
            case linear.Replace(target=target, source=source) | linear.Move(target=target, source=source):
                self.forget(target, state)
                if container(target.type) is not None and container(source.type) is not None:
                    state.known.equal(Length(target), Length(source))
                self.forget(source, state)
            case _:
                for target, _ in targets(statement):
                    self.forget(target, state)

    def refers(self, target: Variable, value: linear.Expression, state: State) -> None:
        length = self.numbers(state).length_of(value)
        if length == Length(target):
            return
        self.forget(target, state)
        if length is not None and length.variable is not target and container(target.type) is not None:
            state.known.equal(Length(target), length)

    def forget(self, target: Variable, state: State) -> None:
        """Something else is in the variable from here on, or nothing."""
        known = state.known
        if isinstance(target.type, IntType):
            known.forget(target)
        elif not isinstance(target.type, BoolType):
            for node in known.nodes():
                if isinstance(node, Length) and node.variable is target:
                    known.forget(node)
        self.unsure(target, state)

    def unsure(self, target: Variable, state: State) -> None:
        """What a bool says of a variable is no longer so."""
        state.flags.pop(target, None)
        for variable, flag in list(state.flags.items()):
            if flag.true or flag.false:
                state.flags[variable] = flag.without(target)

    def set(self, target: Variable, value: linear.Expression, state: State) -> None:
        if isinstance(target.type, IntType):
            if target in self.shown:
                self.forget(target, state)
                return
            value = value if same(value.type, target.type) else linear.Convert(value, target.type)
            self.numbers(state).set(target, value)
            self.unsure(target, state)
        elif isinstance(target.type, BoolType):
            before = state.flags[target].now() if target in state.flags else ()
            self.forget(target, state)
            if target in self.shown:
                return
            before = without(before, target) or ()
            if isinstance(value, linear.BoolConst):
                state.flags[target] = Flag(before, None) if value.value else Flag(None, before)
            elif plain(value) and target not in mentioned(value):
                value = self.resolved(value, state)
                state.flags[target] = Flag(((value, True), *before), ((value, False), *before))
            else:
                state.flags[target] = Flag(before, before)
        else:
            self.refers(target, value, state)

    def resolved(self, value: linear.Expression, state: State) -> linear.Expression:
        """A comparison with lengths for what is surely a length: a bool may outlive what it was made of."""
        match value:
            case linear.Comparison(operator=operator, left=left, right=right, type=kind):
                sides = self.resolved(left, state), self.resolved(right, state)
                return linear.Comparison(operator, *sides, kind)
            case linear.Var(variable=variable):
                for node, most in state.known.facts.get(variable, {}).items():
                    if isinstance(node, Length) and not node.field and not most:
                        if state.known.most(node, variable) == 0:
                            container_ = linear.Var(node.variable, node.variable.type)
                            return linear.Load(container_, "_length", I64)
                return value
            case _:
                return value

    def changed(self, statement: Statement, state: State) -> None:
        """Lengths may be others from here on."""
        if changes(statement):
            self.forget_lengths(state)

    def forget_lengths(self, state: State) -> None:
        self.unsure_lengths(state)
        for node in state.known.nodes():
            if isinstance(node, Length) and not _lasts(node):
                state.known.forget(node)

    def unsure_lengths(self, state: State) -> None:
        """What bools say of lengths is no longer so."""
        for variable, flag in list(state.flags.items()):
            state.flags[variable] = Flag(without(flag.true, None), without(flag.false, None))

    def call(self, call: linear.CallFunction, state: State) -> None:
        callee, known, target = call.callee, state.known, call.target
        if self.settled and isinstance(callee, FunctionInstance) and callee.author:
            self.calls.append((call, known.copy()))
        name = callee.function.name if isinstance(callee, FunctionInstance) else ""
        first = self.numbers(state).length_of(call.arguments[0]) if call.arguments else None
        if not isinstance(callee, FunctionInstance) or callee.function.module not in CONTAINERS:
            name = ""
        match name:
            case "__len__" if target is not None and first is not None and target not in self.shown:
                self.forget(target, state)
                known.equal(target, first)
            case "__init__" if len(call.arguments) == 1 and first is not None and not _lasts(first):
                self.unsure_lengths(state)
                known.forget(first)
                known.equal(first, ZERO)
            case "append" if first is not None and len(call.arguments) == 2:
                self.unsure_lengths(state)
                for node in known.nodes():
                    if node == first:
                        known.shift(node, 1)
                    elif isinstance(node, Length) and not _lasts(node):
                        known.grow(node, 1)  # it may be the same one
            case "__mul__" if target is not None and first is not None and container(target.type) == "list":
                times = self.numbers(state).constant(call.arguments[1])
                low, high = known.low(first), known.high(first)
                self.forget(target, state)
                if times is not None and times >= 0 and low is not None and high is not None:
                    known.add(ZERO, Length(target), -low * times)
                    known.add(Length(target), ZERO, high * times)
            case _:
                self.after_call(call, state)
                if target is not None:
                    self.forget(target, state)

    def after_call(self, call: linear.CallFunction, state: State) -> None:
        """What a call may have done to lengths."""
        if call.callee in self.growing:
            self.lengthen(state)
        elif call.callee not in self.quiet:
            self.forget_lengths(state)

    def lengthen(self, state: State) -> None:
        self.unsure_lengths(state)
        for node in state.known.nodes():
            if isinstance(node, Length) and not _lasts(node):
                state.known.grow(node, None)

    def after_any(self, body: list[Statement], state: State) -> State:
        """What still holds wherever a block is left."""
        state = state.copy()
        for statement in walk(body):
            for target, _ in targets(statement):
                self.forget(target, state)
                if target.owned:
                    self.forget_lengths(state)  # it may die on the way out
            if isinstance(statement, linear.CallFunction):
                self.after_call(statement, state)
            else:
                self.changed(statement, state)
        return state

    # --- loops --------------------------------------------------------------------------------------------

    def loop(self, loop: linear.Loop | linear.Count, state: State) -> State | None:
        head = state
        if isinstance(loop, linear.Count):
            self.set(loop.counter, loop.start, head)
        settled, self.settled = self.settled, False
        self.depth += 1
        if self.depth > DEEPEST:
            head = self.after_any([loop], head)
        else:
            head = self.steady(loop, head)
        self.depth -= 1
        self.settled = settled
        return self.round(loop, head)[1]

    def steady(self, loop: linear.Loop | linear.Count, entry: State) -> State:
        """What holds at the head of the loop in each round."""
        head = entry
        for attempt in range(ROUNDS):
            around, _ = self.round(loop, head.copy())
            if around is None:
                return head
            kept = head.known.without(around.known)
            wider = join(head, around)
            assert wider is not None
            flags = {each: flag for each, flag in head.flags.items() if wider.flags.get(each) == flag}
            if len(flags) == len(head.flags) and _count(kept) == _count(head.known):
                return head
            head = State(wider.known if attempt == 0 else kept, flags)
        return self.after_any([loop], entry)

    def round(self, loop: linear.Loop | linear.Count, head: State) -> tuple[State | None, State | None]:
        """What is known at the end of a round, and behind the loop."""
        rounds = self.loops[id(loop)] = Rounds()
        if isinstance(loop, linear.Loop):
            tested = self.block(loop.before, head)
            if tested is None:
                return None, rounds.broken
            condition = loop.condition
        else:
            tested = head
            counter = linear.Var(loop.counter, I64)
            condition = linear.Comparison(">" if loop.down else "<", counter, loop.stop)
        end = self.block(loop.body, self.refined(condition, tested.copy(), True))
        end = join(end, rounds.continued)
        if end is not None:
            if isinstance(loop, linear.Loop):
                end = self.block(loop.after, end)
            else:
                self.unsure(loop.counter, end)
                end.known.shift(loop.counter, -1 if loop.down else 1)
        endless = isinstance(condition, linear.BoolConst) and condition.value
        left = None if endless else self.block(loop.otherwise, self.refined(condition, tested, False))
        return end, join(left, rounds.broken)

    # --- conditions ---------------------------------------------------------------------------------------

    def refined(self, condition: linear.Expression, state: State, holds: bool) -> State:
        """What is known where the condition holds, or does not."""
        state = state.copy()
        self.refine(condition, state, holds)
        return state

    def refine(self, condition: linear.Expression, state: State, holds: bool) -> None:
        match condition:
            case linear.Negation(operator="!", operand=operand):
                self.refine(operand, state, not holds)
            case linear.Comparison(operator="&&", left=left, right=right) if holds:
                self.refine(left, state, True)
                self.refine(right, state, True)
            case linear.Comparison(operator="||", left=left, right=right) if not holds:
                self.refine(left, state, False)
                self.refine(right, state, False)
            case linear.Comparison(operator="&&" | "||"):
                pass
            case linear.Comparison(operator=operator, left=left, right=right):
                self.numbers(state).compared(operator if holds else NEGATED[operator], left, right)
            case linear.Var(variable=variable) if isinstance(variable.type, BoolType):
                flag = state.flags.get(variable, Flag())
                for each, whether in flag.of(holds) or ():
                    self.refine(each, state, whether)
                if variable not in self.shown:
                    state.flags[variable] = (
                        Flag(flag.true or (), None) if holds else Flag(None, flag.false or ())
                    )
            case _:
                pass

    def decide(self, condition: linear.Expression, state: State) -> bool | None:
        """Whether the condition surely holds, or surely does not."""
        match condition:
            case linear.Negation(operator="!", operand=operand):
                found = self.decide(operand, state)
                return None if found is None else not found
            case linear.Comparison(operator="||", left=left, right=right):
                one, other = self.decide(left, state), self.decide(right, state)
                return False if one is False and other is False else None
            case linear.Comparison(operator="&&"):
                return None
            case linear.Comparison(operator=operator, left=left, right=right):
                return self.numbers(state).decide(operator, left, right)
            case _:
                return None


def exactly(statement: linear.Overflowing) -> linear.Expression:
    """What an operation that was checked gives."""
    place = statement.place
    if I64.low <= place.low and place.high <= I64.high:
        value: linear.Expression = linear.Operation(statement.operator, statement.left, statement.right, I64)
        return convert(value, place)
    return linear.Operation(statement.operator, statement.left, statement.right, statement.place)


def take_away(bounds: Bounds) -> None:
    """Leaves out what was found to be needless on all ways there."""
    gone = {key: each for key, each in bounds.needless.items() if key not in bounds.needed}
    if not gone:
        return
    checks: set[int] = set()

    def change(body: list[Statement]) -> None:
        for position in range(len(body) - 1, -1, -1):
            statement = body[position]
            if id(statement) in gone:
                checks.update(id(each) for each in _checks(statement))
                match statement:
                    case linear.Overflowing(target=target, operator=operator, left=left, right=right):
                        exact = linear.Operation(operator, convert(left, I64), convert(right, I64), I64)
                        body[position] = linear.Set(target, convert(exact, statement.place), statement.span)
                    case linear.If(otherwise=otherwise):
                        body[position : position + 1] = otherwise
                    case _:
                        raise AssertionError(statement)
            else:
                for block in blocks(statement):
                    change(block)

    change(bounds.function.body)
    bounds.instance.checks = [each for each in bounds.instance.checks if id(each) not in checks]


def _checks(statement: Statement) -> list[Check]:
    """What was noted of the check that a statement makes."""
    found = [statement, *(walk(statement.then) if isinstance(statement, linear.If) else ())]
    checks = [each.check for each in found if isinstance(each, linear.Raise | linear.Overflowing)]
    return [each for each in checks if each is not None]


def _count(known: Differences) -> int:
    return sum(1 for _ in known.all())


def _lasts(length: Length) -> bool:
    """Whether nothing ever changes it."""
    return not length.field and container(length.variable.type) == "bytes"


def _shown(node: object) -> set[Variable]:
    """Variables whose address is given away: C may write them."""
    match node:
        case linear.Address(lvalue=lvalue):
            return {each for each in mentioned(lvalue) if each is not None}
        case Variable() | linear.Try() | linear.Cleanup() | linear.Leave():
            return set()
        case _ if linear.is_node(node):
            return {each for _, _, _, value in parts(node) for each in _shown(value)}
        case _:
            return set()
