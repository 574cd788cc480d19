"""Locks of the host kernel, which has one thread: they hold what they guard, and see that nobody takes them
twice.

A lock that is taken while it is held would wait for ever in a kernel; here it is `RuntimeError`.
"""

from typing import Generic, TypeVar

from kmi.unsafe import address_of, cast, inline, place, unsafe

T = TypeVar("T")


@place
class _Held(Generic[T]):
    """What is held or is not, and what it guards."""

    held: bool
    value: T

    def __init__(self, value: T) -> None:
        self.held = False
        self.value = value

    def _take(self) -> T:
        if self.held:
            raise RuntimeError("the lock is held already")
        self.held = True
        return self.value


@place
class _Lock(_Held[T]):
    """A lock for one at a time."""

    def __enter__(self) -> T:
        if self.held:  # as _take does, written out: a caller then needs no count of what it gives back
            raise RuntimeError("the lock is held already")
        self.held = True
        return self.value

    def __exit__(self) -> None:
        self.held = False

    def __enter_both__(self, other: "_Lock[T]") -> T:
        if self.held or other.held:
            raise RuntimeError("the lock is held already")
        with unsafe("two places of one class"):
            if address_of(self.value) == address_of(other.value):
                raise ValueError("both are one lock")
        self.held = True
        other.held = True
        return self.value

    def __lend__(self) -> T:
        return self.value


@place
class Mutex(_Lock[T]):
    """A lock whose holder may sleep."""


@place
class SpinLock(_Lock[T]):
    """A lock whose holder may not sleep."""


@place
class RawSpinLock(SpinLock[T]):
    """A lock under which there is no allocator."""


@place
class RwLock(_Held[T]):
    """A lock that many may read at once; one thread alone is never one of many."""

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
        return self._take()

    def __exit__(self) -> None:
        self.held = False


@place
class Writing(RwLock[T]):
    """The lock as a writer takes it."""

    def __enter__(self) -> T:
        return self._take()

    def __exit__(self) -> None:
        self.held = False
