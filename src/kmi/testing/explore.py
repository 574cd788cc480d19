"""Running one test under many schedules: ``--explore 1000``.

Each schedule is a simulated kernel of its own, with a seed of its own, and is either random or one of
priorities that change (see :mod:`kmi.kernels.simulated.schedules`). The first that fails ends the test, and
its seed and schedule are in the line that runs it again::

    kmi test 'test_echo.py::test_two_writers[simulated]' --on simulated --seed 38 --schedule pct:2

Where the function takes no fixture of its own but ``kernel``, only the function is called again, and modules
that the front end has seen are not executed anew; otherwise pytest sets all its fixtures up again.

Invariants: schedule 0 is the one that runs without ``--explore``; a kernel outlives neither its schedule nor,
where that failed, its test; nothing but the seed and the schedule differs between two of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import cast

import _pytest.python
import pytest
from _pytest.runner import runtestprotocol

__all__ = ["ROUND", "Explored", "Progress", "Round", "by_call", "by_protocol", "only_kernel", "rounds"]

DEPTHS = (2, 3, 1, 4)
"""How deep the schedules by priorities are, in turn."""
REFRESH = 0.2
"""Seconds between two lines of progress."""

#: What pytest makes a fixture of a test's parameter with.
_PARAMETER = getattr(_pytest.python, "get_direct_param_fixture_func", None)


@dataclass(frozen=True)
class Round:
    """One schedule of a test."""

    number: int
    seed: int
    """What ``--seed`` has to be to get it again."""
    schedule: str
    """The same for ``--schedule``."""


#: The schedule that a test runs under.
ROUND: pytest.StashKey[Round] = pytest.StashKey()


@dataclass
class Explored:
    """How much was explored so far."""

    tests: int = 0
    schedules: int = 0
    seconds: float = 0.0
    each: int = 0

    def __str__(self) -> str:
        tests = "1 test" if self.tests == 1 else f"{self.tests:,} tests"
        rate = self.schedules / self.seconds if self.seconds else 0.0
        found = f"{self.schedules:,} schedules of {tests} in {self.seconds:.2f} s"
        return f"{found}: {rate:,.0f} schedules a second"


def rounds(seed: int, count: int, schedule: str | None) -> Iterator[Round]:
    """The schedules of a test: of the kind that was asked for, else random and by priorities in turn."""
    for number in range(count):
        mixed = f"pct:{DEPTHS[number // 2 % len(DEPTHS)]}" if number % 2 else "random"
        yield Round(number, seed + number, schedule or mixed)


def only_kernel(item: pytest.Function) -> bool:
    """Whether nothing but the kernel and the test's parameters has to be made anew for another schedule."""
    return not any(
        definitions[-1].scope == "function" and definitions[-1].func is not _PARAMETER
        for name, definitions in item._fixtureinfo.name2fixturedefs.items()
        if name not in ("kernel", "request")
    )


@dataclass
class Progress:
    """The line on a terminal that says how far an exploration is."""

    config: pytest.Config
    title: str
    count: int
    began: float = field(default_factory=time.monotonic)
    told: float = 0.0

    def __post_init__(self) -> None:
        self.told = self.began
        self.reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        self.shows = self.reporter is not None and self.reporter.isatty

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def at(self, number: int) -> None:
        """So many schedules have passed."""
        if not self.shows or (now := time.monotonic()) - self.told < REFRESH:
            return
        self.told = now
        rate = number / (now - self.began)
        self._write(f"{self.title}: {number:,} of {self.count:,} schedules, {rate:,.0f} a second")

    def end(self) -> None:
        """Take the line away."""
        if self.shows and self.told > self.began:
            self._write("")

    def _write(self, text: str) -> None:
        capture = self.config.pluginmanager.get_plugin("capturemanager")
        with ExitStack() as stack:
            if capture is not None:
                stack.enter_context(capture.global_and_fixture_disabled())
            assert self.reporter is not None
            self.reporter.rewrite(text, erase=True)


def by_call(
    item: pytest.Function,
    plan: Sequence[Round],
    begin: Callable[[Round, ExitStack], object],
    judge: Callable[[], None],
    explored: Explored,
) -> None:
    """Call the test's function under each schedule.

    `begin` gives the kernel of a schedule, which the stack ends; `judge` fails the test if the kernel
    complained.
    """
    names = item._fixtureinfo.argnames
    arguments = {name: item.funcargs[name] for name in names}
    progress = Progress(item.config, item.name, len(plan))
    done = 0
    try:
        for one in plan:
            stack = ExitStack()
            try:
                item.stash[ROUND] = one
                kernel = begin(one, stack)
                if "kernel" in arguments:
                    arguments["kernel"] = kernel
                item.obj(**arguments)
                judge()
            except BaseException:
                item.addfinalizer(stack.close)  # the report still asks the kernel what it has to say
                raise
            finally:
                done += 1
            stack.close()
            progress.at(done)
    finally:
        progress.end()
        _count(explored, done, progress.seconds)


def by_protocol(
    item: pytest.Function, following: pytest.Item | None, plan: Sequence[Round], explored: Explored
) -> None:
    """Run the test, with the setup and teardown of all its fixtures, under each schedule."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    progress = Progress(item.config, item.name, len(plan))
    done = 0
    for one in plan:
        item.stash[ROUND] = one
        last = one is plan[-1]
        # With its own parent as what comes next, the item ends and fixtures of wider scopes stay.
        after = following if last else cast(pytest.Item, item.parent)
        reports = runtestprotocol(item, log=False, nextitem=after)
        done += 1
        if not last and all(report.outcome == "passed" for report in reports):
            progress.at(done)
            continue
        progress.end()
        if not last:
            item.session._setupstate.teardown_exact(following)
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        break
    _count(explored, done, progress.seconds)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def _count(explored: Explored, schedules: int, seconds: float) -> None:
    explored.tests += 1
    explored.schedules += schedules
    explored.seconds += seconds
