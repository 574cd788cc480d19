"""Kernel threads of a module's own: the thread of a taskqueue whose only task runs the method.

Invariants: the queue, and so the thread, is there from the registration's start to its end; a thread that is
stopped before it ran never calls the method; its exit is in the kernel's code (`deferred.h`).
"""

from errno import EINVAL

from kmi.device import Registration
from kmi.errors import Stopped
from kmi.integers import i32
from kmi.interface import ThreadCallback
from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_enlist,
    kmi_freebsd_registration,
    kmi_freebsd_report,
    kmi_freebsd_thread,
    kmi_freebsd_thread_end,
    kmi_freebsd_thread_start,
    kmi_freebsd_thread_stopping,
)
from kmi.log import err
from kmi.unsafe import Pointer, address_of, callback, container_of, place, unsafe


@place
class Thread(Registration):
    """A kernel thread that runs a method."""

    record: kmi_freebsd_thread
    function: ThreadCallback
    name: str

    def __init__(self, function: ThreadCallback, name: str) -> None:
        self.function = function
        self.name = name
        with unsafe("the records are zero and will not move; they are ended before their owner dies"):
            text = name._data()
            for index in range(name._size):
                if text[index] == 0:
                    raise OSError(EINVAL, "a thread's name is not empty and has no NUL")
            if name._size == 0:
                raise OSError(EINVAL, "a thread's name is not empty and has no NUL")
            self.registration.publish = Thread._publish
            self.registration.withdraw = Thread._withdraw
            kmi_freebsd_enlist(address_of(self.registration))

    def stopping(self) -> bool:
        with unsafe("a flag of the record"):
            return kmi_freebsd_thread_stopping(address_of(self.record))

    @callback
    @staticmethod
    def _publish(registration: Pointer[kmi_freebsd_registration]) -> i32:
        with unsafe("only Thread.__init__ hands this function out, with its own record; a str ends with NUL"):
            made = container_of(registration, Thread, "registration")
            status = kmi_freebsd_thread_start(address_of(made.record), Thread._main, made.name._data())
            if status != 0:
                err(f"kmi: not loaded: the thread {made.name} cannot be started: errno {status}")
            return status

    @callback
    @staticmethod
    def _withdraw(registration: Pointer[kmi_freebsd_registration]) -> None:
        with unsafe("it was published"):
            kmi_freebsd_thread_end(address_of(container_of(registration, Thread, "registration").record))

    @callback
    @staticmethod
    def _main(data: Pointer[kmi_freebsd_thread]) -> None:
        with unsafe("the thread was given its record, whose owner lives until the thread has ended"):
            running = container_of(data, Thread, "record")
            try:
                running.function()
            except Stopped:
                pass
            except Exception as error:
                kmi_freebsd_report(error)
