"""Intervals of integers, and what Python's operators make of them.

    [0, 255] + [1, 1] = [1, 256]

Ends are Python's own integers and never infinite: `EVERYTHING` is what an exact expression can be. The
result of an operator is the exact, mathematical one; whether it leaves 128 bits is for the caller to see.
"""

from __future__ import annotations

from dataclasses import dataclass

from kmi.language.types import EXACT, WIDTHS, BoolType, IntType, Type


@dataclass(frozen=True, slots=True)
class Interval:
    """All integers from ``low`` to ``high``, both included."""

    low: int
    high: int

    def __str__(self) -> str:
        return f"[{self.low}, {self.high}]"

    def within(self, other: Interval) -> bool:
        return other.low <= self.low and self.high <= other.high

    def contains(self, value: int) -> bool:
        return self.low <= value <= self.high

    def join(self, other: Interval) -> Interval:
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def meet(self, other: Interval) -> Interval:
        """What both have; where they have nothing in common, an end of this one."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high) if low <= high else Interval(self.low, self.low)


EVERYTHING = Interval(EXACT.low, EXACT.high)
BIT = Interval(0, 1)
I64 = WIDTHS["i64"]
U64 = WIDTHS["u64"]
I128 = EXACT
U128 = IntType("u128", 128, False)


def of_type(kind: Type) -> Interval:
    """What a place of this type can hold."""
    match kind:
        case IntType():
            return Interval(kind.low, kind.high)
        case BoolType():
            return BIT
        case _:
            return EVERYTHING


def computing(*intervals: Interval) -> IntType:
    """The smallest type, of those that C computes in, that holds all of these; EXACT where none does."""
    for kind in (I64, U64):
        if all(interval.within(of_type(kind)) for interval in intervals):
            return kind
    return EXACT


def _corners(left: Interval, right: Interval, operator: str) -> Interval:
    values = [_exact(a, b, operator) for a in (left.low, left.high) for b in (right.low, right.high)]
    return Interval(min(values), max(values))


def _exact(left: int, right: int, operator: str) -> int:
    match operator:
        case "*":
            return left * right
        case "//":
            return left // right
        case "<<":
            return left << right
        case _:
            return left >> right


def _bits(value: int) -> int:
    """The least 2**n - 1 that is not below the value."""
    return (1 << value.bit_length()) - 1


LONGEST_SHIFT = 200
"""Where shifting left further makes no difference: it is past 128 bits for any value but 0."""


def binary(operator: str, left: Interval, right: Interval) -> Interval:
    """What the operator can give, errors left out."""
    match operator:
        case "+":
            return Interval(left.low + right.low, left.high + right.high)
        case "-":
            return Interval(left.low - right.high, left.high - right.low)
        case "*":
            return _corners(left, right, "*")
        case "//":
            results = [
                _corners(left, Interval(low, high), "//")
                for low, high in ((right.low, min(right.high, -1)), (max(right.low, 1), right.high))
                if low <= high
            ]
            return results[0].join(results[-1]) if results else Interval(0, 0)
        case "%":
            low = 0 if right.low >= 0 else right.low + 1
            high = 0 if right.high <= 0 else right.high - 1
            if left.low >= 0 and right.low >= 0:
                high = min(high, left.high)
            return Interval(low, max(low, high))
        case "<<":
            counts = Interval(min(max(right.low, 0), LONGEST_SHIFT), min(max(right.high, 0), LONGEST_SHIFT))
            return _corners(left, counts, "<<")
        case ">>":
            counts = Interval(min(max(right.low, 0), LONGEST_SHIFT), min(max(right.high, 0), LONGEST_SHIFT))
            return _corners(left, counts, ">>")
        case "min":
            return Interval(min(left.low, right.low), min(left.high, right.high))
        case "max":
            return Interval(max(left.low, right.low), max(left.high, right.high))
        case "&":
            if left.low >= 0 and right.low >= 0:
                return Interval(0, min(left.high, right.high))
            if left.low >= 0 or right.low >= 0:
                return Interval(0, left.high if left.low >= 0 else right.high)
            return Interval(
                -_bits(max(~left.low, ~right.low)) - 1,
                max(_bits(max(left.high, 0)), _bits(max(right.high, 0))),
            )
        case "|" | "^":
            if left.low >= 0 and right.low >= 0:
                return Interval(
                    max(left.low, right.low) if operator == "|" else 0, _bits(max(left.high, right.high))
                )
            ends = (left.low, left.high, right.low, right.high)
            wide = max(end if end >= 0 else ~end for end in ends)
            return Interval(-_bits(wide) - 1, _bits(wide))
        case _:
            raise AssertionError(f"no such operator: {operator}")


def unary(operator: str, operand: Interval) -> Interval:
    match operator:
        case "-":
            return Interval(-operand.high, -operand.low)
        case "~":
            return Interval(~operand.high, ~operand.low)
        case "+":
            return operand
        case "abs":
            low = 0 if operand.contains(0) else min(abs(operand.low), abs(operand.high))
            return Interval(low, max(abs(operand.low), abs(operand.high)))
        case _:
            raise AssertionError(f"no such operator: {operator}")
