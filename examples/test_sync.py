"""sync: letters are handed over one by one, and none is lost, whoever comes first."""

import doctest
import os
import select
import signal
from collections import Counter

import pytest
import sync
from sync import GET_SUMS, LONGEST, Sums

from kmi.kernels.userspace import UserProcess
from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel


def opened(kernel: Kernel, flags: int = os.O_RDWR) -> tuple[UserProcess, int]:
    user = kernel.process()
    return user, user.open("/dev/mailbox", flags)


def sums(user: UserProcess, fd: int) -> tuple[int, int]:
    found = Sums.unpack(user.ioctl(fd, GET_SUMS, bytes(Sums.SIZE))[1])
    return found.letters, found.size


def test_its_documentation_is_right() -> None:
    tried = doctest.testmod(sync)
    assert tried.attempted > 0
    assert tried.failed == 0


def test_a_reader_waits_for_a_letter(kernel: Kernel) -> None:
    kernel.load("sync.py")
    (reader, theirs), (writer, fd) = opened(kernel), opened(kernel)
    call = reader.start("read", theirs, 100)
    call.wait_blocked()
    assert writer.write(fd, b"hello") == 5
    assert call.result() == b"hello"
    assert sums(writer, fd) == (1, 5)


def test_a_writer_waits_for_the_slot(kernel: Kernel) -> None:
    kernel.load("sync.py")
    (writer, fd), (reader, theirs) = opened(kernel), opened(kernel)
    writer.write(fd, b"first")
    call = writer.start("write", fd, b"second")
    call.wait_blocked()
    assert reader.read(theirs, 100) == b"first"
    assert call.result() == 6
    assert reader.read(theirs, 100) == b"second"


def test_no_letter_is_lost_or_read_twice(kernel: Kernel) -> None:
    kernel.load("sync.py")
    writers = [opened(kernel) for _ in range(3)]
    readers = [opened(kernel) for _ in range(3)]
    written: Counter[bytes] = Counter()
    read: Counter[bytes] = Counter()
    for turn in range(4):
        letters = [f"{turn} of {number}".encode() for number in range(len(writers))]
        taking = [user.start("read", fd, 100) for user, fd in readers]
        giving = [
            user.start("write", fd, letter) for (user, fd), letter in zip(writers, letters, strict=True)
        ]
        written.update(letters)
        assert [call.result() for call in giving] == [len(letter) for letter in letters]
        read.update(call.result() for call in taking)
    assert read == written
    user, fd = readers[0]
    assert sums(user, fd) == (12, sum(map(len, written)))


def test_a_call_that_may_not_wait_does_not(kernel: Kernel) -> None:
    kernel.load("sync.py")
    user, fd = opened(kernel, os.O_RDWR | os.O_NONBLOCK)
    with pytest.raises(BlockingIOError):
        user.read(fd, 1)
    user.write(fd, b"x")
    with pytest.raises(BlockingIOError):
        user.write(fd, b"y")


def test_poll_says_whose_turn_it_is(kernel: Kernel) -> None:
    kernel.load("sync.py")
    (user, fd), (other, theirs) = opened(kernel), opened(kernel)
    both = select.POLLIN | select.POLLOUT
    assert user.poll([(fd, both)]) == [(fd, select.POLLOUT)]
    call = user.start("poll", [(fd, select.POLLIN)], -1)
    call.wait_blocked()
    other.write(theirs, b"x")
    assert call.result() == [(fd, select.POLLIN)]


def test_a_signal_ends_the_wait_and_no_letter_with_it(kernel: Kernel) -> None:
    kernel.load("sync.py")
    (user, fd), (other, theirs) = opened(kernel), opened(kernel)
    user.write(fd, b"first")
    call = user.start("write", fd, b"second")
    call.wait_blocked()
    user.signal(signal.SIGUSR1)
    with pytest.raises(InterruptedError):
        call.result()
    assert other.read(theirs, 100) == b"first"
    assert other.poll([(theirs, select.POLLIN)]) == []


def test_a_letter_that_is_too_long_is_refused(kernel: Kernel) -> None:
    kernel.load("sync.py")
    user, fd = opened(kernel)
    with pytest.raises(OSError):
        user.write(fd, bytes(LONGEST + 1))
    assert user.write(fd, bytes(LONGEST)) == LONGEST


def test_every_allocation_may_fail(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, "sync.py"):
            user, fd = opened(kernel)
            try:
                user.write(fd, b"hello")
                user.read(fd, 5)
            finally:
                user.end()

    fail_each(kernel, scenario)
