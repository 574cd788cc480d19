"""What differences say of expressions: where they lie, how two compare, and what an assignment makes known.

    i + 1               exactly i + 1
    n // 2              n at most, where n is not negative; not below 0
    x & 0xff            0 to 255

Expressions of signed types are exact, for lowering computes in the first type that holds the result; what is
unsigned may wrap, and only its mask or its type tells something.
"""

from __future__ import annotations

from kmi.compiler import linear
from kmi.compiler.differences import ZERO, Differences, Length, Node
from kmi.compiler.intervals import I64
from kmi.compiler.linear import Variable
from kmi.compiler.lower.items import container
from kmi.language.types import BoolType, IntType

Term = tuple[Node, int]
"""A node, and what is added to it."""


class Numbers:
    """The expressions of one place in a function."""

    def __init__(self, known: Differences, shown: set[Variable], fields: bool) -> None:
        self.known = known
        self.shown = shown
        """Variables that C may write."""
        self.fields = fields
        """Whether final fields have their value."""
        self.seen: dict[int, tuple[linear.Expression, list[Term], list[Term]]] = {}

    def length_of(self, value: linear.Expression) -> Length | None:
        """The length of the container that the expression refers to."""
        if container(value.type) is None:
            return None
        match value:
            case linear.Var(variable=variable):
                return Length(variable)
            case linear.Load(object=linear.Var(variable=variable), name=name, final=True) if self.fields:
                return Length(variable, name)
            case _:
                return None

    def exact(self, value: linear.Expression) -> Term | None:
        """The expression as a node and a number."""
        match value:
            case linear.Const(value=number):
                return ZERO, number
            case linear.Var(variable=variable) if isinstance(variable.type, IntType):
                return None if variable in self.shown else (variable, 0)
            case linear.Load(object=object_, name="_length"):
                length = self.length_of(object_)
                return None if length is None else (length, 0)
            case linear.Operation(operator="+" | "-" as operator, left=left, right=right, type=kind) if (
                _signed(kind)
            ):
                one, by = self.exact(left), self.constant(right)
                if operator == "+" and (one is None or by is None):
                    one, by = self.exact(right), self.constant(left)
                if one is None or by is None:
                    return None
                return one[0], one[1] + (by if operator == "+" else -by)
            case linear.Convert(value=inner, type=kind):
                return self.exact(inner) if self._keeps(inner, kind) else None
            case _:
                return None

    def constant(self, value: linear.Expression) -> int | None:
        """The one value that the expression can have."""
        if isinstance(value, linear.Const):
            return value.value
        low, high = self.low(value), self.high(value)
        return low if low is not None and low == high else None

    def low(self, value: linear.Expression) -> int | None:
        ends = [(self.known.low(node), plus) for node, plus in self.above(value)]
        return max((low + plus for low, plus in ends if low is not None), default=None)

    def high(self, value: linear.Expression) -> int | None:
        ends = [(self.known.high(node), plus) for node, plus in self.below(value)]
        return min((high + plus for high, plus in ends if high is not None), default=None)

    def below(self, value: linear.Expression) -> list[Term]:
        """What it is at most."""
        return self._ends(value)[0]

    def above(self, value: linear.Expression) -> list[Term]:
        """What it is at least."""
        return self._ends(value)[1]

    def _ends(self, value: linear.Expression) -> tuple[list[Term], list[Term]]:
        found = self.seen.get(id(value))
        if found is None:
            found = self.seen[id(value)] = (value, *self._work_out(value))
        return found[1], found[2]

    def _keeps(self, value: linear.Expression, kind: object) -> bool:
        """Whether a cast to this type leaves the value as it is."""
        if not isinstance(kind, IntType):
            return False
        of = value.type
        if isinstance(of, BoolType):
            return True
        if not isinstance(of, IntType):
            return False
        if kind.low <= of.low and of.high <= kind.high:
            return True
        low = of.low if of.low >= kind.low else self.low(value)
        high = of.high if of.high <= kind.high else self.high(value)
        return low is not None and high is not None and kind.low <= low and high <= kind.high

    def _work_out(self, value: linear.Expression) -> tuple[list[Term], list[Term]]:
        term = self.exact(value)
        if term is not None:
            return [term], [term]
        match value:
            case linear.Convert(value=inner, type=kind) if self._keeps(inner, kind):
                return self._ends(inner)
            case linear.Operation(operator="&", left=left, right=right):
                return self._masked(left, right)
            case linear.Operation(operator=operator, left=left, right=right, type=kind) if _signed(kind):
                return self._signed(operator, left, right)
            case linear.Helper(name="kmi_mod_i64", arguments=[_, by]) if not isinstance(by, str):
                if (self.low(by) or 0) > 0:
                    return [(node, plus - 1) for node, plus in self.below(by)], [(ZERO, 0)]
            case linear.Select(
                condition=linear.Comparison(operator=operator, left=one, right=other),
                then=then,
                otherwise=otherwise,
            ) if (chosen := self.decide(operator, one, other)) is not None:
                return self._ends(then if chosen else otherwise)
            case linear.Select(
                condition=linear.Comparison(operator="<" | ">" as operator, left=one, right=other),
                then=then,
                otherwise=otherwise,
            ) if _alike(one, then) and _alike(other, otherwise):
                if operator == "<":
                    return [*self.below(then), *self.below(otherwise)], self._either(then, otherwise, False)
                return self._either(then, otherwise, True), [*self.above(then), *self.above(otherwise)]
            case linear.Select(then=then, otherwise=otherwise):
                return self._either(then, otherwise, True), self._either(then, otherwise, False)
            case _:
                pass
        return _of_type(value)

    def _either(self, one: linear.Expression, other: linear.Expression, high: bool) -> list[Term]:
        ends = [self.high(each) if high else self.low(each) for each in (one, other)]
        if ends[0] is None or ends[1] is None:
            return []
        return [(ZERO, max(ends[0], ends[1]) if high else min(ends[0], ends[1]))]

    def _masked(self, left: linear.Expression, right: linear.Expression) -> tuple[list[Term], list[Term]]:
        """Bits are bits, signed or not: a mask that is not negative is the most there can be."""
        below: list[Term] = []
        for each in (left, right):
            low = self.low(each)
            if low is not None and low >= 0:
                below += self.below(each)
        return below, [(ZERO, 0)] if below else []

    def _signed(
        self, operator: str, left: linear.Expression, right: linear.Expression
    ) -> tuple[list[Term], list[Term]]:
        low, high = (self.low(left), self.low(right)), (self.high(left), self.high(right))
        match operator:
            case "+":
                return (
                    _plus(self.below(left), high[1]) + _plus(self.below(right), high[0]),
                    _plus(self.above(left), low[1]) + _plus(self.above(right), low[0]),
                )
            case "-":
                below, above = _plus(self.below(left), low[1], -1), _plus(self.above(left), high[1], -1)
                most, least = self.apart(left, right), self.apart(right, left)
                return (
                    below + ([] if most is None else [(ZERO, most)]),
                    above + ([] if least is None else [(ZERO, -least)]),
                )
            case "*" if None not in (*low, *high):
                corners = [
                    a * b
                    for a in (low[0], high[0])
                    for b in (low[1], high[1])
                    if a is not None and b is not None
                ]
                return [(ZERO, max(corners))], [(ZERO, min(corners))]
            case "/" | ">>" if (low[0] or 0) >= 0 and (middle := self._middle(operator, left, right)):
                return middle
            case "/" if low[0] is not None and low[1] is not None and low[0] >= 0 and low[1] > 0:
                less: list[Term] = [] if high[0] is None else [(ZERO, high[0] // low[1])]
                return [*self.below(left), *less], [(ZERO, 0)]
            case "%" if low[0] is not None and low[1] is not None and low[0] >= 0 and low[1] > 0:
                return [*self.below(left), *_plus(self.below(right), -1)], [(ZERO, 0)]
            case ">>" if low[0] is not None and low[0] >= 0:
                return self.below(left), [(ZERO, 0)]
            case _:
                return [], []

    def _middle(
        self, operator: str, value: linear.Expression, by: linear.Expression
    ) -> tuple[list[Term], list[Term]] | None:
        """``(low + high) // 2`` lies between the two."""
        match value, by:
            case linear.Operation(operator="+", left=left, right=right), linear.Const(value=number) if (
                number == (2 if operator == "/" else 1)
            ):
                for one, other in ((left, right), (right, left)):
                    most = self.apart(one, other)
                    if most is not None and most <= 0:
                        return _plus(self.below(other), most // 2), self.above(one)
            case _:
                pass
        return None

    def apart(self, left: linear.Expression, right: linear.Expression) -> int | None:
        """The greatest that ``left - right`` can be."""
        found: int | None = None
        for one, plus in self.below(left):
            for other, minus in self.above(right):
                most = self.known.most(one, other)
                if most is not None and (found is None or most + plus - minus < found):
                    found = most + plus - minus
        return found

    # --- what is asked and told ---------------------------------------------------------------------------

    def decide(self, operator: str, left: linear.Expression, right: linear.Expression) -> bool | None:
        """Whether a comparison surely holds, or surely does not."""
        if not isinstance(left.type, IntType) or not isinstance(right.type, IntType):
            return None
        most, back = self.apart(left, right), self.apart(right, left)
        least = None if back is None else -back
        match operator:
            case "<" | ">=":
                found = True if most is not None and most < 0 else None
                found = False if least is not None and least >= 0 else found
                return found if operator == "<" or found is None else not found
            case ">" | "<=":
                found = True if least is not None and least > 0 else None
                found = False if most is not None and most <= 0 else found
                return found if operator == ">" or found is None else not found
            case "==" | "!=":
                apart = (most is not None and most < 0) or (least is not None and least > 0)
                if apart:
                    return operator == "!="
                return operator == "==" if most == least == 0 else None
            case _:
                return None

    def compared(self, operator: str, left: linear.Expression, right: linear.Expression) -> None:
        """The comparison holds from here on."""
        if not isinstance(left.type, IntType) or not isinstance(right.type, IntType):
            return
        match operator:
            case "<" | "<=":
                self._less(left, right, 1 if operator == "<" else 0)
            case ">" | ">=":
                self._less(right, left, 1 if operator == ">" else 0)
            case "==":
                self._less(left, right, 0)
                self._less(right, left, 0)
            case "!=":
                if self.apart(left, right) == 0:
                    self._less(left, right, 1)
                elif self.apart(right, left) == 0:
                    self._less(right, left, 1)
            case _:
                pass

    def _less(self, left: linear.Expression, right: linear.Expression, by: int) -> None:
        """``left + by <= right``."""
        facts = [(one, other, minus - plus - by) for one, plus in self.above(left)
                 for other, minus in self.below(right)]  # fmt: skip
        inner = _unsigned(left)
        if inner is not None and (high := self.high(right)) is not None and high <= I64.high:
            # As an unsigned number it is below one that is not negative as a signed one: it is neither.
            term = self.exact(inner)
            if term is not None:
                facts.append((ZERO, term[0], term[1]))
                facts += [(term[0], other, minus - term[1] - by) for other, minus in self.below(right)]
        for one, other, most in facts:
            self.known.add(one, other, most)

    def set(self, target: Variable, value: linear.Expression) -> None:
        """The variable has this value from here on."""
        known = self.known
        term = self.exact(value)
        if term is not None and term[0] is target:
            known.shift(target, term[1])
            return
        below: list[Term] = []
        above: list[Term] = []
        for node, plus in self.below(value):
            if node is not target:
                below.append((node, plus))
                continue
            below += [(other, most + plus) for other, most in known.facts.get(target, {}).items()]
        for node, plus in self.above(value):
            if node is not target:
                above.append((node, plus))
                continue
            above += [(other, plus - rest[target]) for other, rest in known.facts.items() if target in rest]
        known.forget(target)
        for node, plus in below:
            known.add(target, node, plus)
        for node, plus in above:
            known.add(node, target, -plus)

    def fits(self, statement: linear.Overflowing) -> bool:
        """Whether an operation that is checked surely stays in its place, computed in 64 bits."""
        place = statement.place
        if place.low < I64.low or place.high > I64.high:
            return False
        value = linear.Operation(statement.operator, statement.left, statement.right, I64)
        for each, kind in ((statement.left, I64), (statement.right, I64), (value, place)):
            low, high = self.low(each), self.high(each)
            if isinstance(each.type, IntType) and each is not value:
                low = each.type.low if low is None else low
                high = each.type.high if high is None else high
            if low is None or high is None or low < kind.low or high > kind.high:
                return False
        return True


def _signed(kind: object) -> bool:
    return isinstance(kind, IntType) and kind.signed


def _unsigned(value: linear.Expression) -> linear.Expression | None:
    """What is cast from i64 to u64 there."""
    match value:
        case linear.Convert(value=inner, type=IntType(signed=False, bits=64)) if (
            isinstance(inner.type, IntType) and inner.type.signed and inner.type.bits == 64
        ):
            return inner
        case _:
            return None


def _plus(terms: list[Term], number: int | None, sign: int = 1) -> list[Term]:
    return [] if number is None else [(node, plus + sign * number) for node, plus in terms]


def _of_type(value: linear.Expression) -> tuple[list[Term], list[Term]]:
    kind = value.type
    if isinstance(kind, BoolType):
        return [(ZERO, 1)], [(ZERO, 0)]
    if not isinstance(kind, IntType):
        return [], []
    below: list[Term] = [(ZERO, kind.high)] if kind.bits < 64 else []
    above: list[Term] = [(ZERO, kind.low)] if kind.bits < 64 or not kind.signed else []
    return below, above


def _alike(one: linear.Expression, other: linear.Expression) -> bool:
    """Whether two expressions surely have one value."""
    match one, other:
        case linear.Const(value=a), linear.Const(value=b):
            return a == b
        case linear.Var(variable=a), linear.Var(variable=b):
            return a is b
        case linear.Convert(value=a, type=k), linear.Convert(value=b, type=kind):
            return k == kind and _alike(a, b)
        case _:
            return False
