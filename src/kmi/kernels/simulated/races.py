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

Invariants: nothing here keeps an object alive; while at most one thread lives, and the ends of all others
were waited for, nothing is watched, as the test orders all that happens; a schedule gives the same reports
again.
"""

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, Final, Protocol

from kmi.kernels.simulated.guards import Guards
from kmi.kernels.simulated.hook.positions import MARK, Position
from kmi.kernels.simulated.reports import Report

if TYPE_CHECKING:
    from kmi.kernels.simulated.scheduler import Thread

__all__ = ["Races"]

Clock = dict[int, int]


class Watcher(Protocol):
    """Code that tells of its accesses while it is watched."""

    watching: bool


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
        place = Position(self.code, self.line) if self.code is not None else "a line outside of any module"
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
        """Whether there are accesses that a new one may have to be compared with."""
        self._alive = 0
        self._unseen: set[int] = set()
        """The threads whose end nobody has waited for."""
        self._report = report
        self._running = running
        self.watchers: list[Watcher] = []
        """The modules whose code has to know whether it is watched."""
        self._window = 0
        self._outside: Clock = {}
        """What the test itself has heard of."""
        self._reported: set[tuple[str, object, object]] = set()
        self.guards = Guards(report)
        """What locks guard, which is looked at whenever accesses are."""
        self._holders: dict[int, tuple[weakref.ref[Any], str]] = {}
        """In which field of which object a container was seen, by its id."""

    # What the scheduler tells.

    def started(self, thread: "Thread") -> None:
        """A thread was made by the running one, or by the test."""
        self._alive += 1
        self._unseen.add(thread.number)
        if len(self._unseen) > 1 and not self.watching:
            self._watch(True)
        if not self.watching:
            thread.clock = {thread.number: 1}
            return
        parent = self._running()
        heard = parent.clock if parent is not None else self._outside
        thread.clock = {**heard, thread.number: 1}
        if parent is not None:
            parent.clock[parent.number] += 1

    def ended(self) -> None:
        """A thread ended."""
        self._alive -= 1
        self._rest()

    def all_ended(self) -> None:
        """No thread is left, and nobody will wait for one."""
        self._alive = 0
        self._unseen.clear()
        self._rest()

    def _rest(self) -> None:
        """Watch no longer, if what follows happens after everything so far."""
        if self.watching and not self._alive and not self._unseen:
            self._watch(False)
            self._window += 1
            self._outside.clear()
            self._holders.clear()

    def _watch(self, on: bool) -> None:
        self.watching = on
        for watcher in self.watchers:
            watcher.watching = on

    def add(self, watcher: "Watcher") -> None:
        """A module is loaded."""
        watcher.watching = self.watching
        self.watchers.append(watcher)

    def remove(self, watcher: "Watcher") -> None:
        """It is unloaded."""
        watcher.watching = False
        self.watchers.remove(watcher)

    def joined(self, thread: "Thread") -> None:
        """The running thread, or the test, has seen that a thread ended, or where it sleeps."""
        if self.watching:
            waiting = self._running()
            _merge(self._outside if waiting is None else waiting.clock, thread.clock)
            thread.clock[thread.number] += 1
        if thread.done:
            self._unseen.discard(thread.number)
            self._rest()

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
        if id(owner) in self.guards.locks:
            self.guards.check(owner, field, False, thread, frame)
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
        if id(owner) in self.guards.locks:
            self.guards.check(owner, field, True, thread, frame)
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

    def holds(self, owner: object, field: str, container: object) -> None:
        """A field was seen to hold a container, which has no name of its own."""
        if self.holder_of(container) is None:
            try:
                self._holders[id(container)] = weakref.ref(owner), field
            except TypeError:  # an object that takes no weak references: what it holds has no name
                return

    def holder_of(self, container: object) -> tuple[Any, str] | None:
        """The object and the field that hold a container; None if none was seen, or does no longer."""
        reference, field = self._holders.get(id(container), (None, ""))
        owner = reference() if reference is not None else None
        if owner is None or getattr(owner, field, None) is not container:
            return None
        return owner, field

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
        holder = getattr(owner, "race_name", type(owner).__qualname__)
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
