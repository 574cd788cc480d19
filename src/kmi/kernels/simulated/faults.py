"""Allocation, and making it fail on purpose.

Every allocation that a module makes passes `Allocator.point`. `fail_nth(3)` makes the third from now raise
MemoryError, once.
"""

__all__ = ["Allocator"]


class Allocator:
    """Counts a kernel's allocations and fails the one that it was told to."""

    def __init__(self) -> None:
        self.count = 0
        """Allocations so far."""
        self.failed = False
        """Whether the failure last asked for has happened."""
        self.failed_what = ""
        """What could not be allocated then."""
        self._left = 0

    def fail_nth(self, n: int) -> None:
        """Fail the n-th allocation from now on, once; 0 withdraws it."""
        if n < 0:
            raise ValueError(f"the allocation to fail is 1 or more, or 0 for none, not {n}")
        self._left, self.failed, self.failed_what = n, False, ""

    def point(self, what: str) -> None:
        """An allocation of `what`: MemoryError if this is the one to fail."""
        self.count += 1
        if self._left:
            self._left -= 1
            if not self._left:
                self.failed, self.failed_what = True, what
                raise MemoryError(f"no memory for {what}")
