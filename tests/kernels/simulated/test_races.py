"""Data races: found in whatever schedule, told with both lines, and never where something orders."""

from collections.abc import Callable

import pytest

from kmi.kernels.simulated.reports import Report
from kmi.kernels.simulated.scheduler import Scheduler


class Place:
    """Something with fields."""


class Case:
    """A scheduler, and accesses of the fields of one place by threads of it."""

    def __init__(self, seed: int) -> None:
        self.reports: list[Report] = []
        self.scheduler = Scheduler(seed, self.reports.append)
        self.races = self.scheduler.races
        self.place = Place()

    def run(self, *bodies: Callable[[], object]) -> list[str]:
        import sys

        self.frame = sys._getframe()
        threads = [self.scheduler.spawn(body.__name__, body) for body in bodies]
        for thread in threads:
            self.scheduler.run_until(lambda thread=thread: thread.done)
            self.races.joined(thread)
            if thread.failure is not None:
                raise thread.failure
        return [report.title for report in self.reports]

    def read(self, field: str = "count") -> None:
        self.races.read(self.place, field, self.frame)
        self.scheduler.preempt()

    def write(self, field: str = "count") -> None:
        self.races.write(self.place, field, self.frame)
        self.scheduler.preempt()


@pytest.fixture(params=range(5))
def case(request: pytest.FixtureRequest) -> Case:
    return Case(request.param)


def test_a_write_and_a_read_race_in_every_schedule(case: Case) -> None:
    def reader() -> None:
        case.read()

    def writer() -> None:
        case.write()

    (title,) = case.run(reader, writer)
    assert title == "Place.count is read by one thread and written by another, and nothing orders them"
    assert sorted(line.partition(" ")[0] for line in case.reports[0].lines) == ["read", "written"]
    assert "by reader" in str(case.reports[0]) and "by writer" in str(case.reports[0])


def test_two_writes_race_even_if_the_first_thread_has_ended(case: Case) -> None:
    def one() -> None:
        case.write()

    def other() -> None:
        for _ in range(50):
            case.scheduler.preempt()
        case.write()

    assert case.run(one, other) == ["Place.count is written by two threads, and nothing orders them"]


def test_reads_do_not_race_and_neither_do_different_fields(case: Case) -> None:
    def one() -> None:
        case.read()
        case.write("left")

    def other() -> None:
        case.read()
        case.write("right")

    assert case.run(one, other) == []


def test_what_is_released_and_acquired_is_ordered(case: Case) -> None:
    lock, free = Place(), [True]

    def body() -> None:
        for _ in range(3):
            while not free[0]:
                case.scheduler.preempt()
            free[0] = False
            case.races.acquire(lock)
            case.read()
            case.write()
            case.races.release(lock)
            free[0] = True
            case.scheduler.preempt()

    assert case.run(body, body, body) == []


def test_readers_of_a_channel_are_not_ordered_among_themselves(case: Case) -> None:
    lock = Place()

    def reader() -> None:
        case.races.acquire(lock)
        case.write()
        case.races.release(lock, "readers")

    assert case.run(reader, reader) == ["Place.count is written by two threads, and nothing orders them"]


def test_a_thread_is_after_its_start_and_before_who_waits_for_it(case: Case) -> None:
    def child() -> None:
        case.write()

    def parent() -> None:
        case.write()
        thread = case.scheduler.spawn("child", child)
        while not thread.done:
            case.scheduler.preempt()
        case.races.joined(thread)
        case.read()

    assert case.run(parent) == []


def test_what_a_parent_does_meanwhile_is_not_ordered(case: Case) -> None:
    def child() -> None:
        case.write()

    def parent() -> None:
        thread = case.scheduler.spawn("child", child)
        case.write()
        while not thread.done:
            case.scheduler.preempt()

    assert case.run(parent) == ["Place.count is written by two threads, and nothing orders them"]


def test_one_thread_after_the_other_is_no_race(case: Case) -> None:
    def one() -> None:
        case.write()

    def other() -> None:
        case.read()

    assert case.run(one) == case.run(other) == []
