"""chardev: two devices of one module, each with its own state and each file with its own position."""

import errno
import os

import pytest

from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel

SIZE = 4096


def test_each_device_has_its_own_page(kernel: Kernel) -> None:
    kernel.load("chardev.py")
    user = kernel.process()
    first, second = user.open("/dev/page0"), user.open("/dev/page1")
    user.write(first, b"hello")
    user.write(second, b"world!")
    assert user.pread(first, 6, 0) == b"hello\0"
    assert user.pread(second, 6, 0) == b"world!"


def test_a_page_outlives_the_file(kernel: Kernel) -> None:
    kernel.load("chardev.py")
    user = kernel.process()
    fd = user.open("/dev/page1", os.O_WRONLY)
    user.write(fd, b"kept")
    user.close(fd)
    other = kernel.process()
    assert other.read(other.open("/dev/page1", os.O_RDONLY), 4) == b"kept"


def test_reading_ends_where_the_page_ends(kernel: Kernel) -> None:
    kernel.load("chardev.py")
    user = kernel.process()
    fd = user.open("/dev/page0")
    assert user.lseek(fd, SIZE - 3) == SIZE - 3
    assert user.write(fd, b"ending") == 3
    with pytest.raises(OSError) as refused:
        user.write(fd, b"more")
    assert refused.value.errno == errno.ENOSPC
    assert user.read(fd, 10) == b""
    assert user.pread(fd, 10, SIZE - 3) == b"end"


@pytest.mark.only_on("simulated", "linux")  # on FreeBSD lseek(2) asks no driver
def test_nobody_seeks_out_of_the_page(kernel: Kernel) -> None:
    kernel.load("chardev.py")
    user = kernel.process()
    fd = user.open("/dev/page0")
    for offset, whence in ((SIZE + 1, os.SEEK_SET), (-1, os.SEEK_CUR), (1, os.SEEK_END)):
        with pytest.raises(OSError) as refused:
            user.lseek(fd, offset, whence)
        assert refused.value.errno == errno.EINVAL
    assert user.lseek(fd, 0, os.SEEK_CUR) == 0


def test_without_memory_nothing_is_lost(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, "chardev.py"):
            user = kernel.process()
            try:
                fd = user.open("/dev/page0")
                user.write(fd, b"x")
                user.read(fd, 4)
            finally:
                user.end()

    assert fail_each(kernel, scenario) >= 5
