"""What locks guard, and who uses it without them.

    with self.kept as kept:
        items = kept.items        # fine
    kept.count += 1               # use after release

The checker lets nothing that a lock guards leave the block. Code that it has not seen, or that it was told to
let through, is watched while it runs: the value of a lock, each time it is accessed, by a thread that does
not hold the lock:

    use after release: Kept.count is changed at echo.py:20 in Echo.write, by main, who does not hold Echo.kept
        which was last taken at echo.py:18 in Echo.write, by write by process 100

Invariants: nothing here keeps a lock or its value alive; each line is reported once.
"""

import weakref
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol

from kmi.kernels.simulated.hook.positions import Position, calls, reached
from kmi.kernels.simulated.reports import Report

if TYPE_CHECKING:
    from kmi.kernels.simulated.scheduler import Thread

__all__ = ["Guard", "Guards"]


class Guard(Protocol):
    """A lock."""

    _name: str

    @property
    def _value(self) -> object:
        """What it guards."""

    def lent_to(self, thread: "Thread", write: bool) -> bool:
        """Whether the thread may read the value now, or `write` it."""

    def last_taken(self) -> str:
        """Where it was taken last, and by whom, for a message."""


class Guards:
    """The locks of one kernel, by what they guard."""

    def __init__(self, report: Callable[[Report], None]) -> None:
        self._report = report
        self.locks: dict[int, weakref.ref[Any]] = {}
        self._reported: set[Position] = set()

    def add(self, lock: Guard) -> None:
        """A lock was made."""
        self.locks[id(lock._value)] = weakref.ref(lock)

    def check(self, value: object, field: str, write: bool, thread: "Thread", frame: FrameType) -> None:
        """A thread accesses a field of a value, or the value as a whole, on the frame's line."""
        reference = self.locks.get(id(value))
        lock: Guard | None = reference() if reference is not None else None
        if lock is None or lock._value is not value or lock.lent_to(thread, write):
            return
        way = calls(frame)
        if not way or way[0] in self._reported:
            return
        self._reported.add(way[0])
        kind = type(value).__qualname__
        what = f"{kind}.{field}" if field else f"the {kind}"
        does = "changed" if write else "read"
        title = f"{what} is {does} at {way[0]}, by {thread.name}, who does not hold {lock._name}"
        self._report(Report("use after release", title, (*reached(way), lock.last_taken())))
