"""Time: the monotonic clock, and sleeping in jiffies."""

from kmi.errors import Stopped
from kmi.kernels.linux.bindings import (
    kmi_linux_is_closing,
    kmi_linux_pause,
    kmi_linux_signalled,
    kmi_linux_stopping,
    kmi_linux_ticks,
    ktime_get_ns,
)
from kmi.unsafe import cast, unsafe

LONGEST = 1 << 50
"""Milliseconds: 35,000 years, so that no sum overflows anywhere."""


def monotonic_ns() -> int:
    with unsafe("any context may read the clock; it lasts for 292 years"):
        return cast(int, ktime_get_ns())


def sleep_ms(milliseconds: int) -> None:
    if milliseconds <= 0:
        return
    with unsafe("a thread that may sleep"):
        deaf = kmi_linux_is_closing()
        left = kmi_linux_ticks(min(milliseconds, LONGEST))
        while left > 0:
            left = kmi_linux_pause(left, deaf)
            if deaf or left == 0:
                continue
            if kmi_linux_stopping():
                raise Stopped
            if kmi_linux_signalled():
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
