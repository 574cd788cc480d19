"""A number that every CPU counts for itself: `kmi.percpu` in the simulated kernel.

A thread is on another CPU each time it counts, as if it had been moved; a sum is read part by part.
"""

from typing import Final

from kmi.kernels.simulated.locks import may_sleep
from kmi.kernels.simulated.scheduler import current
from kmi.kernels.simulated.world import world

__all__ = ["PerCpu"]

CPUS: Final = 4
WHOLE: Final = 1 << 64


class PerCpu:
    """A count, kept in as many parts as there are CPUs."""

    def __init__(self) -> None:
        may_sleep("PerCpu()")
        current().scheduler.preempt()
        world().allocator.point("a count for each CPU")
        self._parts = [0] * CPUS

    def add(self, amount: int) -> None:
        scheduler = current().scheduler
        scheduler.preempt()
        cpu = scheduler.random.randrange(CPUS)
        self._parts[cpu] = (self._parts[cpu] + amount) % WHOLE
        scheduler.preempt()

    def sum(self) -> int:
        total = 0
        for cpu in range(CPUS):
            current().scheduler.preempt()
            total += self._parts[cpu]
        total %= WHOLE
        return total - WHOLE if total >= WHOLE // 2 else total
