"""The greenlets that kernel threads run on, used again and again.

    carrier = Carrier.take()
    carrier.thread = thread
    carrier.switch()                  # runs the thread, until it blocks or ends

Starting a greenlet makes CPython map a stack of its own, which takes longer than most threads live. So one
whose thread has ended rests until another thread needs it.

Invariants: a carrier that rests refers to no thread and to nothing that one left behind; one that was made
while a debugger or a coverage tool looked on is not used again, and none that rests is used while one does.
"""

import sys
import threading
from typing import Any, Final, Protocol

from greenlet import greenlet  # type: ignore[import-untyped]

__all__ = ["Carrier"]

MOST_IDLE: Final = 64


class Runs(Protocol):
    """A thread, as what carries it sees it."""

    def run(self) -> None:
        """Run it to its end; whatever it raises, it keeps."""

    def leave(self) -> Any:
        """It has ended: the greenlet that goes on."""


class _Idle(threading.local):
    """The carriers that rest, of one thread of this process: greenlets cannot leave theirs."""

    def __init__(self) -> None:
        self.carriers: list[Carrier] = []


_idle: Final = _Idle()


class Carrier(greenlet):  # type: ignore[misc]
    """A greenlet that runs one thread after the other."""

    thread: Any
    """The one that it runs."""

    def __init__(self, home: "list[Carrier] | None") -> None:
        super().__init__(self._main)
        self._home = home

    @classmethod
    def take(cls) -> "Carrier":
        """One that runs nothing."""
        if sys.gettrace() is not None or sys.getprofile() is not None:
            return cls(None)
        home = _idle.carriers
        return home.pop() if home else cls(home)

    def _main(self) -> None:
        while True:
            thread: Runs = self.thread
            thread.run()
            going_on = thread.leave()
            self.thread = None
            del thread
            home = self._home
            if home is None or len(home) >= MOST_IDLE:
                return  # to its parent, which is who goes on
            home.append(self)
            going_on.switch()
