"""`kmi.sync`: exclusion, waiting, and what signals do to waits."""

import errno
import os
import select
import signal

import pytest
import waiting

from kmi.kernels.userspace import UserProcess
from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/waiting.py"


def opened(kernel: Kernel, flags: int = os.O_RDWR) -> tuple[UserProcess, int]:
    user = kernel.process()
    return user, user.open("/dev/waiting", flags)


def test_a_mutex_lets_one_in_at_a_time(kernel: Kernel) -> None:
    kernel.load(MODULE)
    users = [opened(kernel) for _ in range(4)]
    for _ in range(5):
        calls = [user.start("ioctl", fd, waiting.ADD, 1) for user, fd in users]
        assert [call.result() for call in calls] == [(0, b"")] * 4
    user, fd = users[0]
    assert user.ioctl(fd, waiting.COUNT)[0] == 20


def test_a_spin_lock_lets_one_in_at_a_time(kernel: Kernel) -> None:
    kernel.load(MODULE)
    users = [opened(kernel) for _ in range(4)]
    calls = [user.start("ioctl", fd, waiting.SPIN, 25) for user, fd in users]
    for call in calls:
        assert call.result() == (0, b"")
    user, fd = users[0]
    assert user.ioctl(fd, waiting.SPUN)[0] == 100


def test_a_wait_ends_when_what_it_waits_for_is_there(kernel: Kernel) -> None:
    kernel.load(MODULE)
    (user, fd), (other, theirs) = opened(kernel), opened(kernel)
    call = user.start("ioctl", fd, waiting.WAIT)
    call.wait_blocked()
    assert not call.done()
    other.ioctl(theirs, waiting.ADD, 1)
    assert call.result() == (0, b"")


def test_notify_wakes_one_and_notify_all_wakes_all(kernel: Kernel) -> None:
    kernel.load(MODULE)
    sleepers = [opened(kernel) for _ in range(3)]
    calls = [user.start("ioctl", fd, waiting.WAIT) for user, fd in sleepers]
    for call in calls:
        call.wait_blocked()
    user, fd = opened(kernel)
    for _ in range(3):
        user.ioctl(fd, waiting.ONE)
    for call in calls:
        assert call.result() == (0, b"")
    calls = [user.start("ioctl", fd, waiting.WAIT) for user, fd in sleepers]
    for call in calls:
        call.wait_blocked()
    user.ioctl(fd, waiting.ADD, 3)
    for call in calls:
        assert call.result() == (0, b"")


def test_a_timed_wait_ends_with_its_time(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    for milliseconds in (0, 20):
        with pytest.raises(TimeoutError):
            user.ioctl(fd, waiting.WAIT_FOR, milliseconds)


def test_a_timed_wait_can_be_in_time(kernel: Kernel) -> None:
    kernel.load(MODULE)
    (user, fd), (other, theirs) = opened(kernel), opened(kernel)
    call = user.start("ioctl", fd, waiting.WAIT_FOR, 3_600_000)
    call.wait_blocked()
    other.ioctl(theirs, waiting.ADD, 7)
    assert call.result() == (7, b"")


def test_a_signal_without_restart_is_eintr(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    call = user.start("ioctl", fd, waiting.WAIT)
    call.wait_blocked()
    user.signal(signal.SIGUSR1)
    with pytest.raises(InterruptedError):
        call.result()


def test_a_signal_with_restart_begins_the_call_again(kernel: Kernel) -> None:
    kernel.load(MODULE)
    (user, fd), (other, theirs) = opened(kernel), opened(kernel)
    call = user.start("ioctl", fd, waiting.WAIT)
    call.wait_blocked()
    for _ in range(3):
        user.signal(signal.SIGUSR2)
        call.wait_blocked()
    other.ioctl(theirs, waiting.ADD, 1)
    assert call.result() == (0, b"")


def test_a_timed_wait_is_never_restarted(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    call = user.start("ioctl", fd, waiting.WAIT_FOR, 3_600_000)
    call.wait_blocked()
    user.signal(signal.SIGUSR2)
    with pytest.raises(InterruptedError):
        call.result()


def test_a_module_may_deal_with_the_signal(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    call = user.start("ioctl", fd, waiting.CAUGHT)
    call.wait_blocked()
    user.signal(signal.SIGUSR2)
    assert call.result() == (1, b"")
    assert user.ioctl(fd, waiting.COUNT)[0] == 100


def test_an_interrupted_error_of_the_author_is_eintr(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    with pytest.raises(InterruptedError):
        user.ioctl(fd, waiting.OWN)


@pytest.mark.parametrize("signum", [signal.SIGUSR1, signal.SIGUSR2])
def test_a_signal_after_progress_gives_the_short_count(kernel: Kernel, signum: int) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, waiting.ADD, 2)
    call = user.start("read", fd, 5)
    call.wait_blocked()
    user.signal(signum)
    assert call.result() == b"!!"


def test_would_block_after_progress_gives_the_short_count(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel, os.O_RDWR | os.O_NONBLOCK)
    user.ioctl(fd, waiting.ADD, 2)
    assert user.read(fd, 5) == b"!!"
    with pytest.raises(BlockingIOError):
        user.read(fd, 5)


def test_poll_waits_for_a_condition(kernel: Kernel) -> None:
    kernel.load(MODULE)
    (user, fd), (other, theirs) = opened(kernel), opened(kernel)
    assert user.poll([(fd, select.POLLIN)]) == []
    assert user.poll([(fd, select.POLLIN)], 5) == []
    call = user.start("poll", [(fd, select.POLLIN)], -1)
    call.wait_blocked()
    other.ioctl(theirs, waiting.ONE)
    assert call.result() == [(fd, select.POLLIN)]


@pytest.mark.parametrize("signum", [signal.SIGUSR1, signal.SIGUSR2])
def test_poll_is_never_restarted(kernel: Kernel, signum: int) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    call = user.start("poll", [(fd, select.POLLIN)], -1)
    call.wait_blocked()
    user.signal(signum)
    with pytest.raises(InterruptedError):
        call.result()


def test_a_poll_that_raises_is_pollerr(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, waiting.SPOIL)
    assert user.poll([(fd, select.POLLIN)]) == [(fd, select.POLLERR)]


def test_poll_tells_bad_descriptors_and_skips_negative_ones(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, waiting.ADD, 1)
    wanted = [(-1, select.POLLIN), (fd, select.POLLIN | select.POLLOUT), (fd + 9, select.POLLIN)]
    assert user.poll(wanted) == [(fd, select.POLLIN), (fd + 9, select.POLLNVAL)]


def test_a_device_without_poll_is_always_ready(kernel: Kernel) -> None:
    kernel.load("modules/silent.py")
    user = kernel.process()
    fd = user.open("/dev/silent")
    both = select.POLLIN | select.POLLOUT
    assert user.poll([(fd, both)], -1) == [(fd, both)]
    for call in (lambda: user.read(fd, 1), lambda: user.write(fd, b"x")):
        with pytest.raises(OSError) as refused:
            call()
        assert refused.value.errno == errno.EINVAL


def test_a_process_killed_in_a_wait_lets_go_of_everything(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user, fd = opened(kernel)
    call = user.start("ioctl", fd, waiting.WAIT)
    call.wait_blocked()
    user.end()
    kernel.unload(module)
