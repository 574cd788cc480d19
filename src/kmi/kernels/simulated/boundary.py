"""The kernel's boundary: what becomes of an exception that leaves the module.

By `kmi.errors`, an errno; for an error of the program a line in the log besides, rate-limited per site, and
the calls that led there, the nearest first:

    kmi: echo.py:42 in Echo.at: IndexError: index 7 out of range of 4
    kmi:   called from echo.py:60 in Echo.read

Invariant: past this point nothing refers to the exception, its traceback or the frames in it, so that it
keeps no object of the module alive.
"""

from types import TracebackType
from typing import Final

from kmi.errors import errno_of, is_program_error
from kmi.kernels.simulated.hook.positions import frames

__all__ = ["Boundary", "forget", "is_foreign", "message_of"]

SECOND: Final = 1_000_000_000
LOG_SECONDS: Final = 5
LOG_LINES: Final = 10
FRAMES: Final = 7
"""How many calls the log shows beside the line that raised; the same as in kmi_error.h."""


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
        self._sites: dict[tuple[str, int] | None, tuple[int, int]] = {}

    def errno(self, raised: Exception, ioctl: bool = False) -> int:
        """The errno of an uncaught exception; `ioctl`: it leaves an ioctl."""
        return errno_of(raised, ioctl)

    def lines(self, raised: Exception, now: int) -> list[str]:
        """The log lines for an error of the program; none for others, and past the site's limit.

        `now` is the kernel's time in nanoseconds.
        """
        if not is_program_error(raised):
            return []
        return self.said(raised, now)

    def said(self, raised: Exception, now: int) -> list[str]:
        """The log lines for any exception, for callbacks whose errors nobody else hears of."""
        passed = frames(raised.__traceback__, outwards=getattr(raised, "kmi_outwards", 0))
        where = passed[0] if passed else None
        window = now // (LOG_SECONDS * SECOND)
        site = (where.file, where.line) if where else None
        last, lines = self._sites.get(site, (window, 0))
        lines = lines if last == window else 0
        self._sites[site] = (window, lines + 1)
        if lines >= LOG_LINES:
            return []
        calls = passed[1:]
        said = [f"kmi: {where if where else '?:0 in ?'}: {message_of(raised)}"]
        said += [f"kmi:   called from {call}" for call in calls[:FRAMES]]
        if len(calls) > FRAMES:
            said.append(f"kmi:   and {len(calls) - FRAMES} more")
        return said


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
