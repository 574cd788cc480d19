"""Calls that can fail, and making them fail on purpose.

Every allocation that a module makes, every registration, every thread it starts passes `Allocator.point`, and
every copy from or to user space `Allocator.copy`. `fail_nth(3)` makes the third allocation from now raise
MemoryError, once; with `copies`, copies count too, and fail with EFAULT.
"""

import errno
from collections.abc import Callable

from kmi.errors import error
from kmi.kernels.simulated.hook.positions import calls, here, reached
from kmi.kernels.simulated.reports import Report
from kmi.kernels.simulated.scheduler import Thread, running

__all__ = ["Allocator"]


class Allocator:
    """Counts a kernel's calls that can fail, and fails the one that it was told to."""

    def __init__(self, report: Callable[[Report], None] = lambda report: None) -> None:
        self._report = report
        self.count = 0
        """Allocations so far."""
        self.failed = False
        """Whether the failure last asked for has happened."""
        self.failed_what = ""
        """What failed then, and on which line."""
        self._left = 0
        self._copies = False

    def fail_nth(self, n: int, copies: bool = False) -> None:
        """Fail the n-th allocation from now on, once; 0 withdraws it. `copies` count as well."""
        if n < 0:
            raise ValueError(f"the allocation to fail is 1 or more, or 0 for none, not {n}")
        self._left, self.failed, self.failed_what = n, False, ""
        self._copies = copies

    def point(self, what: str) -> None:
        """An allocation of `what`: MemoryError if this is the one to fail."""
        self.count += 1
        if (thread := running()) is not None and thread.raw_locks:
            self._under_raw_lock(what, thread)
        if self._left and self._fires(what):
            raise MemoryError(f"no memory for {what}")

    def copy(self, what: str) -> None:
        """A copy from or to user space is about to begin: OSError EFAULT if this is the one to fail."""
        if self._left and self._copies and self._fires(what):
            raise error(errno.EFAULT, "bad address")

    def _under_raw_lock(self, what: str, thread: Thread) -> None:
        way = calls()
        if way:
            held = ", ".join(str(lock) for lock in thread.held if getattr(lock, "_raw", False))
            title = f"{what} is made at {way[0]}"
            lines = (*reached(way), f"while holding {held}")
            self._report(Report("allocation under a raw spin lock", title, lines))

    def _fires(self, what: str) -> bool:
        self._left -= 1
        if self._left:
            return False
        where = here()
        self.failed, self.failed_what = True, f"{what} at {where}" if where else what
        return True
