"""Errors of the program: ENOTRECOVERABLE for the caller, one line for the author, and the kernel lives."""

import errno
from pathlib import Path

import mistakes
import pytest

from kmi.kernels.userspace import UserProcess
from kmi.testing.kernels.kernel import Kernel

IOCTL = "Mistakes.ioctl"


def opened(kernel: Kernel) -> tuple[UserProcess, int]:
    kernel.load("modules/mistakes.py")
    user = kernel.process()
    return user, user.open("/dev/mistakes")


def complaints(kernel: Kernel) -> list[str]:
    return [line for line in kernel.log() if line.startswith("kmi: ")]


def at(text: str) -> int:
    """The number of the module's only line that holds the text."""
    lines = Path(mistakes.__file__).read_text(encoding="utf-8").splitlines()
    (number,) = (n for n, line in enumerate(lines, 1) if text in line)
    return number


TOO_DEEP = "RecursionError: maximum recursion depth exceeded"
CASES = [
    (mistakes.INDEX, 7, IOCTL, "items[value]  # too far", "IndexError: index 7 out of range of 4"),
    (mistakes.STORE, 4, IOCTL, "state.items[value] = 1", "IndexError: index 4 out of range of 4"),
    (mistakes.KEY, 3, IOCTL, "state.names[value]", "KeyError: 3"),
    (mistakes.ZERO, 5, IOCTL, "7 // (value - 5)", "ZeroDivisionError: integer division or modulo by zero"),
    (mistakes.MODULO, 5, IOCTL, "7 % (value - 5)", "ZeroDivisionError: integer modulo by zero"),
    (mistakes.NONE, 0, IOCTL, "following.small", "AttributeError: None used"),
    (mistakes.ASSERTION, 6, IOCTL, "assert value == 7", "AssertionError: seven was wanted"),
    (mistakes.PARAMETER, 256, IOCTL, "return small(value)", "OverflowError: 256 does not fit u8"),
    (mistakes.LOCAL, 65536, IOCTL, "kept: u16 = value", "OverflowError: 65536 does not fit u16"),
    (mistakes.FIELD, 56, IOCTL, "small += value", "OverflowError: 256 does not fit u8"),
    (mistakes.RESULT, 128, "narrow", "return value  #", "OverflowError: 128 does not fit i8"),
    (mistakes.LARGE, 1 << 62, IOCTL, "value) // value", "OverflowError: value does not fit 128 bits"),
    (mistakes.RECURSION, 100_000, "Node.depth", "self.depth(n", TOO_DEEP),
    (mistakes.WIDE, 100_000, "Node.wide", "self.wide(n", TOO_DEEP),
]


@pytest.mark.parametrize(("command", "value", "function", "text", "message"), CASES)
def test_an_error_of_the_program(
    kernel: Kernel, command: int, value: int, function: str, text: str, message: str
) -> None:
    user, fd = opened(kernel)
    with pytest.raises(OSError) as refused:
        user.ioctl(fd, command, value)
    assert refused.value.errno == errno.ENOTRECOVERABLE
    assert complaints(kernel) == [f"kmi: mistakes.py:{at(text)} in {function}: {message}"]
    assert user.ioctl(fd, mistakes.INDEX, 3)[0] == 4  # the kernel lives, and the lock was given back


def test_what_the_program_catches_is_no_error(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    assert user.ioctl(fd, mistakes.CAUGHT, 9)[0] == 99
    assert complaints(kernel) == []


@pytest.mark.parametrize(
    ("command", "value", "expected"),
    [(mistakes.BUSY, 0, errno.EBUSY), (mistakes.VALUE, 0, errno.EINVAL), (mistakes.BYTE, 300, errno.EINVAL)],
)
def test_an_error_for_the_caller_is_not_logged(
    kernel: Kernel, command: int, value: int, expected: int
) -> None:
    user, fd = opened(kernel)
    with pytest.raises(OSError) as refused:
        user.ioctl(fd, command, value)
    assert refused.value.errno == expected
    assert complaints(kernel) == []


def test_what_asks_for_low_bits_has_no_limit(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    value = (1 << 62) + 13
    assert user.ioctl(fd, mistakes.FINE, value)[0] == value * value % 256 + value**3 % 256


def test_one_site_does_not_flood_the_log(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    for _ in range(50):
        with pytest.raises(OSError):
            user.ioctl(fd, mistakes.INDEX, 7)
    assert 10 <= len(complaints(kernel)) <= 20
