"""`fail_each`: every allocation fails once, and only memory may run out."""

import errno

import pytest

from kmi.errors import error
from kmi.kernels.userspace import UserProcess
from kmi.testing.faults import fail_each
from kmi.testing.kernels.kernel import Loaded, Report, Value


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
    with pytest.raises(AssertionError, match="with allocation 1 failing it ends in OSError"):
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

    with pytest.raises(AssertionError, match="still allocates after 5 faults"):
        fail_each(kernel, scenario, most=5)
