"""echo: what is written comes back, oldest first, within its bounds."""

import errno
import os
import select
import signal

import pytest

from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel

BOTH = select.POLLIN | select.POLLOUT


def test_gives_back_what_was_written(kernel: Kernel) -> None:
    kernel.load("echo.py")
    user = kernel.process()
    fd = user.open("/dev/echo")
    assert user.write(fd, b"hello, ") == 7
    assert user.write(fd, b"kernel") == 6
    assert user.read(fd, 5) == b"hello"
    assert user.read(fd, 100) == b", kernel"


def test_the_device_is_shared_by_who_opens_it(kernel: Kernel) -> None:
    kernel.load("echo.py")
    writer, reader = kernel.process(), kernel.process()
    writer.write(writer.open("/dev/echo", os.O_WRONLY), b"across")
    assert reader.read(reader.open("/dev/echo", os.O_RDONLY), 6) == b"across"


def test_a_write_takes_what_there_is_room_for(kernel: Kernel) -> None:
    kernel.load("echo.py", capacity=4)
    user = kernel.process()
    fd = user.open("/dev/echo", os.O_RDWR | os.O_NONBLOCK)
    assert user.write(fd, b"abcdef") == 4
    with pytest.raises(BlockingIOError):
        user.write(fd, b"g")
    assert user.read(fd, 3) == b"abc"
    assert user.write(fd, b"ghij") == 3
    assert user.read(fd, 10) == b"dghi"


def test_reading_an_empty_device_does_not_block_if_asked(kernel: Kernel) -> None:
    kernel.load("echo.py")
    user = kernel.process()
    fd = user.open("/dev/echo", os.O_RDWR | os.O_NONBLOCK)
    with pytest.raises(BlockingIOError):
        user.read(fd, 1)


def test_a_reader_waits_for_a_writer(kernel: Kernel) -> None:
    kernel.load("echo.py")
    reader, writer = kernel.process(), kernel.process()
    call = reader.start("read", reader.open("/dev/echo"), 10)
    call.wait_blocked()
    writer.write(writer.open("/dev/echo"), b"at last")
    assert call.result() == b"at last"


def test_a_writer_waits_for_room(kernel: Kernel) -> None:
    kernel.load("echo.py", capacity=2)
    writer, reader = kernel.process(), kernel.process()
    fd = writer.open("/dev/echo")
    assert writer.write(fd, b"ab") == 2
    call = writer.start("write", fd, b"cd")
    call.wait_blocked()
    fd = reader.open("/dev/echo")
    assert reader.read(fd, 1) == b"a"
    assert call.result() == 1
    assert reader.read(fd, 9) == b"bc"


def test_poll_says_what_would_not_block(kernel: Kernel) -> None:
    kernel.load("echo.py", capacity=2)
    user = kernel.process()
    fd = user.open("/dev/echo")
    assert user.poll([(fd, BOTH)]) == [(fd, select.POLLOUT)]
    user.write(fd, b"a")
    assert user.poll([(fd, BOTH)]) == [(fd, BOTH)]
    user.write(fd, b"b")
    assert user.poll([(fd, BOTH)]) == [(fd, select.POLLIN)]
    assert user.poll([(fd, select.POLLOUT)], 10) == []


@pytest.mark.parametrize("full", [False, True])
def test_poll_wakes_when_that_changes(kernel: Kernel, full: bool) -> None:
    kernel.load("echo.py", capacity=1)
    waiting, other = kernel.process(), kernel.process()
    fd, theirs = waiting.open("/dev/echo"), other.open("/dev/echo")
    if full:
        other.write(theirs, b"x")
    wanted = select.POLLOUT if full else select.POLLIN
    call = waiting.start("poll", [(fd, wanted)], -1)
    call.wait_blocked()
    if full:
        other.read(theirs, 1)
    else:
        other.write(theirs, b"x")
    assert call.result() == [(fd, wanted)]


def test_a_signal_ends_or_restarts_a_wait(kernel: Kernel) -> None:
    kernel.load("echo.py")
    reader, writer = kernel.process(), kernel.process()
    fd = reader.open("/dev/echo")
    call = reader.start("read", fd, 1)
    call.wait_blocked()
    reader.signal(signal.SIGUSR1)
    with pytest.raises(InterruptedError):
        call.result()
    again = reader.start("read", fd, 1)
    again.wait_blocked()
    reader.signal(signal.SIGUSR2)
    writer.write(writer.open("/dev/echo"), b"x")
    assert again.result() == b"x"


def test_a_fault_loses_nothing(kernel: Kernel) -> None:
    kernel.load("echo.py")
    user = kernel.process()
    fd = user.open("/dev/echo")
    user.write(fd, b"abcdef")
    with pytest.raises(OSError) as refused:
        user.read(fd, 6, address=1)
    assert refused.value.errno == errno.EFAULT
    assert user.read(fd, 6, fault_after=2) == b"ab"
    assert user.read(fd, 6) == b"cdef"
    assert user.write(fd, b"ghi", fault_after=1) == 1
    assert user.read(fd, 6) == b"g"


def test_is_not_unloaded_while_it_is_open(kernel: Kernel) -> None:
    module = kernel.load("echo.py")
    user = kernel.process()
    fd = user.open("/dev/echo")
    with pytest.raises(BlockingIOError):
        kernel.unload(module)
    assert user.write(fd, b"alive") == 5
    user.close(fd)
    kernel.unload(module)
    with pytest.raises(FileNotFoundError):
        user.open("/dev/echo")


def test_runs_out_of_memory_anywhere_and_recovers(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, "echo.py", capacity=8):
            user = kernel.process()
            try:
                fd = user.open("/dev/echo")
                assert user.write(fd, b"abc") == 3
                assert user.read(fd, 3) == b"abc"
            finally:
                user.end()

    assert fail_each(kernel, scenario) >= 5
