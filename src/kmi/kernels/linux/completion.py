"""Waiting until something is done: a count and a wait queue.

Linux' own `struct completion` is not what is used: a kernel thread that is being stopped would sleep on in it
(kernel/sched/completion.c, do_wait_for_common: only a signal ends the loop, and `kthread_stop` sends none).

Invariant: `done` is changed under the queue's own lock; a waiter that is woken takes from it, or says by its
wait's end that there was nothing to take.
"""

from kmi.errors import Stopped
from kmi.integers import isize, u32
from kmi.kernels.linux.bindings import (
    KMI_LINUX_STOPPED,
    KMI_PLATFORM_RESTART,
    kmi_linux_complete,
    kmi_linux_complete_all,
    kmi_linux_completion,
    kmi_linux_completion_init,
    kmi_linux_completion_reinit,
    kmi_linux_completion_wait,
    msecs_to_jiffies,
)
from kmi.unsafe import address_of, cast, per_place, place, unsafe

FOREVER = -1


@place
class Completion:
    """Something that will be done, and that threads wait for."""

    record: kmi_linux_completion

    @per_place
    def __init__(self) -> None:
        with unsafe("the record will not move; each place is a class to lockdep"):
            kmi_linux_completion_init(address_of(self.record))

    def complete(self) -> None:
        with unsafe("the record was initialised by __init__"):
            kmi_linux_complete(address_of(self.record))

    def complete_all(self) -> None:
        with unsafe("the record was initialised by __init__"):
            kmi_linux_complete_all(address_of(self.record))

    def reinit(self) -> None:
        with unsafe("the record was initialised by __init__"):
            kmi_linux_completion_reinit(address_of(self.record))

    def wait(self) -> None:
        with unsafe("the record was initialised by __init__"):
            status = kmi_linux_completion_wait(address_of(self.record), FOREVER)
            if status == KMI_LINUX_STOPPED:
                raise Stopped
            if status < 0:
                raise InterruptedError(KMI_PLATFORM_RESTART, "interrupted by a signal")

    def wait_for(self, milliseconds: int) -> bool:
        with unsafe("the record was initialised by __init__"):
            # Linux' unit is unsigned int; a month is as good as what does not fit.
            clipped: u32 = min(max(milliseconds, 0), 0x7FFFFFFF)
            ticks = cast(isize, msecs_to_jiffies(clipped))
            status = kmi_linux_completion_wait(address_of(self.record), ticks)
            if status == KMI_LINUX_STOPPED:
                raise Stopped
            if status < 0:
                raise InterruptedError
            return status > 0
