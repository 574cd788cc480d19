# mypy: disable-error-code="empty-body"
"""Locks that hold what they guard, and waiting.

    self.permits = Mutex(Permits())
    self.added = Condition(self.permits)
    ...
    with self.permits as permits:
        while permits.count == 0:
            self.added.wait()
        permits.count -= 1

What a lock guards is reached only through `with`, so it is never touched without the lock. All of these are
places: made on the right of `self.f = ...` in `__init__`, never moved, never outlived.

Invariants: one lock, one holder; a lock is given back on every way out of its block; a lock is not recursive.
"""

from types import TracebackType
from typing import Any, Generic, TypeVar

from kmi.interface import context, provided, raises, sleeps

__all__ = ["Condition", "Mutex", "RawSpinLock", "Reading", "RwLock", "SpinLock", "Writing", "lock_all"]

T = TypeVar("T")


@provided
class Mutex(Generic[T]):
    """A sleeping lock around a value. Linux: `struct mutex` (Documentation/locking/mutex-design.rst)."""

    def __init__(self, value: T) -> None:
        """`value` is an instance of a class, or a container, that nothing else refers to: it moves in."""
        ...

    @context("process")
    @sleeps
    def __enter__(self) -> T:
        """Wait for the lock, uninterruptibly, take it, and lend the value until the block ends."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back."""
        ...


@provided
class SpinLock(Generic[T]):
    """A lock around a value that spins instead of sleeping: for a few instructions, in any context.

    Nothing in its block may sleep: no Mutex, no wait, no copy to or from the user. Linux: `spinlock_t`, taken
    with softirqs off where a softirq takes it too (Documentation/locking/spinlocks.rst).
    """

    def __init__(self, value: T) -> None:
        """`value` is an instance of a class, or a container, that nothing else refers to: it moves in."""
        ...

    @context("any")
    def __enter__(self) -> T:
        """Spin for the lock, take it, and lend the value until the block ends; atomic context till then."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back."""
        ...


@provided
class RawSpinLock(Generic[T]):
    """A lock around a value that spins on every kernel, on real-time ones too: for what interrupts share.

    Beyond what a `SpinLock` forbids, nothing in its block allocates memory or lets an object go: there is no
    allocator under it. It is for numbers, fields that hold numbers, and items of containers that are large
    enough. Linux: `raw_spinlock_t` (include/linux/spinlock.h, Documentation/locking/locktypes.rst).
    """

    def __init__(self, value: T) -> None:
        """`value` is an instance of a class, or a container, that nothing else refers to: it moves in."""
        ...

    @context("any")
    def __enter__(self) -> T:
        """Spin for the lock, take it, and lend the value until the block ends; atomic context till then."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back."""
        ...


@provided
class RwLock(Generic[T]):
    """A sleeping lock around a value that many may read at once, and one may change.

        self.names = RwLock(Names())
        ...
        with self.names.read() as names:
            return names.of[number]
        with self.names.write() as names:
            names.of[number] = name

    It is not recursive: whoever reads already and reads again waits for a writer that waits for him. Linux:
    `struct rw_semaphore` (include/linux/rwsem.h).
    """

    def __init__(self, value: T) -> None:
        """`value` is an instance of a class, or a container, that nothing else refers to: it moves in."""
        ...

    @context("any")
    def read(self) -> "Reading[T]":
        """The lock as readers take it, together: for `with`, which lends the value to be looked at only."""
        ...

    @context("any")
    def write(self) -> "Writing[T]":
        """The lock as a writer takes it, alone: for `with`, which lends the value to be changed."""
        ...


@provided
class Reading(Generic[T]):
    """A `RwLock` as readers take it. What `as` names, and all that it leads to, is only looked at."""

    @context("process")
    @sleeps
    def __enter__(self) -> T:
        """Wait, uninterruptibly, until no writer has the lock or is before us, and lend the value."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back."""
        ...


@provided
class Writing(Generic[T]):
    """A `RwLock` as a writer takes it."""

    @context("process")
    @sleeps
    def __enter__(self) -> T:
        """Wait, uninterruptibly, until nobody else has the lock, and lend the value."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back."""
        ...


@provided
class Condition:
    """A queue of threads that wait for the value of a Mutex to change. Linux: `wait_queue_head_t`
    (include/linux/wait.h); restarts after signals are as signal(7) has them."""

    def __init__(self, mutex: Mutex[Any]) -> None:
        """`mutex` guards what is waited for; it is a field of the same object."""
        ...

    @context("process")
    @sleeps
    @raises(InterruptedError)
    def wait(self) -> None:
        """Give the mutex up, sleep until notified, and take it again. The mutex must be held.

        Wakes may be spurious: wait in a loop that looks at the value. A signal raises InterruptedError, with
        the mutex held. Uncaught, it restarts the system call where the signal's handler asks for that
        (SA_RESTART), else the call fails with EINTR; after progress it becomes the short count.
        """
        ...

    @context("process")
    @sleeps
    @raises(InterruptedError)
    def wait_for(self, milliseconds: int) -> bool:
        """Wait as `wait` does, but not longer; whether it was notified in time. 0 or less does not sleep.

        A call whose wait was timed is not restarted after a signal: it fails with EINTR.
        """
        ...

    @context("any")
    def notify(self) -> None:
        """Wake one thread that waits, if any, and those that poll for it. The mutex must be held."""
        ...

    @context("any")
    def notify_all(self) -> None:
        """Wake all threads that wait, and those that poll for it. The mutex must be held."""
        ...


@provided
class Both(Generic[T]):
    """Two locks that are taken together; what `lock_all` gives, for `with` alone."""

    @context("any")
    def __enter__(self) -> tuple[T, T]:
        """Take both, in the order of their addresses, and lend what they guard until the block ends."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give both back."""
        ...


@provided
@raises(ValueError)
def lock_all(first: "Mutex[T] | SpinLock[T]", second: "Mutex[T] | SpinLock[T]") -> Both[T]:
    """One lock of two objects, for `with`, which takes them in one order, however they are given:

        with lock_all(self.account, other.account) as (mine, theirs):
            mine.money -= amount
            theirs.money += amount

    Both are the same field, of two objects that have names. The block begins with ValueError if they are one
    object's. In the order of locks the two are one: whoever holds a third one of them takes it too late.
    """
    ...
