"""What the simulated kernel finds wrong: reports, which it collects, and failures, which end the run.

A report is something that no call's errno tells: a leak, a lock order inversion, a sleep in atomic context. A
failure is raised in the test: the kernel cannot go on.
"""

from dataclasses import dataclass

__all__ = ["Deadlock", "Livelock", "LockMisuse", "Report", "SimulationError"]


@dataclass(frozen=True)
class Report:
    """Something wrong that the kernel noticed although no call failed."""

    kind: str
    """`leak`, `lock order`, `recursive lock`, `sleep in atomic context`, ..."""
    title: str
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join((f"{self.kind}: {self.title}", *(f"    {line}" for line in self.lines)))


class SimulationError(Exception):
    """The simulated kernel cannot go on."""


class Deadlock(SimulationError):
    """No thread can run and none waits for time to pass: says each thread and the line where it waits."""


class Livelock(SimulationError):
    """The threads kept running and the one that was waited for never got anywhere."""


class UnsafeCode(SimulationError):
    """A module that works on a kernel's memory, which this kernel has not."""


class LockMisuse(BaseException):
    """A lock taken or given back against the rules; ends the thread, and no module can catch it."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report
