"""Locks and waiting, watched: `kmi.sync` in the simulated kernel.

Beyond what the declarations say, it reports: sleeping under a spin lock, taking a lock that one holds, locks
taken in both orders, waiting without the lock. Locks hand over in no promised order: the seed decides.
"""

import errno
import linecache
import os
import re
import sys
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from kmi.errors import Stopped
from kmi.kernels.simulated.hook.positions import MARK, Position, here
from kmi.kernels.simulated.reports import LockMisuse, Report
from kmi.kernels.simulated.scheduler import Killed, State, Thread, Wake, current
from kmi.kernels.simulated.world import world

__all__ = ["Condition", "Mutex", "SpinLock", "may_sleep"]

T = TypeVar("T")

MILLISECOND = 1_000_000


def may_sleep(what: str) -> None:
    """A point that may sleep: a report if the thread is in atomic context."""
    thread = current()
    if thread.spinning_locks:
        held = ", ".join(str(lock) for lock in thread.held if isinstance(lock, SpinLock))
        why = f"while holding {held}"
    elif thread.softirq:
        why = f"in {thread.name}, whose callback may not sleep"
    else:
        return
    world().report(Report("sleep in atomic context", f"{what} at {here()}", (why,)))


def _declared_name(fallback: str) -> str:
    """The lock by its declaration, such as `Echo.kept`, read off the line that makes it."""
    frame = sys._getframe(1)
    while MARK not in frame.f_globals:
        if frame.f_back is None:
            return fallback
        frame = frame.f_back
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    if (match := re.match(r"\s*self\.(\w+)\s*(?::[^=]+)?=", line)) and "self" in frame.f_locals:
        return f"{type(frame.f_locals['self']).__name__}.{match[1]}"
    return f"{fallback} of {os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"


class _Lock(Generic[T]):
    """What both locks do."""

    _kind = "lock"
    _sleeps = True

    def __init__(self, value: T) -> None:
        self._value = value
        self._name = _declared_name(self._kind)
        self._holder: Thread | None = None
        self._taken_at: Position | None = None
        self._queue: list[Thread] = []

    def __str__(self) -> str:
        return f"{self._name} (taken at {self._taken_at})" if self._holder else self._name

    def __enter__(self) -> T:
        if self._sleeps:
            may_sleep(f"taking {self._name}")
        self._scheduler_preempt()
        self._acquire(here())
        return self._value

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Killed):
            return  # the kernel ends, and who held what no longer matters
        self._release()
        self._scheduler_preempt()

    def _scheduler_preempt(self) -> None:
        current().scheduler.preempt()

    def _acquire(self, position: Position | None) -> None:
        thread = current()
        if self._holder is thread:
            report = Report(
                "recursive lock",
                f"{self._name} is taken at {position} by the thread that holds it",
                (f"first taken at {self._taken_at}",),
            )
            world().report(report)
            raise LockMisuse(report)
        held = [(lock._name, lock._taken_at) for lock in thread.held if isinstance(lock, _Lock)]
        if held and (inversion := world().lock_order.take(held, self._name, position)):
            world().report(inversion)
        while self._holder is not None:
            self._queue.append(thread)
            thread.scheduler.block(f"{self._name}, held by {self._holder.name} since {self._taken_at}")
            if thread in self._queue:
                self._queue.remove(thread)
        self._holder, self._taken_at = thread, position
        thread.held.append(self)
        thread.spinning_locks += not self._sleeps
        thread.scheduler.races.acquire(self)

    def _release(self) -> None:
        thread = current()
        if self._holder is not thread:
            report = Report("unlock", f"{self._name} is given back at {here()} by who does not hold it")
            world().report(report)
            raise LockMisuse(report)
        thread.scheduler.races.release(self)
        self._holder, self._taken_at = None, None
        thread.held.remove(self)
        thread.spinning_locks -= not self._sleeps
        for waiting in self._queue:  # all of them: who gets it is for the seed to decide
            thread.scheduler.wake(waiting)


class Mutex(_Lock[T]):
    """A sleeping lock around a value."""

    _kind = "mutex"


class SpinLock(_Lock[T]):
    """A lock around a value that spins instead of sleeping."""

    _kind = "spin lock"
    _sleeps = False


class Poller(Protocol):
    """A polling call that waits for a condition, among others."""

    def notified(self) -> None:
        """The condition was notified: look again."""


class Condition:
    """A queue of threads that wait for the value of a Mutex to change."""

    def __init__(self, mutex: Mutex[Any]) -> None:
        self._mutex = mutex
        self._name = _declared_name("condition")
        self._waiting: list[Thread] = []
        self._pollers: list[Poller] = []

    def wait(self) -> None:
        reason = self._sleep(None)
        if reason is Wake.STOPPED:
            raise Stopped
        if reason is Wake.SIGNAL:
            raise interrupted(restart=True)

    def wait_for(self, milliseconds: int) -> bool:
        if milliseconds <= 0:
            self._must_be_held("waits for")
            return False
        reason = self._sleep(milliseconds * MILLISECOND)
        if reason is Wake.STOPPED:
            raise Stopped
        if reason is Wake.SIGNAL:
            raise interrupted(restart=False)
        return reason is Wake.NOTIFIED

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
        if thread.opening:
            why = "Linux opens devices under one lock, so every other open would wait as well"
            world().report(Report("wait in open", f"waiting for {self._name} at {here()}", (why,)))
        if thread.uninterruptible_depth and timeout is None:
            why = "nothing can end this wait if nobody notifies: wait_for(milliseconds) ends by itself"
            world().report(Report("endless wait in close", f"waiting for {self._name} at {here()}", (why,)))
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


def interrupted(restart: bool) -> InterruptedError:
    """What a wait raises after a signal; `restart`: uncaught, the call may be restarted."""
    error = InterruptedError(errno.EINTR, "interrupted by a signal")
    error.kmi_restart = restart  # type: ignore[attr-defined]
    return error
