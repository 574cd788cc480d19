"""`kmi.uio`: what moves, what is counted, and what a bad buffer gives."""

import errno
import os

import pytest
import transfers as ways

from kmi.kernels.userspace import UserProcess
from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/transfers.py"


def opened(kernel: Kernel, way: int = ways.WHOLE) -> tuple[UserProcess, int]:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/transfers")
    choose(user, fd, way)
    return user, fd


def choose(user: UserProcess, fd: int, way: int) -> None:
    assert user.ioctl(fd, ways.CHOOSE, way) == (0, b"")


def test_bytes_go_there_and_back(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    data = bytes(range(256)) * 40
    assert user.write(fd, data) == len(data)
    assert user.read(fd, len(data)) == data


def test_a_put_stops_where_there_is_no_room(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    user.write(fd, b"abcdef")
    assert user.read(fd, 4) == b"abcd"


@pytest.mark.parametrize("way", [ways.WHOLE, ways.PIECES])
def test_length_0_moves_nothing(kernel: Kernel, way: int) -> None:
    user, fd = opened(kernel, way)
    assert user.write(fd, b"") == 0
    assert user.read(fd, 0) == b""
    assert user.read(fd, 0, address=0) == b""


def test_length_0_does_not_reach_the_module(kernel: Kernel) -> None:
    user, fd = opened(kernel, ways.TOO_FAR)
    assert user.write(fd, b"") == 0


def test_pieces_add_up(kernel: Kernel) -> None:
    user, fd = opened(kernel, ways.PIECES)
    assert user.write(fd, b"abcdefgh") == 8
    assert user.read(fd, 8) == b"abcdefgh"


def test_several_buffers_are_one(kernel: Kernel) -> None:
    user, fd = opened(kernel, ways.PIECES)
    assert user.writev(fd, [b"ab", b"", b"cdefg", b"h"]) == 8
    assert user.readv(fd, [3, 0, 1, 9]) == [b"abc", b"d", b"efgh"]


def test_several_buffers_of_length_0_move_nothing(kernel: Kernel) -> None:
    user, fd = opened(kernel, ways.TOO_FAR)
    for count in (0, 2, 1024):
        assert user.readv(fd, [0] * count) == []
        assert user.writev(fd, [b""] * count) == 0


def test_buffers_that_cannot_be(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    user.write(fd, b"kept")
    most = errno.EINVAL if kernel.name.startswith("freebsd") else errno.EFAULT  # see the test of its limit
    for lengths, expected in (
        ([0] * 1025, errno.EINVAL),
        ([1 << 63, 1], errno.EINVAL),
        ([1, (1 << 64) - 1], errno.EINVAL),
        ([1 << 62, 1 << 62], most),
        ([5, 1 << 48], most),
    ):
        with pytest.raises(OSError) as refused:
            user.readv(fd, lengths)
        assert refused.value.errno == expected
    assert user.readv(fd, [1, (1 << 31) - 2]) == [b"k", b"ept"]


@pytest.mark.parametrize("way", [ways.WHOLE, ways.PIECES])
def test_bytes_before_a_fault_in_one_of_several_buffers_count(kernel: Kernel, way: int) -> None:
    user, fd = opened(kernel, way)
    assert user.writev(fd, [b"abc", b"", b"defgh"], fault_after=4) == 4
    assert user.readv(fd, [3, 2], fault_after=3) == [b"abc"]
    assert user.writev(fd, [b"abc", b"d"], fault_after=3) == 3
    for move in (
        lambda: user.readv(fd, [2, 2], fault_after=0),
        lambda: user.writev(fd, [b"", b"x"], fault_after=0),
    ):
        with pytest.raises(OSError) as refused:
            move()
        assert refused.value.errno == errno.EFAULT


def test_get_into_takes_what_fits_the_slice(kernel: Kernel) -> None:
    user, fd = opened(kernel, ways.INTO)
    assert user.write(fd, b"abcdef") == 4
    assert user.write(fd, b"xy") == 2
    choose(user, fd, ways.WHOLE)
    assert user.read(fd, 10) == b"abcdxy"


def test_what_is_skipped_counts(kernel: Kernel) -> None:
    user, fd = opened(kernel, ways.SKIP)
    assert user.write(fd, b"abcdef") == 4
    choose(user, fd, ways.WHOLE)
    assert user.read(fd, 10) == b"cd"
    choose(user, fd, ways.REST)
    assert len(user.read(fd, 5)) == 5


def test_skipping_too_far_is_einval(kernel: Kernel) -> None:
    user, fd = opened(kernel, ways.TOO_FAR)
    with pytest.raises(OSError) as refused:
        user.write(fd, b"abc")
    assert refused.value.errno == errno.EINVAL


def test_a_call_that_moves_nothing_returns_0(kernel: Kernel) -> None:
    user, fd = opened(kernel, ways.NOTHING)
    assert user.write(fd, b"abc") == 0


def test_after_progress_would_block_is_a_short_count(kernel: Kernel) -> None:
    user, fd = opened(kernel, ways.RAISES)
    assert user.write(fd, b"abc") == 1


def test_the_position_follows_the_progress(kernel: Kernel) -> None:
    user, fd = opened(kernel, ways.OFFSET)
    assert [user.read(fd, 1) for _ in range(3)] == [b"\0", b"\1", b"\2"]
    assert user.pread(fd, 1, 77) == b"\x4d"
    assert user.read(fd, 1) == b"\3"
    with pytest.raises(OSError) as refused:
        user.pread(fd, 1, -1)
    assert refused.value.errno == errno.EINVAL


@pytest.mark.parametrize("name", ["read", "write"])
def test_a_bad_pointer_is_efault(kernel: Kernel, name: str) -> None:
    user, fd = opened(kernel)
    user.write(fd, b"kept")
    for address in (0, 1, 4095, 1 << 47, (1 << 64) - 4096):
        with pytest.raises(OSError) as refused:
            if name == "read":
                user.read(fd, 4, address=address)
            else:
                user.write(fd, b"abcd", address=address)
        assert refused.value.errno == errno.EFAULT, hex(address)
        assert user.read(fd, 9) == b"kept", hex(address)


@pytest.mark.parametrize("way", [ways.WHOLE, ways.PIECES])
def test_bytes_before_a_fault_count(kernel: Kernel, way: int) -> None:
    user, fd = opened(kernel, way)
    assert user.write(fd, b"abcdefgh", fault_after=5) == 5
    assert user.read(fd, 9) == b"abcde"
    assert user.read(fd, 9, fault_after=3) == b"abc"


@pytest.mark.only_on("simulated", "linux")
@pytest.mark.parametrize("length", [1 << 31, (1 << 32) + 5])
def test_a_huge_length_gives_what_there_is(kernel: Kernel, length: int) -> None:
    user, fd = opened(kernel)
    user.write(fd, b"abc")
    assert user.read(fd, length) == b"abc"


@pytest.mark.only_on("freebsd")
def test_freebsd_refuses_more_than_an_int_counts(kernel: Kernel) -> None:
    """devfs moves at most INT_MAX bytes a call (devfs_iosize_max_clamp), and takes no longer length."""
    user, fd = opened(kernel)
    user.write(fd, b"abc")
    for length in (1 << 31, (1 << 32) + 5, 1 << 63, (1 << 64) - 1):
        with pytest.raises(OSError) as refused:
            user.read(fd, length)
        assert refused.value.errno == errno.EINVAL
    assert user.read(fd, (1 << 31) - 1) == b"abc"


@pytest.mark.only_on("simulated", "linux")
def test_a_write_too_huge_for_the_kernel_is_refused(kernel: Kernel) -> None:
    """The module asks for all of it at once: there is no memory for that, or the buffer ends before."""
    user, fd = opened(kernel)
    try:
        assert user.write(fd, b"abcdef", length=1 << 31) == 6
    except OSError as refused:
        assert refused.errno == errno.ENOMEM
    assert user.write(fd, b"next") == 4
    assert user.read(fd, 20).endswith(b"next")


@pytest.mark.only_on("simulated", "linux")
def test_one_call_moves_a_bit_less_than_2_gib(kernel: Kernel) -> None:
    user, fd = opened(kernel, ways.REST)
    assert user.write(fd, b"abcdef", length=1 << 32) == 0x7FFF_F000


@pytest.mark.only_on("simulated", "linux")
@pytest.mark.parametrize("length", [1 << 63, (1 << 64) - 1, (1 << 63) - 1])
def test_a_length_beyond_the_address_space_is_efault(kernel: Kernel, length: int) -> None:
    user, fd = opened(kernel)
    with pytest.raises(OSError) as refused:
        user.write(fd, b"abc", length=length)
    assert refused.value.errno == errno.EFAULT


def test_a_file_is_only_for_what_it_was_opened_for(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    reading, writing = user.open("/dev/transfers", os.O_RDONLY), user.open("/dev/transfers", os.O_WRONLY)
    for call in (lambda: user.write(reading, b"x"), lambda: user.read(writing, 1), lambda: user.read(99, 1)):
        with pytest.raises(OSError) as refused:
            call()
        assert refused.value.errno == errno.EBADF
