"""An object that is read without a lock: `kmi.rcu` in the simulated kernel.

A grace period ends when all readers that had begun before it are through, and, if the seed wants, some time
after that. What a replaced object's readers still find of it is checked: it is alive.
"""

from types import TracebackType
from typing import Final, Generic, TypeVar

from kmi.kernels.simulated.hook.positions import here
from kmi.kernels.simulated.locks import declared_name, may_sleep
from kmi.kernels.simulated.reports import Report
from kmi.kernels.simulated.scheduler import Killed, Thread, current
from kmi.kernels.simulated.world import world

__all__ = ["Published", "Seeing"]

T = TypeVar("T")

LATE: Final = 10_000_000
"""Nanoseconds by which a grace period may be longer than it had to."""


class Published(Generic[T]):
    """The object that readers find at present."""

    def __init__(self, value: T) -> None:
        self._value = value
        self._name = declared_name("published object")
        self._readers: list[tuple[Thread, object]] = []
        """Who reads, and a token for that one time."""
        self._waiting: list[Thread] = []

    def __str__(self) -> str:
        return f"{self._name}.read()"

    def read(self) -> "Seeing[T]":
        return Seeing(self)

    def replace(self, value: T) -> None:
        may_sleep(f"replacing {self._name}")
        thread = current()
        scheduler = thread.scheduler
        scheduler.preempt()
        scheduler.races.acquire(self)
        old, self._value = self._value, value
        scheduler.races.release(self)
        scheduler.preempt()
        before = [token for _, token in self._readers]
        if any(reader is thread for reader, _ in self._readers):
            title = f"{self._name} is replaced at {here()} by a thread that reads it, which waits for itself"
            world().report(Report("replace while reading", title))
            return
        while any(token in before for _, token in self._readers):
            self._waiting.append(thread)
            names = ", ".join(reader.name for reader, token in self._readers if token in before)
            scheduler.block(f"the readers of {self._name}: {names}")
            self._waiting.remove(thread)
        if scheduler.random.random() < 0.5:
            late = scheduler.random.randrange(LATE)
            scheduler.block(f"the end of a grace period of {self._name}", timeout=late)
        del old


class Seeing(Generic[T]):
    """A `Published` as readers take it, all of them together."""

    def __init__(self, published: Published[T]) -> None:
        self._published = published
        self._mine: tuple[Thread, object] | None = None

    def __str__(self) -> str:
        return str(self._published)

    def __enter__(self) -> T:
        thread = current()
        thread.scheduler.preempt()
        self._mine = (thread, object())
        self._published._readers.append(self._mine)
        thread.held.append(self)
        thread.spinning_locks += 1
        thread.scheduler.preempt()
        thread.scheduler.races.acquire(self._published)
        return self._published._value

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Killed) or self._mine is None:
            return
        thread = current()
        thread.held.remove(self)
        thread.spinning_locks -= 1
        self._published._readers.remove(self._mine)
        for waiting in self._published._waiting:
            thread.scheduler.wake(waiting)
        thread.scheduler.preempt()
