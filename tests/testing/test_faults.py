"""`fail_each`: every allocation fails once, and only memory may run out."""

import errno
from pathlib import Path

import pytest

from kmi.errors import error
from kmi.kernels.simulated.kernel import SimulatedKernel
from kmi.kernels.userspace import UserProcess
from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Loaded, Report, Value
from kmi.testing.kernels.simulated import SimulatedTestKernel


class Counting:
    """A kernel of which only the allocations are there."""

    name = "counting"
    seed = 0

    def __init__(self) -> None:
        self.left = 0
        self.fired = False

    def fail_nth(self, n: int) -> None:
        self.left, self.fired = n, False

    def failed(self) -> bool:
        return self.fired

    def fail_call(self, n: int) -> None:
        self.fail_nth(n)

    def failed_what(self) -> str:
        return "bytes at echo.py:3"

    def allocate(self, number: int = errno.ENOMEM) -> None:
        self.left -= 1
        if self.left == 0:
            self.fired = True
            raise error(number)

    def load(self, path: object, /, **parameters: Value) -> Loaded:
        raise NotImplementedError

    def unload(self, module: Loaded | None = None) -> None:
        raise NotImplementedError

    def process(self) -> UserProcess:
        raise NotImplementedError

    def log(self) -> list[str]:
        return []

    def reports(self) -> list[Report]:
        return []


def test_every_allocation_fails_once() -> None:
    kernel = Counting()
    reached: list[int] = []

    def scenario() -> None:
        for step in range(4):
            kernel.allocate()
            reached.append(step)

    assert fail_each(kernel, scenario) == 4
    assert reached == [0] + [0, 1] + [0, 1, 2] + [0, 1, 2, 3]


def test_a_scenario_may_deal_with_it_itself() -> None:
    kernel = Counting()

    def scenario() -> None:
        try:
            kernel.allocate()
        except OSError:
            kernel.allocate()

    assert fail_each(kernel, scenario) == 1


def test_another_failure_is_none_of_memory() -> None:
    kernel = Counting()
    ends = r"with call 1 failing \(bytes at echo.py:3\) it ends in OSError"
    with pytest.raises(AssertionError, match=ends):
        fail_each(kernel, lambda: kernel.allocate(errno.EIO))


def test_a_scenario_that_fails_anyway_is_wrong() -> None:
    def scenario() -> None:
        raise error(errno.ENOMEM)

    with pytest.raises(AssertionError, match="without any fault left"):
        fail_each(Counting(), scenario)


def test_it_does_not_go_on_for_ever() -> None:
    kernel = Counting()

    def scenario() -> None:
        for _ in range(10):
            kernel.allocate()

    with pytest.raises(AssertionError, match="still has calls that can fail after 5 faults"):
        fail_each(kernel, scenario, most=5)


def test_faults_one_by_one() -> None:
    kernel = Counting()
    reached: list[int] = []
    for fault in fail_each(kernel):
        with fault:
            kernel.allocate()
            reached.append(fault.number)
            kernel.allocate()
    assert reached == [2, 3]


def test_a_fault_that_nobody_enters_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="write `with fault:` around the scenario"):
        for _ in fail_each(Counting()):
            pass


def test_what_was_made_to_fail_is_noted_on_other_errors() -> None:
    kernel = Counting()
    with pytest.raises(ZeroDivisionError) as raised:
        for fault in fail_each(kernel):
            with fault:
                try:
                    kernel.allocate()
                except OSError:
                    fault.number // 0
    assert raised.value.__notes__ == ["call 1 was made to fail: bytes at echo.py:3"]


CAREFUL = '''
from kmi import Module, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.sync import Mutex
from kmi.uio import Uio


class Careful(FileOperations):
    def __init__(self) -> None:
        self.kept = Mutex(bytearray())

    def write(self, file: File, data: Uio) -> None:
        with self.kept as kept:
            kept.extend(data.get(4))

    def read(self, file: File, data: Uio) -> None:
        with self.kept as kept:
            data.put(kept)


@module(license="GPL", description="of a test")
class CarefulModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("careful", Careful())
'''


def test_copies_fail_too_and_each_says_where(tmp_path: Path) -> None:
    path = tmp_path / "careful.py"
    path.write_text(CAREFUL)
    seen: list[str] = []
    ends: set[int | None] = set()
    with SimulatedKernel(1) as kernel:
        running = SimulatedTestKernel(kernel, 1, tmp_path)
        for fault in fail_each(running):
            with fault, loaded(running, "careful.py"):
                user = running.process()
                try:
                    fd = user.open("/dev/careful")
                    user.write(fd, b"abc")
                    user.read(fd, 3)
                except OSError as raised:
                    ends.add(raised.errno)
                    raise
                finally:
                    seen.append(running.failed_what())
                    user.end()
        assert kernel.reports() == []
    assert "copying from user space at careful.py:14 in Careful.write" in seen
    assert "copying to user space at careful.py:18 in Careful.read" in seen
    assert any(what.startswith("bytearray at careful.py:14") for what in seen)
    assert ends == {errno.ENOMEM, errno.EFAULT}
