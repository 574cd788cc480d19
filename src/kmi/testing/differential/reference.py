"""CPython's word on a program: what it logs and what it raises. That nothing stays alive is plain there.

The file is loaded through the simulator's import hook, so that integers have places as they have in compiled
code, and runs in a thread of a simulated kernel; the log functions write into a list.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from kmi.kernels.host.outcome import Outcome, Raised
from kmi.kernels.simulated.boundary import FRAMES, forget, message_of
from kmi.kernels.simulated.hook import loader
from kmi.kernels.simulated.hook.positions import frames
from kmi.kernels.simulated.kernel import SimulatedKernel

__all__ = ["run"]

LEVELS: Final = {"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"}


def run(path: Path, mains: list[str]) -> dict[str, Outcome]:
    """Run each main of a file, in order."""
    loaded = loader.load(path, entry=False)
    lines: list[str] = []
    for module in loaded.files:
        for name in vars(module).keys() & LEVELS:
            setattr(module, name, lines.append)
    outcomes = {}
    with SimulatedKernel(seed=0) as kernel:
        for name in mains:
            lines.clear()
            outcomes[name] = _run(loaded.namespace[name], lines, kernel)
    return outcomes


def _run(main: Any, lines: list[str], kernel: SimulatedKernel) -> Outcome:
    outcome = Outcome(finished=True)

    def body() -> None:
        try:
            main()
        except Exception as error:
            outcome.raised = raised(error)
            forget(error)

    thread = kernel.scheduler.spawn("main", body)
    kernel.scheduler.run_until(lambda: thread.done)
    outcome.log = list(lines)
    return outcome


def raised(error: Exception) -> Raised:
    """An exception in the words that compiled code has for it."""
    passed = frames(error.__traceback__, outwards=getattr(error, "kmi_outwards", 0))
    where = passed[0] if passed else None
    calls = tuple(f"{call.line} in {call.function}" for call in passed[1 : FRAMES + 1])
    kind, _, message = message_of(error).partition(": ")
    number = (error.errno or 0) if isinstance(error, OSError) else 0
    if number and message == os.strerror(number):
        message = ""
    return Raised(kind, number, message, where.line if where else 0, where.function if where else "?", calls)
