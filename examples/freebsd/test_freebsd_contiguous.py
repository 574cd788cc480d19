"""freebsd/contiguous: the memory lies where it was asked for, and keeps what is written."""

import struct

import pytest

from kmi.testing.kernels.kernel import Kernel

pytestmark = pytest.mark.only_on("freebsd")
GET_WHERE = 2 << 30 | 16 << 16 | ord("c") << 8 | 1


def test_contiguous(kernel: Kernel) -> None:
    kernel.load("contiguous.py")
    user = kernel.process()
    fd = user.open("/dev/contiguous")
    address, size, boundary = struct.unpack("=QII", user.ioctl(fd, GET_WHERE, bytes(16))[1])
    assert size == 12288 and address % 4096 == 0 and address + size <= 1 << 32
    assert address // boundary == (address + size - 1) // boundary
    assert user.read(fd, 20000) == bytes(12288) and user.read(fd, 1) == b""
    user.pwrite(fd, b"descriptor", 12000)
    assert user.pread(fd, 12, 11999) == b"\0descriptor\0"
