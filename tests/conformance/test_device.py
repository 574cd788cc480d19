"""`kmi.device`: open files, their modes and their state."""

import errno
import fcntl
import os

import cursors
import pytest

from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/cursors.py"
PATH = "/dev/cursors"


def closings(kernel: Kernel) -> list[str]:
    return [line for line in kernel.log() if line.startswith("file ")]


def test_each_open_file_has_its_state(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    first, second = user.open(PATH), user.open(PATH)
    assert [user.read(fd, 2) for fd in (first, first, second)] == [b"\1\0", b"\1\1", b"\2\0"]


def test_copies_of_a_descriptor_share_it(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open(PATH)
    copy, child = user.dup(fd), user.fork()
    assert [user.read(fd, 2), user.read(copy, 2), child.read(fd, 2)] == [b"\1\0", b"\1\1", b"\1\2"]


def test_a_file_is_closed_once_and_last(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open(PATH)
    copy, child = user.dup(fd), user.fork()
    user.read(fd, 2)
    user.close(fd)
    user.close(copy)
    assert closings(kernel) == []
    child.end()
    assert closings(kernel) == ["file 1 closed at 1"]


def test_a_process_that_ends_closes_its_files(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    user.open(PATH)
    user.open(PATH)
    user.end()
    assert sorted(closings(kernel)) == ["file 1 closed at 0", "file 2 closed at 0"]  # in any order
    kernel.unload(module)


@pytest.mark.parametrize(
    ("flags", "modes"),
    [(os.O_RDONLY, 1), (os.O_RDWR, 3), (os.O_RDONLY | os.O_NONBLOCK, 5), (os.O_RDWR | os.O_NONBLOCK, 7)],
)
def test_a_file_knows_its_modes(kernel: Kernel, flags: int, modes: int) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    assert user.ioctl(user.open(PATH, flags), cursors.MODES)[0] == modes


def test_nonblocking_is_asked_anew_for_each_call(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open(PATH)
    assert user.ioctl(fd, cursors.MODES)[0] == 3
    user.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK)
    assert user.ioctl(fd, cursors.MODES)[0] == 7


def test_an_open_that_raises_is_no_open(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    with pytest.raises(PermissionError):
        user.open(PATH, os.O_WRONLY)
    for _ in range(5):
        user.open(PATH)
    with pytest.raises(OSError) as refused:
        user.open(PATH)
    assert refused.value.errno == errno.EBUSY
    user.end()
    assert len(closings(kernel)) == 5
    kernel.unload(module)


def test_a_close_that_raises_closes_and_is_logged(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    fd = user.open(PATH)
    user.ioctl(fd, cursors.BREAK)
    user.close(fd)
    (line,) = (line for line in kernel.log() if line.startswith("kmi: "))
    assert line.startswith("kmi: cursors.py:")
    assert line.endswith(" in Cursors.close: ValueError: cannot be closed well")
    kernel.unload(module)


def test_opening_and_closing_without_memory(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, MODULE):
            user = kernel.process()
            try:
                for _ in range(3):
                    user.read(user.open(PATH), 2)
            finally:
                user.end()

    assert fail_each(kernel, scenario) >= 6


def test_an_open_that_succeeded_is_an_open_file(kernel: Kernel) -> None:
    """Whichever allocation fails: the module never counts a file that is not closed later."""
    kernel.load(MODULE)
    user = kernel.process()
    fd = None
    for n in range(1, 20):
        kernel.fail_nth(n)
        try:
            fd = user.open(PATH)
        except OSError as refused:
            assert refused.errno == errno.ENOMEM
        else:
            break
    kernel.fail_nth(0)
    assert fd is not None and n >= 3
    assert user.ioctl(fd, cursors.OPENED)[0] == 1
