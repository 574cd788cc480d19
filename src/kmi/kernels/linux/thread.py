"""Kernel threads of a module's own: `struct task_struct`, kthread_create and kthread_stop.

Invariants: the record holds the task from its start to its end, so that one that has ended by itself can be
stopped; a thread that is stopped before it ran never calls the method, which Linux sees to.
"""

from errno import EINVAL

from kmi.device import Registration
from kmi.errors import Stopped
from kmi.integers import i32
from kmi.interface import ThreadCallback
from kmi.kernels.linux.bindings import (
    kmi_linux_enlist,
    kmi_linux_registration,
    kmi_linux_report,
    kmi_linux_thread,
    kmi_linux_thread_end,
    kmi_linux_thread_start,
    kmi_linux_thread_stopping,
)
from kmi.log import err
from kmi.unsafe import Pointer, address_of, callback, cast, container_of, place, unsafe


@place
class Thread(Registration):
    """A kernel thread that runs a method."""

    record: kmi_linux_thread
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
            kmi_linux_enlist(address_of(self.registration))

    def stopping(self) -> bool:
        with unsafe("a flag of the record"):
            return kmi_linux_thread_stopping(address_of(self.record))

    @callback
    @staticmethod
    def _publish(registration: Pointer[kmi_linux_registration]) -> i32:
        with unsafe("only Thread.__init__ hands this function out, with its own record; a str ends with NUL"):
            made = container_of(registration, Thread, "registration")
            status = kmi_linux_thread_start(address_of(made.record), Thread._main, made.name._data())
            if status != 0:
                err(f"kmi: not loaded: the thread {made.name} cannot be started: errno {-status}")
            return status

    @callback
    @staticmethod
    def _withdraw(registration: Pointer[kmi_linux_registration]) -> None:
        with unsafe("it was published"):
            kmi_linux_thread_end(address_of(container_of(registration, Thread, "registration").record))

    @callback
    @staticmethod
    def _main(data: Pointer[None]) -> i32:
        with unsafe("the thread was given its record, whose owner lives until the thread has ended"):
            running = container_of(cast(Pointer[kmi_linux_thread], data), Thread, "record")
            try:
                running.function()
            except Stopped:
                pass
            except Exception as error:
                kmi_linux_report(error)
            return 0
