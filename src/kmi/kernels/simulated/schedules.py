"""Who runs next: the strategies by which a scheduler chooses among the threads that can run.

    schedule_named("pct:3", random.Random(7))

`random`: each choice is drawn anew, with weights that differ between threads, so that a short call meets the
middle of a long one. `pct:d`, probabilistic concurrency testing: the ready thread of the highest priority
runs until it blocks, and at d - 1 points drawn beforehand the running one falls to the lowest. A bug that
needs d orderings between threads is then met with a probability that does not vanish with the length of the
run (Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees of
Finding Bugs, ASPLOS 2010).

Invariant: what is chosen depends on the seed and on the calls alone.
"""

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from kmi.kernels.simulated.scheduler import Thread

__all__ = ["Schedule", "UnknownSchedule", "schedule_named"]

WEIGHTS: Final = (1, 8, 64, 512)
"""How much sooner than others a thread is chosen, by the draw it made at its start. With equal chances for
all, a short call would never meet the middle of a long one: it would be over in the first steps of that."""

LENGTHS: Final = (8, 32, 128, 512, 2048)
"""How long a run may be, for PCT, which has to know: one is drawn, as nobody knows."""

PATIENCE: Final = 500
"""After so many choices in a row a thread falls to the lowest priority: it may be spinning for another."""

DEPTH: Final = 3
DEEPEST: Final = 100


class UnknownSchedule(ValueError):
    """A name that no schedule has."""


class Schedule(Protocol):
    """A way to choose."""

    @property
    def name(self) -> str:
        """What `--schedule` calls it."""

    def born(self, thread: "Thread") -> None:
        """A thread is new; gives it its `weight`."""

    def choose(self, ready: Sequence["Thread"]) -> "Thread":
        """The thread to run, of two or more."""


class RandomSchedule:
    """Every choice is drawn, by weights."""

    name = "random"

    def __init__(self, random: Random) -> None:
        self._random = random

    def born(self, thread: "Thread") -> None:
        thread.weight = WEIGHTS[int(self._random.random() * len(WEIGHTS))]

    def choose(self, ready: Sequence["Thread"]) -> "Thread":
        total = 0.0
        for thread in ready:
            total += thread.weight
        drawn = self._random.random() * total
        for thread in ready:
            drawn -= thread.weight
            if drawn < 0:
                return thread
        return ready[-1]


class PctSchedule:
    """The highest priority runs; it changes at few points."""

    def __init__(self, random: Random, depth: int) -> None:
        self.name = f"pct:{depth}"
        self._random = random
        length = random.choice(LENGTHS)
        self._changes = {random.randrange(1, length + 1) for _ in range(depth - 1)}
        self._steps = 0
        self._lowest = 0.0
        self._last: Thread | None = None
        self._in_a_row = 0

    def born(self, thread: "Thread") -> None:
        thread.weight = 1.0 - self._random.random()  # more than 0; what falls is less

    def choose(self, ready: Sequence["Thread"]) -> "Thread":
        self._steps += 1
        chosen = max(ready, key=_priority)
        if chosen is not self._last:
            self._last, self._in_a_row = chosen, 0
        self._in_a_row += 1
        if self._steps in self._changes or self._in_a_row > PATIENCE:
            self._lowest -= 1.0
            chosen.weight = self._lowest
            chosen = max(ready, key=_priority)
        return chosen


def _priority(thread: "Thread") -> float:
    return thread.weight


def schedule_named(name: str, random: Random) -> Schedule:
    """The schedule of a name: `random`, `pct` or `pct:3`; UnknownSchedule if there is none."""
    kind, colon, depth = name.partition(":")
    if name == "random":
        return RandomSchedule(random)
    if kind == "pct" and not colon:
        return PctSchedule(random, DEPTH)
    if kind == "pct" and depth.isdecimal() and depth.isascii() and 1 <= int(depth) <= DEEPEST:
        return PctSchedule(random, int(depth))
    raise UnknownSchedule(f"there is no schedule '{name}': there are random, and pct:1 to pct:{DEEPEST}")
