"""sleepqueue(9): what sleep(9) and condvar(9) are made of, for who needs more than they give.

    sleepq_lock(channel);
    sleepq_add(channel, NULL, "an event", SLEEPQ_SLEEP, 0);
    sleepq_wait(channel, 0);

Sources: sleepqueue(9), sys/kern/subr_sleepqueue.c.

Invariants: the lock of a channel is a spin lock, and nobody is woken on the channel while another thread
holds it; whoever waits has given it back, and nobody came between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kmi.kernels.simulated.scheduler import Wake
from kmi.machines.freebsd import errors
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves
from kmi.machines.freebsd.threads import KernelThread, current_thread

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Chain", "SleepQueue"]

PAGE: Final = "sleepqueue(9)"
SOURCE: Final = "sys/kern/subr_sleepqueue.c"
INTERRUPTIBLE, DROP = 0x100, 0x400


class Chain:
    """The spin lock of a channel."""

    def __init__(self) -> None:
        self.owner: KernelThread | None = None
        self._queue: list[KernelThread] = []


@dataclass
class Asleep:
    """What a thread has said of the sleep that it is about to begin."""

    channel: int
    what: str
    interruptible: bool
    timeout: int | None = None


class SleepQueue(Part):
    """The chains, and the threads that have put themselves on a queue."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._chains: dict[int, Chain] = {}
        self._asleep: dict[KernelThread, Asleep] = {}

    def await_chain(self, channel: int) -> None:
        """Wait until nobody holds the channel's lock."""
        chain, thread = self._chains.get(channel), current_thread()
        while chain is not None and chain.owner is not None and chain.owner is not thread:
            chain._queue.append(thread)
            self.kernel.threads.block(f"the lock of the sleep queue {channel:#x}")
            chain._queue.remove(thread)

    @serves("void sleepq_lock(const void *wchan)", page=PAGE, source=SOURCE)
    def sleepq_lock(self, channel: int) -> None:
        thread = current_thread()
        self.kernel.locks.enter(thread)
        self.kernel.threads.preempt()
        chain = self._chains.setdefault(channel, Chain())
        if chain.owner is thread:
            raise self.kernel.panic(f"sleepq_lock: the queue {channel:#x} is locked by this thread already")
        self.await_chain(channel)
        self._chains[channel] = chain
        chain.owner = thread
        self.kernel.threads.races.acquire(chain)

    def _held(self, channel: int, call: str) -> Chain:
        chain = self._chains.get(channel)
        if chain is None or chain.owner is not current_thread():
            raise self.kernel.panic(f"{call}: mutex sleepq chain not owned")
        return chain

    def _give_back(self, channel: int, call: str) -> None:
        chain = self._held(channel, call)
        self.kernel.threads.races.release(chain)
        chain.owner = None
        for waiting in chain._queue:
            self.kernel.threads.wake(waiting)
        if not chain._queue:
            del self._chains[channel]
        self.kernel.locks.leave(current_thread())

    @serves("void sleepq_release(const void *wchan)", page=PAGE, source=SOURCE)
    def sleepq_release(self, channel: int) -> None:
        self._give_back(channel, "sleepq_release")
        self.kernel.threads.preempt()

    @serves(
        "void sleepq_add(const void *wchan, struct lock_object *lock, const char *wmesg, int flags, "
        "int queue)",
        page=PAGE,
        source=SOURCE,
    )
    def sleepq_add(self, channel: int, lock: int, message: int, flags: int, queue: int) -> None:
        self._held(channel, "sleepq_add")
        thread = current_thread()
        self.kernel.may_sleep(channel, spinning=True)
        if thread in self._asleep:
            raise self.kernel.panic(f"sleepq_add: {thread.name} is on a sleep queue already")
        self._asleep[thread] = Asleep(channel, self.string(message), bool(flags & INTERRUPTIBLE))
        self.kernel.sleeping.join(channel, thread)

    @serves(
        "void sleepq_set_timeout_sbt(const void *wchan, sbintime_t sbt, sbintime_t pr, int flags)",
        page=PAGE,
        source=SOURCE,
    )
    def sleepq_set_timeout_sbt(self, channel: int, sbt: int, precision: int, flags: int) -> None:
        self._held(channel, "sleepq_set_timeout")
        asleep = self._asleep.get(current_thread())
        if asleep is None:
            raise self.kernel.panic("sleepq_set_timeout: the thread is on no sleep queue")
        asleep.timeout = self.kernel.sleeping.nanoseconds(sbt, flags)

    def _wait(self, channel: int, call: str, *, catch: bool, timed: bool) -> int:
        kernel, thread = self.kernel, current_thread()
        asleep = self._asleep.pop(thread, None)
        if asleep is None or asleep.channel != channel:
            raise kernel.panic(f"{call}: the thread is not on the sleep queue {channel:#x}")
        if catch and not asleep.interruptible:
            raise kernel.panic(f"{call}: the sleep was not begun with SLEEPQ_INTERRUPTIBLE")
        self._give_back(channel, call)
        kernel.may_sleep(channel)
        kernel.witness.warn(f'Sleeping on "{asleep.what}"')
        why = kernel.sleeping.park(channel, asleep.what, catch, asleep.timeout if timed else None)
        return errors.EWOULDBLOCK if why is Wake.TIMEOUT else kernel.interrupted(why)

    @serves("void sleepq_wait(const void *wchan, int pri)", page=PAGE, source=SOURCE)
    def sleepq_wait(self, channel: int, priority: int) -> None:
        self._wait(channel, "sleepq_wait", catch=False, timed=False)

    @serves("int sleepq_wait_sig(const void *wchan, int pri)", page=PAGE, source=SOURCE)
    def sleepq_wait_sig(self, channel: int, priority: int) -> int:
        return self._wait(channel, "sleepq_wait_sig", catch=True, timed=False)

    @serves("int sleepq_timedwait(const void *wchan, int pri)", page=PAGE, source=SOURCE)
    def sleepq_timedwait(self, channel: int, priority: int) -> int:
        return self._wait(channel, "sleepq_timedwait", catch=False, timed=True)

    @serves("int sleepq_timedwait_sig(const void *wchan, int pri)", page=PAGE, source=SOURCE)
    def sleepq_timedwait_sig(self, channel: int, priority: int) -> int:
        return self._wait(channel, "sleepq_timedwait_sig", catch=True, timed=True)

    @serves(
        "void sleepq_broadcast(const void *wchan, int flags, int pri, int queue)", page=PAGE, source=SOURCE
    )
    def sleepq_broadcast(self, channel: int, flags: int, priority: int, queue: int) -> None:
        self._held(channel, "sleepq_broadcast")
        self.kernel.sleeping.wake(channel)

    @serves("void sleepq_signal(const void *wchan, int flags, int pri, int queue)", page=PAGE, source=SOURCE)
    def sleepq_signal(self, channel: int, flags: int, priority: int, queue: int) -> None:
        self._held(channel, "sleepq_signal")
        self.kernel.sleeping.wake(channel, one=True)

    @serves("u_int sleepq_sleepcnt(const void *wchan, int queue)", page=PAGE, source=SOURCE)
    def sleepq_sleepcnt(self, channel: int, queue: int) -> int:
        return self.kernel.sleeping.waiting(channel)
