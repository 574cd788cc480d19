"""make_dev(9), devfs, cdevpriv(9) and select: names, opens and closes, ioctl's argument, what destroys."""

from __future__ import annotations

import errno
import fcntl
import os
import select
from collections.abc import Callable

import pytest

from kmi.machines.freebsd.kernel import Kernel
from kmi.machines.freebsd.kpi.make_dev import Devices
from kmi.machines.freebsd.user.process import Process, UserSpace

pytestmark = pytest.mark.needs("ziglang")

FAIL, DESTROY_LATER, DESTROY = ord("c") << 8 | 3, ord("c") << 8 | 4, ord("c") << 8 | 5
BOTH = 3 << 30 | 16 << 16 | ord("c") << 8 | 1
OUT = 2 << 30 | 4 << 16 | ord("c") << 8 | 2


@pytest.fixture
def process(fresh: Callable[..., Kernel], kld: Callable[[str], bytes]) -> Process:
    kernel = fresh()
    kernel.load("cdev", kld("cdev"))
    return UserSpace(kernel).process()


def said(process: Process) -> list[str]:
    return [line.text for line in process.kernel.console.lines()]


def number(call: Callable[[], object]) -> int:
    with pytest.raises(OSError) as refused:
        call()
    return refused.value.errno or 0


def test_names_are_checked(process: Process) -> None:
    """The errnos are FreeBSD's: 22 is EINVAL, 17 EEXIST, 63 ENAMETOOLONG."""
    assert said(process)[:15] == [
        "first 0", "of group 0 7", "a b: 22", ": 22", "x/: 22", "./x: 22", "x/../y: 22", "/: 22", "first: 17",
        "first/x: 17", "group: 17", "null: 17", "//group//three: 0", 'q": 22', "long: 63",
    ]  # fmt: skip
    assert process.list_directory("/dev/group") == ["three", "two2"]
    assert number(lambda: process.open("/dev/none")) == errno.ENOENT


def test_a_driver_of_another_version_is_dead(process: Process) -> None:
    assert 'Device driver "old" has wrong version' in said(process)[-1]
    assert number(lambda: process.open("/dev/old")) == errno.ENXIO


def test_close_is_the_last_one_and_each_file_ends(process: Process) -> None:
    first = process.open("/dev/first", os.O_RDWR | os.O_NONBLOCK)
    second = process.open("/dev/other", os.O_RDONLY)  # an alias
    copy = process.dup(first)
    process.close(first)
    process.close(second)
    process.close(copy)
    assert said(process)[-5:] == [
        "open first 7 20000 1 0 1", "open first 1 20000 1 0 1", "destructor 2", "close first 20007",
        "destructor 1",
    ]  # fmt: skip
    for _ in range(2):
        process.open("/dev/tracking")
    process.close(3)
    process.close(4)
    assert said(process)[-2:] == ["close tracking 3", "close tracking 20003"]


def test_an_open_that_is_to_be_restarted_is_interrupted(process: Process) -> None:
    fd = process.open("/dev/first")
    process.ioctl(fd, FAIL, (1 << 32) - 1)  # ERESTART
    assert number(lambda: process.open("/dev/first")) == errno.EINTR
    process.ioctl(fd, FAIL, 35)
    assert number(lambda: process.open("/dev/first")) == errno.EAGAIN, "35 on FreeBSD"


def test_progress_outlives_what_would_block(process: Process) -> None:
    fd = process.open("/dev/first")
    process.ioctl(fd, FAIL, 35)
    assert process.write(fd, b"abc") == 3
    assert number(lambda: process.read(fd, 3)) == errno.EAGAIN
    process.ioctl(fd, FAIL, 5)
    assert number(lambda: process.write(fd, b"abc")) == errno.EIO


def test_reads_know_where_they_are(process: Process) -> None:
    fd = process.open("/dev/first")
    assert process.writev(fd, [b"ab", b"", b"cdef"]) == 6
    process.lseek(fd, 0)
    assert process.readv(fd, [1, 0, 3]) == [b"a", b"bcd"]
    assert process.read(fd, 9) == b"ef"
    assert process.read(fd, 0) == b"" and said(process)[-1] == "read 1 0 4 9", "no driver sees 0 bytes"
    assert process.pread(fd, 2, 1) == b"bc"
    assert number(lambda: process.pread(fd, 2, -1)) == errno.EINVAL, "uiomove_frombuf says so"
    assert number(lambda: process.read(fd, 1 << 31)) == errno.EINVAL
    process.lseek(fd, 0)
    assert number(lambda: process.readv(fd, [1, 4], fault_after=2)) == errno.EFAULT, "though a byte was moved"
    wrong = process.open("/dev/first", os.O_WRONLY)
    assert number(lambda: process.read(wrong, 1)) == errno.EBADF


def test_an_argument_of_ioctl_is_copied_by_the_kernel(process: Process) -> None:
    fd = process.open("/dev/first")
    given = (41).to_bytes(8, "little") + bytes(8)
    assert process.ioctl(fd, BOTH, given)[1] == (41).to_bytes(8, "little") + (42).to_bytes(8, "little")
    assert process.ioctl(fd, OUT, b"\xff" * 4)[1] == (77).to_bytes(4, "little")
    assert said(process)[-1] == "zeroed 0"
    assert number(lambda: process.ioctl(fd, BOTH, given, fault_after=8)) == errno.EFAULT
    assert number(lambda: process.ioctl(fd, OUT, bytes(4), fault_after=0)) == errno.EFAULT
    assert number(lambda: process.ioctl(fd, ord("c") << 8 | 99)) == errno.ENOTTY, "ENOIOCTL"
    assert number(lambda: process.ioctl(fd, 1 << 30 | ord("c") << 8 | 1, bytes(4))) == errno.ENOTTY


def test_a_driver_hears_of_flags_and_may_refuse(process: Process) -> None:
    fd = process.open("/dev/first")
    process.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK)
    assert said(process)[-1] == "blocks 0 7"
    assert process.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK
    process.ioctl(fd, FAIL, 25)
    assert number(lambda: process.fcntl(fd, fcntl.F_SETFL, 0)) == errno.ENOTTY
    assert process.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK


def test_poll_sleeps_until_it_is_woken(process: Process) -> None:
    fd = process.open("/dev/first")
    assert process.poll([(fd, select.POLLIN)], 5) == []
    call = process.start("poll", [(fd, select.POLLIN | select.POLLOUT)], -1)
    call.wait_blocked()
    other = UserSpace(process.kernel).process()
    other.write(other.open("/dev/first"), b"x")
    assert call.result() == [(fd, select.POLLIN)]
    assert process.poll([(99, select.POLLIN)]) == [(99, select.POLLNVAL)]
    tracking = process.open("/dev/tracking")
    assert process.poll([(tracking, select.POLLIN)]) == [(tracking, select.POLLIN)], "no d_poll: ready"


def test_a_device_goes_while_files_are_open(process: Process) -> None:
    fd = process.open("/dev/first")
    process.ioctl(fd, DESTROY_LATER)
    assert number(lambda: process.open("/dev/first")) in (errno.ENXIO, errno.ENOENT)
    process.kernel.run("settle", lambda: process.kernel.threads.block("settle", timeout=10**9))
    assert process.kernel.part(Devices).find("first") is None
    assert process.kernel.part(Devices).find("other") is None, "its alias goes with it"
    assert "destructor 1" in said(process)
    assert number(lambda: process.read(fd, 1)) == errno.ENXIO


def test_a_device_that_destroys_itself_is_stuck_and_said_to_be(process: Process) -> None:
    fd = process.open("/dev/first")
    with pytest.raises(Exception, match="destroy_dev of first waits for the method"):
        process.ioctl(fd, DESTROY)


def test_a_module_goes_while_a_read_sleeps_only_when_it_is_let(process: Process) -> None:
    """The handler answers MOD_UNLOAD, and destroy_dev waits for who is in a method: nothing hangs."""
    kernel = process.kernel
    fd = process.open("/dev/group/two2")
    kernel.unload(kernel.linker.files[0])
    assert "destructor 1" in said(process)
    assert number(lambda: process.read(fd, 1)) == errno.ENXIO
    assert number(lambda: process.close(fd)) == errno.ENXIO
    assert number(lambda: process.open("/dev/group/two2")) == errno.ENOENT
