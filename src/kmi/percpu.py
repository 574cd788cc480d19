# mypy: disable-error-code="empty-body"
"""A number that every CPU counts for itself, so that counting costs next to nothing.

    self.reads = PerCpu()               # in __init__
    ...
    self.reads.add(1)                   # from anywhere, interrupts included
    total = self.reads.sum()

It is for statistics: what is counted often and read seldom. Where the number decides something, an
`kmi.atomic.Atomic` is what fits.
"""

from kmi.interface import context, provided, raises, sleeps

__all__ = ["PerCpu"]


@provided
class PerCpu:
    """A count, kept in as many parts as there are CPUs.

    A place: made on the right of `self.f = ...` in `__init__`. Each part is changed in one step, so it does
    not matter where a thread is interrupted or on which CPU it goes on. Linux: `alloc_percpu`, `this_cpu_add`
    (include/linux/percpu.h, Documentation/core-api/this_cpu_ops.rst).
    """

    @sleeps
    @raises(MemoryError)
    def __init__(self) -> None:
        """The count is 0. MemoryError if there is none for the parts."""
        ...

    @context("any")
    def add(self, amount: int) -> None:
        """Add to the part of this CPU; a negative amount counts down."""
        ...

    @context("any")
    def sum(self) -> int:
        """The sum of all parts, which are looked at one after the other while others may go on counting.

        It is kept modulo 2**64, as an `int`: exact as long as the whole count fits one, parts aside.
        """
        ...
