"""sleep(9) and condvar(9): waiting on a channel, or a condition variable, until someone wakes the thread.

Sources: sleep(9), condvar(9), sys/kern/kern_synch.c, sys/kern/kern_condvar.c, sys/kern/subr_sleepqueue.c.

Invariants: between giving the interlock back and waiting nobody can come: no wake-up is lost; who has waited
has the interlock again, but for PDROP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmi.kernels.simulated.scheduler import Wake
from kmi.machines.freebsd import errors
from kmi.machines.freebsd.kpi.locks import Kind, Lock
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.kpi.sleepqueue import SleepQueue
from kmi.machines.freebsd.serve import serves
from kmi.machines.freebsd.threads import KernelThread, current_thread

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Sleeping"]

PAGE: Final = "sleep(9)"
SOURCE: Final = "sys/kern/kern_synch.c"
CV_PAGE: Final = "condvar(9)"
CV_SOURCE: Final = "sys/kern/kern_condvar.c"
PCATCH, PDROP = 0x100, 0x200
HARDCLOCK, ABSOLUTE, CATCH = 0x100, 0x200, 0x800
"""Flags of a timeout: C_*."""
PAUSED: Final = -1
"""The channel of pause(9), on which nobody is woken."""


class Sleeping(Part):
    """The sleep queues."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._queues: dict[int, list[KernelThread]] = {}

    def begun(self) -> None:
        self._chains = self.kernel.part(SleepQueue)

    def nanoseconds(self, sbt: int, flags: int) -> int:
        """How long from now on: aligned to a tick of the clock, it may be up to one longer."""
        left = sbt * 1_000_000_000 >> 32
        if flags & ABSOLUTE:
            left -= self.kernel.clock.uptime_ns()
        if flags & HARDCLOCK:
            left += self.kernel.threads.random.randrange(self.kernel.clock.tick_ns)
        return max(left, 0)

    def wait(
        self, channel: int, what: str, lock: Lock | None, *, catch: bool, timeout: int | None, relock: bool
    ) -> int:
        """Give the interlock back, wait on the channel, take it again; an error number."""
        kernel, thread = self.kernel, current_thread()
        kernel.may_sleep(channel, bool(lock and lock.kind.value.spin))
        exclusive = lock is None or lock.owner is thread
        where = kernel.locks.where(0, 0)
        if lock is not None:
            if exclusive and lock.owner is not thread or not exclusive and thread not in lock.readers:
                raise kernel.panic(f"Lock {lock} not locked @ {kernel.locks.place(where)}.")
            if lock.recursed:
                raise kernel.panic(f"sleeping with recursed {lock} @ {kernel.locks.place(where)}")
        if channel != PAUSED:
            self._chains.await_chain(channel)
        self.join(channel, thread)
        if lock is not None:
            kernel.locks.give_back(lock, exclusive=exclusive, interrupt=False)
        why = self.park(channel, what, catch, timeout)
        if lock is not None and relock:
            kernel.locks.take(lock, where, exclusive=exclusive)
        if why is Wake.TIMEOUT:
            return errors.EWOULDBLOCK
        return kernel.interrupted(why)

    def join(self, channel: int, thread: KernelThread) -> None:
        """Put a thread on a channel's queue, before it waits there."""
        self._queues.setdefault(channel, []).append(thread)

    def park(self, channel: int, what: str, catch: bool, timeout: int | None) -> Wake:
        """Wait on the queue that the running thread is on; no thread has run since it joined, or it is not
        on it any more."""
        thread, queue = current_thread(), self._queues.get(channel, [])
        if thread not in queue:
            return Wake.NOTIFIED
        why = self.kernel.threads.block(what, catch, timeout)
        self.kernel.threads.races.acquire(thread)
        if thread in queue:
            queue.remove(thread)
        if not queue and self._queues.get(channel) is queue:
            del self._queues[channel]
        return why

    def wake(self, channel: int, *, one: bool = False, any_of_them: bool = False) -> int:
        """Wake those who wait on a channel; how many."""
        self._chains.await_chain(channel)
        queue = self._queues.get(channel, [])
        if not queue:
            return 0
        if any_of_them:
            chosen = [self.kernel.threads.random.choice(queue)]
        else:
            chosen = queue[:1] if one else list(queue)
        for thread in chosen:
            queue.remove(thread)
            self.kernel.threads.races.release(thread)
            self.kernel.threads.wake(thread)
        if not queue:
            del self._queues[channel]
        return len(chosen)

    def waiting(self, channel: int) -> int:
        """How many wait on a channel."""
        return len(self._queues.get(channel, ()))

    # sleep(9)

    @serves(
        "int _sleep(const void *chan, struct lock_object *lock, int pri, const char *wmesg, sbintime_t sbt, "
        "sbintime_t pr, int flags)",
        page=PAGE,
        source=SOURCE,
    )
    def _sleep(
        self, channel: int, object: int, priority: int, message: int, sbt: int, precision: int, flags: int
    ) -> int:
        what = self.string(message)
        lock = self._interlock(object, sbt, f'Sleeping on "{what}"')
        return self.wait(
            channel,
            what,
            lock,
            catch=bool(priority & PCATCH),
            timeout=self.nanoseconds(sbt, flags) if sbt else None,
            relock=not priority & PDROP,
        )

    def _interlock(self, address: int, sbt: int, doing: str) -> Lock | None:
        kernel = self.kernel
        lock = kernel.locks.at(address) if address else None
        if address and lock is None:
            raise kernel.panic(f"{doing}: the interlock at {address:#x} is no lock")
        giant = kernel.locks.at(kernel.mutexes.giant)
        if lock is None and not sbt and (giant is None or giant.owner is not current_thread()):
            raise kernel.panic("sleeping without a lock")
        if lock is not None and lock.kind is Kind.SPIN:
            raise kernel.panic(f"{doing}: the interlock {lock} is a spin mutex")
        kernel.witness.warn(doing, lock)
        return lock

    @serves(
        "int msleep_spin_sbt(const void *chan, struct mtx *mtx, const char *wmesg, sbintime_t sbt, "
        "sbintime_t pr, int flags)",
        page=PAGE,
        source=SOURCE,
    )
    def msleep_spin_sbt(
        self, channel: int, mutex: int, message: int, sbt: int, precision: int, flags: int
    ) -> int:
        lock, what = self.kernel.locks.at(mutex), self.string(message)
        if lock is None or lock.kind is not Kind.SPIN:
            raise self.kernel.panic(f'msleep_spin: "{what}" with what is no spin mutex')
        self.kernel.witness.warn(f'Sleeping on "{what}"', lock)
        timeout = self.nanoseconds(sbt, flags) if sbt else None
        return self.wait(channel, what, lock, catch=False, timeout=timeout, relock=True)

    @serves(
        "int pause_sbt(const char *wmesg, sbintime_t sbt, sbintime_t pr, int flags)", page=PAGE, source=SOURCE
    )
    def pause_sbt(self, message: int, sbt: int, precision: int, flags: int) -> int:
        if sbt < 0:
            raise self.kernel.panic("pause: timo must be >= 0")
        what = self.string(message)
        self.kernel.witness.warn(f'Sleeping on "{what}"')
        timeout = self.nanoseconds(sbt or self.kernel.clock.tick_sbt, flags)
        return self.wait(PAUSED, what, None, catch=bool(flags & CATCH), timeout=timeout, relock=False)

    @serves("void wakeup(const void *chan)", page=PAGE, source=SOURCE)
    def wakeup(self, channel: int) -> None:
        self.wake(channel)
        self.kernel.threads.preempt()

    @serves("void wakeup_one(const void *chan)", page=PAGE, source=SOURCE)
    def wakeup_one(self, channel: int) -> None:
        self.wake(channel, one=True)
        self.kernel.threads.preempt()

    @serves("void wakeup_any(const void *chan)", page=PAGE, source=SOURCE)
    def wakeup_any(self, channel: int) -> None:
        self.wake(channel, any_of_them=True)
        self.kernel.threads.preempt()

    # condvar(9)

    @serves("void cv_init(struct cv *cvp, const char *desc)", page=CV_PAGE, source=CV_SOURCE)
    def cv_init(self, address: int, name: int) -> None:
        record = self.record("cv", address)
        record["cv_description"], record["cv_waiters"] = name, 0

    @serves("void cv_destroy(struct cv *cvp)", page=CV_PAGE, source=CV_SOURCE)
    def cv_destroy(self, address: int) -> None:
        if self.waiting(address):
            raise self.kernel.panic("cv_destroy: associated sleep queue non-empty")
        self.record("cv", address)["cv_description"] = 0

    def _cv(
        self,
        address: int,
        object: int,
        *,
        catch: bool = False,
        timeout: int | None = None,
        relock: bool = True,
    ) -> int:
        record = self.record("cv", address)
        if not record["cv_description"]:
            raise self.kernel.panic(f"cv_wait: the condition variable at {address:#x} was never initialized")
        what = self.string(record["cv_description"])
        lock = self.kernel.locks.at(object)
        if lock is None:
            raise self.kernel.panic(f'Waiting on "{what}": the interlock at {object:#x} is no lock')
        self.kernel.witness.warn(f'Waiting on "{what}"', lock)
        record["cv_waiters"] += 1
        number = self.wait(address, what, lock, catch=catch, timeout=timeout, relock=relock)
        if number and relock:  # who wakes others counts them itself
            record["cv_waiters"] = self.waiting(address)
        return number

    @serves("void _cv_wait(struct cv *cvp, struct lock_object *lock)", page=CV_PAGE, source=CV_SOURCE)
    def _cv_wait(self, address: int, lock: int) -> None:
        self._cv(address, lock)

    @serves("void _cv_wait_unlock(struct cv *cvp, struct lock_object *lock)", page=CV_PAGE, source=CV_SOURCE)
    def _cv_wait_unlock(self, address: int, lock: int) -> None:
        self._cv(address, lock, relock=False)

    @serves("int _cv_wait_sig(struct cv *cvp, struct lock_object *lock)", page=CV_PAGE, source=CV_SOURCE)
    def _cv_wait_sig(self, address: int, lock: int) -> int:
        return self._cv(address, lock, catch=True)

    @serves(
        "int _cv_timedwait_sbt(struct cv *cvp, struct lock_object *lock, sbintime_t sbt, sbintime_t pr, "
        "int flags)",
        page=CV_PAGE,
        source=CV_SOURCE,
    )
    def _cv_timedwait_sbt(self, address: int, lock: int, sbt: int, precision: int, flags: int) -> int:
        return self._cv(address, lock, timeout=self.nanoseconds(sbt, flags))

    @serves(
        "int _cv_timedwait_sig_sbt(struct cv *cvp, struct lock_object *lock, sbintime_t sbt, sbintime_t pr, "
        "int flags)",
        page=CV_PAGE,
        source=CV_SOURCE,
    )
    def _cv_timedwait_sig_sbt(self, address: int, lock: int, sbt: int, precision: int, flags: int) -> int:
        return self._cv(address, lock, catch=True, timeout=self.nanoseconds(sbt, flags))

    @serves("void cv_signal(struct cv *cvp)", page=CV_PAGE, source=CV_SOURCE)
    def cv_signal(self, address: int) -> None:
        self.wake(address, one=True)
        self.record("cv", address)["cv_waiters"] = self.waiting(address)
        self.kernel.threads.preempt()

    @serves("void cv_broadcastpri(struct cv *cvp, int pri)", page=CV_PAGE, source=CV_SOURCE)
    def cv_broadcastpri(self, address: int, priority: int) -> None:
        self.wake(address)
        self.record("cv", address)["cv_waiters"] = 0
        self.kernel.threads.preempt()
