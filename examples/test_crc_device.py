"""crc_device: the digests are those of zlib and hashlib, however the bytes were written."""

import errno
import hashlib
import os
import random
import zlib

import pytest

from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel


def expected(data: bytes) -> bytes:
    return f"crc32  {zlib.crc32(data):08x}\nsha256 {hashlib.sha256(data).hexdigest()}\n".encode()


def written(kernel: Kernel, *parts: bytes) -> bytes:
    """What the device says of these parts, written one by one."""
    user = kernel.process()
    try:
        fd = user.open("/dev/crc", os.O_WRONLY)
        for part in parts:
            assert user.write(fd, part) == len(part)
        user.close(fd)
        fd = user.open("/dev/crc", os.O_RDONLY)
        report = user.read(fd, 4096)
        assert user.read(fd, 4096) == b"", "the report was read"
    finally:
        user.end()
    return report


def test_lengths_around_a_block(kernel: Kernel) -> None:
    for length in (1, 3, 55, 56, 63, 64, 65, 119, 120, 128, 1000):
        with loaded(kernel, "crc_device.py"):  # which counts on until its report is read
            data = bytes(index * 7 & 0xFF for index in range(length))
            assert written(kernel, data) == expected(data), length


def test_nothing_was_written(kernel: Kernel) -> None:
    kernel.load("crc_device.py")
    assert written(kernel) == expected(b"")


def test_how_it_was_cut_does_not_matter(kernel: Kernel) -> None:
    kernel.load("crc_device.py")
    data = random.Random(1).randbytes(3000)
    cuts = [0, 1, 64, 65, 700, 1999, 3000]
    parts = [data[first:last] for first, last in zip(cuts, cuts[1:], strict=False)]
    assert written(kernel, *parts) == expected(data)


def test_much(kernel: Kernel) -> None:
    kernel.load("crc_device.py")
    slow = kernel.name in ("simulated", "linux:debug", "freebsd")
    data = random.Random(2).randbytes(1 << 13 if slow else 1 << 18)
    assert written(kernel, data) == expected(data)


def test_opening_for_writing_begins_anew(kernel: Kernel) -> None:
    kernel.load("crc_device.py")
    written(kernel, b"before")
    assert written(kernel, b"123456789") == expected(b"123456789")


def test_a_report_read_in_pieces(kernel: Kernel) -> None:
    kernel.load("crc_device.py")
    whole = written(kernel, b"pieces")
    user = kernel.process()
    fd = user.open("/dev/crc", os.O_RDONLY)
    pieces = [user.read(fd, 10) for _ in range(len(whole) // 10 + 1)]
    assert b"".join(pieces) == whole


def test_a_fault_counts_what_came_before(kernel: Kernel) -> None:
    kernel.load("crc_device.py")
    user = kernel.process()
    fd = user.open("/dev/crc", os.O_WRONLY)
    with pytest.raises(OSError) as refused:
        user.write(fd, b"never", fault_after=0)
    assert refused.value.errno == errno.EFAULT
    reader = user.open("/dev/crc", os.O_RDONLY)
    assert user.read(reader, 4096) == expected(b"")


def test_every_failure_of_a_write_leaves_it_whole(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, "crc_device.py"):
            user = kernel.process()
            try:
                user.write(user.open("/dev/crc", os.O_WRONLY), b"abc")
            finally:
                user.end()

    assert fail_each(kernel, scenario) >= 5
