"""The kernel's boundary: what becomes of an exception that leaves the module.

By `kmi.errors`, an errno; for an error of the program, one log line besides, rate-limited per site:

    kmi: echo.py:42 in Echo.read: IndexError: index 7 out of range of 4

Invariant: past this point nothing refers to the exception, its traceback or the frames in it, so that it
keeps no object of the module alive.
"""

from types import TracebackType
from typing import Final

from kmi.errors import errno_of, is_program_error
from kmi.kernels.simulated.hook.positions import Position, of_traceback

__all__ = ["Boundary", "forget", "is_foreign", "message_of"]

SECOND: Final = 1_000_000_000
LOG_SECONDS: Final = 5
LOG_LINES: Final = 10


def is_foreign(raised: BaseException) -> bool:
    """Whether an exception is not the module's: a debugger's, a test's time limit; it passes the boundary."""
    kind = type(raised)
    return kind.__module__ != "builtins" and not hasattr(kind, "_kmi_checks")


def message_of(raised: BaseException) -> str:
    """The exception's class and message, in the words that compiled code has for it, too."""
    kind, text = type(raised).__name__, str(raised)
    if isinstance(raised, (AttributeError, TypeError)) and "'NoneType' object" in text:
        kind, text = "AttributeError", "None used"
    elif isinstance(raised, RecursionError):
        text = "maximum recursion depth exceeded"
    elif isinstance(raised, OSError) and raised.errno is not None:
        text = raised.strerror or ""
    return f"{kind}: {text}" if text else kind


class Boundary:
    """Turns exceptions into errnos, and remembers how much each site logged lately."""

    def __init__(self) -> None:
        self._sites: dict[Position | None, tuple[int, int]] = {}

    def errno(self, raised: Exception, ioctl: bool = False) -> int:
        """The errno of an uncaught exception; `ioctl`: it leaves an ioctl."""
        return errno_of(raised, ioctl)

    def line(self, raised: Exception, now: int) -> str | None:
        """The log line for an error of the program; None for others, and past the site's limit.

        `now` is the kernel's time in nanoseconds.
        """
        if not is_program_error(raised):
            return None
        return self.said(raised, now)

    def said(self, raised: Exception, now: int) -> str | None:
        """The log line for any exception, for callbacks whose errors nobody else hears of."""
        where = of_traceback(raised.__traceback__, outwards=getattr(raised, "kmi_outwards", 0))
        window = now // (LOG_SECONDS * SECOND)
        last, lines = self._sites.get(where, (window, 0))
        lines = lines if last == window else 0
        self._sites[where] = (window, lines + 1)
        if lines >= LOG_LINES:
            return None
        return f"kmi: {where if where else '?:0 in ?'}: {message_of(raised)}"


def forget(raised: BaseException | None) -> None:
    """Cut an exception, and those in whose handling it was raised, loose from the frames that it passed."""
    seen: set[int] = set()
    while raised is not None and id(raised) not in seen:
        seen.add(id(raised))
        trace: TracebackType | None = None
        raised.__traceback__ = trace
        following = raised.__cause__ or raised.__context__
        raised.__cause__ = raised.__context__ = None
        raised = following
