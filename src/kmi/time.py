# mypy: disable-error-code="empty-body"
"""Time that only goes forward, sleeping, and deadlines.

    began = monotonic_ns()
    sleep_ms(20)
    debug(f"slept {(monotonic_ns() - began) // 1_000_000} ms")

Sleeps and timeouts are at least as long as asked for, and may be longer by the kernel's tick (1 to 10 ms). In
the simulated kernel time is virtual: an hour of sleep takes no time at all.
"""

from kmi.interface import context, provided, raises, sleeps

__all__ = ["Deadline", "monotonic_ns", "sleep_ms"]


@provided
def monotonic_ns() -> int:
    """Nanoseconds since some moment before the module was loaded; never less than what it said before.

    Stands still while the computer is suspended. Linux: `ktime_get_ns()`, the clock of CLOCK_MONOTONIC.
    """
    ...


@provided
@context("process")
@sleeps
@raises(InterruptedError)
def sleep_ms(milliseconds: int) -> None:
    """Sleep so long, or longer by a tick. 0 or less does not sleep.

    A signal ends the sleep with InterruptedError, which is EINTR to the caller: the call is not restarted. A
    kernel thread that is stopped gets `kmi.thread.Stopped`. While a file is closed and while the module is
    loaded or unloaded the sleep cannot be interrupted. Linux: `schedule_timeout()`.
    """
    ...


@provided
class Deadline:
    """A moment in the future, for waits that go round a loop:

        deadline = Deadline(500)
        while box.empty:
            if not self.filled.wait_for(deadline.left_ms):
                raise TimeoutError
    """

    def __init__(self, milliseconds: int) -> None:
        """So many milliseconds from now; 0 or less has passed already."""
        ...

    @property
    def left_ms(self) -> int:
        """Milliseconds until then, rounded up; 0 when it has passed."""
        ...

    @property
    def passed(self) -> bool:
        """Whether the moment has come."""
        ...
