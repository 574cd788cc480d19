"""semaphore: permits are added by writing and taken, one a read, by reading."""

import errno
import os
import signal

import pytest
from semaphore import GET_TAKEN, SET_TAKEN, Taken

from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel


def test_a_read_takes_one_permit(kernel: Kernel) -> None:
    kernel.load("semaphore.py")
    user = kernel.process()
    fd = user.open("/dev/semaphore", os.O_RDWR | os.O_NONBLOCK)
    assert user.write(fd, b"two") == 3
    assert [user.read(fd, 10) for _ in range(3)] == [b"\0", b"\0", b"\0"]
    with pytest.raises(BlockingIOError):
        user.read(fd, 10)


def test_a_reader_waits_for_a_permit(kernel: Kernel) -> None:
    kernel.load("semaphore.py")
    waiting = [kernel.process() for _ in range(3)]
    calls = [user.start("read", user.open("/dev/semaphore"), 1) for user in waiting]
    for call in calls:
        call.wait_blocked()
    giver = kernel.process()
    fd = giver.open("/dev/semaphore")
    giver.write(fd, b"..")
    giver.write(fd, b".")
    assert [call.result() for call in calls] == [b"\0"] * 3


def test_says_and_sets_how_many_were_taken(kernel: Kernel) -> None:
    kernel.load("semaphore.py")
    user = kernel.process()
    fd = user.open("/dev/semaphore")
    user.write(fd, b"....")
    user.read(fd, 1)
    user.read(fd, 1)
    assert user.ioctl(fd, GET_TAKEN, bytes(Taken.SIZE)) == (0, Taken(count=2).pack())
    assert user.ioctl(fd, SET_TAKEN, Taken(count=7).pack())[0] == 0
    user.read(fd, 1)
    assert user.ioctl(fd, GET_TAKEN, bytes(Taken.SIZE))[1] == Taken(count=8).pack()


@pytest.mark.parametrize(
    ("request_", "address", "expected"),
    [
        (GET_TAKEN, 0, errno.EFAULT),
        (SET_TAKEN, 1, errno.EFAULT),
        (GET_TAKEN + 0x10, 0, errno.ENOTTY),
        (0, 0, errno.ENOTTY),
    ],
)
def test_refuses_a_bad_ioctl(kernel: Kernel, request_: int, address: int, expected: int) -> None:
    kernel.load("semaphore.py")
    user = kernel.process()
    fd = user.open("/dev/semaphore")
    with pytest.raises(OSError) as refused:
        user.ioctl(fd, request_, address=address)
    assert refused.value.errno == expected


def test_a_fault_leaves_the_permit_where_it_was(kernel: Kernel) -> None:
    kernel.load("semaphore.py")
    user = kernel.process()
    fd = user.open("/dev/semaphore", os.O_RDWR | os.O_NONBLOCK)
    user.write(fd, b".")
    with pytest.raises(OSError) as refused:
        user.read(fd, 1, address=0)
    assert refused.value.errno == errno.EFAULT
    assert user.read(fd, 1) == b"\0"


def test_a_signal_ends_or_restarts_a_wait(kernel: Kernel) -> None:
    kernel.load("semaphore.py")
    user, giver = kernel.process(), kernel.process()
    fd = user.open("/dev/semaphore")
    call = user.start("read", fd, 1)
    call.wait_blocked()
    user.signal(signal.SIGUSR1)
    with pytest.raises(InterruptedError):
        call.result()
    again = user.start("read", fd, 1)
    again.wait_blocked()
    user.signal(signal.SIGUSR2)
    giver.write(giver.open("/dev/semaphore"), b".")
    assert again.result() == b"\0"


def test_is_not_unloaded_while_a_read_sleeps(kernel: Kernel) -> None:
    module = kernel.load("semaphore.py")
    user = kernel.process()
    fd = user.open("/dev/semaphore")
    call = user.start("read", fd, 1)
    call.wait_blocked()
    with pytest.raises(BlockingIOError):
        kernel.unload(module)
    user.signal(signal.SIGUSR1)
    with pytest.raises(InterruptedError):
        call.result()
    user.close(fd)
    kernel.unload(module)


def test_runs_out_of_memory_anywhere_and_recovers(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, "semaphore.py"):
            user = kernel.process()
            try:
                fd = user.open("/dev/semaphore")
                user.write(fd, b".")
                user.read(fd, 1)
                user.ioctl(fd, GET_TAKEN, bytes(Taken.SIZE))
                user.ioctl(fd, SET_TAKEN, bytes(Taken.SIZE))
            finally:
                user.end()

    assert fail_each(kernel, scenario) >= 4
