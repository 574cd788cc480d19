"""A check that lowering emits, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from kmi.compiler.intervals import Interval
from kmi.language.source import Span


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is asked at run time: whether a value fits, an index is inside, an object is there."""

    kind: str
    """"overflow", "bounds", "division", "shift", "byte", "step" or "None"."""
    span: Span
    known: Interval | None
    """What is known of the value that is checked; nothing, of an object."""
    allowed: str
    """What passes, in words."""
    away: str
    """What the author could write so that it is not needed."""

    @property
    def knows(self) -> str:
        """The range, in words."""
        return "nothing" if self.known is None else bounds(self.known)


def bounds(interval: Interval) -> str:
    """``0 to 2**32 - 1``."""
    if interval.low == interval.high:
        return number(interval.low)
    return f"{number(interval.low)} to {number(interval.high)}"


def number(value: int) -> str:
    """A number, near a great power of two as people know it."""
    if abs(value) < 1 << 20:
        return str(value)
    sign = "-" if value < 0 else ""
    size = abs(value)
    for away in range(-2, 3):
        if (size - away) & (size - away - 1) == 0:
            power = f"{sign}2**{(size - away).bit_length() - 1}"
            shown = -away if value < 0 else away
            return power if not shown else f"{power} {'+' if shown > 0 else '-'} {abs(shown)}"
    return str(value)
