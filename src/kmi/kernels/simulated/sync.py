"""Locks and waiting, watched: `kmi.sync` in the simulated kernel. The locks are in files of their own.

Beyond what the declaration says, a condition reports waiting and notifying without its mutex, and waits where
nothing ends them.
"""

import errno
from typing import Any, Protocol

from kmi.errors import Stopped
from kmi.kernels.simulated.hook.positions import here
from kmi.kernels.simulated.locks import Both, Mutex, RawSpinLock, SpinLock, declared_name, lock_all, may_sleep
from kmi.kernels.simulated.reports import LockMisuse, Report
from kmi.kernels.simulated.rwlock import Reading, RwLock, Writing
from kmi.kernels.simulated.scheduler import State, Thread, Wake, current
from kmi.kernels.simulated.world import world

__all__ = [
    "Both",
    "Condition",
    "Mutex",
    "RawSpinLock",
    "Reading",
    "RwLock",
    "SpinLock",
    "Writing",
    "lock_all",
    "may_sleep",
    "notified",
    "warn_of_endless_wait",
]

MILLISECOND = 1_000_000


class Poller(Protocol):
    """A polling call that waits for a condition, among others."""

    def notified(self) -> None:
        """The condition was notified: look again."""


class Condition:
    """A queue of threads that wait for the value of a Mutex to change."""

    def __init__(self, mutex: Mutex[Any]) -> None:
        self._mutex = mutex
        self._name = declared_name("condition")
        self._waiting: list[Thread] = []
        self._pollers: list[Poller] = []

    def wait(self) -> None:
        notified(self._sleep(None), restart=True)

    def wait_for(self, milliseconds: int) -> bool:
        if milliseconds <= 0:
            self._must_be_held("waits for")
            return False
        return notified(self._sleep(milliseconds * MILLISECOND))

    def notify(self) -> None:
        self._must_be_held("notifies")
        thread = current()
        asleep = [waiting for waiting in self._waiting if waiting.state is State.BLOCKED]
        if asleep:  # one that a signal or its timeout woke already must not swallow the wake
            chosen = thread.scheduler.random.choice(asleep)
            self._waiting.remove(chosen)
            thread.scheduler.wake(chosen)
        self._wake_pollers()
        thread.scheduler.preempt()

    def notify_all(self) -> None:
        self._must_be_held("notifies")
        thread = current()
        for waiting in self._waiting:
            thread.scheduler.wake(waiting)
        self._waiting.clear()
        self._wake_pollers()
        thread.scheduler.preempt()

    def _wake_pollers(self) -> None:
        for poller in self._pollers:
            poller.notified()

    def _sleep(self, timeout: int | None) -> Wake:
        self._must_be_held("waits for")
        may_sleep(f"waiting for {self._name}")
        thread, position = current(), self._mutex._taken_at
        warn_of_endless_wait(self._name, timeout)
        self._waiting.append(thread)
        self._mutex._release()
        reason = thread.scheduler.block(self._name, interruptible=True, timeout=timeout)
        if thread in self._waiting:
            self._waiting.remove(thread)
        self._mutex._acquire(position)
        return reason

    def _must_be_held(self, verb: str) -> None:
        if self._mutex._holder is not current():
            report = Report(
                "condition without its mutex", f"{here()} {verb} {self._name} without {self._mutex._name}"
            )
            world().report(report)
            raise LockMisuse(report)


def warn_of_endless_wait(name: str, timeout: int | None) -> None:
    """Report a wait in a callback whose wait keeps others, or that nothing may end."""
    thread = current()
    if thread.opening:
        why = "Linux opens devices under one lock, so every other open would wait as well"
        world().report(Report("wait in open", f"waiting for {name} at {here()}", (why,)))
    if thread.uninterruptible_depth and timeout is None:
        why = "nothing can end this wait if nobody notifies: wait_for(milliseconds) ends by itself"
        world().report(Report("endless wait in close", f"waiting for {name} at {here()}", (why,)))


def notified(reason: Wake, restart: bool = False) -> bool:
    """Whether a sleep was ended by what it waited for, not by its timeout.

    Raises Stopped in a thread that is to end, InterruptedError after a signal; `restart`: if nobody catches
    that, the call may be restarted.
    """
    if reason is Wake.STOPPED:
        raise Stopped
    if reason is Wake.SIGNAL:
        error = InterruptedError(errno.EINTR, "interrupted by a signal")
        error.kmi_restart = restart  # type: ignore[attr-defined]
        raise error
    return reason is Wake.NOTIFIED
