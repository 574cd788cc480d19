"""Time: the clock since boot, and sleeping until a moment of it."""

from kmi.errors import Stopped
from kmi.kernels.freebsd.bindings import (
    EWOULDBLOCK,
    KMI_FREEBSD_STOPPED,
    kmi_freebsd_after,
    kmi_freebsd_nanoseconds,
    kmi_freebsd_sleep,
    kmi_freebsd_waiter,
)
from kmi.unsafe import address_of, unsafe

LONGEST = 1 << 40
"""Milliseconds: 35 years, which the kernel's own times since boot still hold."""


def monotonic_ns() -> int:
    with unsafe("any context may read the clock"):
        return kmi_freebsd_nanoseconds()


def sleep_ms(milliseconds: int) -> None:
    if milliseconds <= 0:
        return
    with unsafe("a thread that may sleep; nobody else knows the waiter"):
        waiter = kmi_freebsd_waiter()
        status = kmi_freebsd_sleep(address_of(waiter), kmi_freebsd_after(min(milliseconds, LONGEST)))
        if status == KMI_FREEBSD_STOPPED:
            raise Stopped
        if status != EWOULDBLOCK:
            raise InterruptedError


class Deadline:
    """A moment in the future."""

    def __init__(self, milliseconds: int) -> None:
        self.end_ns = monotonic_ns() + min(max(milliseconds, 0), 1 << 40) * 1_000_000

    @property
    def left_ms(self) -> int:
        return max(0, (self.end_ns - monotonic_ns() + 999_999) // 1_000_000)

    @property
    def passed(self) -> bool:
        return monotonic_ns() >= self.end_ns
