"""`kmi.pages` and `FileOperations.mmap`: memory that module and processes share."""

import errno
import mmap
import os

import pytest

from kmi.kernels.userspace import UserProcess
from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/sharing.py"
PAGE = 4096
BOTH = mmap.PROT_READ | mmap.PROT_WRITE


def refusal(user: UserProcess, fd: int, length: int, *rest: int) -> int:
    with pytest.raises(OSError) as refused:
        user.mmap(fd, length, *rest)
    return refused.value.errno or 0


def unmapped(kernel: Kernel) -> int:
    """What says that a device maps nothing: FreeBSD asks d_mmap then, and says EINVAL."""
    return errno.EINVAL if kernel.name.startswith("freebsd") else errno.ENODEV


def test_pages_are_zero_at_first(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    at = user.mmap(user.open("/dev/shared"), 4 * PAGE)
    assert at % PAGE == 0
    assert user.peek(at, 4 * PAGE) == bytes(4 * PAGE)


def test_module_and_processes_see_the_same_bytes(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, other = kernel.process(), kernel.process()
    fd, theirs = user.open("/dev/shared"), other.open("/dev/shared")
    at, there = user.mmap(fd, 2 * PAGE), other.mmap(theirs, 2 * PAGE)
    user.poke(at + PAGE - 2, b"across")
    assert other.peek(there + PAGE - 2, 6) == b"across"
    assert user.pread(fd, 6, PAGE - 2) == b"across"
    assert user.pwrite(fd, b"ACR", PAGE - 2) == 3
    assert other.peek(there + PAGE - 2, 6) == b"ACRoss"


def test_a_mapping_begins_where_it_was_asked_to(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/shared")
    user.pwrite(fd, b"third", 2 * PAGE)
    at = user.mmap(fd, PAGE, BOTH, mmap.MAP_SHARED, 2 * PAGE)
    assert user.peek(at, 5) == b"third"


@pytest.mark.parametrize(("length", "offset"), [(5 * PAGE, 0), (PAGE, 4 * PAGE), (2 * PAGE, 3 * PAGE)])
def test_what_is_not_there_is_not_mapped(kernel: Kernel, length: int, offset: int) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/shared")
    assert refusal(user, fd, length, BOTH, mmap.MAP_SHARED, offset) == errno.EINVAL


def test_a_length_is_rounded_up_to_pages(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    at = user.mmap(user.open("/dev/shared"), 1)
    user.poke(at + PAGE - 1, b"x")


def test_a_mapping_outlives_its_descriptor_and_keeps_the_file(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/shared")
    at = user.mmap(fd, PAGE)
    user.close(fd)
    user.poke(at, b"still")
    assert user.peek(at, 5) == b"still"
    with pytest.raises(BlockingIOError):
        kernel.unload(module)
    user.munmap(at, PAGE)
    with pytest.raises(OSError) as refused:
        user.peek(at, 1)
    assert refused.value.errno == errno.EFAULT
    kernel.unload(module)


def test_pages_live_as_long_as_a_mapping(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/fresh")
    first, second = user.mmap(fd, 2 * PAGE), user.mmap(fd, PAGE)
    user.poke(first + 5, b" bytes")
    assert user.peek(first, 11) == b"fresh bytes"
    assert user.peek(second, 11) == b"fresh\0\0\0\0\0\0"
    user.end()
    kernel.unload(module)


def test_pages_that_the_module_lets_go_stay_as_the_process_left_them(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/dropped")
    at = user.mmap(fd, 2 * PAGE)
    user.poke(at + PAGE, b"\xff" * PAGE)
    assert user.write(fd, b"drop") == 4
    assert user.peek(at, 2 * PAGE) == bytes(PAGE) + b"\xff" * PAGE
    user.poke(at, b"\xff" * PAGE)
    user.end()
    kernel.unload(module)


def test_part_of_a_mapping_can_go(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/shared")
    at = user.mmap(fd, 3 * PAGE)
    user.poke(at, bytes([1]) * 3 * PAGE)
    user.munmap(at + PAGE, PAGE)
    assert user.peek(at, PAGE) == user.peek(at + 2 * PAGE, PAGE) == bytes([1]) * PAGE
    with pytest.raises(OSError):
        user.peek(at + PAGE, 1)
    user.munmap(at, 3 * PAGE)
    user.close(fd)
    kernel.unload(module)


def test_a_child_shares_the_mapping(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    at = user.mmap(user.open("/dev/shared"), PAGE)
    child = user.fork()
    user.poke(at, b"parent")
    assert child.peek(at, 6) == b"parent"
    user.end()
    child.poke(at, b"child")
    with pytest.raises(BlockingIOError):
        kernel.unload(module)
    child.end()
    kernel.unload(module)


def test_what_may_only_be_read_cannot_be_stored_to(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/shown")
    assert refusal(user, fd, PAGE) == errno.EACCES
    at = user.mmap(fd, PAGE, mmap.PROT_READ)
    assert user.peek(at, 9) == b"read only"
    with pytest.raises(OSError) as refused:
        user.poke(at, b"x")
    assert refused.value.errno == errno.EFAULT


def test_a_file_that_is_only_read_is_not_mapped_for_stores(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/shared", os.O_RDONLY)
    assert refusal(user, fd, PAGE) == errno.EACCES
    at = user.mmap(fd, PAGE, mmap.PROT_READ)
    assert user.peek(at, 1) == b"\0"
    writer = user.open("/dev/shared", os.O_WRONLY)
    assert refusal(user, writer, PAGE) == errno.EACCES


def test_a_private_mapping_is_only_for_reading(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/shared")
    assert refusal(user, fd, PAGE, BOTH, mmap.MAP_PRIVATE) == errno.EINVAL
    if kernel.name.startswith("freebsd"):  # which has no private mappings of devices at all
        assert refusal(user, fd, PAGE, mmap.PROT_READ, mmap.MAP_PRIVATE) == errno.EINVAL
        return
    at = user.mmap(fd, PAGE, mmap.PROT_READ, mmap.MAP_PRIVATE)
    user.pwrite(fd, b"seen", 0)
    assert user.peek(at, 4) == b"seen"


@pytest.mark.parametrize(
    ("offset", "number"), [(0, errno.EINVAL), (PAGE, errno.ENODEV), (2 * PAGE, errno.EINVAL)],
    ids=["twice", "nothing", "crooked"],
)  # fmt: skip
def test_an_mmap_that_is_wrong_maps_nothing(kernel: Kernel, offset: int, number: int) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/broken")
    expected = unmapped(kernel) if number == errno.ENODEV else number
    assert refusal(user, fd, PAGE, BOTH, mmap.MAP_SHARED, offset) == expected
    user.close(fd)
    kernel.unload(module)


def test_a_device_without_mmap_is_not_mapped(kernel: Kernel) -> None:
    kernel.load("modules/silent.py")
    user = kernel.process()
    assert refusal(user, user.open("/dev/silent"), PAGE) == unmapped(kernel)


def test_a_count_that_is_none_refuses_the_load(kernel: Kernel) -> None:
    for count in (0, -1, 65537, 1 << 40):
        with pytest.raises(OSError) as refused:
            kernel.load(MODULE, count=count)
        assert refused.value.errno == errno.EINVAL, count


def test_the_module_keeps_to_the_pages(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/shared")
    for offset, data in ((4 * PAGE, b"x"), (4 * PAGE - 1, b"xx"), ((1 << 63) - 10, b"x")):
        with pytest.raises(OSError) as refused:
            user.pwrite(fd, data, offset)
        assert refused.value.errno == errno.ENOTRECOVERABLE
    assert user.pread(fd, 10, 4 * PAGE) == b""
    assert user.pread(fd, 10, 4 * PAGE - 3) == bytes(3)


def test_without_memory_nothing_is_lost(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, MODULE):
            user = kernel.process()
            try:
                fd = user.open("/dev/fresh")
                user.poke(user.mmap(fd, PAGE), b"x")
            finally:
                user.end()

    assert fail_each(kernel, scenario) >= 6
