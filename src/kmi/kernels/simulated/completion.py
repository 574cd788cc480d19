"""Waiting until something is done: `kmi.completion` in the simulated kernel.

Which of the waiting threads a `complete` is for, the seed decides; one that a signal woke at the same time
leaves it to another one.
"""

from typing import Final

from kmi.kernels.simulated.locks import declared_name, may_sleep
from kmi.kernels.simulated.scheduler import Thread, Wake, current
from kmi.kernels.simulated.sync import MILLISECOND, notified, warn_of_endless_wait

__all__ = ["Completion"]

FOR_ALL: Final = -1


class Completion:
    """Something that will be done, and that threads wait for."""

    def __init__(self) -> None:
        self._name = declared_name("completion")
        self._done = 0
        self._waiting: list[Thread] = []

    def complete(self) -> None:
        if self._done != FOR_ALL:
            self._done += 1
        self._wake()

    def complete_all(self) -> None:
        self._done = FOR_ALL
        self._wake()

    def reinit(self) -> None:
        current().scheduler.preempt()
        self._done = 0

    def wait(self) -> None:
        notified(self._sleep(None), restart=True)

    def wait_for(self, milliseconds: int) -> bool:
        return notified(self._sleep(max(milliseconds, 0) * MILLISECOND))

    def _wake(self) -> None:
        thread = current()
        current().scheduler.races.release(self)
        for waiting in self._waiting:  # all of them: who takes it is for the seed to decide
            thread.scheduler.wake(waiting)
        thread.scheduler.preempt()

    def _take(self) -> bool:
        if not self._done:
            return False
        if self._done != FOR_ALL:
            self._done -= 1
        current().scheduler.races.acquire(self)
        return True

    def _sleep(self, timeout: int | None) -> Wake:
        """Wait, `timeout` nanoseconds at most; NOTIFIED if it was completed."""
        may_sleep(f"waiting for {self._name}")
        thread = current()
        thread.scheduler.preempt()
        deadline = None if timeout is None else thread.scheduler.now + timeout
        while not self._take():
            left = None if deadline is None else deadline - thread.scheduler.now
            if left is not None and left <= 0:
                return Wake.TIMEOUT
            warn_of_endless_wait(self._name, timeout)
            self._waiting.append(thread)
            reason = thread.scheduler.block(self._name, interruptible=True, timeout=left)
            self._waiting.remove(thread)
            if reason is not Wake.NOTIFIED and not self._done:
                return reason
        return Wake.NOTIFIED
