"""callout(9): functions that the kernel calls after a time.

Sources: callout(9), sys/kern/kern_timeout.c.

Invariants: callouts of one processor run one after the other, and none of them sleeps; one that has a lock
runs with it, and can be stopped by whoever holds the lock until it has it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.kpi.locks import Kind
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves
from kmi.machines.freebsd.threads import KernelThread, current_thread

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Callouts", "Timer"]

PAGE: Final = "callout(9)"
SOURCE: Final = "sys/kern/kern_timeout.c"
ACTIVE, PENDING, RETURNUNLOCKED, SHAREDLOCK = 0x2, 0x4, 0x10, 0x20
DRAIN: Final = 0x1


class Timer:
    """A callout as the model has it."""

    def __init__(self, address: int, fire: Callable[[], None]) -> None:
        self.address = address
        self.fire = fire
        self.when = 0
        self.cpu = 0
        self.pending = False
        self.runs: KernelThread | None = None
        """The thread that is about to call the function, or does."""
        self.committed = False
        """It has its lock, and cannot be stopped any more."""
        self.stopped = False
        """It was stopped while it waited for its lock."""
        self.drained = 0
        """How many threads wait for its end."""


class Callouts(Part):
    """The callout wheels, one for each processor, and the threads that run them while they are not empty."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._timers: dict[int, Timer] = {}
        self._runners: dict[int, KernelThread] = {}

    # The wheel.

    def start(self, timer: Timer, nanoseconds: int) -> None:
        """Have a timer's function called after so long."""
        timer.when = self.kernel.threads.now + nanoseconds
        timer.pending = True
        self.kernel.threads.races.release(timer)
        self._timers[timer.address] = timer
        runner = self._runners.get(timer.cpu)
        if runner is None or runner.done:
            cpu = timer.cpu
            spawned = self.kernel.threads.spawn(f"clock ({cpu})", lambda: self._softclock(cpu))
            assert isinstance(spawned, KernelThread)
            spawned.unattended = True
            self._runners[cpu] = spawned
        else:
            self.kernel.threads.wake(runner)

    def _softclock(self, cpu: int) -> None:
        """What the thread of a processor's callouts runs; it ends when there are none."""
        threads = self.kernel.threads
        while True:
            waiting = [t for t in self._timers.values() if t.cpu == cpu and t.pending]
            if not waiting:
                del self._runners[cpu]
                return
            first = min(t.when for t in waiting)
            if first > threads.now:
                threads.block("the next callout", timeout=first - threads.now)
                continue
            due = [t for t in waiting if t.when <= threads.now]
            self._run(threads.random.choice(due))

    def _run(self, timer: Timer) -> None:
        thread, threads = current_thread(), self.kernel.threads
        timer.pending, timer.runs, timer.committed, timer.stopped = False, thread, False, False
        threads.races.acquire(timer)
        try:
            timer.fire()
        finally:
            timer.runs = None
        threads.races.release(timer)
        if timer.drained:
            self.kernel.sleeping.wake(timer.address)
        elif not timer.pending and self._timers.get(timer.address) is timer:
            del self._timers[timer.address]

    def stop(self, timer: Timer, *, drain: bool = False, holds_lock: bool = False) -> int:
        """What `callout_stop` and `callout_drain` give: 1 stopped, 0 it runs, -1 it was not waiting."""
        me = current_thread()
        cancelled = 1
        if timer.runs is not None and timer.runs is me and drain:
            raise self.kernel.panic("callout_drain: a callout waits for its own end")
        if timer.runs is not None:
            if drain:
                timer.drained += 1
                while timer.runs is not None:
                    self.kernel.sleeping.wait(
                        timer.address, "codrain", None, catch=False, timeout=None, relock=False
                    )
                timer.drained -= 1
                self.kernel.threads.races.acquire(timer)
            elif holds_lock and not timer.committed and not timer.stopped:
                timer.stopped = True
                return 1
            cancelled = 0
        if not timer.pending:
            return -1 if timer.runs is None and cancelled else 0
        timer.pending = False
        return cancelled

    # callout(9)

    @serves("void callout_init(struct callout *c, int mpsafe)", page=PAGE, source=SOURCE)
    def callout_init(self, address: int, mpsafe: int) -> None:
        self._init(address, 0 if mpsafe else self.kernel.mutexes.giant, RETURNUNLOCKED if mpsafe else 0)

    def _init(self, address: int, lock: int, flags: int) -> None:
        old = self._timers.get(address)
        if old is not None and (old.pending or old.runs is not None):
            raise self.kernel.panic(f"callout_init: the callout at {address:#x} is still in use")
        layout = self.kernel.layouts["callout"]
        self.kernel.engine.write(address, bytes(layout.size))
        record = self.record("callout", address)
        record["c_lock"], record["c_iflags"] = lock, flags

    @serves(
        "void _callout_init_lock(struct callout *c, struct lock_object *lock, int flags)",
        page=PAGE,
        source=SOURCE,
    )
    def _callout_init_lock(self, address: int, lock: int, flags: int) -> None:
        if flags & ~(RETURNUNLOCKED | SHAREDLOCK) or (not lock and flags & RETURNUNLOCKED):
            raise self.kernel.panic(f"callout_init_lock: bad flags {flags}")
        if lock:
            known = self.kernel.locks.at(lock)
            if known is None or known.sleepable or known.kind is Kind.SPIN:
                raise self.kernel.panic("callout_init_lock: invalid lock class")
        self._init(address, lock, flags)

    @serves(
        "int callout_reset_sbt_on(struct callout *c, sbintime_t sbt, sbintime_t prec, callout_func_t fn, "
        "void *arg, int cpu, int flags)",
        page=PAGE,
        source=SOURCE,
    )
    def callout_reset_sbt_on(
        self, address: int, sbt: int, precision: int, function: int, argument: int, cpu: int, flags: int
    ) -> int:
        kernel = self.kernel
        record = self.record("callout", address)
        timer = self._timers.get(address)
        if timer is None:
            timer = Timer(address, lambda: self._call(address))
            timer.cpu = record["c_cpu"]
        cancelled = 0
        if timer.runs is not None:
            if record["c_lock"] and not timer.committed and not timer.stopped:
                timer.stopped, cancelled = True, 1
            if timer.drained:
                return cancelled  # someone waits for its end: it is not begun again
        if timer.pending:
            cancelled = 1
        if cpu != -1 and timer.runs is None:
            if not 0 <= cpu < kernel.threads.processors:
                raise kernel.panic(f"Invalid CPU in callout {cpu}")
            timer.cpu = record["c_cpu"] = cpu
        record["c_func"], record["c_arg"] = function, argument
        left = kernel.sleeping.nanoseconds(sbt, flags)
        slack = precision * 1_000_000_000 >> 32
        if slack > 0:
            left += kernel.threads.random.randrange(slack + 1)
        record["c_time"] = ((kernel.clock.uptime_ns() + left) << 32) // 1_000_000_000
        record["c_flags"] |= ACTIVE
        record["c_iflags"] |= PENDING
        self.start(timer, left)
        kernel.threads.preempt()
        return cancelled

    @serves("int callout_schedule(struct callout *c, int to_ticks)", page=PAGE, source=SOURCE)
    def callout_schedule(self, address: int, ticks: int) -> int:
        return self.callout_schedule_on(address, ticks, self.record("callout", address)["c_cpu"])

    @serves("int callout_schedule_on(struct callout *c, int to_ticks, int cpu)", page=PAGE, source=SOURCE)
    def callout_schedule_on(self, address: int, ticks: int, cpu: int) -> int:
        record = self.record("callout", address)
        sbt = self.kernel.clock.tick_sbt * ticks
        return self.callout_reset_sbt_on(address, sbt, 0, record["c_func"], record["c_arg"], cpu, 0x100)

    def _call(self, address: int) -> None:
        """Call a callout's function, with its lock, if it has one."""
        kernel, thread, timer = self.kernel, current_thread(), self._timers[address]
        record = self.record("callout", address)
        record["c_iflags"] &= ~PENDING
        function, argument, flags = record["c_func"], record["c_arg"], record["c_iflags"]
        lock = kernel.locks.at(record["c_lock"]) if record["c_lock"] else None
        exclusive = not flags & SHAREDLOCK
        if lock is not None:
            kernel.locks.take(lock, kernel.locks.where(0, 0), exclusive=exclusive)
            if timer.stopped:
                kernel.locks.give_back(lock, exclusive=exclusive)
                return
        timer.committed = True
        thread.no_sleeping += 1
        kernel.threads.call(function, (argument,))
        thread.no_sleeping -= 1
        if lock is not None and not flags & RETURNUNLOCKED:
            if thread is not lock.owner and thread not in lock.readers:
                raise kernel.panic(f"mutex {lock.name} not owned: the callout gave it back")
            kernel.locks.give_back(lock, exclusive=exclusive)
        if thread.held:
            kernel.witness.returning(f"a callout, {kernel.describe(function)}")

    @serves("int _callout_stop_safe(struct callout *c, int flags)", page=PAGE, source=SOURCE)
    def _callout_stop_safe(self, address: int, flags: int) -> int:
        kernel, thread = self.kernel, current_thread()
        record = self.record("callout", address)
        lock = kernel.locks.at(record["c_lock"]) if record["c_lock"] else None
        mine = lock is not None and (lock.owner is thread or thread in lock.readers)
        if flags & DRAIN:
            kernel.witness.warn("calling _callout_stop_safe", lock)
        elif lock is not None and not mine and lock.name != "Giant":
            raise kernel.panic(
                f"mutex {lock.name} not owned: callout_stop() of a callout with a lock needs it"
            )
        timer = self._timers.get(address)
        record["c_flags"] &= ~ACTIVE
        if timer is None:
            return -1
        result = self.stop(timer, drain=bool(flags & DRAIN), holds_lock=mine)
        record["c_iflags"] &= ~PENDING
        if timer.runs is None and not timer.pending:
            self._timers.pop(address, None)
        return result
