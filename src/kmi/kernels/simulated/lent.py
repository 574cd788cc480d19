"""What the kernel lends to a callback, and what becomes of it when the callback has returned.

A File, a Uio, a Request is the callback's for as long as it runs; on a real kernel it lies on the caller's
stack. Whoever keeps it and uses it later is told so:

    use after release: File.nonblocking is used at echo.py:30 in Echo.poll
        the File was lent to Echo.open, which has returned

Invariant: what is lent costs nothing while it may be used.
"""

import functools
from typing import Any, Final

from kmi.kernels.simulated.hook.positions import here
from kmi.kernels.simulated.reports import LockMisuse, Report
from kmi.kernels.simulated.world import world

__all__ = ["take_back"]

_WHAT: Final = "_kmi_lent"


def _used(self: object, name: str) -> Any:
    """Any attribute of what was lent, afterwards."""
    if name.startswith("__"):
        return object.__getattribute__(self, name)
    kind, borrower = object.__getattribute__(self, _WHAT)
    report = Report(
        "use after release",
        f"{kind}.{name} is used at {here()}",
        (f"the {kind} was lent to {borrower}, which has returned",),
    )
    world().report(report)
    raise LockMisuse(report)


@functools.cache
def _gone(kind: Any) -> Any:
    """The class of what was lent, after that: of the same layout, and of no use."""
    return type(kind.__name__, (kind,), {"__getattribute__": _used})


def take_back(lent: Any, callback: object) -> None:
    """The callback that something was lent to has returned."""
    kind: Any = type(lent)
    vars(lent).clear()
    vars(lent)[_WHAT] = kind.__name__, getattr(callback, "__qualname__", "a callback")
    lent.__class__ = _gone(kind)
