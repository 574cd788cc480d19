"""Timers, work and threads in the simulator: virtual time, all orders, reports of what is refused."""

from typing import TYPE_CHECKING

import pytest

from kmi.kernels.simulated.kernel import SimulatedKernel

if TYPE_CHECKING:
    from conftest import Written

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
    assert report.lines == ("in timer Device.timer, whose callback may not sleep",)


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
