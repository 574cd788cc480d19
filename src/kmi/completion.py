# mypy: disable-error-code="empty-body"
"""Waiting until something is done: an event that is counted, so that it may come before the wait.

    self.filled = Completion()          # in __init__
    ...
    self.filled.complete()              # from anywhere, interrupts included
    self.filled.wait()                  # at once if it was completed before, else when it is

For a state that is looked at under a lock, such as a queue that is empty or not, a `kmi.sync.Condition` is
what fits.
"""

from kmi.errors import Stopped
from kmi.interface import context, provided, raises, sleeps

__all__ = ["Completion"]


@provided
class Completion:
    """Something that will be done, and that threads wait for.

    A place: made on the right of `self.f = ...` in `__init__`. Everything that a thread did before `complete`
    is seen by the thread whose wait it ended. Linux: as `struct completion` (include/linux/completion.h,
    Documentation/scheduler/completion.rst).
    """

    def __init__(self) -> None:
        """Nothing is done yet."""
        ...

    @context("any")
    def complete(self) -> None:
        """Let one wait end: one that waits now, if any does, else the next one."""
        ...

    @context("any")
    def complete_all(self) -> None:
        """Let all waits end, those that begin later included, until `reinit`."""
        ...

    @context("any")
    def reinit(self) -> None:
        """Forget what was completed: later waits wait again. Nobody should be waiting meanwhile."""
        ...

    @context("process")
    @sleeps
    @raises(InterruptedError, Stopped)
    def wait(self) -> None:
        """Sleep until it is completed; not at all if it was already. Uses up one `complete`.

        A signal raises InterruptedError and uses up nothing; what becomes of it is as for `Condition.wait`.
        So does `Stopped`, in a kernel thread that is being stopped.
        """
        ...

    @context("process")
    @sleeps
    @raises(InterruptedError, Stopped)
    def wait_for(self, milliseconds: int) -> bool:
        """Wait as `wait` does, but not longer; whether it was completed in time. 0 or less does not sleep.

        A call whose wait was timed is not restarted after a signal: it fails with EINTR.
        """
        ...
