"""Timers: callout(9).

    start    -> callout_reset_sbt -> _fire, in a thread of the clock's that may not sleep -> the method
    unload   -> callout_drain, which waits for _fire on every processor

Invariants: the record's lock orders starting, cancelling and ending, so that nothing arms a timer that has
ended; a periodic timer is armed anew before the method is called, so that the method can cancel it.
"""

from kmi.device import Registration
from kmi.integers import i32
from kmi.interface import SoftirqCallback, context
from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_enlist,
    kmi_freebsd_registration,
    kmi_freebsd_report,
    kmi_freebsd_time,
    kmi_freebsd_timer,
    kmi_freebsd_timer_cancel,
    kmi_freebsd_timer_destroy,
    kmi_freebsd_timer_due,
    kmi_freebsd_timer_end,
    kmi_freebsd_timer_init,
    kmi_freebsd_timer_publish,
    kmi_freebsd_timer_start,
)
from kmi.unsafe import Pointer, address_of, callback, container_of, per_place, place, unsafe


@place
class Timer(Registration):
    """A call of a method at a time to come."""

    record: kmi_freebsd_timer
    function: SoftirqCallback

    @per_place
    def __init__(self, function: SoftirqCallback) -> None:
        self.function = function
        with unsafe("the records are zero and will not move; they are ended before their owner dies"):
            kmi_freebsd_timer_init(address_of(self.record), Timer._fire)
            self.registration.publish = Timer._publish
            self.registration.withdraw = Timer._withdraw
            kmi_freebsd_enlist(address_of(self.registration))

    def start(self, milliseconds: int, period: int = 0) -> None:
        with unsafe("the record was initialised by __init__; no sum of times leaves 64 bits"):
            time = kmi_freebsd_time(min(milliseconds, 1 << 40))
            between = kmi_freebsd_time(min(period, 1 << 40))
            kmi_freebsd_timer_start(address_of(self.record), time, between)

    def cancel(self) -> bool:
        with unsafe("the record was initialised by __init__"):
            return kmi_freebsd_timer_cancel(address_of(self.record))

    @callback
    @staticmethod
    def _publish(registration: Pointer[kmi_freebsd_registration]) -> i32:
        with unsafe("only Timer.__init__ hands this function out, with its own record"):
            kmi_freebsd_timer_publish(address_of(container_of(registration, Timer, "registration").record))
            return 0

    @callback
    @staticmethod
    def _withdraw(registration: Pointer[kmi_freebsd_registration]) -> None:
        with unsafe("it was published"):
            kmi_freebsd_timer_end(address_of(container_of(registration, Timer, "registration").record))

    @callback
    @context("softirq")
    @staticmethod
    def _fire(timer: Pointer[kmi_freebsd_timer]) -> None:
        with unsafe("it is the record of a Timer; the owner lives until the timer has ended"):
            timed = container_of(timer, Timer, "record")
            if kmi_freebsd_timer_due(address_of(timed.record)):
                try:
                    timed.function()
                except Exception as error:
                    kmi_freebsd_report(error)

    def __del__(self) -> None:
        with unsafe("it has ended, or never was live; zero is none"):
            kmi_freebsd_timer_destroy(address_of(self.record))
        super().__del__()
