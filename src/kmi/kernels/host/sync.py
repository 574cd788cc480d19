"""Locks of the host kernel, which has one thread: they hold what they guard, and see that nobody takes them
twice.

A lock that is taken while it is held would wait for ever in a kernel; here it is `RuntimeError`.
"""

from typing import Generic, TypeVar

from kmi.unsafe import place

T = TypeVar("T")


@place
class Mutex(Generic[T]):
    """A lock whose holder may sleep."""

    held: bool
    value: T

    def __init__(self, value: T) -> None:
        self.held = False
        self.value = value

    def __enter__(self) -> T:
        if self.held:
            raise RuntimeError("the lock is held already")
        self.held = True
        return self.value

    def __exit__(self) -> None:
        self.held = False


@place
class SpinLock(Generic[T]):
    """A lock whose holder may not sleep."""

    held: bool
    value: T

    def __init__(self, value: T) -> None:
        self.held = False
        self.value = value

    def __enter__(self) -> T:
        if self.held:
            raise RuntimeError("the lock is held already")
        self.held = True
        return self.value

    def __exit__(self) -> None:
        self.held = False
