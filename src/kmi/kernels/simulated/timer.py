"""Timers: `kmi.timer` in the simulated kernel."""

from collections.abc import Callable
from typing import ClassVar

from kmi.kernels.simulated.deferred import LONGEST, Deferred
from kmi.kernels.simulated.scheduler import current
from kmi.kernels.simulated.sync import MILLISECOND

__all__ = ["Timer"]


class Timer(Deferred):
    """Calls a method at a time to come, once or again and again."""

    kind: ClassVar[str] = "timer"
    asked: ClassVar[str] = "started"
    softirq: ClassVar[bool] = True

    def __init__(self, function: Callable[[], None]) -> None:
        super().__init__(function)
        self._period = 0

    def start(self, milliseconds: int, period: int = 0) -> None:
        current().scheduler.preempt()
        self._period = min(max(period, 0), LONGEST) * MILLISECOND
        self._arm(milliseconds)

    def cancel(self) -> bool:
        current().scheduler.preempt()
        return self._disarm()

    def _again(self, due: int, now: int) -> int | None:
        """The next time of a periodic timer that has not passed."""
        if not self._period:
            return None
        return due + self._period * max(1, -((due - now) // self._period))
