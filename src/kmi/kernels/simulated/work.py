"""Work: `kmi.work` in the simulated kernel."""

from typing import ClassVar

from kmi.kernels.simulated.deferred import Deferred
from kmi.kernels.simulated.scheduler import current
from kmi.kernels.simulated.sync import may_sleep

__all__ = ["DelayedWork", "Work"]


class _Work(Deferred):
    """What both kinds of work do."""

    kind: ClassVar[str] = "work"
    asked: ClassVar[str] = "queued"

    def cancel(self) -> bool:
        current().scheduler.preempt()
        return self._disarm()

    def flush(self) -> None:
        may_sleep(f"flushing {self._name}")
        scheduler = current().scheduler
        scheduler.preempt()
        if self._due is not None:
            self._due = min(self._due, scheduler.now)
            self._wake()
        self._wait(self._asked)

    def _queue(self, milliseconds: int) -> bool:
        current().scheduler.preempt()
        if self._armed() or self._ended:
            return False
        self._arm(milliseconds)
        return True


class Work(_Work):
    """A method that a worker thread calls soon after it was asked to."""

    def queue(self) -> bool:
        return self._queue(0)


class DelayedWork(_Work):
    """A method that a worker thread calls after a time."""

    def queue(self, milliseconds: int) -> bool:
        return self._queue(milliseconds)
