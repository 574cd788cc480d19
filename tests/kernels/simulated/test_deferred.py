"""Timers, work and threads in the simulator: virtual time, all orders, reports of what is refused."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmi.kernels.simulated import scheduler
from kmi.kernels.simulated.kernel import SimulatedKernel
from kmi.kernels.simulated.reports import Deadlock, Livelock

if TYPE_CHECKING:
    from conftest import Written

def line_of(path: Path, text: str) -> int:
    """The number of the only line that ends with the text."""
    (number,) = (n for n, line in enumerate(path.read_text().splitlines(), 1) if line.endswith(text))
    return number


IMPORTS = """
from kmi.thread import Stopped, Thread
from kmi.time import monotonic_ns, sleep_ms
from kmi.timer import Timer
from kmi.work import DelayedWork, Work


@dataclass
class Count:
    value: int = 0

"""
TICKING = IMPORTS + """
class Device(FileOperations):
    def __init__(self) -> None:
        self.ticks = SpinLock(Count())
        self.timer = Timer(self.tick)
        self.timer.start(1000, period=1000)

    def tick(self) -> None:
        with self.ticks as ticks:
            ticks.value += 1

    def ioctl(self, file: File, request: Request) -> int:
        with self.ticks as ticks:
            return ticks.value
"""


def test_an_hour_takes_no_time(written: "Written", simulated: SimulatedKernel) -> None:
    simulated.load(written(TICKING))
    simulated.advance(3_600_000)
    user = simulated.process()
    fd = user.open("/dev/device")
    assert 3598 <= user.ioctl(fd, 0)[0] <= 3600
    simulated.settle()
    assert not simulated.reports()


def test_a_clock_that_is_looked_at_moves(written: "Written", simulated: SimulatedKernel) -> None:
    path = written(IMPORTS + """
class Device(FileOperations):
    def read(self, file: File, data: Uio) -> None:
        end = monotonic_ns() + 1_000_000
        while monotonic_ns() < end:
            pass
        data.put(b".")
""")
    simulated.load(path)
    user = simulated.process()
    assert user.read(user.open("/dev/device"), 1) == b"."


def test_a_sleep_in_a_timers_method_is_reported(written: "Written", simulated: SimulatedKernel) -> None:
    path = written(IMPORTS + """
class Device(FileOperations):
    def __init__(self) -> None:
        self.slow = Mutex(Count())
        self.timer = Timer(self.tick)
        self.timer.start(1)

    def tick(self) -> None:
        with self.slow as slow:
            slow.value += 1
""")
    simulated.load(path, check=False)
    simulated.advance(10)
    (report,) = simulated.reports()
    assert report.kind == "sleep in atomic context"
    assert "taking Device.slow at device.py:" in report.title
    started = line_of(path, "self.timer.start(1)")
    assert report.lines == (
        "in timer Device.timer, whose callback may not sleep",
        f"started at device.py:{started} in Device.__init__, by loading device",
    )


def test_work_that_flushes_itself_is_reported(written: "Written", simulated: SimulatedKernel) -> None:
    path = written(IMPORTS + """
class Device(FileOperations):
    def __init__(self) -> None:
        self.work = Work(self.run)
        self.work.queue()

    def run(self) -> None:
        self.work.flush()
""")
    simulated.load(path, check=False)
    simulated.advance(10)
    assert [report.kind for report in simulated.reports()] == ["wait for oneself"]


@pytest.mark.parametrize("seed", range(40))
def test_unloads_in_the_middle_of_everything(written: "Written", seed: int) -> None:
    path = written(IMPORTS + """
class Device(FileOperations):
    def __init__(self) -> None:
        self.count = Mutex(Count())
        self.changed = Condition(self.count)
        self.work = Work(self.run)
        self.later = DelayedWork(self.run)
        self.timer = Timer(self.tick)
        self.thread = Thread(self.main, "main")
        self.timer.start(1, period=1)

    def tick(self) -> None:
        self.work.queue()
        self.later.queue(2)
        self.timer.start(1, period=2)

    def run(self) -> None:
        with self.count as count:
            count.value += 1
            self.changed.notify_all()
            sleep_ms(1)
        self.later.queue(1)
        self.work.queue()

    def main(self) -> None:
        with self.count as count:
            while True:
                count.value += 1
                self.changed.wait()
""")
    with SimulatedKernel(seed) as kernel:
        for _ in range(2):
            kernel.load(path)
            kernel.advance(seed % 5)
            kernel.settle()
        assert not kernel.reports()
        assert not kernel.log()
        assert not kernel.scheduler.threads


def test_a_threads_error_is_logged_and_ends_it(written: "Written", simulated: SimulatedKernel) -> None:
    path = written(IMPORTS + """
class Device(FileOperations):
    def __init__(self) -> None:
        self.thread = Thread(self.main, "main")

    def main(self) -> None:
        sleep_ms(5)
        raise error(ENOTTY, "no more")
""")
    simulated.load(path)
    simulated.advance(10)
    (line,) = simulated.log()
    assert line.startswith("kmi: device.py:") and line.endswith("in Device.main: OSError: no more")
    simulated.settle()
    assert not simulated.reports()


def test_what_no_module_raises_reaches_the_test(written: "Written", simulated: SimulatedKernel) -> None:
    path = written(IMPORTS + """
import pytest

class Device(FileOperations):
    def __init__(self) -> None:
        self.work = Work(self.run)
        self.work.queue()

    def run(self) -> None:
        raise pytest.UsageError("not the module's")
""")
    with pytest.raises(pytest.UsageError):
        simulated.load(path, check=False)
        simulated.advance(10)


def test_the_seed_gives_the_random_bytes(written: "Written") -> None:
    path = written("""
from kmi.random import random_bytes

class Device(FileOperations):
    def read(self, file: File, data: Uio) -> None:
        data.put(random_bytes(8))
""")
    drawn = []
    for seed in (1, 1, 2):
        with SimulatedKernel(seed) as kernel:
            kernel.load(path)
            user = kernel.process()
            drawn.append(user.read(user.open("/dev/device"), 8))
    assert drawn[0] == drawn[1] != drawn[2]


PENDING = IMPORTS + """
class Device(FileOperations):
    def __init__(self) -> None:
        self.count = Mutex(Count())
        self.changed = Condition(self.count)
        self.now = Work(self.run)
        self.later = DelayedWork(self.run)
        self.timer = Timer(self.tick)
        self.thread = Thread(self.main, "main")  # makes main
        self.spins = SpinLock(Count())

    def write(self, file: File, data: Uio) -> None:
        if data.remaining == 1:
            self.now.queue()  # work Device.now
        if data.remaining == 2:
            self.later.queue(5)  # work Device.later
        if data.remaining == 3:
            self.timer.start(5)  # timer Device.timer
        if data.remaining == 4:
            with self.spins as spins:
                spins.value = 1
        data.skip(data.remaining)

    def tick(self) -> None:
        while True:
            pass  # ticks

    def run(self) -> None:
        self.wait()  # runs

    def wait(self) -> None:
        with self.count:
            self.changed.wait()  # waits

    def main(self) -> None:
        while True:
            with self.spins as spins:  # looks
                if spins.value:
                    break
            sleep_ms(1)
        while True:
            len(self.thread.name)  # spins
"""


WAITS = "waits for Device.changed at {waits}"


@pytest.mark.parametrize(
    ("length", "ending", "lines"),
    [
        (1, "work Device.now", ["queued at {work Device.now}, {by}", WAITS]),
        (2, "work Device.later", ["queued at {work Device.later}, {by}", WAITS]),
        (3, "timer Device.timer", ["started at {timer Device.timer}, {by}", "runs at {ticks}"]),
        (4, "thread main", ["made at {makes main}", "runs at {spins}"]),
    ],
)
def test_unloading_that_does_not_end_names_both_sides(
    written: "Written", monkeypatch: pytest.MonkeyPatch, length: int, ending: str, lines: list[str]
) -> None:
    monkeypatch.setattr(scheduler, "MOST_STEPS", 5_000)
    monkeypatch.setattr(scheduler, "MOST_ALONE", 5_000)
    path = written(PENDING)
    places = {
        text: f"device.py:{line_of(path, '# ' + text)} in Device.{function}"
        for text, function in {
            "work Device.now": "write", "work Device.later": "write", "timer Device.timer": "write",
            "makes main": "__init__", "waits": "wait", "ticks": "tick", "spins": "main", "runs": "run",
        }.items()
    }  # fmt: skip
    with SimulatedKernel(3) as kernel:
        kernel.load(path, check=False)
        user = kernel.process()
        fd = user.open("/dev/device")
        user.write(fd, bytes(length))
        user.close(fd)
        if length < 3:
            kernel.advance(100)
        else:
            with pytest.raises(Livelock):
                kernel.advance(100)
        with pytest.raises((Deadlock, Livelock)):
            kernel.unload()
        (report,) = kernel.reports()
        places["by"] = f"by write by process {user.pid}"
        expected: list[str] = []
        for line in lines:
            for name, place in places.items():
                line = line.replace("{" + name + "}", place)
            expected.append(f"    {line}")
        if length < 3:
            expected.append(f"    called from {places['runs']}")
        assert str(report).splitlines() == [
            f"unload with work pending: unloading device waits for {ending}, which does not end",
            *expected,
        ]
