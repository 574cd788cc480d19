"""Timers: `struct timer_list`.

    start    -> mod_timer -> _fire, in softirq context -> the method
    unload   -> timer_delete_sync, which waits for _fire on every processor

Invariants: the record's lock orders starting, cancelling and ending, so that nothing arms a timer that has
ended (`timer_shutdown_sync` would say the same, since 6.2: f571faf6e443); a periodic timer is armed anew
before the method is called, so that the method can cancel it.
"""

from kmi.device import Registration
from kmi.integers import i32, u64
from kmi.interface import SoftirqCallback, context
from kmi.kernels.linux.bindings import (
    kmi_linux_enlist,
    kmi_linux_registration,
    kmi_linux_report,
    kmi_linux_ticks,
    kmi_linux_timer,
    kmi_linux_timer_cancel,
    kmi_linux_timer_due,
    kmi_linux_timer_end,
    kmi_linux_timer_init,
    kmi_linux_timer_publish,
    kmi_linux_timer_start,
    timer_list,
)
from kmi.unsafe import Pointer, address_of, callback, cast, container_of, per_place, place, unsafe


@place
class Timer(Registration):
    """A call of a method at a time to come."""

    record: kmi_linux_timer
    function: SoftirqCallback

    @per_place
    def __init__(self, function: SoftirqCallback) -> None:
        self.function = function
        with unsafe("the records are zero and will not move; they are ended before their owner dies"):
            kmi_linux_timer_init(address_of(self.record), Timer._fire)
            self.registration.publish = Timer._publish
            self.registration.withdraw = Timer._withdraw
            kmi_linux_enlist(address_of(self.registration))

    def start(self, milliseconds: int, period: int = 0) -> None:
        with unsafe("the record was initialised by __init__; no sum of ticks leaves 64 bits"):
            ticks = kmi_linux_ticks(min(max(milliseconds, 0), 1 << 50))
            between = kmi_linux_ticks(min(max(period, 0), 1 << 50))
            if between > 1:
                between -= 1  # only a single wait has a tick that runs already
            kmi_linux_timer_start(address_of(self.record), cast(u64, ticks), cast(u64, between))

    def cancel(self) -> bool:
        with unsafe("the record was initialised by __init__"):
            return kmi_linux_timer_cancel(address_of(self.record))

    @callback
    @staticmethod
    def _publish(registration: Pointer[kmi_linux_registration]) -> i32:
        with unsafe("only Timer.__init__ hands this function out, with its own record"):
            kmi_linux_timer_publish(address_of(container_of(registration, Timer, "registration").record))
            return 0

    @callback
    @staticmethod
    def _withdraw(registration: Pointer[kmi_linux_registration]) -> None:
        with unsafe("it was published"):
            kmi_linux_timer_end(address_of(container_of(registration, Timer, "registration").record))

    @callback
    @context("softirq")
    @staticmethod
    def _fire(timer: Pointer[timer_list]) -> None:
        with unsafe("the timer is the first member of the record; the owner lives until the timer has ended"):
            timed = container_of(cast(Pointer[kmi_linux_timer], timer), Timer, "record")
            if kmi_linux_timer_due(address_of(timed.record)):
                try:
                    timed.function()
                except Exception as error:
                    kmi_linux_report(error)
