"""What the implementations of the interface need of the kernel that they run in.

`world()` is the kernel of the running thread. It is a Protocol, so that the interface's modules (devices,
locks) do not import the kernel, which imports them.
"""

from random import Random
from typing import TYPE_CHECKING, Protocol, cast

from kmi.kernels.simulated.faults import Allocator
from kmi.kernels.simulated.lockorder import LockOrder
from kmi.kernels.simulated.races import Races
from kmi.kernels.simulated.reports import Report
from kmi.kernels.simulated.scheduler import Scheduler, current

if TYPE_CHECKING:
    from kmi.kernels.simulated.device import Registration

__all__ = ["World", "world"]


class World(Protocol):
    """A simulated kernel, as seen from inside."""

    scheduler: Scheduler
    allocator: Allocator
    lock_order: LockOrder

    @property
    def entropy(self) -> Random:
        """What the kernel's random bytes come from; apart from the schedule, which they must not change."""

    @property
    def races(self) -> Races:
        """Who heard of whom: `races.release(noun)` happens before `races.acquire(noun)`."""

    def report(self, report: Report) -> None:
        """Keep a report for the test."""

    def log_line(self, level: int, message: str) -> None:
        """Add a line to the kernel's log."""

    def log_error(self, raised: Exception) -> None:
        """Log an uncaught exception of a callback whose caller hears of no errors."""

    def announce(self, registration: "Registration") -> None:
        """A registration was made by the module that is being loaded."""


class WorldScheduler(Scheduler):
    """A scheduler that knows its kernel."""

    def __init__(self, seed: int, world: World, schedule: str = "random") -> None:
        super().__init__(seed, world.report, schedule)
        self.world = world


def world() -> World:
    """The kernel of the running thread; RuntimeError outside of one."""
    return cast(WorldScheduler, current().scheduler).world
