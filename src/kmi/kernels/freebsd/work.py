"""Work: a task(9) in a taskqueue of its own, with one thread, and a callout for its delay.

    queue    -> taskqueue_enqueue, or a callout that does it -> _run, in the thread -> the method
    unload   -> callout_drain, taskqueue_drain: what waits is dropped, what runs is waited for

Invariant: the record's lock orders queueing and ending, so that nothing queues work that has ended.
"""

from kmi.device import Registration
from kmi.integers import i32
from kmi.interface import Callback
from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_enlist,
    kmi_freebsd_registration,
    kmi_freebsd_report,
    kmi_freebsd_time,
    kmi_freebsd_work,
    kmi_freebsd_work_cancel,
    kmi_freebsd_work_destroy,
    kmi_freebsd_work_end,
    kmi_freebsd_work_flush,
    kmi_freebsd_work_init,
    kmi_freebsd_work_publish,
    kmi_freebsd_work_queue,
)
from kmi.unsafe import Pointer, address_of, callback, container_of, per_place, place, unsafe


@place
class _Work(Registration):
    """What both kinds of work do."""

    record: kmi_freebsd_work
    function: Callback

    @per_place
    def __init__(self, function: Callback) -> None:
        self.function = function
        with unsafe("the records are zero and will not move; they are ended before their owner dies"):
            kmi_freebsd_work_init(address_of(self.record), _Work._run)
            self.registration.publish = _Work._publish
            self.registration.withdraw = _Work._withdraw
            kmi_freebsd_enlist(address_of(self.registration))

    def cancel(self) -> bool:
        with unsafe("the record was initialised by __init__"):
            return kmi_freebsd_work_cancel(address_of(self.record))

    def flush(self) -> None:
        with unsafe("the record was initialised by __init__"):
            kmi_freebsd_work_flush(address_of(self.record))

    @callback
    @staticmethod
    def _publish(registration: Pointer[kmi_freebsd_registration]) -> i32:
        with unsafe("only the __init__ of work hands this function out, with its own record"):
            made = container_of(registration, _Work, "registration")
            return kmi_freebsd_work_publish(address_of(made.record))

    @callback
    @staticmethod
    def _withdraw(registration: Pointer[kmi_freebsd_registration]) -> None:
        with unsafe("it was published"):
            kmi_freebsd_work_end(address_of(container_of(registration, _Work, "registration").record))

    @callback
    @staticmethod
    def _run(work: Pointer[kmi_freebsd_work]) -> None:
        with unsafe("it is the record of work; the owner lives until the work has ended"):
            queued = container_of(work, _Work, "record")
            try:
                queued.function()
            except Exception as error:
                kmi_freebsd_report(error)

    def __del__(self) -> None:
        with unsafe("it has ended, or never was live; zero is none"):
            kmi_freebsd_work_destroy(address_of(self.record))
        super().__del__()


@place
class Work(_Work):
    """A call of a method, to be made by a worker thread."""

    def queue(self) -> bool:
        with unsafe("the record was initialised by __init__"):
            return kmi_freebsd_work_queue(address_of(self.record), 0)


@place
class DelayedWork(_Work):
    """A call of a method, to be made by a worker thread after a time."""

    def queue(self, milliseconds: int) -> bool:
        with unsafe("the record was initialised by __init__"):
            return kmi_freebsd_work_queue(
                address_of(self.record), kmi_freebsd_time(min(milliseconds, 1 << 40))
            )
