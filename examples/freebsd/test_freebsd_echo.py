"""freebsd/echo: the last write comes back once; poll, ioctl and waiting as the manual pages have them."""

import errno
import os
import select

import pytest

from kmi import Struct, u32
from kmi.ioctl import IO, IOR, IOW
from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel

pytestmark = pytest.mark.only_on("freebsd")


class Size(Struct):
    room: u32
    kept: u32


CLEAR, GET_SIZE, SET_SIZE = IO("e", 1), IOR("e", 2, Size), IOW("e", 3, Size)


def test_a_read_takes_what_was_written_last(kernel: Kernel) -> None:
    kernel.load("echo.py")
    user = kernel.process()
    fd = user.open("/dev/echo")
    user.write(fd, b"hello, kernel")
    user.writev(fd, [b"good", b"", b"bye"])
    assert user.readv(fd, [4, 100]) == [b"good", b"bye"]
    for data in (bytes(257), bytes(100_000)):
        with pytest.raises(OSError) as refused:
            user.write(fd, data)
        assert refused.value.errno == errno.EFBIG


def test_a_reader_waits_and_poll_says_so(kernel: Kernel) -> None:
    kernel.load("echo.py")
    reader, writer = kernel.process(), kernel.process()
    theirs, ours = reader.open("/dev/echo"), writer.open("/dev/echo", os.O_RDWR | os.O_NONBLOCK)
    both = select.POLLIN | select.POLLOUT
    assert writer.poll([(ours, both)]) == [(ours, select.POLLOUT)]
    with pytest.raises(BlockingIOError):
        writer.read(ours, 1)
    call = reader.start("read", theirs, 100)
    call.wait_blocked()
    writer.write(ours, b"at last")
    assert call.result() == b"at last"
    writer.write(ours, b"more")
    assert writer.poll([(ours, both)]) == [(ours, both)]


def test_its_memory_grows_and_shrinks(kernel: Kernel) -> None:
    kernel.load("echo.py")
    user = kernel.process()
    fd = user.open("/dev/echo")
    user.write(fd, bytes(range(200)))
    user.ioctl(fd, SET_SIZE, Size(4096, 0).pack())
    assert Size.unpack(user.ioctl(fd, GET_SIZE, bytes(8))[1]) == Size(4096, 200)
    user.ioctl(fd, SET_SIZE, Size(10, 0).pack())
    assert user.read(fd, 100) == bytes(range(10))
    user.write(fd, b"gone")
    user.ioctl(fd, CLEAR, 0)
    assert Size.unpack(user.ioctl(fd, GET_SIZE, bytes(8))[1]) == Size(10, 0)
    for number, argument, said in (
        (SET_SIZE, Size(0, 0).pack(), errno.EINVAL),
        (SET_SIZE, Size(1 << 30, 0).pack(), errno.EINVAL),
        (IO("x", 9), 0, errno.ENOTTY),
    ):
        with pytest.raises(OSError) as refused:
            user.ioctl(fd, number, argument)
        assert refused.value.errno == said


def test_it_gives_all_back_whatever_fails(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, "echo.py"):
            user = kernel.process()
            fd = user.open("/dev/echo")
            try:
                user.write(fd, b"abc")
                user.ioctl(fd, SET_SIZE, Size(64, 0).pack())
                assert user.read(fd, 10) == b"abc"
            finally:
                user.close(fd)

    fail_each(kernel, scenario)
