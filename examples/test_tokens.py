"""tokens: never more than three, nobody waits for nothing, and a signal ends a wait."""

import os
import select
import signal

import pytest

from kmi.kernels.userspace import UserProcess
from kmi.testing.kernels.kernel import Kernel


def opened(kernel: Kernel, flags: int = os.O_RDWR) -> tuple[UserProcess, int]:
    user = kernel.process()
    return user, user.open("/dev/tokens", flags)


def test_tokens_come_out_as_they_went_in(kernel: Kernel) -> None:
    kernel.load("tokens.py")
    user, fd = opened(kernel)
    assert user.write(fd, b"..") == 2
    assert user.read(fd, 2) == b"**"


def test_there_are_never_more_than_three(kernel: Kernel) -> None:
    kernel.load("tokens.py")
    user, fd = opened(kernel, os.O_RDWR | os.O_NONBLOCK)
    assert user.write(fd, b".....") == 3
    with pytest.raises(BlockingIOError):
        user.write(fd, b".")
    assert user.read(fd, 10) == b"***"
    with pytest.raises(BlockingIOError):
        user.read(fd, 1)


def test_who_takes_waits_for_who_puts(kernel: Kernel) -> None:
    kernel.load("tokens.py")
    (taker, taking), (putter, putting) = opened(kernel), opened(kernel)
    call = taker.start("read", taking, 2)
    call.wait_blocked()
    putter.write(putting, b".")
    call.wait_blocked()
    putter.write(putting, b".")
    assert call.result() == b"**"


def test_who_puts_waits_for_who_takes(kernel: Kernel) -> None:
    kernel.load("tokens.py")
    (taker, taking), (putter, putting) = opened(kernel), opened(kernel)
    call = putter.start("write", putting, b".....")
    call.wait_blocked()
    assert taker.read(taking, 2) == b"**"
    assert call.result() == 5
    assert taker.read(taking, 3) == b"***"


def test_many_hands_lose_no_token(kernel: Kernel) -> None:
    kernel.load("tokens.py")
    users = [opened(kernel) for _ in range(4)]
    for _ in range(3):
        puts = [user.start("write", fd, b"." * 5) for user, fd in users[:2]]
        takes = [user.start("read", fd, 5) for user, fd in users[2:]]
        assert [call.result() for call in puts] == [5, 5]
        assert [call.result() for call in takes] == [b"*****"] * 2
    user, fd = opened(kernel, os.O_RDWR | os.O_NONBLOCK)
    with pytest.raises(BlockingIOError):
        user.read(fd, 1)


@pytest.mark.parametrize("full", [False, True])
def test_a_signal_ends_a_wait(kernel: Kernel, full: bool) -> None:
    kernel.load("tokens.py")
    user, fd = opened(kernel)
    if full:
        user.write(fd, b"...")
    call = user.start("write", fd, b".") if full else user.start("read", fd, 1)
    call.wait_blocked()
    user.signal(signal.SIGUSR1)
    with pytest.raises(InterruptedError):
        call.result()


def test_a_signal_after_some_tokens_gives_those(kernel: Kernel) -> None:
    kernel.load("tokens.py")
    user, fd = opened(kernel)
    user.write(fd, b"..")
    call = user.start("read", fd, 3)
    call.wait_blocked()
    user.signal(signal.SIGUSR1)
    assert call.result() == b"**"


def test_poll_says_what_would_not_wait(kernel: Kernel) -> None:
    kernel.load("tokens.py")
    user, fd = opened(kernel)
    both = select.POLLIN | select.POLLOUT
    assert user.poll([(fd, both)]) == [(fd, select.POLLOUT)]
    user.write(fd, b".")
    assert user.poll([(fd, both)]) == [(fd, both)]
    user.write(fd, b"..")
    assert user.poll([(fd, both)]) == [(fd, select.POLLIN)]


def test_poll_waits_for_a_token(kernel: Kernel) -> None:
    kernel.load("tokens.py")
    (waiter, waiting), (putter, putting) = opened(kernel), opened(kernel)
    call = waiter.start("poll", [(waiting, select.POLLIN)], 30_000)
    call.wait_blocked()
    putter.write(putting, b".")
    assert call.result() == [(waiting, select.POLLIN)]
