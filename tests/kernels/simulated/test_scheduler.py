"""The scheduler: one seed, one schedule; many seeds, many schedules; time that passes by itself."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from kmi.kernels.simulated.kernel import SimulatedKernel
from kmi.kernels.simulated.reports import Deadlock, Livelock
from kmi.kernels.simulated.scheduler import Scheduler, Wake, current
from kmi.kernels.simulated.schedules import UnknownSchedule

Written = Callable[[str], Path]

ORDER = """
class Device(FileOperations):
    def write(self, file: File, data: Uio) -> None:
        name = data.get(1)
        for step in range(3):
            info(f"{name[0]} {step}")
"""


def schedule(path: os.PathLike[str], seed: int, name: str = "random") -> list[str]:
    with SimulatedKernel(seed, name) as kernel:
        kernel.load(path, check=False)
        users = [kernel.process() for _ in range(3)]
        calls = [
            user.start("write", user.open("/dev/device"), name)
            for user, name in zip(users, (b"a", b"b", b"c"), strict=True)
        ]
        for call in calls:
            call.result()
        kernel.settle()
        assert kernel.reports() == []
        return kernel.log()


def test_a_seed_replays(written: Written) -> None:
    path = written(ORDER)
    assert [schedule(path, seed) for seed in range(5)] == [schedule(path, seed) for seed in range(5)]


def test_seeds_differ(written: Written) -> None:
    path = written(ORDER)
    assert len({tuple(schedule(path, seed)) for seed in range(20)}) > 10


def test_a_short_thread_can_meet_the_middle_of_a_long_one() -> None:
    met: set[bool] = set()
    for seed in range(40):
        scheduler = Scheduler(seed)
        steps: list[int] = []

        def long(scheduler: Scheduler = scheduler, steps: list[int] = steps) -> None:
            for step in range(100):
                steps.append(step)
                scheduler.preempt()

        thread = scheduler.spawn("short", lambda steps=steps: met.add(10 < len(steps) < 90))
        scheduler.spawn("long", long)
        scheduler.run_until(lambda thread=thread: thread.done)
        scheduler.kill_all()
    assert met == {False, True}


def test_time_passes_only_when_nobody_can_run() -> None:
    scheduler = Scheduler(seed=3)
    seen: list[tuple[str, int]] = []

    def sleeper(name: str, nanoseconds: int) -> None:
        assert scheduler.block("a while", timeout=nanoseconds) is Wake.TIMEOUT
        seen.append((name, scheduler.now))

    threads = [
        scheduler.spawn("long", lambda: sleeper("long", 3_600_000_000_000)),
        scheduler.spawn("short", lambda: sleeper("short", 5)),
    ]
    scheduler.run_until(lambda: all(thread.done for thread in threads))
    assert seen == [("short", 5), ("long", 3_600_000_000_000)]


def test_nobody_left_is_a_deadlock() -> None:
    scheduler = Scheduler(seed=3)
    thread = scheduler.spawn("lonely", lambda: scheduler.block("a friend"))
    with pytest.raises(Deadlock, match="lonely: waits for a friend"):
        scheduler.run_until(lambda: thread.done)
    scheduler.kill_all()
    assert thread.done


def test_running_for_ever_is_a_livelock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kmi.kernels.simulated.scheduler.MOST_STEPS", 1000)
    scheduler = Scheduler(seed=3)

    def spin() -> None:
        while True:
            current().scheduler.preempt()

    threads = [scheduler.spawn(name, spin) for name in ("left", "right")]
    with pytest.raises(Livelock, match="left: ready; right: ready"):
        scheduler.run_until(lambda: threads[0].done)
    scheduler.kill_all()


def test_the_interface_works_only_in_a_kernel() -> None:
    from kmi import info

    with pytest.raises(RuntimeError, match="no kernel runs here"):
        info("nobody hears this")


def test_a_process_makes_one_call_at_a_time(simulated: SimulatedKernel, written: Written) -> None:
    simulated.load(written(ORDER), check=False)
    user = simulated.process()
    fd = user.open("/dev/device")
    call = user.start("write", fd, b"a")
    with pytest.raises(RuntimeError, match="two calls at once are two processes"):
        user.read(fd, 1)
    assert call.result() == 1


def test_a_killed_process_is_gone(simulated: SimulatedKernel, written: Written) -> None:
    simulated.load(written(ORDER), check=False)
    user = simulated.process()
    user.open("/dev/device")
    user.signal(signal.SIGTERM)
    with pytest.raises(ProcessLookupError):
        user.signal(signal.SIGUSR1)
    with pytest.raises(RuntimeError, match="has ended"):
        user.open("/dev/device")
    simulated.unload("device")


@pytest.mark.parametrize("name", ["random", "pct", "pct:1", "pct:5"])
def test_every_schedule_replays_and_differs_by_seed(written: Written, name: str) -> None:
    path = written(ORDER)
    runs = [[schedule(path, seed, name) for seed in range(12)] for _ in range(2)]
    assert runs[0] == runs[1]
    assert len({tuple(run) for run in runs[0]}) > 3


def test_a_schedule_of_priorities_lets_the_first_one_finish() -> None:
    scheduler = Scheduler(seed=5, schedule="pct:1")
    order: list[str] = []

    def steps(name: str) -> None:
        for _ in range(10):
            order.append(name)
            scheduler.preempt()

    threads = [scheduler.spawn(name, lambda name=name: steps(name)) for name in "abc"]
    scheduler.run_until(lambda: all(thread.done for thread in threads))
    assert [len(set(order[start : start + 10])) for start in (0, 10, 20)] == [1, 1, 1]


def test_a_spinning_thread_of_high_priority_ends() -> None:
    for seed in range(10):
        scheduler = Scheduler(seed, schedule="pct:2")
        go: list[bool] = []

        def spin(scheduler: Scheduler = scheduler, go: list[bool] = go) -> None:
            while not go:
                scheduler.preempt()

        thread = scheduler.spawn("spins", spin)
        scheduler.spawn("goes", lambda go=go: go.append(True))
        scheduler.run_until(lambda thread=thread: thread.done)
        scheduler.kill_all()


def test_priorities_find_what_needs_one_order_of_two_threads_in_a_long_run() -> None:
    def late(seed: int, name: str) -> bool:
        scheduler = Scheduler(seed, schedule=name)
        steps: list[int] = []

        def long() -> None:
            for step in range(300):
                steps.append(step)
                scheduler.preempt()

        met: list[int] = []
        scheduler.spawn("long", long)
        thread = scheduler.spawn("short", lambda: met.append(len(steps)))
        scheduler.run_until(lambda: thread.done)
        scheduler.kill_all()
        return met[0] == 300  # the short one only after the whole long one

    assert sum(late(seed, "pct:1") for seed in range(30)) > 8


@pytest.mark.parametrize("name", ["", "pct:0", "pct:x", "pct:101", "fair", "pct:"])
def test_an_unknown_schedule_is_named(name: str) -> None:
    with pytest.raises(UnknownSchedule, match="there are random, and pct:1"):
        Scheduler(1, schedule=name)
