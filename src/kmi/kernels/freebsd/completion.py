"""Waiting until something is done: a count and a queue of waiters (`waiting.h`).

Invariant: a completion that finds a waiter ends that wait, and is counted only if it finds none.
"""

from errno import EINTR

from kmi.errors import Stopped
from kmi.kernels.freebsd.bindings import (
    ERESTART,
    EWOULDBLOCK,
    KMI_FREEBSD_FOREVER,
    KMI_FREEBSD_STOPPED,
    KMI_PLATFORM_RESTART,
    kmi_freebsd_after,
    kmi_freebsd_complete,
    kmi_freebsd_completion_reinit,
    kmi_freebsd_completion_wait,
    kmi_freebsd_queue,
    kmi_freebsd_queue_destroy,
    kmi_freebsd_queue_init,
)
from kmi.unsafe import address_of, per_place, place, unsafe


@place
class Completion:
    """Something that will be done, and that threads wait for."""

    record: kmi_freebsd_queue

    @per_place
    def __init__(self) -> None:
        with unsafe("the record is zero and will not move"):
            kmi_freebsd_queue_init(address_of(self.record))

    def complete(self) -> None:
        with unsafe("the record was initialised by __init__"):
            kmi_freebsd_complete(address_of(self.record), False)

    def complete_all(self) -> None:
        with unsafe("the record was initialised by __init__"):
            kmi_freebsd_complete(address_of(self.record), True)

    def reinit(self) -> None:
        with unsafe("the record was initialised by __init__"):
            kmi_freebsd_completion_reinit(address_of(self.record))

    def wait(self) -> None:
        with unsafe("the record was initialised by __init__"):
            status = kmi_freebsd_completion_wait(address_of(self.record), KMI_FREEBSD_FOREVER)
            if status == KMI_FREEBSD_STOPPED:
                raise Stopped
            if status == ERESTART:
                raise InterruptedError(KMI_PLATFORM_RESTART, "interrupted by a signal")
            if status != 0:
                raise InterruptedError(EINTR, "interrupted by a signal")

    def wait_for(self, milliseconds: int) -> bool:
        with unsafe("the record was initialised by __init__"):
            until = kmi_freebsd_after(min(max(milliseconds, 0), 1 << 40)) if milliseconds > 0 else 1
            status = kmi_freebsd_completion_wait(address_of(self.record), until)
            if status == KMI_FREEBSD_STOPPED:
                raise Stopped
            if status != 0 and status != EWOULDBLOCK:
                raise InterruptedError
            return status == 0

    def __del__(self) -> None:
        with unsafe("the owner dies, so nobody waits; zero is none"):
            kmi_freebsd_queue_destroy(address_of(self.record))
