"""A number that every CPU counts for itself: counter(9).

Invariant: `parts` is memory of its own from the end of `__init__` to `__del__`, or null.
"""

from kmi.integers import i64, u64
from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_percpu_add,
    kmi_freebsd_percpu_free,
    kmi_freebsd_percpu_new,
    kmi_freebsd_percpu_sum,
)
from kmi.unsafe import Pointer, cast, null, place, unsafe


@place
class PerCpu:
    """A count, kept in as many parts as there are CPUs."""

    parts: Pointer[None]

    def __init__(self) -> None:
        with unsafe("the memory is freed by __del__ alone"):
            self.parts = kmi_freebsd_percpu_new()
            if self.parts == null(None):
                raise MemoryError

    def add(self, amount: int) -> None:
        with unsafe("__init__ has allocated the parts"):
            kmi_freebsd_percpu_add(self.parts, cast(u64, amount))

    def sum(self) -> int:
        with unsafe("__init__ has allocated the parts"):
            return cast(i64, kmi_freebsd_percpu_sum(self.parts))

    def __del__(self) -> None:
        with unsafe("the owner dies, so nobody counts; null is freed as nothing"):
            kmi_freebsd_percpu_free(self.parts)
