"""Locks, watched: those of `kmi.sync` in the simulated kernel, but for the one with readers.

Beyond what the declarations say, they report: sleeping in atomic context, taking a lock that one holds, locks
taken in both orders, giving back what one does not hold, memory under a raw spin lock. They hand over in no
promised order: the seed decides.
"""

import functools
import linecache
import os
import re
import sys
from types import TracebackType
from typing import Generic, TypeVar

from kmi.kernels.simulated.hook.positions import MARK, Position, calls, here, reached
from kmi.kernels.simulated.reports import LockMisuse, Report
from kmi.kernels.simulated.scheduler import Killed, Thread, current
from kmi.kernels.simulated.world import world

__all__ = [
    "Both",
    "Held",
    "Lock",
    "Mutex",
    "RawSpinLock",
    "SpinLock",
    "declared_name",
    "lock_all",
    "may_sleep",
]

T = TypeVar("T")


def may_sleep(what: str) -> None:
    """A point that may sleep: a report if the thread is in atomic context."""
    thread = current()
    if thread.spinning_locks:
        held = ", ".join(str(lock) for lock in thread.held if _spins(lock))
        why: tuple[str, ...] = (f"while holding {held}",)
    elif thread.softirq:
        asked = (thread.asked(),) if thread.asked is not None else ()
        why = (f"in {thread.name}, whose callback may not sleep", *asked)
    else:
        return
    way = calls()
    place = way[0] if way else None
    world().report(Report("sleep in atomic context", f"{what} at {place}", (*reached(way), *why)))


def _spins(held: object) -> bool:
    """Whether what a thread holds is why it may not sleep: a spin lock, or what it reads without a lock."""
    return isinstance(held, SpinLock) or not isinstance(held, Held)


def declared_name(fallback: str) -> str:
    """The lock by its declaration, such as `Echo.kept`, read off the line that makes it."""
    frame = sys._getframe(1)
    while MARK not in frame.f_globals:
        if frame.f_back is None:
            return fallback
        frame = frame.f_back
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    if (field := _field_set_by(line)) and "self" in (known := frame.f_locals):
        return f"{type(known['self']).__name__}.{field}"
    return f"{fallback} of {os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"


@functools.lru_cache(maxsize=1024)
def _field_set_by(line: str) -> str | None:
    match = re.match(r"\s*self\.(\w+)\s*(?::[^=]+)?=", line)
    return match[1] if match else None


class Held:
    """Something that threads hold: what the order of locks is about."""

    _name: str
    _last: tuple[Position | None, str] | None = None

    def _taken_by(self, thread: Thread) -> Position | None:
        """Where a thread that holds it took it."""
        raise NotImplementedError

    def last_taken(self) -> str:
        """Where it was taken last, and by whom, for a message."""
        if self._last is None:
            return "which was never taken"
        position, name = self._last
        return f"which was last taken at {position}, by {name}"

    def _order(self, thread: Thread, position: Position | None, beside: "Held | None" = None) -> None:
        """Note that a thread is about to take it, and what it holds already, but for one of its like."""
        if not thread.held:
            return
        locks = [lock for lock in thread.held if isinstance(lock, Held) and lock is not beside]
        held = [(lock._name, lock._taken_by(thread)) for lock in locks]
        if held and (inversion := world().lock_order.take(held, self._name, position, thread.name)):
            world().report(inversion)

    def _misused(self, kind: str, title: str, *lines: str) -> LockMisuse:
        """Report what no kernel survives; what is to be raised."""
        report = Report(kind, title, lines)
        world().report(report)
        return LockMisuse(report)


class Lock(Held, Generic[T]):
    """What all locks do that one thread holds at a time."""

    _kind = "lock"
    _sleeps = True
    _raw = False

    def __init__(self, value: T) -> None:
        self._value = value
        self._name = declared_name(self._kind)
        self._address = current().scheduler.random.random()
        self._holder: Thread | None = None
        self._taken_at: Position | None = None
        self._queue: list[Thread] = []
        current().scheduler.races.guards.add(self)

    def lent_to(self, thread: Thread, write: bool) -> bool:
        """Whether the thread may use the value now."""
        return self._holder is thread

    def __str__(self) -> str:
        return f"{self._name} (taken at {self._taken_at})" if self._holder else self._name

    def _taken_by(self, thread: Thread) -> Position | None:
        return self._taken_at

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

    def _acquire(self, position: Position | None, beside: Held | None = None) -> None:
        thread = current()
        if self._holder is thread:
            raise self._misused(
                "recursive lock",
                f"{self._name} is taken at {position} by the thread that holds it",
                f"first taken at {self._taken_at}",
            )
        self._order(thread, position, beside)
        while self._holder is not None:
            self._queue.append(thread)
            thread.scheduler.block(f"{self._name}, held by {self._holder.name} since {self._taken_at}")
            if thread in self._queue:
                self._queue.remove(thread)
        self._holder, self._taken_at = thread, position
        self._last = position, thread.name
        thread.held.append(self)
        thread.spinning_locks += not self._sleeps
        thread.raw_locks += self._raw
        thread.scheduler.races.acquire(self)

    def _release(self) -> None:
        thread = current()
        if self._holder is not thread:
            title = f"{self._name} is given back at {here()} by who does not hold it"
            raise self._misused("unlock", title)
        thread.scheduler.races.release(self)
        self._holder, self._taken_at = None, None
        thread.held.remove(self)
        thread.spinning_locks -= not self._sleeps
        thread.raw_locks -= self._raw
        for waiting in self._queue:  # all of them: who gets it is for the seed to decide
            thread.scheduler.wake(waiting)


class Mutex(Lock[T]):
    """A sleeping lock around a value."""

    _kind = "mutex"


class SpinLock(Lock[T]):
    """A lock around a value that spins instead of sleeping."""

    _kind = "spin lock"
    _sleeps = False


class RawSpinLock(SpinLock[T]):
    """A lock around a value under which there is no allocator."""

    _kind = "raw spin lock"
    _raw = True


class Both(Generic[T]):
    """Two locks that are taken together, in one order; which it is, the seed decides."""

    def __init__(self, first: Lock[T], second: Lock[T]) -> None:
        self._locks = first, second

    def __enter__(self) -> tuple[T, T]:
        first, second = self._locks
        thread = current()
        if first is second:
            raise ValueError("both are one lock")
        if first._sleeps:
            may_sleep(f"taking {first._name}")
        lower, upper = sorted(self._locks, key=lambda lock: lock._address)
        thread.scheduler.preempt()
        lower._acquire(here())
        thread.scheduler.preempt()
        upper._acquire(here(), beside=lower)
        return first._value, second._value

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for lock in reversed(self._locks):
            lock.__exit__(kind, error, trace)


def lock_all(first: Lock[T], second: Lock[T]) -> Both[T]:
    """One lock of two objects, for `with`."""
    return Both(first, second)
