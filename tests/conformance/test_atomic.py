"""`kmi.atomic` and `kmi.percpu`: numbers that threads change without a lock."""

import errno

import counts
import pytest

from kmi.kernels.userspace import UserProcess
from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/counts.py"


def opened(kernel: Kernel) -> tuple[UserProcess, int]:
    user = kernel.process()
    return user, user.open("/dev/counts")


def test_no_addition_is_lost(kernel: Kernel) -> None:
    kernel.load(MODULE)
    users = [opened(kernel) for _ in range(4)]
    calls = [user.start("ioctl", fd, counts.ADD, 25) for user, fd in users]
    for call in calls:
        assert call.result() == (0, b"")
    user, fd = users[0]
    assert user.ioctl(fd, counts.TOTAL)[0] == 100


def test_what_is_compared_and_exchanged_is_given_out_once(kernel: Kernel) -> None:
    kernel.load(MODULE)
    users = [opened(kernel) for _ in range(4)]
    user, fd = users[0]
    user.ioctl(fd, counts.ADD, 8)
    taken = []
    for _ in range(2):
        calls = [user.start("ioctl", fd, counts.TAKE) for user, fd in users]
        taken += [call.result()[0] for call in calls]
    assert sorted(taken) == list(range(1, 9))
    with pytest.raises(BlockingIOError):
        user.ioctl(fd, counts.TAKE)


def test_what_does_not_fit_is_an_error_and_changes_nothing(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    assert user.ioctl(fd, counts.SMALL)[0] == 250
    for _ in range(2):
        with pytest.raises(OSError) as refused:
            user.ioctl(fd, counts.SMALL)
        assert refused.value.errno == errno.ENOTRECOVERABLE
    assert any("the result does not fit the atomic" in line for line in kernel.log())


def test_a_flag_is_exchanged(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    assert [user.ioctl(fd, counts.FLAG, value)[0] for value in (1, 1, 0, 0)] == [0, 1, 1, 0]


def test_bits_are_set_kept_and_turned_over(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    assert user.ioctl(fd, counts.BITS)[0] == 0xFFF & 0xF0FF ^ 0xFF


def test_every_cpu_counts_and_nothing_is_lost(kernel: Kernel) -> None:
    kernel.load(MODULE)
    users = [opened(kernel) for _ in range(4)]
    calls = [user.start("ioctl", fd, counts.COUNT, 20) for user, fd in users]
    for call in calls:
        assert call.result() == (0, b"")
    user, fd = users[0]
    assert user.ioctl(fd, counts.COUNTED)[0] == 80


def test_a_sum_is_exact_whatever_its_parts_are(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, counts.COUNT, 3)
    user.ioctl(fd, counts.BIG)
    assert user.ioctl(fd, counts.COUNTED)[0] == 3


def test_a_load_that_finds_no_memory_leaves_nothing(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, MODULE):
            user, fd = opened(kernel)
            try:
                user.ioctl(fd, counts.COUNT, 1)
                user.ioctl(fd, counts.REPLACE, 1)
            finally:
                user.end()

    fail_each(kernel, scenario)
