"""`kmi.device.CharDevice`: several devices in one registration; and the position of a file."""

import errno
import os

import minors
import pytest

from kmi.kernels.userspace import Call
from kmi.machines.wire import Buffer, Out, taking
from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel
from kmi.testing.kernels.linux import LinuxTestKernel

MODULE = "modules/minors.py"


def refusal(kernel: Kernel, path: str) -> int:
    user = kernel.process()
    with pytest.raises(OSError) as refused:
        user.open(path)
    user.end()
    return refused.value.errno or 0


def test_each_minor_is_a_device(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    first, second = user.open("/dev/store0"), user.open("/dev/store1")
    assert [user.ioctl(fd, 0)[0] for fd in (first, second)] == [0, 1]
    user.write(first, b"one")
    user.write(second, b"another")
    assert (user.pread(first, 8, 0), user.pread(second, 8, 0)) == (b"one\0\0\0\0\0", b"another\0")
    user.end()
    kernel.unload(module)
    assert refusal(kernel, "/dev/store0") == refusal(kernel, "/dev/store1") == errno.ENOENT


def test_there_are_as_many_as_were_asked_for(kernel: Kernel) -> None:
    kernel.load(MODULE, count=1)
    user = kernel.process()
    user.close(user.open("/dev/store0"))
    assert refusal(kernel, "/dev/store1") == errno.ENOENT


@pytest.mark.parametrize("count", [0, -1, 257, 1 << 40])
def test_a_count_that_is_none_refuses_the_load(kernel: Kernel, count: int) -> None:
    with pytest.raises(OSError) as refused:
        kernel.load(MODULE, count=count)
    assert refused.value.errno == errno.EINVAL


@pytest.mark.parametrize("name", ["a/b", "..", "n" * 253])
def test_a_name_that_is_no_name_refuses_the_load(kernel: Kernel, name: str) -> None:
    with pytest.raises(OSError) as refused:
        kernel.load(MODULE, second=name)
    assert refused.value.errno == errno.EINVAL


def test_a_kind_is_registered_once(kernel: Kernel) -> None:
    with pytest.raises(FileExistsError):
        kernel.load(MODULE, second="store")
    assert any("there is a device named store already" in line for line in kernel.log())
    assert refusal(kernel, "/dev/store0") == errno.ENOENT
    kernel.load(MODULE)


def test_a_node_that_is_taken_undoes_all(kernel: Kernel) -> None:
    kernel.load("modules/silent.py", device_name="store1")
    with pytest.raises(FileExistsError):
        kernel.load(MODULE)
    assert refusal(kernel, "/dev/store0") == errno.ENOENT
    user = kernel.process()
    user.close(user.open("/dev/store1"))  # still the other module's


@pytest.mark.parametrize("name", ["null", "random"])
def test_a_name_of_another_class_of_devices_is_taken(kernel: Kernel, name: str) -> None:
    with pytest.raises(FileExistsError):
        kernel.load("modules/silent.py", device_name=name)
    assert any(f"there is a device named {name} already" in line for line in kernel.log())
    assert not kernel.reports()


def test_a_failure_later_undoes_them(kernel: Kernel) -> None:
    with pytest.raises(OSError) as refused:
        kernel.load(MODULE, fail=True)
    assert refused.value.errno == errno.ENODATA
    assert refusal(kernel, "/dev/store0") == errno.ENOENT
    kernel.load(MODULE)


def test_an_open_file_of_any_minor_keeps_the_module(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/store1")
    with pytest.raises(BlockingIOError):
        kernel.unload(module)
    user.close(fd)
    kernel.unload(module)


def test_loading_without_memory(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, MODULE):
            user = kernel.process()
            try:
                user.read(user.open("/dev/store1"), 4)
            finally:
                user.end()

    assert fail_each(kernel, scenario) >= 4


def test_permissions_are_those_asked_for(kernel: Kernel) -> None:
    if not isinstance(kernel, LinuxTestKernel):
        pytest.skip("only a real user space has users")
    kernel.load(MODULE)
    record = Buffer(144, out=Out.ALL)
    call = kernel.guest.process().call("stat", [taking(b"/dev/store1\0"), record], lambda value, body: body)
    assert int.from_bytes(call.result()[24:28], "little") & 0o777 == 0o640


@pytest.mark.only_on("simulated", "linux")  # FreeBSD asks no driver: see the last of these
def test_a_seek_moves_the_position(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/store0")
    assert user.write(fd, b"0123456789abcdef") == minors.SIZE
    assert user.lseek(fd, 4) == 4
    assert user.read(fd, 3) == b"456"
    assert user.lseek(fd, 1, os.SEEK_CUR) == 8
    assert user.read(fd, 2) == b"89"
    assert user.lseek(fd, -1, os.SEEK_END) == minors.SIZE - 1
    assert user.read(fd, 5) == b"f"
    assert user.read(fd, 5) == b""
    assert user.lseek(fd, 0, os.SEEK_CUR) == user.ioctl(fd, minors.POSITION)[0] == minors.SIZE


@pytest.mark.only_on("simulated", "linux")
def test_a_seek_elsewhere_is_refused_and_moves_nothing(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/store0")
    user.read(fd, 2)
    for offset, whence in ((-1, os.SEEK_SET), (17, os.SEEK_SET), (1, os.SEEK_END), (0, 4), (0, 5), (0, -1)):
        with pytest.raises(OSError) as refused:
            user.lseek(fd, offset, whence)
        assert refused.value.errno == errno.EINVAL, (offset, whence)
        assert user.ioctl(fd, minors.POSITION)[0] == 2, (offset, whence)


@pytest.mark.only_on("simulated", "linux")
def test_a_position_that_is_none_is_an_error_of_the_program(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    with pytest.raises(OSError) as refused:
        user.lseek(user.open("/dev/store0"), 0, 3)
    assert refused.value.errno == errno.ENOTRECOVERABLE
    assert any("OverflowError: -1 is no position in a file" in line for line in kernel.log())


@pytest.mark.only_on("freebsd")
def test_freebsd_seeks_without_the_module(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/store0")
    user.write(fd, b"0123456789abcdef")
    assert user.lseek(fd, 4) == 4
    assert user.read(fd, 3) == b"456"
    assert user.lseek(fd, 1, os.SEEK_CUR) == 8
    assert user.ioctl(fd, minors.POSITION)[0] == 8
    with pytest.raises(OSError) as refused:
        user.lseek(fd, 0, 5)
    assert refused.value.errno == errno.EINVAL


def test_positions_belong_to_open_files(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    first, second = user.open("/dev/store0"), user.open("/dev/store0")
    copy = user.dup(first)
    user.lseek(first, 5)
    positions = [user.ioctl(fd, minors.POSITION)[0] for fd in (first, second, copy)]
    assert positions == [5, 0, 5]


def test_pread_and_pwrite_leave_the_position(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/store0")
    assert user.pwrite(fd, b"xyz", 6) == 3
    assert user.pread(fd, 4, 5) == b"\0xyz"
    assert user.ioctl(fd, minors.POSITION)[0] == 0


@pytest.mark.only_on("simulated", "linux")
def test_a_file_without_seek_has_no_position(kernel: Kernel) -> None:
    kernel.load("modules/silent.py")
    user = kernel.process()
    with pytest.raises(OSError) as refused:
        user.lseek(user.open("/dev/silent"), 0)
    assert refused.value.errno == errno.ESPIPE


def test_opening_while_the_devices_come_and_go(kernel: Kernel) -> None:
    """An open either finds the whole module, which then stays, or none of it."""
    users = [kernel.process() for _ in range(3)]
    gone = (errno.ENOENT, errno.ENXIO, errno.ENODEV)

    def settle(calls: list[Call[int]]) -> None:
        for user, call in zip(users, calls, strict=True):
            try:
                fd = call.result()
            except OSError as refused:
                assert refused.errno in gone
            else:
                assert user.ioctl(fd, 0)[0] == 1
                user.close(fd)

    for _ in range(8):
        opening = [user.start("open", "/dev/store1") for user in users]
        module = kernel.load(MODULE)
        settle(opening)
        opening = [user.start("open", "/dev/store1") for user in users]
        try:
            kernel.unload(module)
        except BlockingIOError:
            settle(opening)
            kernel.unload(module)
        else:
            settle(opening)
