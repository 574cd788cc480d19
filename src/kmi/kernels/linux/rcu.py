"""An object that is read without a lock: a pointer under RCU, and the counts of objects.

    reader      rcu_read_lock, load the pointer, count the object; ...; rcu_read_unlock; let it go
    replace     swap the pointer, synchronize_rcu, let the old object go

Invariant: the place itself holds one count of the object that its pointer leads to, and gives it up only
after a grace period: so whoever loaded the pointer under rcu_read_lock finds a count of 1 or more.
"""

from typing import Generic, TypeVar

from kmi.kernels.linux.bindings import (
    kmi_linux_rcu_get,
    kmi_linux_rcu_swap,
    rcu_read_lock,
    rcu_read_unlock,
    synchronize_rcu,
)
from kmi.unsafe import address_of, cast, from_raw, inline, into_raw, place, unsafe

T = TypeVar("T")


@place
class Published(Generic[T]):
    """The object that readers find at present."""

    value: T

    def __init__(self, value: T) -> None:
        self.value = value

    @inline
    def read(self) -> "Seeing[T]":
        with unsafe("it is the same place"):
            return cast(Seeing[T], self)

    def replace(self, value: T) -> None:
        with unsafe("the place's count of the old object is given up when no reader can load its pointer"):
            old = kmi_linux_rcu_swap(address_of(self.value), into_raw(value))
            synchronize_rcu()
            before = from_raw(T, old)
            del before


@place
class Seeing(Published[T]):
    """The object as readers take it."""

    def __enter__(self) -> T:
        with unsafe("the pointer is loaded under rcu_read_lock, where the place's own count is not given up"):
            rcu_read_lock()
            return cast(T, kmi_linux_rcu_get(address_of(self.value)))

    def __exit__(self) -> None:
        with unsafe("`with` has begun to read"):
            rcu_read_unlock()
