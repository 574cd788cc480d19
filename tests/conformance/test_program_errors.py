"""Errors of the program: ENOTRECOVERABLE for the caller, one line for the author, and the kernel lives."""

import errno
import os
import select
from pathlib import Path
from types import ModuleType

import mistakes
import pytest
import stumbles

from kmi.kernels.userspace import UserProcess
from kmi.testing.kernels.kernel import Kernel

IOCTL = "Mistakes.ioctl"


def opened(kernel: Kernel) -> tuple[UserProcess, int]:
    kernel.load("modules/mistakes.py")
    user = kernel.process()
    return user, user.open("/dev/mistakes")


def complaints(kernel: Kernel) -> list[str]:
    return [line for line in kernel.log() if line.startswith("kmi: ") and not line.startswith("kmi:  ")]


def calls(kernel: Kernel) -> list[str]:
    return [line.removeprefix("kmi:   ") for line in kernel.log() if line.startswith("kmi:   ")]


def at(text: str, module: ModuleType = mistakes) -> int:
    """The number of the module's only line that holds the text."""
    assert module.__file__ is not None
    lines = Path(module.__file__).read_text(encoding="utf-8").splitlines()
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


def test_errors_of_the_program(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    expected = []
    for command, value, function, text, message in CASES:
        with pytest.raises(OSError) as refused:
            user.ioctl(fd, command, value)
        assert refused.value.errno == errno.ENOTRECOVERABLE, message
        expected.append(f"kmi: mistakes.py:{at(text)} in {function}: {message}")
        assert complaints(kernel) == expected
        assert user.ioctl(fd, mistakes.INDEX, 3)[0] == 4  # the kernel lives, and the lock was given back


def test_the_log_says_from_where_a_function_was_called(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    with pytest.raises(OSError):
        user.ioctl(fd, mistakes.INDEX, 7)
    assert calls(kernel) == []
    with pytest.raises(OSError):
        user.ioctl(fd, mistakes.RESULT, 128)
    assert calls(kernel) == [f"called from mistakes.py:{at('return narrow(')} in {IOCTL}"]


def test_the_log_shows_eight_lines_of_a_deep_call(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    with pytest.raises(OSError):
        user.ioctl(fd, mistakes.RECURSION, 100_000)
    again = f"called from mistakes.py:{at('self.depth(n')} in Node.depth"
    assert calls(kernel) == [*[again] * 7, "and 57 more"]


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


def test_each_callback_says_where_it_went_wrong(kernel: Kernel) -> None:
    """What moved before is counted only where the reason is would-block, a signal or a fault."""
    module = kernel.load("modules/stumbles.py", first=5)
    user = kernel.process()
    fd, other = user.open("/dev/stumbles"), user.open("/dev/stumbles")
    said: list[str] = []

    def now(text: str, function: str, message: str) -> None:
        said.append(f"kmi: stumbles.py:{at(text, stumbles)} in {function}: {message}")
        assert complaints(kernel) == said

    with pytest.raises(OSError) as refused:
        user.read(fd, 100)
    assert refused.value.errno == errno.ENOTRECOVERABLE
    now("# too far", "Table.row", "IndexError: index 2 out of range of 1")
    with pytest.raises(OSError) as refused:
        user.write(other, b"abc")
    assert refused.value.errno == errno.ENOTRECOVERABLE
    now("# write", "Stumbles.write", "IndexError: pop index out of range")
    assert user.poll([(fd, select.POLLIN)]) == [(fd, select.POLLERR)]
    now("# poll", "Stumbles.poll", "KeyError: 2")
    user.close(fd)
    user.close(other)
    kernel.unload(module)
    assert complaints(kernel) == said


def test_an_error_in_open_and_close(kernel: Kernel) -> None:
    module = kernel.load("modules/stumbles.py", first=0)
    user = kernel.process()
    for _ in range(2):
        with pytest.raises(OSError) as refused:
            user.open("/dev/stumbles")
        assert refused.value.errno == errno.ENOTRECOVERABLE
    wrong = "ZeroDivisionError: integer division or modulo by zero"
    assert complaints(kernel) == [f"kmi: stumbles.py:{at('# open', stumbles)} in Stumbles.open: {wrong}"] * 2
    kernel.unload(module)  # no open that failed holds it
    module = kernel.load("modules/stumbles.py", first=10)
    user.close(user.open("/dev/stumbles", os.O_RDONLY))
    (line,) = complaints(kernel)[2:]
    assert line == f"kmi: stumbles.py:{at('closed', stumbles)} in Stumbles.close: AssertionError: closed"
    kernel.unload(module)


def test_an_error_in_a_load(kernel: Kernel) -> None:
    with pytest.raises(OSError) as refused:
        kernel.load("modules/stumbles.py", size=-1)
    assert refused.value.errno == errno.ENOTRECOVERABLE
    wrong = "ZeroDivisionError: integer division or modulo by zero"
    said = complaints(kernel)
    assert f"kmi: stumbles.py:{at('# load', stumbles)} in StumblesModule.__init__: {wrong}" in said
    assert f"kmi: stumbles: not loaded: {wrong}" in said
    user = kernel.process()
    with pytest.raises(FileNotFoundError) as missing:
        user.open("/dev/stumbles")
    assert missing.value.filename == "/dev/stumbles"
    kernel.load("modules/stumbles.py")
    with pytest.raises(TypeError, match="'str'"):
        user.write(user.open("/dev/stumbles"), "text")  # type: ignore[arg-type]


def test_a_site_that_floods_silences_no_other(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    for command, value in [(mistakes.INDEX, 7)] * 30 + [(mistakes.KEY, 3)]:
        with pytest.raises(OSError):
            user.ioctl(fd, command, value)
    assert complaints(kernel)[-1].endswith("KeyError: 3")
