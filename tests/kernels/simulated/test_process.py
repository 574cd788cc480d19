"""System calls of the simulated user space: the descriptor table, and the errno of each bad use."""

import errno
import fcntl
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from kmi.kernels.simulated.kernel import SimulatedKernel
from kmi.kernels.simulated.user.memory import MOST_MAPPED, Memory
from kmi.kernels.simulated.user.process import SimulatedProcess

EXAMPLES = Path(__file__).parents[3] / "examples"
ECHO = "/dev/echo"


@pytest.fixture
def user(simulated: SimulatedKernel) -> SimulatedProcess:
    simulated.load(EXAMPLES / "echo.py")
    return simulated.process()


def number_of(call: Callable[[], object]) -> int | None:
    with pytest.raises(OSError) as refused:
        call()
    return refused.value.errno


def test_descriptors_are_the_lowest_free(user: SimulatedProcess) -> None:
    first, second = user.open(ECHO), user.open(ECHO)
    assert (first, second, user.dup(first)) == (3, 4, 5)
    user.close(second)
    assert user.open(ECHO) == 4
    assert user.fcntl(3, fcntl.F_DUPFD, 10) == 10


@pytest.mark.parametrize(
    ("path", "flags", "expected"),
    [
        ("/dev/nothing", os.O_RDWR, errno.ENOENT),
        ("/etc/passwd", os.O_RDONLY, errno.ENOENT),
        ("echo", os.O_RDWR, errno.ENOENT),
        (ECHO, os.O_RDWR | os.O_DIRECTORY, errno.ENOTDIR),
        (ECHO, os.O_RDWR | os.O_CREAT | os.O_EXCL, errno.EEXIST),
    ],
)
def test_opening_what_cannot_be(user: SimulatedProcess, path: str, flags: int, expected: int) -> None:
    assert number_of(lambda: user.open(path, flags)) == expected


def test_a_closed_descriptor_is_ebadf(user: SimulatedProcess) -> None:
    fd = user.open(ECHO)
    user.close(fd)
    calls: list[Callable[[], object]] = [
        lambda: user.read(fd, 1),
        lambda: user.write(fd, b"x"),
        lambda: user.ioctl(fd, 1),
        lambda: user.close(fd),
        lambda: user.dup(fd),
        lambda: user.fcntl(fd, fcntl.F_GETFL),
        lambda: user.lseek(fd, 0),
        lambda: user.mmap(fd, 4096),
        lambda: user.readv(fd, [1]),
        lambda: user.writev(fd, [b"x"]),
    ]
    assert [number_of(call) for call in calls] == [errno.EBADF] * len(calls)


def test_a_device_has_no_position_and_no_pages(user: SimulatedProcess) -> None:
    fd = user.open(ECHO)
    assert number_of(lambda: user.lseek(fd, 0)) == errno.ESPIPE
    assert number_of(lambda: user.mmap(fd, 4096)) == errno.ENODEV
    assert number_of(lambda: user.mmap(fd, 0)) == errno.EINVAL
    reading = user.open(ECHO, os.O_RDONLY)
    assert number_of(lambda: user.mmap(reading, 4096)) == errno.EACCES


def test_blocking_is_a_property_of_the_open_file(user: SimulatedProcess) -> None:
    fd = user.open(ECHO)
    copy = user.dup(fd)
    user.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK)
    assert user.fcntl(copy, fcntl.F_GETFL) == os.O_RDWR | os.O_NONBLOCK
    with pytest.raises(BlockingIOError):
        user.read(copy, 1)
    assert user.ioctl(fd, 0x5421, struct.pack("i", 0))[0] == 0
    assert user.fcntl(copy, fcntl.F_GETFL) == os.O_RDWR
    user.ioctl(fd, 0x5421, struct.pack("i", 1))
    with pytest.raises(BlockingIOError):
        user.read(fd, 1)


def test_a_child_shares_the_files_and_not_the_table(user: SimulatedProcess) -> None:
    fd = user.open(ECHO)
    child = user.fork()
    user.write(fd, b"heritage")
    assert child.read(fd, 20) == b"heritage"
    user.close(fd)
    assert number_of(lambda: user.write(fd, b"x")) == errno.EBADF
    assert child.write(fd, b"x") == 1


def test_a_file_in_use_by_a_call_outlives_its_descriptor(
    simulated: SimulatedKernel, user: SimulatedProcess
) -> None:
    fd = user.open(ECHO)
    child = user.fork()
    call = child.start("read", fd, 1)
    call.wait_blocked()
    user.close(fd)
    with pytest.raises(BlockingIOError):
        simulated.unload("echo")
    writer = simulated.process()
    writer.write(writer.open(ECHO), b"x")
    assert call.result() == b"x"


def test_only_so_many_descriptors(user: SimulatedProcess) -> None:
    fd = user.open(ECHO)
    for _ in range(1024 - 4):
        user.dup(fd)
    assert number_of(lambda: user.dup(fd)) == errno.EMFILE
    assert number_of(lambda: user.open(ECHO)) == errno.EMFILE


def test_vectors_have_bounds(user: SimulatedProcess) -> None:
    fd = user.open(ECHO)
    assert number_of(lambda: user.readv(fd, [1] * 1025)) == errno.EINVAL
    assert number_of(lambda: user.readv(fd, [-1])) == errno.EINVAL
    assert user.writev(fd, [b"a"] * 1024) == 1024


def test_waiting_for_a_call_that_ends_is_an_assertion(user: SimulatedProcess) -> None:
    call = user.start("write", user.open(ECHO), b"x")
    with pytest.raises(AssertionError, match="ended instead of sleeping"):
        call.wait_blocked()
    assert call.done() and call.result() == 1


def test_unknown_calls_are_refused_by_name(user: SimulatedProcess) -> None:
    with pytest.raises(ValueError, match="no call named 'rename' can be started"):
        user.start("rename", "a", "b")


def test_memory_ends_where_the_buffer_ends() -> None:
    memory = Memory()
    first, second = memory.map(b"abc"), memory.map(bytes(5000))
    assert memory.copy_in(first.address, 100) == b"abc"
    assert memory.copy_in(first.address + 3, 1) == b""
    assert memory.copy_out(first.address + 1, b"XYZ") == 2
    assert first.data == b"aXY"
    assert first.end % 4096 == 0 and second.end % 4096 == 0
    assert second.address // 4096 - first.end // 4096 >= 1
    memory.unmap(first)
    assert memory.copy_in(first.address, 1) == b""


def test_only_the_head_of_a_huge_buffer_is_mapped() -> None:
    assert len(Memory().map(bytes(MOST_MAPPED + 5)).data) == MOST_MAPPED
    assert len(Memory().map(b"abcdef", room=2).data) == 2
