"""`kmi.errors`: which errno an exception is to the caller, and whether the author hears of it."""

import errno

import pytest

from kmi.testing.kernels.kernel import Kernel

CASES = {
    1: errno.EAGAIN,
    2: errno.ECHILD,
    3: errno.EPIPE,
    4: errno.ECONNABORTED,
    5: errno.ECONNREFUSED,
    6: errno.ECONNRESET,
    7: errno.EEXIST,
    8: errno.ENOENT,
    9: errno.EINTR,
    10: errno.EISDIR,
    11: errno.ENOTDIR,
    12: errno.EACCES,
    13: errno.ESRCH,
    14: errno.ETIMEDOUT,
    15: errno.ENOMEM,
    16: errno.ENOSYS,
    17: errno.EINVAL,
    18: errno.EBUSY,
    19: errno.ENODEV,
    20: errno.EBUSY,
    21: errno.EINVAL,
    22: errno.EBUSY,
    23: errno.EINTR,
    24: errno.ENOTRECOVERABLE,
    25: errno.ENOTRECOVERABLE,
    26: errno.EIO,
    27: errno.EIO,
    28: errno.EIO,
    29: errno.EIO,
    31: errno.EACCES,
}
LOGGED = {24: "OverflowError: on purpose", 25: "RuntimeError: broken"}


def check(kernel: Kernel, call: str, changed: dict[int, int]) -> None:
    kernel.load("modules/raising.py")
    user = kernel.process()
    fd = user.open("/dev/raising")
    for number, expected in (CASES | changed).items():
        before = len(kernel.log())
        with pytest.raises(OSError) as refused:
            if call == "ioctl":
                user.ioctl(fd, 1, number)
            elif call == "write":
                user.write(fd, bytes(number))
            else:
                user.read(fd, number)
        assert (number, refused.value.errno) == (number, expected)
        said = [line for line in kernel.log()[before:] if line.startswith("kmi: raising.py:")]
        assert [line.rpartition(" in throw: ")[2] for line in said] == (
            [LOGGED[number]] if number in LOGGED else []
        )


def test_leaving_a_write(kernel: Kernel) -> None:
    check(kernel, "write", {})


def test_leaving_an_ioctl(kernel: Kernel) -> None:
    check(kernel, "ioctl", {16: errno.ENOTTY})


def test_through_except_and_finally(kernel: Kernel) -> None:
    check(kernel, "read", {18: errno.ENODEV, 20: errno.ENODEV, 22: errno.ENODEV})


def test_nothing_raised(kernel: Kernel) -> None:
    kernel.load("modules/raising.py")
    user = kernel.process()
    fd = user.open("/dev/raising")
    assert user.ioctl(fd, 1, 0) == (0, b"")
    assert user.write(fd, bytes(30)) == 30
    assert len(user.read(fd, 30)) == 30
