# mypy: disable-error-code="empty-body"
"""A number that several threads change without a lock.

    self.opened: Atomic[u32] = Atomic(0)        # in __init__
    ...
    if self.opened.fetch_add(1) >= LIMIT:
        self.opened.fetch_sub(1)
        raise BlockingIOError

Every method is one indivisible step, in any context, interrupts included. What has to agree with something
else belongs under a lock.

Memory order: a `load` acquires, so what was done before the `store` whose value it sees is seen after it; a
`store` releases; all others do both and are full barriers, so all threads agree on their order, except for a
`compare_exchange` that finds another value. Linux:
`smp_load_acquire`, `smp_store_release`, `xchg`, `try_cmpxchg` (Documentation/atomic_t.txt,
Documentation/memory-barriers.txt).

Invariant: as everywhere, nothing wraps silently: a sum that does not fit the width raises OverflowError, and
the number stays what it was.
"""

from typing import Generic, TypeVar

from kmi.interface import context, provided, raises

__all__ = ["Atomic"]

T = TypeVar("T", bound=int)


@provided
class Atomic(Generic[T]):
    """An integer of any width, or a bool, that threads change in indivisible steps.

    A place: made on the right of `self.f = ...` in `__init__`, where an annotation may say the width:
    `Atomic[u32]`; else it is an `int`.
    """

    def __init__(self, value: T) -> None:
        """`value` is what it is at first."""
        ...

    @context("any")
    def load(self) -> T:
        """What it is now. Acquires."""
        ...

    @context("any")
    def store(self, value: T) -> None:
        """Make it `value`. Releases."""
        ...

    @context("any")
    def exchange(self, value: T) -> T:
        """Make it `value`; what it was before."""
        ...

    @context("any")
    def compare_exchange(self, expected: T, value: T) -> bool:
        """Make it `value` if it is `expected`; whether it was. Never fails for another reason.

        If it was not, nothing is ordered: neither acquires nor releases (Linux: Documentation/atomic_t.txt).
        """
        ...

    @context("any")
    @raises(OverflowError)
    def fetch_add(self, amount: T) -> T:
        """Add; what it was before. OverflowError, and nothing changed, if the sum does not fit the width."""
        ...

    @context("any")
    @raises(OverflowError)
    def fetch_sub(self, amount: T) -> T:
        """Subtract; what it was before. OverflowError, and nothing changed, if the rest does not fit."""
        ...

    @context("any")
    def fetch_and(self, bits: T) -> T:
        """Keep only the bits that are set in `bits`; what it was before."""
        ...

    @context("any")
    def fetch_or(self, bits: T) -> T:
        """Set the bits that are set in `bits`; what it was before."""
        ...

    @context("any")
    def fetch_xor(self, bits: T) -> T:
        """Turn the bits that are set in `bits` over; what it was before."""
        ...
