"""What an exception is to the kernel, and a kernel's errno to Python: both tables, as data.

The exception is the errno. A module raises `OSError(EBUSY, "busy")`, a subclass (`raise BlockingIOError`), or
`error(EBUSY)`. What leaves the module becomes an errno by `OUTBOUND`, first match wins; what a kernel
function returns becomes an exception by `inbound`. Errnos are names: their numbers differ between kernels.

Invariants: every Exception has exactly one outcome; a subclass stands before its base; OSErrors with an errno
keep it, so their rows say only what a bare `raise BlockingIOError` means.
"""

import errno
import os
from dataclasses import dataclass
from typing import Final

__all__ = [
    "INBOUND_MEMORY",
    "OUTBOUND",
    "PROGRAM_ERRNO",
    "Outcome",
    "Stopped",
    "errno_of",
    "error",
    "inbound",
    "is_program_error",
    "outcome",
]


class Stopped(Exception):
    """The kernel thread is to end: what its waits and sleeps raise from then on. See `kmi.thread`."""


@dataclass(frozen=True)
class Outcome:
    """What an uncaught exception of one class becomes at the kernel's boundary.

    `errno` is the name of the error; `ioctl` the name where it differs in an ioctl; `program` says that it is
    an error of the program: then one rate-limited log line names the file, line and function.
    """

    error: type[BaseException]
    errno: str
    ioctl: str | None = None
    program: bool = False


PROGRAM_ERRNO: Final = "ENOTRECOVERABLE"
"""What errors of the program become: not EFAULT, which would blame the caller's pointer."""

INBOUND_MEMORY: Final = "ENOMEM"
"""The one errno that comes in as MemoryError; every other one is an OSError by CPython's own map."""

_ERRNOS: Final = range(1, 512)
"""What user space knows as an errno: above are a kernel's own numbers, which must not leave it."""

OUTBOUND: Final[tuple[Outcome, ...]] = (
    # OSErrors: the errno that they carry; these rows are for a bare `raise BlockingIOError`.
    Outcome(BlockingIOError, "EAGAIN"),
    Outcome(ChildProcessError, "ECHILD"),
    Outcome(BrokenPipeError, "EPIPE"),
    Outcome(ConnectionAbortedError, "ECONNABORTED"),
    Outcome(ConnectionRefusedError, "ECONNREFUSED"),
    Outcome(ConnectionResetError, "ECONNRESET"),
    Outcome(FileExistsError, "EEXIST"),
    Outcome(FileNotFoundError, "ENOENT"),
    Outcome(InterruptedError, "EINTR"),
    Outcome(IsADirectoryError, "EISDIR"),
    Outcome(NotADirectoryError, "ENOTDIR"),
    Outcome(PermissionError, "EACCES"),
    Outcome(ProcessLookupError, "ESRCH"),
    Outcome(TimeoutError, "ETIMEDOUT"),
    Outcome(OSError, "EIO"),  # also for an errno that is none
    # Conditions that a caller can act on.
    Outcome(MemoryError, "ENOMEM"),
    Outcome(NotImplementedError, "ENOSYS", ioctl="ENOTTY"),
    Outcome(ValueError, "EINVAL"),
    # Errors of the program.
    Outcome(OverflowError, PROGRAM_ERRNO, program=True),
    Outcome(IndexError, PROGRAM_ERRNO, program=True),
    Outcome(KeyError, PROGRAM_ERRNO, program=True),
    Outcome(ZeroDivisionError, PROGRAM_ERRNO, program=True),
    Outcome(AssertionError, PROGRAM_ERRNO, program=True),
    Outcome(AttributeError, PROGRAM_ERRNO, program=True),
    Outcome(RecursionError, PROGRAM_ERRNO, program=True),
    Outcome(Exception, PROGRAM_ERRNO, program=True),
)
"""What an uncaught exception becomes, first match wins. The names are POSIX's (errno(3)); ENOTRECOVERABLE is
its "state not recoverable".
"""


def error(number: int, message: str | None = None) -> OSError:
    """The OSError of an errno, of CPython's subclass for it: `raise error(EBUSY)`, `error(EBUSY, "in use")`.

    Without a message it carries the system's own text. `OSError(EBUSY)` alone has no errno in Python.
    """
    return OSError(number, os.strerror(number) if message is None else message)


def outcome(raised: BaseException) -> Outcome:
    """The row of `OUTBOUND` for an exception."""
    for row in OUTBOUND:
        if isinstance(raised, row.error):
            return row
    raise LookupError(f"{type(raised).__name__} is not an Exception: it may not reach the kernel's boundary")


def errno_of(raised: BaseException, ioctl: bool = False) -> int:
    """The errno, as this platform's number, that an uncaught exception becomes; `ioctl`: leaving an ioctl."""
    if isinstance(raised, OSError) and raised.errno is not None and raised.errno in _ERRNOS:
        return raised.errno
    row = outcome(raised)
    number: int = getattr(errno, row.ioctl if ioctl and row.ioctl else row.errno)
    return number


def is_program_error(raised: BaseException) -> bool:
    """Whether an uncaught exception is an error of the program, which the kernel's log must name."""
    return outcome(raised).program


def inbound(number: int) -> MemoryError | OSError:
    """The exception for an errno that a kernel function gave."""
    return MemoryError() if number == getattr(errno, INBOUND_MEMORY) else error(number)
