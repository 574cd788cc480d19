# mypy: disable-error-code="empty-body"
"""Timers: a method that the kernel calls at a time to come, once or again and again.

    class Blinker(FileOperations):
        def __init__(self) -> None:
            self.light = SpinLock(Light())
            self.timer = Timer(self.tick)
            self.timer.start(500, period=500)

        def tick(self) -> None:
            with self.light as light:
                light.on = not light.on

The method runs in softirq context, between two instructions of whatever the computer does: it may not sleep,
so no `Mutex` and no copy from or to the user. What has to sleep it leaves to a `kmi.work.Work`.
"""

from kmi.device import Registration
from kmi.interface import SoftirqCallback, context, provided, raises, sleeps

__all__ = ["Timer"]


@provided
class Timer(Registration):
    """A call of a method at a time to come. The timer does not keep the method's object.

    Calls of one timer never overlap. What the method raises is logged, and the timer goes on. At unload it is
    stopped before its object dies: a call that has begun is waited for, and no other follows.
    """

    @context("process")
    @sleeps
    @raises(MemoryError)
    def __init__(self, function: SoftirqCallback) -> None:
        """A timer that calls `function`, a method of the object that has the timer: `Timer(self.tick)`."""
        ...

    def start(self, milliseconds: int, period: int = 0) -> None:
        """Call the method in so many milliseconds, or a tick later, and then, if `period` is above 0, each so
        many milliseconds; calls that it is too late for are left out. 0 or less is the next tick.

        A timer that runs already starts anew. In `__init__` the time counts from when the module is loaded;
        once the timer was stopped for good, by unloading, nothing happens. Linux: `mod_timer()`.
        """
        ...

    def cancel(self) -> bool:
        """Call the method no more, until it is started again; whether it was to be called.

        Does not wait: a call that has begun on another processor goes on.
        """
        ...
