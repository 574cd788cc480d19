"""An object that is read without a lock, on the host, which has one thread: reading is looking.

To replace what one reads would wait for ever in a kernel; here it is `RuntimeError`.
"""

from typing import Generic, TypeVar

from kmi.unsafe import cast, inline, place, unsafe

T = TypeVar("T")


@place
class Published(Generic[T]):
    """The object that readers find at present."""

    readers: int
    value: T

    def __init__(self, value: T) -> None:
        self.readers = 0
        self.value = value

    @inline
    def read(self) -> "Seeing[T]":
        with unsafe("it is the same place"):
            return cast(Seeing[T], self)

    def replace(self, value: T) -> None:
        if self.readers > 0:
            raise RuntimeError("what is read is replaced")
        self.value = value


@place
class Seeing(Published[T]):
    """The object as readers take it."""

    def __enter__(self) -> T:
        self.readers += 1
        return self.value

    def __exit__(self) -> None:
        self.readers -= 1
