"""The scheduler: one seed, one schedule; many seeds, many schedules; time that passes by itself."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from kmi.kernels.simulated.kernel import SimulatedKernel
from kmi.kernels.simulated.reports import Deadlock, Livelock
from kmi.kernels.simulated.scheduler import Scheduler, Wake, current

Written = Callable[[str], Path]

ORDER = """
class Device(FileOperations):
    def write(self, file: File, data: Uio) -> None:
        name = data.get(1)
        for step in range(3):
            info(f"{name[0]} {step}")
"""


def schedule(path: os.PathLike[str], seed: int) -> list[str]:
    with SimulatedKernel(seed) as kernel:
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
