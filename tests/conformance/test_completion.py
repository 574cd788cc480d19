"""`kmi.completion`: waiting until something is done."""

import signal

import pytest
import readers

from kmi.kernels.userspace import UserProcess
from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/readers.py"


def opened(kernel: Kernel) -> tuple[UserProcess, int]:
    user = kernel.process()
    return user, user.open("/dev/readers")


def test_a_wait_ends_when_it_is_completed(kernel: Kernel) -> None:
    kernel.load(MODULE)
    (user, fd), (other, theirs) = opened(kernel), opened(kernel)
    call = user.start("ioctl", fd, readers.WAIT)
    call.wait_blocked()
    assert not call.done()
    other.ioctl(theirs, readers.COMPLETE)
    assert call.result() == (0, b"")


def test_each_complete_is_for_one_wait_and_may_come_before_it(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    for _ in range(2):
        user.ioctl(fd, readers.COMPLETE)
    assert user.ioctl(fd, readers.WAIT) == (0, b"")
    assert user.ioctl(fd, readers.WAIT_FOR, 0) == (1, b"")
    assert user.ioctl(fd, readers.WAIT_FOR, 0) == (0, b"")


def test_complete_all_is_for_everybody_until_reinit(kernel: Kernel) -> None:
    kernel.load(MODULE)
    users = [opened(kernel) for _ in range(3)]
    calls = [user.start("ioctl", fd, readers.WAIT) for user, fd in users]
    for call in calls:
        call.wait_blocked()
    user, fd = opened(kernel)
    user.ioctl(fd, readers.COMPLETE_ALL)
    for call in calls:
        assert call.result() == (0, b"")
    assert [user.ioctl(fd, readers.WAIT_FOR, 0) for _ in range(3)] == [(1, b"")] * 3
    user.ioctl(fd, readers.REINIT)
    assert user.ioctl(fd, readers.WAIT_FOR, 0) == (0, b"")


def test_three_completes_end_three_waits(kernel: Kernel) -> None:
    kernel.load(MODULE)
    users = [opened(kernel) for _ in range(3)]
    calls = [user.start("ioctl", fd, readers.WAIT) for user, fd in users]
    for call in calls:
        call.wait_blocked()
    user, fd = opened(kernel)
    for _ in range(3):
        user.ioctl(fd, readers.COMPLETE)
    for call in calls:
        assert call.result() == (0, b"")
    assert user.ioctl(fd, readers.WAIT_FOR, 0) == (0, b"")


def test_a_timed_wait_ends_with_its_time_or_before(kernel: Kernel) -> None:
    kernel.load(MODULE)
    (user, fd), (other, theirs) = opened(kernel), opened(kernel)
    for milliseconds in (0, 20):
        assert user.ioctl(fd, readers.WAIT_FOR, milliseconds) == (0, b"")
    call = user.start("ioctl", fd, readers.WAIT_FOR, 3_600_000)
    call.wait_blocked()
    other.ioctl(theirs, readers.COMPLETE)
    assert call.result() == (1, b"")


def test_a_signal_ends_the_wait_and_uses_up_nothing(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    for command in (readers.WAIT, readers.WAIT_FOR):
        call = user.start("ioctl", fd, command, 3_600_000)
        call.wait_blocked()
        user.signal(signal.SIGUSR1)
        with pytest.raises(InterruptedError):
            call.result()
    call = user.start("ioctl", fd, readers.CAUGHT)
    call.wait_blocked()
    user.signal(signal.SIGUSR2)
    assert call.result() == (1, b"")
    user.ioctl(fd, readers.COMPLETE)
    assert user.ioctl(fd, readers.WAIT_FOR, 0) == (1, b"")


def test_a_signal_with_restart_begins_the_call_again(kernel: Kernel) -> None:
    kernel.load(MODULE)
    (user, fd), (other, theirs) = opened(kernel), opened(kernel)
    call = user.start("ioctl", fd, readers.WAIT)
    call.wait_blocked()
    user.signal(signal.SIGUSR2)
    call.wait_blocked()
    other.ioctl(theirs, readers.COMPLETE)
    assert call.result() == (0, b"")


def test_a_process_killed_in_a_wait_leaves_the_completion_to_others(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    (user, fd), (other, theirs) = opened(kernel), opened(kernel)
    call = user.start("ioctl", fd, readers.WAIT)
    call.wait_blocked()
    user.end()
    other.ioctl(theirs, readers.COMPLETE)
    assert other.ioctl(theirs, readers.WAIT_FOR, 0) == (1, b"")
    other.close(theirs)
    kernel.unload(module)
