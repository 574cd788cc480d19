"""Numbers that threads change without a lock: `kmi.atomic` in the simulated kernel.

Other threads may run before and after each step, and never within one. The width is what the import hook
read off the declaration.
"""

from collections.abc import Callable
from typing import Generic, TypeVar, cast

from kmi.kernels.simulated import integers
from kmi.kernels.simulated.scheduler import current

__all__ = ["Atomic"]

T = TypeVar("T", bound=int)


class Atomic(Generic[T]):
    """An integer of any width, or a bool, that threads change in indivisible steps."""

    def __init__(self, value: T) -> None:
        self._value = value
        self._low, self._high = (0, 1) if isinstance(value, bool) else _bounds("int")

    def load(self) -> T:
        return self._step(lambda old: old, writes=False)

    def store(self, value: T) -> None:
        self._step(lambda old: value, reads=False)

    def exchange(self, value: T) -> T:
        return self._step(lambda old: value)

    def compare_exchange(self, expected: T, value: T) -> bool:
        thread = current()
        thread.scheduler.preempt()
        swaps = self._value == expected
        if swaps:  # else it orders nothing, so races are found of who trusts that it does
            self._value = value
            thread.scheduler.races.acquire(self)
            thread.scheduler.races.release(self)
        thread.scheduler.preempt()
        return swaps

    def fetch_add(self, amount: T) -> T:
        return self._step(lambda old: self._fitting(old + amount))

    def fetch_sub(self, amount: T) -> T:
        return self._step(lambda old: self._fitting(old - amount))

    def fetch_and(self, bits: T) -> T:
        return self._step(lambda old: cast(T, old & bits))

    def fetch_or(self, bits: T) -> T:
        return self._step(lambda old: cast(T, old | bits))

    def fetch_xor(self, bits: T) -> T:
        return self._step(lambda old: cast(T, old ^ bits))

    def _step(self, change: Callable[[T], T], reads: bool = True, writes: bool = True) -> T:
        """One indivisible step; what it was before."""
        thread = current()
        thread.scheduler.preempt()
        old = self._value
        self._value = change(old)
        if reads:
            thread.scheduler.races.acquire(self)
        if writes:
            thread.scheduler.races.release(self)
        thread.scheduler.preempt()
        return old

    def _fitting(self, value: int) -> T:
        if not self._low <= value <= self._high:
            raise OverflowError("the result does not fit the atomic")
        return cast(T, bool(value) if isinstance(self._value, bool) else value)

    # For the import hook.

    def of_width(self, width: str) -> None:
        """It is declared with that width."""
        self._low, self._high = _bounds(width)


def _bounds(width: str) -> tuple[int, int]:
    if width == "bool":
        return 0, 1
    kind = getattr(integers, "i64" if width == "int" else width)
    return kind.MINIMUM, kind.MAXIMUM
