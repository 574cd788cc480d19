"""What is known of an integer local where it is read: conditions, loops and assignments before it.

    while i < n:            i in [0, n's greatest - 1]
        i += 1              i + 1 fits: no check

A walk over the structured tree keeps an interval for each local. Behind a branch it is the join; at the
head of a loop everything that the loop assigns to is forgotten, but for locals that only ever grow or only
ever shrink there; in a handler everything that the ``try`` assigns to is. Locals are nobody else's, so
calls change nothing. Of a local that is assigned within an expression nothing is kept.

Invariant: whatever the program does, the local's value at that node is in the interval.
"""

from __future__ import annotations

from collections.abc import Iterable

from kmi.compiler import intervals
from kmi.compiler.instances import FunctionInstance
from kmi.compiler.intervals import Interval
from kmi.compiler.ranges import Ranges
from kmi.language import tree
from kmi.language.tree import Local
from kmi.language.tree.walk import children, is_expression, walk
from kmi.language.types import BoolType, IntType

Known = dict[Local, Interval]
"""Intervals of locals; one that is not in it can be whatever its type holds."""

MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
NEGATED = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}


def gather(instance: FunctionInstance) -> dict[int, Interval]:
    """Intervals by the identity of each ``LocalGet`` of which something is known."""
    facts = Facts(instance)
    facts.block(instance.function.body, {})
    return facts.found


class Facts:
    """The walk over one function."""

    def __init__(self, instance: FunctionInstance) -> None:
        self.instance = instance
        self.found: dict[int, Interval] = {}
        self.breaks: list[list[Known]] = []

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
        return Ranges(self.instance, self.found).of(node)

    def assigned(self, local: Local, value: tree.Expression, known: Known) -> Known:
        """What is known after an assignment; ``value`` was visited."""
        kind = self.instance.type(local.type)
        if not isinstance(kind, IntType | BoolType) or local.fluid:
            return known
        return {**known, local: self.interval(value).meet(intervals.of_type(kind))}

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
                return self.assigned(local, value, known)
            case tree.If(condition=condition, then=then, otherwise=otherwise):
                self.visit(condition, known)
                return join(
                    self.block(then, self.refined(condition, known, True)),
                    self.block(otherwise, self.refined(condition, known, False)),
                )
            case tree.While():
                return self.while_(node, known)
            case tree.ForRange():
                return self.for_range(node, known)
            case tree.ForEach(target=target, iterable=iterable, body=body, otherwise=otherwise):
                self.visit(iterable, known)
                head = self.forget(known, body, [target])
                return self.loop(body, head, head, otherwise)
            case tree.Break():
                self.breaks[-1].append(known)
                return None
            case tree.Continue():
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
                return known

    def while_(self, node: tree.While, known: Known) -> Known | None:
        head = self.forget(known, node.body, [])
        self.visit(node.condition, head)
        endless = isinstance(node.condition, tree.BoolLiteral) and node.condition.value
        done = None if endless else self.refined(node.condition, head, False)
        return self.loop(node.body, self.refined(node.condition, head, True), done, node.otherwise)

    def for_range(self, node: tree.ForRange, known: Known) -> Known | None:
        for each in (node.start, node.stop, node.step):
            self.visit(each, known)
        start, stop, step = (self.interval(each) for each in (node.start, node.stop, node.step))
        head = self.forget(known, node.body, [node.target])
        kind = self.instance.type(node.target.type)
        inside = intervals.of_type(kind)
        if step.low > 0 and start.low <= stop.high - 1:
            inside = Interval(start.low, stop.high - 1).meet(inside)
        elif step.high < 0 and stop.low + 1 <= start.high:
            inside = Interval(stop.low + 1, start.high).meet(inside)
        started = head if node.target.fluid else {**head, node.target: inside}
        return self.loop(node.body, started, head, node.otherwise)

    def loop(
        self, body: list[tree.Statement], inside: Known, done: Known | None, otherwise: list[tree.Statement]
    ) -> Known | None:
        """A loop whose head forgets what its body assigns to, so that one round stands for all."""
        self.breaks.append([])
        self.block(body, inside)
        broken = self.breaks.pop()
        after = self.block(otherwise, done)
        for each in broken:
            after = join(after, each)
        return after

    def try_(self, node: tree.Try, known: Known) -> Known | None:
        anywhere = self.forget(known, node.body, [], steady=False)
        breaks = self.breaks[-1] if self.breaks else []
        broken = len(breaks)
        after = self.block(node.body, known)
        after = self.block(node.otherwise, after)
        for handler in node.handlers:
            after = join(after, self.block(handler.body, anywhere))
        if not node.final:
            return after
        # A `break` goes through the `finally`, too.
        breaks[broken:] = [self.forget(each, node.final, [], steady=False) for each in breaks[broken:]]
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


def join(left: Known | None, right: Known | None) -> Known | None:
    """What is known on both ways."""
    if left is None or right is None:
        return left if right is None else right
    return {local: left[local].join(right[local]) for local in left.keys() & right.keys()}
