"""Modules that share without a lock: the front end refuses them, and the simulator sees them race."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kmi.kernels.simulated.kernel import SimulatedKernel
from kmi.kernels.simulated.reports import Report

Written = Callable[[str], Path]


def line_of(path: Path, text: str) -> int:
    (number,) = (n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line)
    return number


def two_calls(
    path: Path, seed: int, schedule: str = "random", names: tuple[str, str] = ("read", "write")
) -> list[Report]:
    """A read and a write of two processes at once, without the checks of the front end."""
    with SimulatedKernel(seed, schedule) as kernel:
        kernel.load(path, check=False)
        users = [kernel.process() for _ in names]
        calls = [
            user.start(name, user.open("/dev/device"), 1 if name == "read" else b"x")
            for user, name in zip(users, names, strict=True)
        ]
        for call in calls:
            call.result()
        kernel.settle()
        return kernel.reports()


RACES = {
    "a field": (
        "self.count = 0",
        "seen = self.count  # reads",
        "self.count = 1  # writes",
        "Device.count",
    ),
    "a field of a field": (
        "self.state = State()",
        "seen = self.state.count  # reads",
        "self.state.count = 1  # writes",
        "State.count",
    ),
    "a sum": (
        "self.count = 0",
        "seen = self.count  # reads",
        "self.count += 1  # writes",
        "Device.count",
    ),
    "a list that grows": (
        "self.items = [1]",
        "seen = len(self.items)  # reads",
        "self.items.append(1)  # writes",
        "Device.items[…]",
    ),
    "a list by another name": (
        "self.items = [1]",
        "items = self.items; seen = items[0]  # reads",
        "items = self.items; items[0] = 2  # writes",
        "Device.items[…]",
    ),
    "a dict that is searched": (
        "self.items = {1: 2}",
        "seen = 1 in self.items  # reads",
        "self.items.pop(1)  # writes",
        "Device.items[…]",
    ),
    "a list that is walked": (
        "self.items = [1]",
        "for seen in self.items:  # reads\n            pass",
        "self.items.clear()  # writes",
        "Device.items[…]",
    ),
    "a variable of the module": (
        "pass",
        "seen = TOTAL  # reads",
        "global TOTAL; TOTAL = 5  # writes",
        "device.TOTAL",
    ),
    "a list of the module": (
        "pass",
        "seen = ITEMS[0]  # reads",
        "ITEMS[0] = 1  # writes",
        "device.ITEMS[…]",
    ),
}


@pytest.fixture(params=RACES)
def race(request: pytest.FixtureRequest, written: Written) -> tuple[Path, str]:
    init, read, write, name = RACES[request.param]
    source = f"""
TOTAL = 0
ITEMS = [0]

class State:
    def __init__(self) -> None:
        self.count = 0

class Device(FileOperations):
    def __init__(self) -> None:
        {init}

    def read(self, file: File, data: Uio) -> None:
        {read}

    def write(self, file: File, data: Uio) -> None:
        {write}
"""
    return written(source), name


@pytest.mark.parametrize(("seed", "schedule"), [(1, "random"), (2, "random"), (1, "pct:1"), (2, "pct:2")])
def test_a_race_names_both_lines(race: tuple[Path, str], seed: int, schedule: str) -> None:
    path, name = race
    (report,) = two_calls(path, seed, schedule)
    assert report.kind == "data race"
    assert report.title == f"{name} is read by one thread and written by another, and nothing orders them"
    reading = f"at device.py:{line_of(path, '# reads')} in Device.read, by read by process 100"
    writing = f"at device.py:{line_of(path, '# writes')} in Device.write, by write by process 101"
    assert sorted(report.lines) == [f"read {reading}", f"written {writing}"]


def test_counts_are_lost_in_some_schedule(written: Written) -> None:
    path = written(
        """
        class Device(FileOperations):
            def __init__(self) -> None:
                self.count = 0

            def write(self, file: File, data: Uio) -> None:
                self.count += 1

            def close(self, file: File) -> None:
                info(f"count {self.count}")
        """
    )
    ends = set()
    for seed in range(60):
        with SimulatedKernel(seed) as kernel:
            kernel.load(path, check=False)
            users = [kernel.process() for _ in range(2)]
            for call in [user.start("write", user.open("/dev/device"), b"x") for user in users]:
                call.result()
            kernel.settle()
            ends.add(kernel.log()[-1])
    assert ends == {"count 1", "count 2"}


def test_what_a_lock_guards_does_not_race(written: Written) -> None:
    path = written(
        """
        class State:
            def __init__(self) -> None:
                self.items = [0]
                self.count = 0

        class Device(FileOperations):
            def __init__(self) -> None:
                self.state = Mutex(State())
                self.spinning = SpinLock(State())

            def read(self, file: File, data: Uio) -> None:
                with self.state as state:
                    state.items.append(state.count)
                with self.spinning as spinning:
                    spinning.count += len(spinning.items)

            def write(self, file: File, data: Uio) -> None:
                with self.spinning as spinning:
                    spinning.items[0] = spinning.count
                with self.state as state:
                    state.count += sum(state.items)
        """
    )
    for seed in range(20):
        assert two_calls(path, seed, names=("write", "write")) == []
        assert two_calls(path, seed) == []


def test_what_leaves_its_lock_races(written: Written) -> None:
    path = written(
        """
        class State:
            def __init__(self) -> None:
                self.items = [0]

        class Device(FileOperations):
            def __init__(self) -> None:
                self.state = Mutex(State())

            def read(self, file: File, data: Uio) -> None:
                with self.state as state:
                    items = state.items
                items.append(1)

            def write(self, file: File, data: Uio) -> None:
                with self.state as state:
                    state.items.append(2)
        """
    )
    found = [report for seed in range(10) for report in two_calls(path, seed)]
    assert {report.kind for report in found} == {"data race", "use after release"}
    races = [report for report in found if report.kind == "data race"]
    assert all("State.items[…] is written by two threads" in report.title for report in races)


def test_one_call_after_the_other_does_not_race(race: tuple[Path, str]) -> None:
    path, _ = race
    with SimulatedKernel(1) as kernel:
        kernel.load(path, check=False)
        for name, argument in (("write", b"x"), ("read", 1)):
            user = kernel.process()
            user.start(name, user.open("/dev/device"), argument).result()
        kernel.settle()
        assert kernel.reports() == []


def test_a_race_is_reported_once(written: Written) -> None:
    path = written(
        """
        class Device(FileOperations):
            def __init__(self) -> None:
                self.count = 0

            def write(self, file: File, data: Uio) -> None:
                for step in range(5):
                    self.count = step
        """
    )
    (report,) = two_calls(path, 1, names=("write", "write"))
    assert re.search(r"Device.count is written by two threads", report.title)


@pytest.mark.parametrize(("expected", "ordered"), [(1, True), (5, False)])
def test_a_compare_exchange_that_finds_another_value_orders_nothing(
    written: Written, expected: int, ordered: bool
) -> None:
    path = written(
        f"""
        from kmi.atomic import Atomic

        class Device(FileOperations):
            def __init__(self) -> None:
                self.count = 0
                self.ready = Atomic(0)

            def write(self, file: File, data: Uio) -> None:
                self.count = 1
                self.ready.exchange(1)

            def read(self, file: File, data: Uio) -> None:
                for _ in range(40):
                    pass
                if self.ready.compare_exchange({expected}, 2) is {ordered}:
                    info(str(self.count))
        """
    )
    found = [report for seed in range(20) for report in two_calls(path, seed)]
    assert ordered == (not found)
    assert {report.kind for report in found} <= {"data race"}
