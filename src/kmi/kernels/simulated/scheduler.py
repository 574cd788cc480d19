"""Kernel threads as greenlets, one running at a time, chosen by a seeded scheduler.

    thread = scheduler.spawn("echo", lambda: 6 * 7)
    scheduler.run_until(lambda: thread.done)

The test's own greenlet is the hub: it resumes a thread, and gets control back when one blocks or ends; at a
preemption point the running thread itself hands over to whom the schedule chose. Time is virtual, in
nanoseconds, and passes only when no thread can run.

Invariants: with one seed and the same calls the schedule is the same; a thread is in exactly one state; what
a thread raised is kept in it and never crosses into the hub by itself.
"""

import enum
import random
import sys
from collections.abc import Callable
from types import FrameType

from greenlet import GreenletExit, getcurrent, greenlet  # type: ignore[import-untyped]

from kmi.kernels.simulated.carriers import Carrier
from kmi.kernels.simulated.hook.positions import Position, calls, of_frame
from kmi.kernels.simulated.races import Races
from kmi.kernels.simulated.reports import Deadlock, Livelock, Report, SimulationError
from kmi.kernels.simulated.schedules import schedule_named

__all__ = ["Killed", "Scheduler", "State", "Thread", "Wake", "current", "running"]

MOST_STEPS = 1_000_000
MOST_ALONE = 50_000_000
"""How many preemption points a thread may pass while no other can run: computing takes long, but ends."""


class State(enum.Enum):
    """What a thread is doing."""

    READY = "ready"
    BLOCKED = "blocked"
    DONE = "done"


class Wake(enum.Enum):
    """Why a blocked thread runs again."""

    NOTIFIED = "notified"
    SIGNAL = "signal"
    TIMEOUT = "timeout"
    STOPPED = "stopped"


class Killed(BaseException):
    """Thrown into threads that are still there when their kernel ends; no module can catch it."""


class Thread:
    """A kernel thread."""

    # What most threads never change is the class's, which makes a thread quick to start.
    number = 0
    clock: dict[int, int]
    """What it has heard of each thread, by its number: see `races`."""
    weight: float = 0
    """How soon it runs, as the schedule has it."""
    waits_for = ""
    interruptible = False
    signalled = False
    """A signal waits for the thread: its next interruptible sleep ends at once."""
    uninterruptible_depth = 0
    """In `close` and teardown, where signals do not end waits."""
    opening = False
    """In `open`, which on some kernels runs under a lock that all opens take."""
    stopping = False
    """It is a thread of a module's own that is to end: its interruptible sleeps end at once."""
    softirq = False
    """In a callback that the kernel calls between two instructions of a thread: atomic context."""
    asked: Callable[[], str] | None = None
    """Says which line asked for what it does, and who, of a callback that was asked for."""
    unattended = False
    """Nobody waits for its end, so what it raises is raised in the hub."""
    deadline: int | None = None
    wake_reason = Wake.NOTIFIED
    spinning_locks = 0
    """How many of the locks that it holds are spin locks: more than 0 is atomic context."""
    raw_locks = 0
    """How many of those are raw ones, under which there is no allocator."""
    depth = 0
    """How deep the module's functions that can recurse are nested."""
    value: object = None
    failure: BaseException | None = None
    carrier: Carrier | None = None
    """What it runs on, from its first step to its end."""

    def __init__(self, scheduler: "Scheduler", name: str, body: Callable[[], object]) -> None:
        self.scheduler = scheduler
        self.name = name
        self.state = State.READY
        self.held: list[object] = []
        """The locks that it holds, in the order in which it took them."""
        self._body: Callable[[], object] | None = body
        self._trace = sys.gettrace()

    @property
    def done(self) -> bool:
        return self.state is State.DONE

    def run(self) -> None:
        """Run it to its end, which its carrier does."""
        if self._trace is not None and sys.gettrace() is None:
            sys.settrace(self._trace)  # a debugger or a coverage tool follows into the thread
        body, self._body = self._body, None
        try:
            assert body is not None
            self.value = body()
        except Killed:
            pass
        except GreenletExit:
            raise  # nobody knows its carrier any more, which ends
        except BaseException as raised:
            self.failure = raised
        finally:
            self.state = State.DONE

    def leave(self) -> greenlet:
        """It has ended: the hub, which goes on."""
        self.carrier = None
        self.scheduler.ended = self
        return self.scheduler.hub

    def position(self) -> Position | None:
        """Where in its module the thread is; None if it is in none."""
        return of_frame(self._frame())

    def calls(self) -> list[Position]:
        """The same, and the calls that led there, the nearest first."""
        frame = self._frame()
        return calls(frame) if frame is not None else []

    def _frame(self) -> FrameType | None:
        """Where it goes on; None if it has not begun, or has ended."""
        if self.carrier is None:
            return None
        frame: FrameType | None = self.carrier.gr_frame
        return sys._getframe(1) if self.carrier is getcurrent() else frame

    def describe(self) -> str:
        """The thread and what it waits for, for a message."""
        where = self.position()
        place = f" at {where}" if where else ""
        return f"{self.name}: {'waits for ' + self.waits_for if self.waits_for else self.state.value}{place}"


class Scheduler:
    """Lets threads run one at a time, in an order that a schedule chooses, by a seed."""

    kind: type[Thread] = Thread
    """What its threads are."""

    def __init__(
        self, seed: int, report: Callable[[Report], None] = lambda report: None, schedule: str = "random"
    ) -> None:
        self.random = random.Random(seed)
        self.schedule = schedule_named(schedule, self.random)
        self.races = Races(report, running)
        self.now = 0
        self.threads: list[Thread] = []
        self._ready: list[Thread] = []
        """Those of them that are ready."""
        self.steps = 0
        """How often a thread was chosen, or went on at a preemption point, since the hub let them run."""
        self._alone = 0
        """The same of those points at which no other thread could run."""
        self._spawned = 0
        self._ending = False
        self.hub: greenlet = getcurrent()
        """The greenlet of the test."""
        self.ended: Thread | None = None
        """The thread that has ended since the hub looked last."""

    def spawn(self, name: str, body: Callable[[], object]) -> Thread:
        """A new thread, ready; it runs when the hub next lets threads run."""
        thread = self.kind(self, name, body)
        self._spawned += 1
        thread.number = self._spawned
        self.schedule.born(thread)
        self.threads.append(thread)
        self._ready.append(thread)
        self.races.started(thread)
        return thread

    # Called by the hub.

    def run_until(self, reached: Callable[[], bool]) -> None:
        """Let threads run until `reached`; raises Deadlock if it cannot be, Livelock if it takes for ever."""
        if isinstance(getcurrent(), Carrier):
            raise SimulationError("the kernel was asked to run by one of its own threads")
        self.hub = getcurrent()
        self.steps = self._alone = 0
        while not reached():
            if not self.step():
                raise Deadlock(self._deadlock_message())
            if self.steps > MOST_STEPS or self._alone > MOST_ALONE:
                raise Livelock(
                    f"nothing was reached in {max(self.steps, self._alone) - 1} steps: "
                    + "; ".join(t.describe() for t in self.threads)
                )

    def step(self) -> bool:
        """Let threads run until one blocks or ends; whether there was one, or time could pass."""
        ready = self._ready
        if not ready:
            return self._let_time_pass()
        self.steps += 1
        self._carrier(ready[0] if len(ready) == 1 else self.schedule.choose(ready)).switch()
        ended = self.ended
        if ended is not None:  # which need not be the one that was resumed
            self.ended = None
            self._ready.remove(ended)
            self.threads.remove(ended)
            self.races.ended()
            if ended.unattended and isinstance(ended.failure, Exception):
                raise ended.failure
        return True

    def _carrier(self, thread: Thread) -> Carrier:
        """What a thread runs on, which is found when it begins."""
        carrier = thread.carrier
        if carrier is None:
            carrier = thread.carrier = Carrier.take()
            carrier.thread = thread
        if carrier.parent is not self.hub:
            carrier.parent = self.hub
        return carrier

    def settled(self) -> bool:
        """Whether no thread can run without time passing."""
        return not self._ready

    def kill_all(self) -> None:
        """End every thread where it stands; what its `finally` still runs neither waits nor yields."""
        self.hub = getcurrent()
        self._ending = True
        for thread in list(self.threads):
            if thread.carrier is not None:
                self._carrier(thread).throw(Killed())
            thread.state = State.DONE
        self.ended = None
        self.threads.clear()
        self._ready.clear()
        self.races.all_ended()

    def _let_time_pass(self) -> bool:
        deadlines = [t.deadline for t in self.threads if t.deadline is not None]
        if not deadlines:
            return False
        self.now = max(self.now, min(deadlines))
        self._wake_due()
        return True

    def _wake_due(self) -> None:
        for thread in self.threads:
            if thread.deadline is not None and thread.deadline <= self.now:
                self.wake(thread, Wake.TIMEOUT)

    def _deadlock_message(self) -> str:
        if not self.threads:
            return "deadlock: no thread is left that could do what is waited for"
        lines = [f"    {thread.describe()}" for thread in self.threads]
        if ring := self._ring():
            names = " waits for ".join(thread.name for thread in (*ring, ring[0]))
            lines.append(f"    in a ring: {names}")
        return "\n".join(["deadlock: no thread can run", *lines])

    def _ring(self) -> list[Thread]:
        """Threads each of which waits for a lock that the next one holds, and the last one for the first."""
        holders = {
            waiting: holder
            for holder in self.threads
            for lock in holder.held
            for waiting in getattr(lock, "_queue", ())
        }
        for start in self.threads:
            way = [start]
            while (following := holders.get(way[-1])) is not None and following not in way:
                way.append(following)
            if following is start:
                return way
        return []

    # Called by threads.

    def preempt(self) -> None:
        """A preemption point: another thread may run here."""
        ready = self._ready
        if len(ready) < 2 or self._ending:
            self._alone += 1
            if self._alone > MOST_ALONE and not self._ending:
                self.hub.switch()
            return
        self.steps += 1
        if self.steps > MOST_STEPS:
            self.hub.switch()  # which says what goes on for ever
        chosen = self.schedule.choose(ready)
        if chosen.carrier is not getcurrent():
            self._carrier(chosen).switch()

    def block(self, waits_for: str, interruptible: bool = False, timeout: int | None = None) -> Wake:
        """Stop the running thread until it is woken; `timeout` in nanoseconds."""
        if self._ending:
            raise Killed
        thread = current()
        interruptible = interruptible and thread.uninterruptible_depth == 0
        if interruptible and thread.stopping:
            return Wake.STOPPED
        if interruptible and thread.signalled:
            return Wake.SIGNAL
        thread.state, thread.waits_for, thread.interruptible = State.BLOCKED, waits_for, interruptible
        thread.deadline = None if timeout is None else self.now + timeout
        self._ready.remove(thread)
        self.hub.switch()
        return thread.wake_reason

    def wake(self, thread: Thread, reason: Wake = Wake.NOTIFIED) -> None:
        """Make a blocked thread ready; one that is not blocked stays as it is."""
        if thread.state is State.BLOCKED:
            thread.state, thread.waits_for, thread.deadline = State.READY, "", None
            self._ready.append(thread)
            thread.interruptible = False
            thread.wake_reason = reason

    def stop(self, thread: Thread) -> None:
        """Ask a thread to end: its interruptible sleep ends, now and whenever it begins one."""
        thread.stopping = True
        if thread.interruptible:
            self.wake(thread, Wake.STOPPED)

    def spend(self, nanoseconds: int) -> None:
        """Let time pass while a thread runs."""
        self.now += nanoseconds
        self._wake_due()

    def signal(self, thread: Thread) -> None:
        """A signal for the thread: ends its interruptible sleep, now or when it next begins one."""
        thread.signalled = True
        if thread.interruptible:
            self.wake(thread, Wake.SIGNAL)


def running() -> Thread | None:
    """The running kernel thread; None outside of one."""
    carrier = getcurrent()
    return carrier.thread if type(carrier) is Carrier else None


def current() -> Thread:
    """The running kernel thread; RuntimeError outside of one."""
    carrier = getcurrent()
    if type(carrier) is not Carrier:
        raise RuntimeError(
            "no kernel runs here: load the module into one, as `kernel.load('echo.py')` does"
        )
    thread: Thread = carrier.thread
    return thread
