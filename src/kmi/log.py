# mypy: disable-error-code="empty-body"
"""The kernel's log.

    info(f"echo: {count} bytes kept")

An f-string passed to a log function is formatted straight into the kernel's log and allocates nothing. Each
call is one line; a newline at the end is not needed. Callable in any context. The levels are those of
syslog(3). Linux: `printk()` (Documentation/core-api/printk-basics.rst); dmesg(1) shows it.
"""

from typing import TypeAlias

from kmi.interface import provided

__all__ = ["Format", "alert", "crit", "debug", "emerg", "err", "info", "notice", "warn"]

Format: TypeAlias = str
"""A message of which the kernel's log is the only reader: an f-string given here is never built in memory."""


@provided
def emerg(message: Format) -> None:
    """Log at level 0: the system is unusable."""
    ...


@provided
def alert(message: Format) -> None:
    """Log at level 1: something must be done at once."""
    ...


@provided
def crit(message: Format) -> None:
    """Log at level 2: a critical condition."""
    ...


@provided
def err(message: Format) -> None:
    """Log at level 3: an error."""
    ...


@provided
def warn(message: Format) -> None:
    """Log at level 4: a warning."""
    ...


@provided
def notice(message: Format) -> None:
    """Log at level 5: normal, and worth noticing."""
    ...


@provided
def info(message: Format) -> None:
    """Log at level 6: information."""
    ...


@provided
def debug(message: Format) -> None:
    """Log at level 7: for who debugs; many kernels drop it unless told otherwise."""
    ...
