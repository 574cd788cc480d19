"""An object that is read without a lock: a pointer, a count of those who read, and the counts of objects.

    reader      count oneself, load the pointer, count the object; ...; leave; let it go
    replace     swap the pointer, wait until nobody reads, let the old object go

Invariant: the place itself holds one count of the object that its pointer leads to, and gives it up only when
at some moment after the swap nobody read: so whoever loaded the pointer finds a count of 1 or more.
"""

from typing import Generic, TypeVar

from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_read_begin,
    kmi_freebsd_read_end,
    kmi_freebsd_read_get,
    kmi_freebsd_read_swap,
    kmi_freebsd_read_wait,
    kmi_freebsd_readers,
)
from kmi.unsafe import address_of, cast, from_raw, inline, into_raw, place, unsafe

T = TypeVar("T")


@place
class Published(Generic[T]):
    """The object that readers find at present."""

    readers: kmi_freebsd_readers
    value: T

    def __init__(self, value: T) -> None:
        self.value = value

    @inline
    def read(self) -> "Seeing[T]":
        with unsafe("it is the same place"):
            return cast(Seeing[T], self)

    def replace(self, value: T) -> None:
        with unsafe("the place's count of the old object is given up when no reader can load its pointer"):
            old = kmi_freebsd_read_swap(address_of(self.value), into_raw(value))
            kmi_freebsd_read_wait(address_of(self.readers))
            before = from_raw(T, old)
            del before


@place
class Seeing(Published[T]):
    """The object as readers take it."""

    def __enter__(self) -> T:
        with unsafe("who loads the pointer is counted, and meanwhile the place's count is kept"):
            kmi_freebsd_read_begin(address_of(self.readers))
            return cast(T, kmi_freebsd_read_get(address_of(self.value)))

    def __exit__(self) -> None:
        with unsafe("`with` has begun to read"):
            kmi_freebsd_read_end(address_of(self.readers))
