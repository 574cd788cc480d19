"""Locks and waiting: `struct mutex`, `spinlock_t`, `struct rw_semaphore` and wait queues of Linux.

Invariants: a Condition knows of its Mutex only the lock, whatever that guards; a task that is notified has
been taken off the queue by the waker, so that a notify and a signal at once lose neither.
"""

from typing import Generic, TypeVar

from kmi.errors import Stopped
from kmi.integers import isize, u32, usize
from kmi.kernels.linux.bindings import (
    KMI_PLATFORM_RESTART,
    TASK_INTERRUPTIBLE,
    TASK_UNINTERRUPTIBLE,
    down_read,
    down_write,
    kmi_linux_is_closing,
    kmi_linux_mutex_destroy,
    kmi_linux_mutex_init,
    kmi_linux_mutex_lock,
    kmi_linux_mutex_lock_both,
    kmi_linux_raw_lock,
    kmi_linux_raw_lock_init,
    kmi_linux_raw_unlock,
    kmi_linux_rwsem_init,
    kmi_linux_signalled,
    kmi_linux_spin_lock_both,
    kmi_linux_spin_lock_both_bh,
    kmi_linux_spin_lock_init,
    kmi_linux_stopping,
    kmi_linux_wait_begin,
    kmi_linux_wait_end,
    kmi_linux_wait_init,
    kmi_linux_wake,
    kmi_linux_wake_all,
    msecs_to_jiffies,
    mutex,
    mutex_unlock,
    raw_spinlock,
    rw_semaphore,
    schedule,
    schedule_timeout,
    spin_lock,
    spin_lock_bh,
    spin_unlock,
    spin_unlock_bh,
    spinlock,
    up_read,
    up_write,
    wait_queue_entry,
    wait_queue_head,
)
from kmi.unsafe import Pointer, address_of, cast, inline, per_place, place, unsafe

T = TypeVar("T")


@place
class _Lock:
    """What a Condition sees of a Mutex."""

    lock: mutex


@place
class Mutex(_Lock, Generic[T]):
    """A `struct mutex` and what it guards."""

    value: T

    @per_place
    def __init__(self, value: T) -> None:
        self.value = value
        with unsafe("the lock is in zeroed memory that will not move; each place is a class to lockdep"):
            kmi_linux_mutex_init(address_of(self.lock))

    def __enter__(self) -> T:
        with unsafe("the lock was initialised by __init__"):
            kmi_linux_mutex_lock(address_of(self.lock))
        return self.value

    def __exit__(self) -> None:
        with unsafe("`with` has taken the lock"):
            mutex_unlock(address_of(self.lock))

    def __enter_both__(self, other: "Mutex[T]") -> T:
        with unsafe("both were initialised by __init__"):
            if not kmi_linux_mutex_lock_both(address_of(self.lock), address_of(other.lock)):
                raise ValueError("both are one lock")
        return self.value

    def __lend__(self) -> T:
        return self.value

    def __del__(self) -> None:
        with unsafe("the owner dies, so nobody holds or awaits the lock"):
            kmi_linux_mutex_destroy(address_of(self.lock))


@place
class SpinLock(Generic[T]):
    """A `spinlock_t` and what it guards.

    Where a softirq takes it as well, the compiler chooses the masked way everywhere: a softirq that came
    while the lock is held would spin for its own CPU. In softirqs it nests.
    """

    lock: spinlock
    value: T

    @per_place
    def __init__(self, value: T) -> None:
        self.value = value
        with unsafe("the lock is in zeroed memory that will not move; each place is a class to lockdep"):
            kmi_linux_spin_lock_init(address_of(self.lock))

    def __enter__(self) -> T:
        with unsafe("the lock was initialised by __init__"):
            spin_lock(address_of(self.lock))
        return self.value

    def __exit__(self) -> None:
        with unsafe("`with` has taken the lock"):
            spin_unlock(address_of(self.lock))

    def __enter_masked__(self) -> T:
        with unsafe("the lock was initialised by __init__"):
            spin_lock_bh(address_of(self.lock))
        return self.value

    def __exit_masked__(self) -> None:
        with unsafe("`with` has taken the lock"):
            spin_unlock_bh(address_of(self.lock))

    def __enter_both__(self, other: "SpinLock[T]") -> T:
        with unsafe("both were initialised by __init__"):
            if not kmi_linux_spin_lock_both(address_of(self.lock), address_of(other.lock)):
                raise ValueError("both are one lock")
        return self.value

    def __enter_both_masked__(self, other: "SpinLock[T]") -> T:
        with unsafe("both were initialised by __init__"):
            if not kmi_linux_spin_lock_both_bh(address_of(self.lock), address_of(other.lock)):
                raise ValueError("both are one lock")
        return self.value

    def __lend__(self) -> T:
        return self.value


@place
class RawSpinLock(Generic[T]):
    """A `raw_spinlock_t` and what it guards, taken with interrupts off: it is for what they share."""

    lock: raw_spinlock
    interrupts: usize
    value: T

    @per_place
    def __init__(self, value: T) -> None:
        self.value = value
        with unsafe("the lock is in zeroed memory that will not move; each place is a class to lockdep"):
            kmi_linux_raw_lock_init(address_of(self.lock))

    def __enter__(self) -> T:
        with unsafe("the lock was initialised by __init__; `interrupts` is its holder's"):
            self.interrupts = kmi_linux_raw_lock(address_of(self.lock))
        return self.value

    def __exit__(self) -> None:
        with unsafe("`with` has taken the lock"):
            kmi_linux_raw_unlock(address_of(self.lock), self.interrupts)


@place
class RwLock(Generic[T]):
    """A `struct rw_semaphore` and what it guards."""

    lock: rw_semaphore
    value: T

    @per_place
    def __init__(self, value: T) -> None:
        self.value = value
        with unsafe("the lock is in zeroed memory that will not move; each place is a class to lockdep"):
            kmi_linux_rwsem_init(address_of(self.lock))

    @inline
    def read(self) -> "Reading[T]":
        with unsafe("it is the same place"):
            return cast(Reading[T], self)

    @inline
    def write(self) -> "Writing[T]":
        with unsafe("it is the same place"):
            return cast(Writing[T], self)


@place
class Reading(RwLock[T]):
    """The lock as readers take it."""

    def __enter__(self) -> T:
        with unsafe("the lock was initialised by __init__"):
            down_read(address_of(self.lock))
        return self.value

    def __exit__(self) -> None:
        with unsafe("`with` has taken the lock"):
            up_read(address_of(self.lock))


@place
class Writing(RwLock[T]):
    """The lock as a writer takes it."""

    def __enter__(self) -> T:
        with unsafe("the lock was initialised by __init__"):
            down_write(address_of(self.lock))
        return self.value

    def __exit__(self) -> None:
        with unsafe("`with` has taken the lock"):
            up_write(address_of(self.lock))


@place
class Condition:
    """A wait queue, and the mutex that is given up while waiting on it."""

    queue: wait_queue_head
    lock: Pointer[mutex]

    @per_place
    def __init__(self, mutex: _Lock) -> None:
        with unsafe("the mutex is a field of the same object, so it lives as long; the queue will not move"):
            self.lock = address_of(mutex.lock)
            kmi_linux_wait_init(address_of(self.queue))

    def wait(self) -> None:
        with unsafe(
            "the entry is on this stack until wait_end has taken it off the queue; the mutex is held"
        ):
            # While a file is closed or the module torn down, waits are not ended by signals.
            state = TASK_UNINTERRUPTIBLE if kmi_linux_is_closing() else TASK_INTERRUPTIBLE
            entry = wait_queue_entry()
            kmi_linux_wait_begin(address_of(self.queue), address_of(entry), state)
            mutex_unlock(self.lock)
            if state == TASK_UNINTERRUPTIBLE or not kmi_linux_stopping():
                schedule()
            notified = kmi_linux_wait_end(address_of(self.queue), address_of(entry))
            kmi_linux_mutex_lock(self.lock)
            if not notified and state == TASK_INTERRUPTIBLE:
                if kmi_linux_stopping():
                    raise Stopped
                if kmi_linux_signalled():
                    raise InterruptedError(KMI_PLATFORM_RESTART, "interrupted by a signal")

    def wait_for(self, milliseconds: int) -> bool:
        if milliseconds <= 0:
            return False
        with unsafe("as in wait"):
            # Linux' unit is unsigned int; a month is as good as what does not fit.
            clipped: u32 = min(milliseconds, 0x7FFFFFFF)
            state = TASK_UNINTERRUPTIBLE if kmi_linux_is_closing() else TASK_INTERRUPTIBLE
            ticks = cast(isize, msecs_to_jiffies(clipped))  # at most half of what a long holds
            entry = wait_queue_entry()
            kmi_linux_wait_begin(address_of(self.queue), address_of(entry), state)
            mutex_unlock(self.lock)
            left = ticks
            if state == TASK_UNINTERRUPTIBLE or not kmi_linux_stopping():
                left = schedule_timeout(ticks)
            notified = kmi_linux_wait_end(address_of(self.queue), address_of(entry))
            kmi_linux_mutex_lock(self.lock)
            if not notified and left > 0 and state == TASK_INTERRUPTIBLE:
                if kmi_linux_stopping():
                    raise Stopped
                if kmi_linux_signalled():
                    raise InterruptedError
            return notified or left > 0

    def notify(self) -> None:
        with unsafe("the queue was initialised by __init__"):
            kmi_linux_wake(address_of(self.queue))

    def notify_all(self) -> None:
        with unsafe("the queue was initialised by __init__"):
            kmi_linux_wake_all(address_of(self.queue))
