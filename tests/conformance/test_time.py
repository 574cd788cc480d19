"""`kmi.time` and `kmi.random`: clocks, sleeps, deadlines and unpredictable numbers."""

import errno
import os
import signal

import moments
import pytest

from kmi.kernels.userspace import UserProcess
from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/moments.py"


def opened(kernel: Kernel) -> tuple[UserProcess, int]:
    user = kernel.process()
    return user, user.open("/dev/moments", os.O_RDWR)


def test_the_clock_never_goes_back(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    assert user.ioctl(fd, moments.FORWARD, 50)[0] == 1


@pytest.mark.parametrize("milliseconds", [0, 1, 30])
def test_a_sleep_is_as_long_as_asked_for(kernel: Kernel, milliseconds: int) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    assert user.ioctl(fd, moments.SLEPT, milliseconds)[0] == 1


@pytest.mark.parametrize("milliseconds", [0, 1, 30])
def test_a_deadline_passes(kernel: Kernel, milliseconds: int) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    assert user.ioctl(fd, moments.DEADLINE, milliseconds)[0] == 1


@pytest.mark.parametrize("signum", [signal.SIGUSR1, signal.SIGUSR2])
def test_a_signal_ends_a_sleep_without_restart(kernel: Kernel, signum: int) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    call = user.start("ioctl", fd, moments.SLEEP, 3_600_000)
    call.wait_blocked()
    user.signal(signum)
    with pytest.raises(InterruptedError):
        call.result()


def test_a_module_may_deal_with_the_signal(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    call = user.start("ioctl", fd, moments.CAUGHT, (1 << 63) - 1)
    call.wait_blocked()
    user.signal(signal.SIGUSR1)
    assert call.result()[0] == 1


def test_random_bytes_are_as_many_as_asked_for_and_differ(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    drawn = [user.read(fd, length) for length in (1, 15, 16, 16, 5000)]
    assert [len(each) for each in drawn] == [1, 15, 16, 16, 5000]
    assert drawn[2] != drawn[3]
    assert len(set(drawn[4])) > 128


def test_random_numbers_are_below_the_limit(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    assert user.ioctl(fd, moments.BELOW, 2)[0] == 0
    seen = {user.ioctl(fd, moments.BELOW, 4)[0] for _ in range(100)}
    assert seen == {0, 1, 2}


@pytest.mark.parametrize("limit", [0, 1])
def test_there_is_no_number_below_0(kernel: Kernel, limit: int) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    with pytest.raises(OSError) as refused:
        user.ioctl(fd, moments.BELOW, limit)
    assert refused.value.errno == errno.EINVAL


def test_random_bytes_need_no_sleep(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    assert user.ioctl(fd, moments.SPUN, 100)[0] == 100


def test_no_memory_is_an_error_of_the_call(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, MODULE):
            user, fd = opened(kernel)
            try:
                user.ioctl(fd, moments.SPUN, 10)
                user.ioctl(fd, moments.DEADLINE, 1)
            finally:
                user.end()

    assert fail_each(kernel, scenario) > 3
