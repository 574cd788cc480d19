"""random_device: bytes that nobody can foresee, as many as asked for."""

import errno
import os

import pytest

from kmi.testing.kernels.kernel import Kernel


def test_gives_as_much_as_asked_for(kernel: Kernel) -> None:
    kernel.load("random_device.py")
    user = kernel.process()
    fd = user.open("/dev/random_bytes", os.O_RDONLY)
    for length in (1, 255, 256, 257, 10_000):
        assert len(user.read(fd, length)) == length


def test_never_gives_the_same_twice(kernel: Kernel) -> None:
    kernel.load("random_device.py")
    user = kernel.process()
    fd = user.open("/dev/random_bytes", os.O_RDONLY | os.O_NONBLOCK)
    drawn = [user.read(fd, 16) for _ in range(8)]
    assert len(set(drawn)) == 8
    assert len(set(user.read(fd, 4096))) > 200


def test_a_buffer_that_ends_early_is_a_short_count(kernel: Kernel) -> None:
    kernel.load("random_device.py")
    user = kernel.process()
    fd = user.open("/dev/random_bytes")
    assert len(user.read(fd, 1000, fault_after=300)) == 300
    with pytest.raises(OSError) as refused:
        user.read(fd, 1000, fault_after=0)
    assert refused.value.errno == errno.EFAULT


def test_takes_everything_and_keeps_nothing(kernel: Kernel) -> None:
    kernel.load("random_device.py")
    user = kernel.process()
    fd = user.open("/dev/random_bytes")
    assert user.write(fd, b"seed") == 4
