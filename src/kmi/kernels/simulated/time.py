"""Time: `kmi.time` in the simulated kernel, where it is virtual.

It passes when no thread can run, and a little with each look at the clock, so that a loop that looks at the
clock ends.
"""

from typing import Final

from kmi.kernels.simulated.scheduler import current
from kmi.kernels.simulated.sync import MILLISECOND, may_sleep, notified

__all__ = ["Deadline", "monotonic_ns", "sleep_ms"]

LOOKS: Final = (0, 100, 1_000, 50_000)
"""Nanoseconds that a look at the clock may take: none too, for two looks may see the same."""


def monotonic_ns() -> int:
    scheduler = current().scheduler
    scheduler.preempt()
    scheduler.spend(scheduler.random.choice(LOOKS))
    return scheduler.now


def sleep_ms(milliseconds: int) -> None:
    may_sleep("sleep_ms")
    if milliseconds <= 0:
        return
    scheduler = current().scheduler
    tick = scheduler.random.randrange(2) * MILLISECOND
    notified(scheduler.block("the end of sleep_ms", True, milliseconds * MILLISECOND + tick))


class Deadline:
    """A moment in the future."""

    def __init__(self, milliseconds: int) -> None:
        self._end = monotonic_ns() + milliseconds * MILLISECOND

    @property
    def left_ms(self) -> int:
        return max(0, -((monotonic_ns() - self._end) // MILLISECOND))

    @property
    def passed(self) -> bool:
        return monotonic_ns() >= self._end
