"""`kmi.attribute`: what a device shows of itself in /sys."""

import errno
import os

import pytest

from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/gauges.py"
FOLDER = "/sys/class/misc/gauge"


def test_counters_count_what_happens(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/gauge")
    assert user.read_file(f"{FOLDER}/reads") == b"0\n"
    user.read(fd, 10)
    user.read(fd, 5)
    assert user.read_file(f"{FOLDER}/reads") == b"2\n"
    assert user.read_file(f"{FOLDER}/bytes") == b"15\n"
    user.write(fd, b"x")
    assert user.read_file(f"{FOLDER}/bytes") == b"0\n"


def test_no_count_is_lost(kernel: Kernel) -> None:
    kernel.load(MODULE)
    users = [kernel.process() for _ in range(4)]
    fds = [user.open("/dev/gauge") for user in users]
    for _ in range(10):
        calls = [user.start("read", fd, 3) for user, fd in zip(users, fds, strict=True)]
        assert [call.result() for call in calls] == [bytes(3)] * 4
    assert users[0].read_file(f"{FOLDER}/reads") == b"40\n"


def test_an_attribute_is_told_and_tells(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    assert user.read_file(f"{FOLDER}/level") == b"low\n"
    user.write_file(f"{FOLDER}/level", b"high\n")
    assert user.read_file(f"{FOLDER}/level") == b"high\n"
    user.write_file(f"{FOLDER}/level", "höher".encode())
    assert user.read_file(f"{FOLDER}/level").decode() == "höher\n"
    user.write_file(f"{FOLDER}/level", b"cut\0off")
    assert user.read_file(f"{FOLDER}/level") == b"cut\n"
    assert user.read_file(f"{FOLDER}/named") == b"two\nlines\n"


@pytest.mark.parametrize(("data", "number"), [(b"\n", errno.EINVAL), (b"none\n", errno.EACCES)])
def test_what_a_store_raises_is_the_errno(kernel: Kernel, data: bytes, number: int) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    with pytest.raises(OSError) as refused:
        user.write_file(f"{FOLDER}/level", data)
    assert refused.value.errno == number
    assert user.read_file(f"{FOLDER}/level") == b"low\n"


def test_an_attribute_has_at_most_a_page(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    assert user.read_file(f"{FOLDER}/long") == b"\n"
    user.write_file(f"{FOLDER}/long", b"y" * 4000)
    assert user.read_file(f"{FOLDER}/long") == b"x" * 4000 + b"\n"
    user.write_file(f"{FOLDER}/long", b"y" * 4095)
    with pytest.raises(OSError) as refused:
        user.read_file(f"{FOLDER}/long")
    assert refused.value.errno == errno.EFBIG


def test_what_has_no_store_is_only_read(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    for name in ("reads", "named"):
        with pytest.raises(PermissionError):
            user.open(f"{FOLDER}/{name}", os.O_WRONLY)


def test_each_device_of_the_operations_has_them(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    user.read(user.open("/dev/dial1"), 7)
    for minor in range(2):
        assert user.read_file(f"/sys/class/dial/dial{minor}/bytes") == b"7\n"
        assert user.read_file(f"/sys/class/dial/dial{minor}/other") == b"two\nlines\n"
    assert user.read_file(f"{FOLDER}/bytes") == b"0\n"
    for path in (f"{FOLDER}/other", "/sys/class/misc/plain/reads", "/sys/class/dial/dial2/bytes"):
        with pytest.raises(FileNotFoundError):
            user.open(path, os.O_RDONLY)


@pytest.mark.parametrize("name", ["", "..", "a/b", "n" * 256])
def test_a_name_that_is_no_name_refuses_the_load(kernel: Kernel, name: str) -> None:
    with pytest.raises(OSError) as refused:
        kernel.load(MODULE, named=name)
    assert refused.value.errno == errno.EINVAL


@pytest.mark.parametrize("name", ["level", "dev", "uevent", "power"])
def test_a_name_that_is_taken_refuses_the_load(kernel: Kernel, name: str) -> None:
    with pytest.raises(FileExistsError):
        kernel.load(MODULE, named=name)
    assert any(f"there is an attribute named {name} already" in line for line in kernel.log())
    user = kernel.process()
    with pytest.raises(FileNotFoundError):
        user.open("/dev/gauge")
    kernel.load(MODULE)


def test_they_go_with_the_device(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    fd = user.open(f"{FOLDER}/level")
    kernel.unload(module)
    with pytest.raises(FileNotFoundError):
        user.open(f"{FOLDER}/level", os.O_RDONLY)
    for call in (lambda: user.read(fd, 10), lambda: user.write(fd, b"late")):
        with pytest.raises(OSError) as refused:
            call()
        assert refused.value.errno == errno.ENODEV


def test_without_memory_nothing_is_lost(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, MODULE):
            user = kernel.process()
            user.write_file(f"{FOLDER}/level", b"high\n")
            user.read_file(f"{FOLDER}/long")

    assert fail_each(kernel, scenario) >= 8
