"""Data races, by vector clocks: two accesses of one location, one of them a write, that nothing orders.

    thread a: self.count = 1          thread b: print(self.count)

Each thread counts its own releases, and knows up to which of every other thread's it has heard: a lock given
back is heard of by whoever takes it next, what is queued by the work that runs, a start by the thread, an end
by who waits for it. An access is ordered after another if its thread has heard of a release made since. So a
race is found in any schedule in which both accesses occur, however far apart.

Whoever adds a noun that orders threads says so:

    world().races.release(self)       # what the running thread did so far happened before …
    world().races.acquire(self)       # … what the running thread does from now on

Both merge. A noun with several directions has several channels: readers of a lock release to "readers", which
only a writer acquires. Starting a thread (`Scheduler.spawn`) is an edge by itself; who waits for its end
says `joined(thread)`.

Invariants: nothing here keeps an object alive; while at most one thread lives nothing is watched, as its
accesses are ordered by the test; reports are the same for the same schedule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, Final

from kmi.kernels.simulated.hook.positions import MARK, position_of
from kmi.kernels.simulated.reports import Report

if TYPE_CHECKING:
    from kmi.kernels.simulated.scheduler import Thread

__all__ = ["Races"]

Clock = dict[int, int]

_RELEASED: Final = "_kmi_released"
"""Where a noun keeps what was released to it."""
_SHADOW: Final = "_kmi_shadow"
"""Where an object keeps who accessed its fields last."""


@dataclass(slots=True)
class Access:
    """One access: who, when by its own clock, and on which line."""

    thread: int
    time: int
    name: str
    code: CodeType | None
    line: int

    def __str__(self) -> str:
        place = position_of(self.code, self.line) if self.code is not None else "a line outside of any module"
        return f"at {place}, by {self.name}"


class _Location:
    """The last write of a place, and each thread's last read since."""

    __slots__ = ("reads", "write")

    def __init__(self) -> None:
        self.write: Access | None = None
        self.reads: dict[int, Access] = {}


class Races:
    """Who heard of whom, and who accessed what, in one kernel."""

    def __init__(self, report: Callable[[Report], None], running: Callable[[], "Thread | None"]) -> None:
        self.watching = False
        """Whether two threads were alive at once since none was."""
        self._report = report
        self._running = running
        self._window = 0
        self._outside: Clock = {}
        """What the test itself has heard of."""
        self._reported: set[tuple[str, object, object]] = set()

    # What the scheduler tells.

    def started(self, thread: "Thread", alive: int) -> None:
        """A thread was made by the running one, or by the test; `alive`: how many there are with it."""
        if alive > 1:
            self.watching = True
        if not self.watching:
            thread.clock = {thread.number: 1}
            return
        parent = self._running()
        heard = parent.clock if parent is not None else self._outside
        thread.clock = {**heard, thread.number: 1}
        if parent is not None:
            parent.clock[parent.number] += 1

    def all_ended(self) -> None:
        """No thread is alive: what follows happens after everything so far."""
        if self.watching:
            self.watching = False
            self._window += 1
            self._outside.clear()

    def joined(self, thread: "Thread") -> None:
        """The running thread, or the test, has seen that a thread ended, or where it sleeps."""
        if self.watching:
            waiting = self._running()
            _merge(self._outside if waiting is None else waiting.clock, thread.clock)
            thread.clock[thread.number] += 1

    # What nouns tell.

    def release(self, noun: object, channel: str = "") -> None:
        """What the running thread did so far happens before what follows an `acquire` of the noun."""
        if not self.watching or (thread := self._running()) is None:
            return
        kept = noun.__dict__.setdefault(_RELEASED, {})
        window, clock = kept.get(channel, (-1, None))
        if window != self._window:
            kept[channel] = self._window, dict(thread.clock)
        else:
            _merge(clock, thread.clock)
        thread.clock[thread.number] += 1

    def acquire(self, noun: object, channel: str = "") -> None:
        """What was released to the noun happened before what the running thread does from now on."""
        if not self.watching or (thread := self._running()) is None:
            return
        window, clock = noun.__dict__.get(_RELEASED, {}).get(channel, (-1, None))
        if window == self._window:
            _merge(thread.clock, clock)

    # What the module's code does.

    def read(self, owner: object, field: str, frame: FrameType) -> None:
        """The running thread reads a field of an object, on the frame's line."""
        if not self.watching or (thread := self._running()) is None:
            return
        location = self._location(owner, field)
        if location is None:
            return
        before, number, clock = location.write, thread.number, thread.clock
        last = location.reads.get(number)
        if last is not None and last.time == clock[number]:
            return
        now = _access(thread, frame)
        if before is not None and before.thread != number and clock.get(before.thread, 0) < before.time:
            self._race(owner, field, before, "written", now, "read")
        location.reads[number] = now

    def write(self, owner: object, field: str, frame: FrameType) -> None:
        """The running thread writes a field of an object, on the frame's line."""
        if not self.watching or (thread := self._running()) is None:
            return
        location = self._location(owner, field)
        if location is None:
            return
        now, before, number, clock = _access(thread, frame), location.write, thread.number, thread.clock
        if before is not None and before.thread != number and clock.get(before.thread, 0) < before.time:
            self._race(owner, field, before, "written", now, "written")
        for other, read in location.reads.items():
            if other != number and clock.get(other, 0) < read.time:
                self._race(owner, field, read, "read", now, "written")
        location.write = now
        location.reads.clear()

    def _location(self, owner: object, field: str) -> _Location | None:
        try:
            kept: dict[str, Any] = owner.__dict__
        except AttributeError:  # it has no fields that could change
            return None
        window, shadow = kept.get(_SHADOW, (-1, None))
        if window != self._window:
            shadow = {}
            kept[_SHADOW] = self._window, shadow
        location = shadow.get(field)
        if location is None:
            location = shadow[field] = _Location()
        return location  # type: ignore[no-any-return]

    def _race(self, owner: object, field: str, before: Access, did: str, now: Access, does: str) -> None:
        holder = owner.__name__ if isinstance(owner, type) else type(owner).__qualname__
        name = f"{holder}.{field}"
        sides = sorted(((str(before.code), before.line, did), (str(now.code), now.line, does)))
        key = name, sides[0], sides[1]
        if key in self._reported:
            return
        self._reported.add(key)
        verb = "written by two threads" if did == does else "read by one thread and written by another"
        self._report(
            Report(
                "data race",
                f"{name} is {verb}, and nothing orders them",
                (f"{did} {before}", f"{does} {now}"),
            )
        )


def _access(thread: "Thread", frame: FrameType | None) -> Access:
    while frame is not None and MARK not in frame.f_globals:
        frame = frame.f_back
    code, line = (frame.f_code, frame.f_lineno) if frame is not None else (None, 0)
    return Access(thread.number, thread.clock[thread.number], thread.name, code, line)


def _merge(into: Clock, heard: Clock) -> None:
    for number, time in heard.items():
        if into.get(number, 0) < time:
            into[number] = time
