"""Work: `struct delayed_work` on the system's unbound work queue.

    queue    -> queue_delayed_work -> _run, in a worker -> the method
    unload   -> cancel_delayed_work_sync, which drops what waits and waits for what runs

The queue is the unbound one, since a method may compute for long. Work without a delay is delayed by nothing,
which Linux queues at once.

Invariant: the record's lock orders queueing and ending, so that nothing queues work that has ended (Linux has
`disable_work_sync` for that, since 6.10: 86898fa6b8cd).
"""

from kmi.device import Registration
from kmi.integers import i32, usize
from kmi.interface import Callback
from kmi.kernels.linux.bindings import (
    kmi_linux_enlist,
    kmi_linux_registration,
    kmi_linux_report,
    kmi_linux_ticks,
    kmi_linux_work,
    kmi_linux_work_cancel,
    kmi_linux_work_end,
    kmi_linux_work_flush,
    kmi_linux_work_init,
    kmi_linux_work_publish,
    kmi_linux_work_queue,
    work_struct,
)
from kmi.unsafe import Pointer, address_of, callback, cast, container_of, per_place, place, unsafe


@place
class _Work(Registration):
    """What both kinds of work do."""

    record: kmi_linux_work
    function: Callback

    @per_place
    def __init__(self, function: Callback) -> None:
        self.function = function
        with unsafe("the records are zero and will not move; they are ended before their owner dies"):
            kmi_linux_work_init(address_of(self.record), _Work._run)
            self.registration.publish = _Work._publish
            self.registration.withdraw = _Work._withdraw
            kmi_linux_enlist(address_of(self.registration))

    def cancel(self) -> bool:
        with unsafe("the record was initialised by __init__"):
            return kmi_linux_work_cancel(address_of(self.record))

    def flush(self) -> None:
        with unsafe("the record was initialised by __init__"):
            kmi_linux_work_flush(address_of(self.record))

    @callback
    @staticmethod
    def _publish(registration: Pointer[kmi_linux_registration]) -> i32:
        with unsafe("only the __init__ of work hands this function out, with its own record"):
            kmi_linux_work_publish(address_of(container_of(registration, _Work, "registration").record))
            return 0

    @callback
    @staticmethod
    def _withdraw(registration: Pointer[kmi_linux_registration]) -> None:
        with unsafe("it was published"):
            kmi_linux_work_end(address_of(container_of(registration, _Work, "registration").record))

    @callback
    @staticmethod
    def _run(work: Pointer[work_struct]) -> None:
        with unsafe("the work is the first member of the record; the owner lives until the work has ended"):
            queued = container_of(cast(Pointer[kmi_linux_work], work), _Work, "record")
            try:
                queued.function()
            except Exception as error:
                kmi_linux_report(error)


@place
class Work(_Work):
    """A call of a method, to be made by a worker thread."""

    def queue(self) -> bool:
        with unsafe("the record was initialised by __init__"):
            return kmi_linux_work_queue(address_of(self.record), 0)


@place
class DelayedWork(_Work):
    """A call of a method, to be made by a worker thread after a time."""

    def queue(self, milliseconds: int) -> bool:
        with unsafe("the record was initialised by __init__"):
            ticks = kmi_linux_ticks(min(max(milliseconds, 0), 1 << 50))
            return kmi_linux_work_queue(address_of(self.record), cast(usize, ticks))
