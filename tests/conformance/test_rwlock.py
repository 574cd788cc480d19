"""`RwLock` and `RawSpinLock` of `kmi.sync`."""

import readers

from kmi.kernels.userspace import UserProcess
from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/readers.py"


def opened(kernel: Kernel) -> tuple[UserProcess, int]:
    user = kernel.process()
    return user, user.open("/dev/readers")


def test_readers_hold_the_lock_together(kernel: Kernel) -> None:
    kernel.load(MODULE)
    (user, fd), (other, theirs) = opened(kernel), opened(kernel)
    call = user.start("ioctl", fd, readers.READ_AND_WAIT)
    call.wait_blocked()
    assert other.ioctl(theirs, readers.READ_AND_COMPLETE) == (0, b"")
    assert call.result() == (0, b"")


def test_a_writer_waits_for_the_readers(kernel: Kernel) -> None:
    kernel.load(MODULE)
    (user, fd), (writer, theirs), (third, its) = opened(kernel), opened(kernel), opened(kernel)
    reading = user.start("ioctl", fd, readers.READ_AND_WAIT)
    reading.wait_blocked()
    writing = writer.start("ioctl", theirs, readers.WRITE, 7)
    writing.wait_blocked()
    assert not writing.done()
    third.ioctl(its, readers.COMPLETE)
    assert reading.result() == (0, b"")
    assert writing.result() == (10, b"")


def test_a_reader_never_sees_a_write_half_way(kernel: Kernel) -> None:
    kernel.load(MODULE)
    users = [opened(kernel) for _ in range(4)]
    for _ in range(5):
        commands = [readers.WRITE, readers.BOTH, readers.WRITE, readers.BOTH]
        calls = [
            user.start("ioctl", fd, command, 0) for (user, fd), command in zip(users, commands, strict=True)
        ]
        for call in calls:
            call.result()
    user, fd = users[0]
    assert user.ioctl(fd, readers.BOTH) == (30, b"")


def test_an_exception_gives_the_lock_back(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    for command in (readers.RAISE_READING, readers.RAISE_WRITING, readers.RAISE_READING):
        try:
            user.ioctl(fd, command, 1)
        except BlockingIOError:
            continue
        raise AssertionError("the module raises BlockingIOError")
    assert user.ioctl(fd, readers.WRITE, 0) == (4, b"")


def test_a_raw_spin_lock_lets_one_in_at_a_time(kernel: Kernel) -> None:
    kernel.load(MODULE)
    users = [opened(kernel) for _ in range(4)]
    calls = [user.start("ioctl", fd, readers.RAW, 10) for user, fd in users]
    for call in calls:
        assert call.result() == (0, b"")
    user, fd = users[0]
    assert user.ioctl(fd, readers.RAW_SUM) == (160, b"")
