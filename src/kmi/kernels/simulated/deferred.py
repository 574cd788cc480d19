"""Callbacks that run later, one call at a time: what timers and work have in common in the simulated kernel.

    made -> live (at the end of loading) -> ended (at unload)
    idle -> armed, until its time -> called -> idle

Each has a thread of its own while it is armed or called, so it meets every other thread in every order. What
is armed in `__init__` is armed when it becomes live.

Invariants: it is never called before it is live or after `end` has returned; calls of one do not overlap; it
keeps its receiver neither alive nor, once ended, reachable.
"""

import weakref
from collections.abc import Callable
from typing import Any, ClassVar, Final

from kmi.kernels.simulated.boundary import forget
from kmi.kernels.simulated.device import Registration, standing
from kmi.kernels.simulated.hook.positions import Position, here
from kmi.kernels.simulated.locks import declared_name, may_sleep
from kmi.kernels.simulated.reports import LockMisuse, Report
from kmi.kernels.simulated.scheduler import Scheduler, Thread, current
from kmi.kernels.simulated.sync import MILLISECOND
from kmi.kernels.simulated.world import world

__all__ = ["Deferred", "Receiver"]

LONGEST: Final = 1 << 50
"""Milliseconds: 35,000 years, so that no sum overflows anywhere."""


class Receiver:
    """A bound method that does not hold its object."""

    def __init__(self, method: Callable[[], None]) -> None:
        bound: Any = method
        self._object: weakref.ref[object] = weakref.ref(bound.__self__)
        self._function: Callable[[object], None] = bound.__func__

    def __call__(self) -> None:
        """Call it; the object has to be alive."""
        receiver = self._object()
        assert receiver is not None, "a registration outlived its owner"
        self._function(receiver)


class Deferred(Registration):
    """A callback and when it is to be called next."""

    kind: ClassVar[str]
    asked: ClassVar[str]
    """What is done to it for a call: the verb, for a message."""
    softirq: ClassVar[bool] = False

    def __init__(self, function: Callable[[], None]) -> None:
        may_sleep(f"{type(self).__name__}()")
        current().scheduler.preempt()
        self._name = declared_name(self.kind)
        self._function = Receiver(function)
        self._live = False
        self._ended = False
        self._delay: int | None = None
        """What was asked for before it was live, in nanoseconds."""
        self._due: int | None = None
        self._asker: tuple[str, Position | None, str] | None = None
        """What was asked of it last, on which line, and by whom."""
        self._asked = 0
        self._called = 0
        """How often it was armed, and up to which of these all has been done."""
        self._thread: Thread | None = None
        self._resting = False
        self._waiting: list[Thread] = []
        world().announce(self)

    def _arm(self, milliseconds: int) -> None:
        """To be called in so many milliseconds, or a tick later."""
        thread = current()
        scheduler = thread.scheduler
        self._asker = self.asked, here(), thread.name
        world().races.release(self)
        nanoseconds = min(max(milliseconds, 0), LONGEST) * MILLISECOND
        self._asked += 1
        if self._live:
            tick = scheduler.random.randrange(2) * MILLISECOND
            self._due = scheduler.now + nanoseconds + tick
            self._run(scheduler)
        elif not self._ended:
            self._delay = nanoseconds

    def _disarm(self) -> bool:
        """No longer to be called; whether it was to be. A call that has begun goes on."""
        armed = self._armed()
        self._due = self._delay = None
        self._wake()
        return armed

    def _armed(self) -> bool:
        return self._due is not None or self._delay is not None

    def _again(self, due: int, now: int) -> int | None:
        """When to call it again after a call that was due then."""
        return None

    def _wait(self, until: int | None = None) -> None:
        """Wait until it is idle, or has done all that was asked for up to then."""
        thread = current()
        if thread is self._thread:
            report = Report("wait for oneself", f"{self._name} waits at {here()} for its own callback to end")
            world().report(report)
            raise LockMisuse(report)
        while self._thread is not None and (until is None or self._called < until):
            self._waiting.append(thread)
            thread.scheduler.block(f"the end of {self._name}")
            if thread in self._waiting:
                self._waiting.remove(thread)
        world().races.acquire(self)

    def go_live(self, kernel: Any, users: Any) -> None:
        self._live = True
        if self._delay is not None:
            self._due, self._delay = kernel.scheduler.now + self._delay, None
            self._run(kernel.scheduler)

    def end(self, kernel: Any) -> None:
        self._live, self._ended = False, True
        self._disarm()
        self._wait()

    def __str__(self) -> str:
        return f"{self.kind} {self._name}"

    def pending(self) -> tuple[str, ...]:
        return (self._asked_at(), *standing(self._thread)) if self._thread is not None else ()

    def _asked_at(self) -> str:
        if self._asker is None:
            return ""
        verb, position, name = self._asker
        return f"{verb} at {position}, by {name}"

    # The thread.

    def _run(self, scheduler: Scheduler) -> None:
        if self._thread is None:
            self._thread = scheduler.spawn(f"{self.kind} {self._name}", self._main)
            self._thread.unattended = True
        else:
            self._wake()

    def _wake(self) -> None:
        """Let the thread look again when to call."""
        if self._resting and self._thread is not None:
            self._thread.scheduler.wake(self._thread)

    def _main(self) -> None:
        thread, kernel = current(), world()
        thread.softirq, thread.asked = self.softirq, self._asked_at
        while self._due is not None:
            left = self._due - thread.scheduler.now
            if left > 0:
                self._resting = True
                thread.scheduler.block("its time", timeout=left)
                self._resting = False
                continue
            self._due = self._again(self._due, thread.scheduler.now)
            begun = self._asked
            kernel.races.acquire(self)
            try:
                self._function()
            except Exception as raised:
                kernel.log_error(raised)
                forget(raised)
            kernel.races.release(self)
            self._called = begun
            self._notify()
            thread.scheduler.preempt()
        self._thread = None
        self._called = self._asked
        self._notify()

    def _notify(self) -> None:
        for waiting in self._waiting:
            waiting.scheduler.wake(waiting)
        self._waiting.clear()
