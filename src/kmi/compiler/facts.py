"""What is known of an integer local where it is read: conditions, loops and assignments before it.

    while i < n:            i in [0, n's greatest - 1]
        i += 1              i + 1 fits: no check

A walk over the structured tree keeps an interval for each local. Behind a branch it is the join; at the
head of a loop it is what a few rounds leave as it is, and what else the loop assigns to is forgotten, but for
locals that only ever grow or only ever shrink there; what was an index was in range; in a handler everything
that the ``try`` assigns to is forgotten. Locals are nobody else's, so calls change nothing.

Invariant: whatever the program does, the local's value at that node is in the interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from kmi.compiler import intervals
from kmi.compiler.instances import FunctionInstance
from kmi.compiler.intervals import Interval
from kmi.compiler.known import Known as Learnt
from kmi.compiler.ranges import BYTE, LARGEST, Ranges, holds_bytes
from kmi.language import tree
from kmi.language.tree import Local
from kmi.language.tree.walk import children, is_expression, walk
from kmi.language.types import BoolType, IntType, TupleType

Known = dict[Local, Interval]
"""Intervals of locals; one that is not in it can be whatever its type holds."""

ROUNDS = 12
HIGH_ENDS = [(1 << bits) - 1 for bits in (8, 16, 31, 32, 40, 63, 64)]
LOW_ENDS = [0, *(-(1 << bits) for bits in (7, 31, 40, 63))]
DEEPEST = 2
"""Loops inside each other that are gone through more than once: each makes it several times as much work."""
INDEXED = frozenset(["kmi.runtime.list", "kmi.runtime.bytes", "kmi.runtime.bytearray"])

MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
NEGATED = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}


def gather(instance: FunctionInstance, learnt: Learnt | None = None) -> dict[int, Interval]:
    """Intervals by the identity of each ``LocalGet`` of which something is known."""
    facts = Facts(instance, learnt)
    given: Known = {}
    for parameter in instance.function.parameters:
        if learnt is not None and id(parameter) in learnt.parameters and not parameter.fluid:
            given[parameter] = learnt.parameters[id(parameter)]
    facts.block(instance.function.body, given)
    return facts.found


class Facts:
    """The walk over one function."""

    def __init__(self, instance: FunctionInstance, learnt: Learnt | None = None) -> None:
        self.instance = instance
        self.learnt = learnt
        self.found: dict[int, Interval] = {}
        self.parts: dict[tuple[Local, int], Local] = {}
        """Of integers in tuples: what stands for each in what is known."""
        self.breaks: list[list[Known]] = []
        self.continues: list[list[Known]] = []
        self.depth = 0
        """Of loops that are gone through to see what stays as it is in each round."""

    # --- expressions --------------------------------------------------------------------------------------

    def visit(self, node: tree.Node, known: Known) -> None:
        """Notes what is known at the reads of locals in an expression."""
        match node:
            case tree.LocalGet(local=local):
                kind = self.instance.type(local.type)
                if isinstance(kind, IntType | BoolType):
                    interval = known.get(local, intervals.of_type(kind))
                    earlier = self.found.get(id(node))
                    self.found[id(node)] = interval if earlier is None else earlier.join(interval)
            case tree.TupleGet(value=tree.LocalGet(local=local), index=index):
                part = self.parts.get((local, index))
                if part is not None and part in known:
                    earlier = self.found.get(id(node))
                    self.found[id(node)] = known[part] if earlier is None else earlier.join(known[part])
                elif isinstance(self.instance.type(node.type), IntType):
                    self.found[id(node)] = intervals.of_type(self.instance.type(node.type))
            case tree.Logical(operator=operator, left=left, right=right):
                self.visit(left, known)
                self.visit(right, self.refined(left, known, operator == "and"))
            case tree.Conditional(condition=condition, then=then, otherwise=otherwise):
                self.visit(condition, known)
                self.visit(then, self.refined(condition, known, True))
                self.visit(otherwise, self.refined(condition, known, False))
            case tree.Let(local=local, value=value, body=body):
                self.visit(value, known)
                self.visit(body, self.assigned(local, value, known))
            case tree.Do(statements=statements, value=value):
                after = self.block(statements, known)
                self.visit(value, known if after is None else after)
            case _:
                for child in children(node):
                    if is_expression(child):
                        self.visit(child, known)

    def interval(self, node: tree.Expression) -> Interval:
        """The interval of an expression that was visited last."""
        return Ranges(self.instance, self.found, self.learnt).of(node)

    def assigned(self, local: Local, value: tree.Expression, known: Known) -> Known:
        """What is known after an assignment; ``value`` was visited."""
        kind = self.instance.type(local.type)
        if isinstance(kind, TupleType) and not local.fluid:
            return self.filled(local, value, self.forget(known, [], [local]))
        if not isinstance(kind, IntType | BoolType) or local.fluid:
            return known
        return {**known, local: self.interval(value).meet(intervals.of_type(kind))}

    def filled(self, local: Local, value: tree.Expression, known: Known) -> Known:
        """The integers of a tuple are known like locals: `a[i], a[j] = a[j], a[i]` makes one."""
        for index, item in enumerate(value.items if isinstance(value, tree.TupleNew) else ()):
            kind = self.instance.type(item.type)
            if isinstance(kind, IntType):
                stands = Local(f"{local.name}_{index}", item.type, item.span)
                part = self.parts.setdefault((local, index), stands)
                known = {**known, part: self.interval(item).meet(intervals.of_type(kind))}
        return known

    def refined(self, condition: tree.Expression, known: Known, holds: bool) -> Known:
        """What is known where the condition, which was visited, holds or does not."""
        match condition:
            case tree.Not(operand=operand):
                return self.refined(operand, known, not holds)
            case tree.Logical(operator=operator, left=left, right=right) if (operator == "and") == holds:
                return self.refined(right, self.refined(left, known, holds), holds)
            case tree.Truth(value=tree.LocalGet(local=local) as read) if not holds:
                return self._narrowed(local, read, Interval(0, 0), "==", known)
            case tree.Truth(value=tree.LocalGet(local=local) as read):
                return self._narrowed(local, read, Interval(0, 0), "!=", known)
            case tree.Compare(operator=operator, left=left, right=right):
                operator = operator if holds else NEGATED[operator]
                result = known
                if isinstance(left, tree.LocalGet):
                    result = self._narrowed(left.local, left, self.interval(right), operator, result)
                if isinstance(right, tree.LocalGet):
                    result = self._narrowed(
                        right.local, right, self.interval(left), MIRRORED[operator], result
                    )
                return result
            case tree.Let(body=body):
                return self.refined(body, known, holds)
            case _:
                return known

    def _narrowed(
        self, local: Local, read: tree.LocalGet, other: Interval, operator: str, known: Known
    ) -> Known:
        """``local operator other`` holds."""
        kind = self.instance.type(local.type)
        if not isinstance(kind, IntType) or local.fluid:
            return known
        own = known.get(local, intervals.of_type(kind))
        low, high = own.low, own.high
        match operator:
            case "<":
                high = min(high, other.high - 1)
            case "<=":
                high = min(high, other.high)
            case ">":
                low = max(low, other.low + 1)
            case ">=":
                low = max(low, other.low)
            case "==":
                low, high = max(low, other.low), min(high, other.high)
            case "!=" if other.low == other.high == low:
                low += 1
            case "!=" if other.low == other.high == high:
                high -= 1
            case _:
                pass
        return {**known, local: Interval(low, high)} if low <= high else known

    # --- statements ---------------------------------------------------------------------------------------

    def block(self, body: list[tree.Statement], known: Known | None) -> Known | None:
        """What is known behind the block; None where its end is not reached."""
        for node in body:
            if known is None:
                return None
            known = self.statement(node, known)
        return known

    def statement(self, node: tree.Statement, known: Known) -> Known | None:
        match node:
            case tree.Assign(local=local, value=value):
                self.visit(value, known)
                return self.assigned(local, value, self.indexed(value, known))
            case tree.If(condition=condition, then=then, otherwise=otherwise):
                self.visit(condition, known)
                known = self.indexed(condition, known)
                return join(
                    self.block(then, self.refined(condition, known, True)),
                    self.block(otherwise, self.refined(condition, known, False)),
                )
            case tree.While():
                return self.while_(node, known)
            case tree.ForRange():
                return self.for_range(node, known)
            case tree.ForEach():
                return self.for_each(node, known)
            case tree.Break():
                self.breaks[-1].append(known)
                return None
            case tree.Continue():
                self.continues[-1].append(known)
                return None
            case tree.Return() | tree.Raise():
                self.visit(node, known)
                return None
            case tree.Try():
                return self.try_(node, known)
            case tree.With(context=context, body=body):
                self.visit(context, known)
                targets = [node.target] if node.target is not None else []
                return self.block(body, self.forget(known, [], targets))
            case tree.Unsafe(body=body):
                return self.block(body, known)
            case tree.Delete(local=local):
                return self.forget(known, [], [local])
            case _:
                self.visit(node, known)
                return self.indexed(node, known)

    def indexed(self, node: tree.Node, known: Known) -> Known:
        """What is known after an expression, or a statement of expressions: its indices were in range."""
        for local in _indices(node):
            kind = self.instance.type(local.type)
            if isinstance(kind, IntType) and not local.fluid:
                before = known.get(local, intervals.of_type(kind))
                known = {**known, local: before.meet(Interval(-LARGEST, LARGEST - 1))}
        return known

    def while_(self, node: tree.While, known: Known) -> Known | None:
        def enter(head: Known) -> Known:
            self.visit(node.condition, head)
            return self.refined(node.condition, self.indexed(node.condition, head), True)

        head = self.settled(known, node.body, [], enter)
        self.visit(node.condition, head)
        head = self.indexed(node.condition, head)
        endless = isinstance(node.condition, tree.BoolLiteral) and node.condition.value
        done = None if endless else self.refined(node.condition, head, False)
        return self.loop(node.body, self.refined(node.condition, head, True), done, node.otherwise)

    def for_range(self, node: tree.ForRange, known: Known) -> Known | None:
        for each in (node.start, node.stop, node.step):
            self.visit(each, known)
        start, stop, step = (self.interval(each) for each in (node.start, node.stop, node.step))
        kind = self.instance.type(node.target.type)
        inside = intervals.of_type(kind)
        if step.low > 0 and start.low <= stop.high - 1:
            inside = Interval(start.low, stop.high - 1).meet(inside)
        elif step.high < 0 and stop.low + 1 <= start.high:
            inside = Interval(stop.low + 1, start.high).meet(inside)

        def enter(head: Known) -> Known:
            return head if node.target.fluid else {**head, node.target: inside}

        head = self.settled(known, node.body, [node.target], enter)
        return self.loop(node.body, enter(head), head, node.otherwise)

    def for_each(self, node: tree.ForEach, known: Known) -> Known | None:
        self.visit(node.iterable, known)
        known = self.indexed(node.iterable, known)
        target, kind = node.target, self.instance.type(node.iterable.type)

        inside = BYTE if holds_bytes(kind) else Ranges(self.instance, None, self.learnt).items(kind)

        def enter(head: Known) -> Known:
            return head if target.fluid or inside is None else {**head, target: inside}

        head = self.settled(known, node.body, [target], enter)
        return self.loop(node.body, enter(head), head, node.otherwise)

    def settled(
        self, known: Known, body: list[tree.Statement], targets: list[Local], enter: Callable[[Known], Known]
    ) -> Known:
        """What holds at the head of a loop in every round; ``enter`` goes from there into the body.

        A few rounds are gone through, without noting anything. What still changes then is taken for whatever
        its type holds, step by step, to see what a round makes of that: ``state * 48271 % m`` is below ``m``.
        """
        wide = self.forget(known, body, targets)
        entry = {local: interval for local, interval in known.items() if local not in targets}
        if self.depth >= DEEPEST or all(wide.get(local) == interval for local, interval in entry.items()):
            return wide

        found = self.found

        def step(head: Known) -> Known:
            self.found = dict(found)
            return self.once_around(entry, head, body, enter)

        self.depth += 1
        try:
            head = entry
            for attempt in range(ROUNDS if self.depth == 1 else 3):
                around = step(head)
                if holds(around, head):
                    closer = step(around)
                    return {**wide, **(around if holds(closer, around) else head)}
                head = {
                    local: self.widened(local, head[local], around[local], wide) if attempt else around[local]
                    for local in around
                    if local in head
                }
            for _ in range(2):
                around = step(head)
                if holds(around, head):
                    return {**wide, **head}
                head = {local: each for local, each in head.items() if holds(around, {local: each})}
        finally:
            self.found = found
            self.depth -= 1
        return wide

    def once_around(
        self, entry: Known, head: Known, body: list[tree.Statement], enter: Callable[[Known], Known]
    ) -> Known:
        """What holds at the head of a loop before its first round and after one that began with ``head``."""
        self.breaks.append([])
        self.continues.append([])
        back = self.block(body, enter(head))
        self.breaks.pop()
        for each in self.continues.pop():
            back = join(back, each)
        around = join(entry, back)
        assert around is not None
        return around

    def widened(self, local: Local, before: Interval, after: Interval, wide: Known) -> Interval:
        """An end that moves goes on to the next one that programs are full of, so that it moves seldom."""
        most = wide.get(local, intervals.of_type(self.instance.type(local.type)))
        low, high = min(before.low, after.low), max(before.high, after.high)
        if low < before.low:
            low = max((end for end in LOW_ENDS if end <= low), default=low)
        if high > before.high:
            high = min((end for end in HIGH_ENDS if end >= high), default=high)
        return Interval(low, high).meet(most)

    def loop(
        self, body: list[tree.Statement], inside: Known, done: Known | None, otherwise: list[tree.Statement]
    ) -> Known | None:
        """A loop at whose head only what holds in every round is known, so that one round stands for all."""
        self.breaks.append([])
        self.continues.append([])
        self.block(body, inside)
        self.continues.pop()
        broken = self.breaks.pop()
        after = self.block(otherwise, done)
        for each in broken:
            after = join(after, each)
        return after

    def try_(self, node: tree.Try, known: Known) -> Known | None:
        anywhere = self.forget(known, node.body, [], steady=False)
        ways = [stack[-1] for stack in (self.breaks, self.continues) if stack]
        before = [len(each) for each in ways]
        after = self.block(node.body, known)
        after = self.block(node.otherwise, after)
        for handler in node.handlers:
            after = join(after, self.block(handler.body, anywhere))
        if not node.final:
            return after
        for way, count in zip(ways, before, strict=True):  # a `break` goes through the `finally`, too
            way[count:] = [self.forget(each, node.final, [], steady=False) for each in way[count:]]
        inner = [*node.body, *node.otherwise, *(each for h in node.handlers for each in h.body)]
        left = self.block(node.final, self.forget(known, inner, [], steady=False))
        if after is None or left is None:
            return None
        # The copy that runs on the ordinary way knows more, but the nodes are the same for all copies.
        return self.forget(known, [*inner, *node.final], [], steady=False)

    def forget(
        self, known: Known, body: Iterable[tree.Statement], targets: list[Local], steady: bool = True
    ) -> Known:
        """Without what a block assigns to. ``steady`` keeps an end of what only grows, or only shrinks."""
        changes: dict[Local, str] = {local: "any" for local in targets}
        for node in walk(body):
            match node:
                case tree.Assign(local=local, value=value):
                    change = _direction(local, value)
                    changes[local] = change if changes.get(local, change) == change else "any"
                case tree.ForRange(target=local) | tree.ForEach(target=local) | tree.Delete(local=local):
                    changes[local] = "any"
                case tree.With(target=Local() as local) | tree.Let(local=local):
                    changes[local] = "any"
                case _:
                    pass
        result = dict(known)
        for (whole, _), part in self.parts.items():
            if whole in changes:
                changes[part] = "any"
        for local, change in changes.items():
            before = result.pop(local, None)
            kind = self.instance.type(local.type)
            if before is None or not steady or not isinstance(kind, IntType):
                continue
            if change == "grows":
                result[local] = Interval(before.low, kind.high)
            elif change == "shrinks":
                result[local] = Interval(kind.low, before.high)
        return result


def _direction(local: Local, value: tree.Expression) -> str:
    """How ``local = value`` moves the local: a checked addition of a constant only ever grows it."""
    match value:
        case tree.Fit(
            wrap=False,
            value=tree.Binary(
                operator=("+" | "-") as operator,
                left=tree.LocalGet(local=same),
                right=tree.IntLiteral(value=step, name=""),
            ),
        ) if same is local and step >= 0:
            return "grows" if operator == "+" else "shrinks"
        case _:
            return "any"


def _indices(node: tree.Node) -> Iterator[Local]:
    """Locals that surely are an index of a list, bytes or bytearray when this is evaluated."""
    match node:
        case tree.Logical(left=left):
            yield from _indices(left)
        case tree.Conditional(condition=condition):
            yield from _indices(condition)
        case tree.Do() | tree.Let():
            pass
        case _:
            for child in children(node):
                if is_expression(child):
                    yield from _indices(child)
            match node:
                case tree.Call(
                    function=tree.Function(name="__getitem__" | "__setitem__", module=module),
                    arguments=[_, tree.LocalGet(local=local), *_],
                ) if module in INDEXED:
                    yield local
                case _:
                    pass


def holds(known: Known, claimed: Known) -> bool:
    """Whether all that is claimed is known."""
    return all(local in known and known[local].within(interval) for local, interval in claimed.items())


def join(left: Known | None, right: Known | None) -> Known | None:
    """What is known on both ways."""
    if left is None or right is None:
        return left if right is None else right
    return {local: left[local].join(right[local]) for local in left.keys() & right.keys()}
