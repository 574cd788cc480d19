"""Out of memory at each allocation: MemoryError there, everything undone, nothing left."""

import errno

import mistakes
import pytest
import records
import transfers
import waiting

from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel


def test_moving_bytes(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, "modules/transfers.py"):
            user = kernel.process()
            try:
                fd = user.open("/dev/transfers")
                for way in (transfers.WHOLE, transfers.PIECES, transfers.INTO):
                    user.ioctl(fd, transfers.CHOOSE, way)
                    assert user.write(fd, b"abcdefgh") > 0
                    user.read(fd, 8)
            finally:
                user.end()

    assert fail_each(kernel, scenario) > 10


def test_records(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, "modules/records.py"):
            user = kernel.process()
            try:
                fd = user.open("/dev/records")
                user.ioctl(fd, records.STORE, bytes(16))
                user.ioctl(fd, records.DOUBLE, bytes(16))
            finally:
                user.end()

    assert fail_each(kernel, scenario) > 3


def test_a_load_in_stages(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, "modules/stages.py"):
            kernel.process().end()

    assert fail_each(kernel, scenario) >= 4
    kernel.load("modules/stages.py")


def test_the_kernel_goes_on_after_each_failure(kernel: Kernel) -> None:
    kernel.load("modules/transfers.py")
    user = kernel.process()
    fd = user.open("/dev/transfers")
    kernel.fail_nth(1)
    with pytest.raises(OSError) as refused:
        user.write(fd, b"abc")
    assert refused.value.errno == errno.ENOMEM
    assert kernel.failed()
    assert user.write(fd, b"abc") == 3
    assert user.read(fd, 9) == b"abc"


def test_a_failure_that_is_withdrawn_does_not_happen(kernel: Kernel) -> None:
    kernel.fail_nth(1)
    kernel.fail_nth(0)
    kernel.load("modules/waiting.py")
    assert not kernel.failed()
    user = kernel.process()
    fd = user.open("/dev/waiting")
    assert user.ioctl(fd, waiting.COUNT)[0] == 0


def test_an_error_of_the_program_is_told_without_memory(kernel: Kernel) -> None:
    kernel.load("modules/mistakes.py")
    user = kernel.process()
    fd = user.open("/dev/mistakes")
    kernel.fail_nth(1)
    with pytest.raises(OSError) as refused:
        user.ioctl(fd, mistakes.INDEX, 7)
    assert refused.value.errno == errno.ENOTRECOVERABLE
    kernel.fail_nth(0)
    assert any("index 7 out of range of 4" in line for line in kernel.log())
