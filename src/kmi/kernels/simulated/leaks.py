"""Objects that are left after their module is gone.

Kernels count references and have no garbage collector, so a cycle that CPython would collect is a leak there.
While a module is loaded the collector therefore rests, and what lives after the unload is counted first.

Invariant: only objects made while the module ran count; the tracker itself keeps none of them alive.
"""

import gc
import sys
import weakref
from collections import Counter
from types import CodeType, FrameType

from kmi.kernels.simulated.hook.positions import Position
from kmi.kernels.simulated.reports import Report

__all__ = ["Collector", "Tracker"]


class Tracker:
    """The objects that one loaded module made."""

    def __init__(self) -> None:
        self._alive: dict[int, weakref.ref[object]] = {}
        self._born: dict[int, tuple[CodeType, int]] = {}
        """Where each of them was made."""

    def add(self, made: object, by: FrameType) -> None:
        """Remember an object without keeping it alive, and the line that makes it."""
        key = id(made)
        self._born[key] = by.f_code, by.f_lineno
        self._alive[key] = weakref.ref(made, lambda _: self._alive.pop(key, None))

    def left(self) -> Counter[str]:
        """How many objects of which class are alive, made where."""
        found: Counter[str] = Counter()
        for key, reference in list(self._alive.items()):
            if (one := reference()) is not None:
                found[f"{type(one).__qualname__}, made at {Position(*self._born[key])}"] += 1
        return found

    def report(self, name: str) -> Report | None:
        """The report of what is left of a module; None if nothing is."""
        if self._alive:
            _let_debuggers_forget()
        left = self.left()
        if not left:
            return None
        total = sum(left.values())
        return Report(
            "leak",
            f"{total} object{'s are' if total > 1 else ' is'} left of {name}",
            tuple(f"{count} of {kind}" for kind, count in sorted(left.items())),
        )


def _let_debuggers_forget() -> None:
    """Let go of what a debugger keeps of the function in which it stopped, also when that has returned."""
    bdb = sys.modules.get("bdb")
    if bdb is None:
        return
    for debugger in gc.get_objects():
        if not isinstance(debugger, bdb.Bdb):
            continue
        if getattr(debugger, "curframe", None) is None:  # nobody looks at them now
            debugger.curframe_locals = {}
        for name in ("stopframe", "returnframe"):
            frame = getattr(debugger, name, None)
            if isinstance(frame, FrameType):
                try:
                    frame.clear()
                except RuntimeError:
                    pass  # it still runs


class Collector:
    """CPython's garbage collector, at rest while any module is loaded."""

    _resting = 0
    _was_enabled = False

    @classmethod
    def rest(cls) -> None:
        """Stop collecting; as often as `resume` is called."""
        if not cls._resting:
            cls._was_enabled = gc.isenabled()
            gc.disable()
        cls._resting += 1

    @classmethod
    def resume(cls) -> None:
        """Collect again, when nobody needs the collector to rest."""
        cls._resting -= 1
        if not cls._resting and cls._was_enabled:
            gc.enable()
