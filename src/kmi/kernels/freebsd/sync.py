"""Locks and waiting: sx(9), mutex(9), and queues of waiters (`waiting.h`).

A Mutex is held over allocations and copies to user space, which may sleep: that is `struct sx`, since
FreeBSD's own mutexes may not be held then. A SpinLock is taken by callouts too, which run in threads that may
not sleep: that is an mtx of the default kind, as FreeBSD's authors use it. A RawSpinLock is a spin mutex.

Invariants: a Condition knows of its Mutex only the lock, whatever that guards; who notifies takes one waiter
off the queue, so that a notify and a signal at once lose neither.
"""

from errno import EINTR
from typing import Generic, TypeVar

from kmi.errors import Stopped
from kmi.kernels.freebsd.bindings import (
    ERESTART,
    EWOULDBLOCK,
    KMI_FREEBSD_FOREVER,
    KMI_FREEBSD_STOPPED,
    KMI_PLATFORM_RESTART,
    kmi_freebsd_after,
    kmi_freebsd_condition,
    kmi_freebsd_condition_destroy,
    kmi_freebsd_condition_init,
    kmi_freebsd_condition_notify,
    kmi_freebsd_condition_wait,
    kmi_freebsd_mtx_destroy,
    kmi_freebsd_mtx_init,
    kmi_freebsd_mtx_lock,
    kmi_freebsd_mtx_lock_both,
    kmi_freebsd_mtx_unlock,
    kmi_freebsd_spin_init,
    kmi_freebsd_spin_lock,
    kmi_freebsd_spin_unlock,
    kmi_freebsd_sx_destroy,
    kmi_freebsd_sx_init,
    kmi_freebsd_sx_lock,
    kmi_freebsd_sx_lock_both,
    kmi_freebsd_sx_read,
    kmi_freebsd_sx_unlock,
    kmi_freebsd_sx_unread,
    mtx,
    sx,
)
from kmi.unsafe import Pointer, address_of, cast, inline, per_place, place, unsafe

T = TypeVar("T")


@place
class _Lock:
    """What a Condition sees of a Mutex."""

    lock: sx


@place
class Mutex(_Lock, Generic[T]):
    """A `struct sx` and what it guards."""

    value: T

    @per_place
    def __init__(self, value: T) -> None:
        self.value = value
        with unsafe("the lock is in zeroed memory that will not move; WITNESS knows it by its place"):
            kmi_freebsd_sx_init(address_of(self.lock))

    def __enter__(self) -> T:
        with unsafe("the lock was initialised by __init__"):
            kmi_freebsd_sx_lock(address_of(self.lock))
        return self.value

    def __exit__(self) -> None:
        with unsafe("`with` has taken the lock"):
            kmi_freebsd_sx_unlock(address_of(self.lock))

    def __enter_both__(self, other: "Mutex[T]") -> T:
        with unsafe("both were initialised by __init__"):
            if not kmi_freebsd_sx_lock_both(address_of(self.lock), address_of(other.lock)):
                raise ValueError("both are one lock")
        return self.value

    def __lend__(self) -> T:
        return self.value

    def __del__(self) -> None:
        with unsafe("the owner dies, so nobody holds or awaits the lock; zero is none"):
            kmi_freebsd_sx_destroy(address_of(self.lock))


@place
class SpinLock(Generic[T]):
    """An mtx of the default kind and what it guards.

    Callouts run in threads, so nothing is masked where one takes it as well.
    """

    lock: mtx
    value: T

    @per_place
    def __init__(self, value: T) -> None:
        self.value = value
        with unsafe("the lock is in zeroed memory that will not move; WITNESS knows it by its place"):
            kmi_freebsd_mtx_init(address_of(self.lock))

    def __enter__(self) -> T:
        with unsafe("the lock was initialised by __init__"):
            kmi_freebsd_mtx_lock(address_of(self.lock))
        return self.value

    def __exit__(self) -> None:
        with unsafe("`with` has taken the lock"):
            kmi_freebsd_mtx_unlock(address_of(self.lock))

    def __enter_masked__(self) -> T:
        with unsafe("the lock was initialised by __init__"):
            kmi_freebsd_mtx_lock(address_of(self.lock))
        return self.value

    def __exit_masked__(self) -> None:
        with unsafe("`with` has taken the lock"):
            kmi_freebsd_mtx_unlock(address_of(self.lock))

    def __enter_both__(self, other: "SpinLock[T]") -> T:
        with unsafe("both were initialised by __init__"):
            if not kmi_freebsd_mtx_lock_both(address_of(self.lock), address_of(other.lock)):
                raise ValueError("both are one lock")
        return self.value

    def __enter_both_masked__(self, other: "SpinLock[T]") -> T:
        with unsafe("both were initialised by __init__"):
            if not kmi_freebsd_mtx_lock_both(address_of(self.lock), address_of(other.lock)):
                raise ValueError("both are one lock")
        return self.value

    def __lend__(self) -> T:
        return self.value

    def __del__(self) -> None:
        with unsafe("the owner dies, so nobody holds or awaits the lock; zero is none"):
            kmi_freebsd_mtx_destroy(address_of(self.lock))


@place
class RawSpinLock(Generic[T]):
    """A spin mutex and what it guards; its holder is in a critical section, with interrupts off."""

    lock: mtx
    value: T

    @per_place
    def __init__(self, value: T) -> None:
        self.value = value
        with unsafe("the lock is in zeroed memory that will not move; WITNESS knows it by its place"):
            kmi_freebsd_spin_init(address_of(self.lock))

    def __enter__(self) -> T:
        with unsafe("the lock was initialised by __init__"):
            kmi_freebsd_spin_lock(address_of(self.lock))
        return self.value

    def __exit__(self) -> None:
        with unsafe("`with` has taken the lock"):
            kmi_freebsd_spin_unlock(address_of(self.lock))

    def __del__(self) -> None:
        with unsafe("the owner dies, so nobody holds or awaits the lock; zero is none"):
            kmi_freebsd_mtx_destroy(address_of(self.lock))


@place
class RwLock(Generic[T]):
    """A `struct sx` and what it guards: shared, or exclusive."""

    lock: sx
    value: T

    @per_place
    def __init__(self, value: T) -> None:
        self.value = value
        with unsafe("the lock is in zeroed memory that will not move; WITNESS knows it by its place"):
            kmi_freebsd_sx_init(address_of(self.lock))

    @inline
    def read(self) -> "Reading[T]":
        with unsafe("it is the same place"):
            return cast(Reading[T], self)

    @inline
    def write(self) -> "Writing[T]":
        with unsafe("it is the same place"):
            return cast(Writing[T], self)

    def __del__(self) -> None:
        with unsafe("the owner dies, so nobody holds or awaits the lock; zero is none"):
            kmi_freebsd_sx_destroy(address_of(self.lock))


@place
class Reading(RwLock[T]):
    """The lock as readers take it."""

    def __enter__(self) -> T:
        with unsafe("the lock was initialised by __init__"):
            kmi_freebsd_sx_read(address_of(self.lock))
        return self.value

    def __exit__(self) -> None:
        with unsafe("`with` has taken the lock"):
            kmi_freebsd_sx_unread(address_of(self.lock))


@place
class Writing(RwLock[T]):
    """The lock as a writer takes it."""

    def __enter__(self) -> T:
        with unsafe("the lock was initialised by __init__"):
            kmi_freebsd_sx_lock(address_of(self.lock))
        return self.value

    def __exit__(self) -> None:
        with unsafe("`with` has taken the lock"):
            kmi_freebsd_sx_unlock(address_of(self.lock))


@place
class Condition:
    """A queue of waiters, and the lock that is given up while waiting."""

    record: kmi_freebsd_condition
    lock: Pointer[sx]

    @per_place
    def __init__(self, mutex: _Lock) -> None:
        with unsafe("the mutex is a field of the same object, so it lives as long; the record will not move"):
            self.lock = address_of(mutex.lock)
            kmi_freebsd_condition_init(address_of(self.record))

    def wait(self) -> None:
        with unsafe("the record was initialised by __init__; the mutex is held"):
            status = kmi_freebsd_condition_wait(address_of(self.record), self.lock, KMI_FREEBSD_FOREVER)
            if status == KMI_FREEBSD_STOPPED:
                raise Stopped
            if status == ERESTART:
                raise InterruptedError(KMI_PLATFORM_RESTART, "interrupted by a signal")
            if status != 0:
                raise InterruptedError(EINTR, "interrupted by a signal")

    def wait_for(self, milliseconds: int) -> bool:
        if milliseconds <= 0:
            return False
        with unsafe("as in wait"):
            until = kmi_freebsd_after(min(milliseconds, 1 << 40))
            status = kmi_freebsd_condition_wait(address_of(self.record), self.lock, until)
            if status == KMI_FREEBSD_STOPPED:
                raise Stopped
            if status != 0 and status != EWOULDBLOCK:
                raise InterruptedError
            return status == 0

    def notify(self) -> None:
        with unsafe("the record was initialised by __init__"):
            kmi_freebsd_condition_notify(address_of(self.record), False)

    def notify_all(self) -> None:
        with unsafe("the record was initialised by __init__"):
            kmi_freebsd_condition_notify(address_of(self.record), True)

    def __del__(self) -> None:
        with unsafe("the owner dies, so nobody waits or polls; zero is none"):
            kmi_freebsd_condition_destroy(address_of(self.record))
