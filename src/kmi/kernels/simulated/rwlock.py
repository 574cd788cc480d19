"""A lock with readers, watched: `RwLock` of `kmi.sync` in the simulated kernel.

Who comes first is not promised, so the seed decides: whether a reader goes before a writer that waits, whom a
lock that was given back is for. What kernels do promise is kept: a writer is not starved for ever.
"""

from types import TracebackType
from typing import Final, Generic, TypeVar

from kmi.kernels.simulated.hook.positions import Position, here
from kmi.kernels.simulated.locks import Held, declared_name, may_sleep
from kmi.kernels.simulated.scheduler import Killed, Thread, current

__all__ = ["Reading", "RwLock", "Writing"]

T = TypeVar("T")

READERS: Final = "readers"
PATIENCE: Final = 3
"""How many readers may go before a writer that waits."""


class RwLock(Held, Generic[T]):
    """A sleeping lock around a value that many may read at once, and one may change."""

    def __init__(self, value: T) -> None:
        self._value = value
        self._name = declared_name("reader-writer lock")
        self._readers: dict[Thread, Position | None] = {}
        self._writer: Thread | None = None
        self._written_at: Position | None = None
        self._waiting: list[Thread] = []
        self._writers_waiting = 0
        self._passed = 0
        """How many readers went before the writers that wait."""
        current().scheduler.races.guards.add(self)

    def lent_to(self, thread: Thread, write: bool) -> bool:
        """Whether the thread may read the value now, or `write` it."""
        return self._writer is thread or (not write and thread in self._readers)

    def __str__(self) -> str:
        return f"{self._name} (taken at {self._taken_by(current())})"

    def _taken_by(self, thread: Thread) -> Position | None:
        return self._written_at if self._writer is thread else self._readers.get(thread)

    def read(self) -> "Reading[T]":
        return Reading(self)

    def write(self) -> "Writing[T]":
        return Writing(self)

    def _take(self, writes: bool) -> None:
        may_sleep(f"taking {self._name}")
        thread, position = current(), here()
        thread.scheduler.preempt()
        if thread in self._readers or self._writer is thread:
            raise self._misused(
                "recursive lock",
                f"{self._name} is taken at {position} by the thread that holds it",
                f"first taken at {self._taken_by(thread)}",
            )
        self._order(thread, position)
        if writes:
            self._wait_alone(thread)
            thread.scheduler.races.acquire(self, READERS)
            self._writer, self._written_at = thread, position
        else:
            self._wait_with_others(thread)
            self._readers[thread] = position
        self._last = position, thread.name
        thread.held.append(self)
        thread.scheduler.races.acquire(self)

    def _wait_alone(self, thread: Thread) -> None:
        self._writers_waiting += 1
        while self._writer is not None or self._readers:
            self._block(thread)
        self._writers_waiting -= 1
        self._passed = 0

    def _wait_with_others(self, thread: Thread) -> None:
        patient = self._passed < PATIENCE and thread.scheduler.random.random() < 0.5
        while self._writer is not None or (self._writers_waiting and not patient):
            self._block(thread)
            patient = True  # its turn has come
        self._passed += bool(self._writers_waiting)

    def _block(self, thread: Thread) -> None:
        self._waiting.append(thread)
        thread.scheduler.block(f"{self._name}, held by {self._holders()}")
        if thread in self._waiting:
            self._waiting.remove(thread)

    def _holders(self) -> str:
        if self._writer is not None:
            return f"{self._writer.name} since {self._written_at}"
        if self._readers:
            return ", ".join(f"{thread.name} since {at}" for thread, at in self._readers.items())
        return "nobody, but a writer is first"

    def _give_back(self, writes: bool) -> None:
        thread = current()
        if writes:
            thread.scheduler.races.release(self)
            self._writer = self._written_at = None
        else:
            thread.scheduler.races.release(self, READERS)
            del self._readers[thread]
        thread.held.remove(self)
        if self._writer is None and (not self._readers or not writes):
            for waiting in self._waiting:  # all of them: who gets it is for the seed to decide
                thread.scheduler.wake(waiting)
        thread.scheduler.preempt()


class Reading(Generic[T]):
    """A `RwLock` as readers take it."""

    def __init__(self, lock: RwLock[T]) -> None:
        self._lock = lock

    def __enter__(self) -> T:
        self._lock._take(writes=False)
        return self._lock._value

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, Killed):
            self._lock._give_back(writes=False)


class Writing(Generic[T]):
    """A `RwLock` as a writer takes it."""

    def __init__(self, lock: RwLock[T]) -> None:
        self._lock = lock

    def __enter__(self) -> T:
        self._lock._take(writes=True)
        return self._lock._value

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, Killed):
            self._lock._give_back(writes=True)

