"""What user space of a real guest does: the calls, their errors, blocking, signals, bad pointers."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import select
import signal
import struct
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from kmi.kernels.userspace import UserProcess
from kmi.machines.guest import Guest
from kmi.machines.machine import Machine
from kmi.machines.outcomes import ProcessEnded, TimedOut
from kmi.machines.process import GuestProcess

KERNEL_HALF = 0xFFFF_8880_0000_0000


def refused(code: int) -> AbstractContextManager[object]:
    return pytest.raises(OSError, match=re.escape(f"[Errno {code}]"))


def opened(guest: Guest, flags: int = os.O_RDWR) -> tuple[GuestProcess, int]:
    process = guest.process()
    return process, process.open("/dev/probe", flags)


def typed(process: GuestProcess) -> UserProcess:
    return process  # mypy: a guest's process is a user process


def test_a_file_is_written_and_read(guest: Guest) -> None:
    p, fd = opened(guest)
    assert fd == 3
    assert p.write(fd, b"a\0b\xff") == 4
    assert p.read(fd, 100) == b"a\0b\xff"
    p.close(fd)
    with refused(errno.EBADF):
        p.read(fd, 1)


def test_descriptors_are_as_in_any_process(guest: Guest) -> None:
    p, fd = opened(guest)
    assert [p.dup(fd), p.dup(fd)] == [4, 5]
    p.close(4)
    assert p.open("/dev/probe") == 4
    with refused(errno.ENOENT):
        p.open("/dev/nothing")


def test_vectors_go_through_in_order(guest: Guest) -> None:
    p, fd = opened(guest)
    null = p.open("/tmp/file", os.O_RDWR | os.O_CREAT)
    assert p.writev(null, [b"abc", b"", b"defg"]) == 7
    assert p.lseek(null, 0) == 0
    assert p.readv(null, [2, 3, 100]) == [b"ab", b"cde", b"fg"]
    assert p.pread(null, 3, 4) == b"efg"
    assert p.pwrite(null, b"X", 0) == 1
    assert p.pread(null, 2, 0) == b"Xb"
    with refused(errno.EINVAL):
        p.lseek(null, -1)
    assert p.lseek(null, 0, os.SEEK_END) == 7


def test_an_ioctl_takes_a_number_or_bytes(guest: Guest) -> None:
    p, fd = opened(guest)
    assert p.ioctl(fd, 0x4B01, 41) == (42, b"")
    assert p.ioctl(fd, 0x4B02, struct.pack("<I", 6)) == (5, struct.pack("<I", 7))
    with refused(errno.ENOTTY):
        p.ioctl(fd, 0x4B03)
    with refused(errno.EFAULT):
        p.ioctl(fd, 0x4B02, address=1)
    with refused(errno.EFAULT):
        p.ioctl(fd, 0x4B02, struct.pack("<I", 6), fault_after=2)


@pytest.mark.parametrize("address", [0, 1, KERNEL_HALF])
def test_a_bad_pointer_is_efault(guest: Guest, address: int) -> None:
    p, fd = opened(guest)
    with refused(errno.EFAULT):
        p.write(fd, b"abc", address=address)
    p.write(fd, b"abc")
    with refused(errno.EFAULT):
        p.read(fd, 3, address=address)
    assert p.read(fd, 3) == b"abc"


def test_a_buffer_ends_where_it_ends(guest: Guest) -> None:
    p, fd = opened(guest)
    with refused(errno.EFAULT):
        p.write(fd, b"abc", length=4)
    with refused(errno.EFAULT):
        p.write(fd, b"abcdef", fault_after=5)
    p.write(fd, b"x" * 4096)
    with refused(errno.EFAULT):
        p.read(fd, 8192, fault_after=4095)
    assert p.read(fd, 8192, fault_after=4096) == b"x" * 4096


def test_lengths_zero_and_huge_reach_the_kernel(guest: Guest) -> None:
    p, fd = opened(guest)
    assert p.write(fd, b"") == 0
    assert p.read(fd, 0) == b""
    p.write(fd, b"abc")
    assert p.read(fd, 1 << 32) == b"abc"
    with refused(errno.EFAULT):
        p.read(fd, (1 << 64) - 1)


def test_a_read_blocks_until_another_process_writes(guest: Guest) -> None:
    p, fd = opened(guest)
    call = p.start("read", fd, 10)
    call.wait_blocked()
    assert not call.done()
    q, other = opened(guest)
    q.write(other, b"late")
    assert call.result() == b"late"
    assert call.result() == b"late"
    assert call.done()


def test_a_call_that_ends_did_not_block(guest: Guest) -> None:
    p, fd = opened(guest)
    p.write(fd, b"abc")
    with pytest.raises(AssertionError, match="read did not block but returned b'abc'"):
        p.start("read", fd, 10).wait_blocked()
    p.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK)
    with pytest.raises(AssertionError, match="Errno 11"):
        p.start("read", fd, 10).wait_blocked()


def test_a_process_makes_one_call_at_a_time(guest: Guest) -> None:
    p, fd = opened(guest)
    call = p.start("read", fd, 1)
    with pytest.raises(RuntimeError, match="second process"):
        p.write(fd, b"x")
    call.wait_blocked()
    q, other = opened(guest)
    q.write(other, b"x")
    call.result()
    assert p.write(fd, b"x") == 1


def test_a_signal_interrupts_or_restarts_as_its_handler_says(guest: Guest) -> None:
    p, fd = opened(guest)
    call = p.start("read", fd, 1)
    call.wait_blocked()
    p.signal(signal.SIGUSR2)
    call.wait_blocked()
    p.signal(signal.SIGUSR1)
    with refused(errno.EINTR):
        call.result()
    p.signal(signal.SIGUSR1)  # between calls: it interrupts nothing
    assert p.write(fd, b"x") == 1


def test_a_killed_process_ends_its_call(guest: Guest) -> None:
    p, fd = opened(guest)
    call = p.start("read", fd, 1)
    call.wait_blocked()
    p.signal(signal.SIGKILL)
    with pytest.raises(ProcessEnded, match="by signal 9"):
        call.result()


def test_an_ended_process_has_closed_its_files(guest: Guest) -> None:
    p, fd = opened(guest)
    with refused(errno.EAGAIN):
        guest.unload("probe")
    p.end()
    p.end()
    guest.unload("probe")
    with pytest.raises(RuntimeError, match="was ended"):
        p.read(fd, 1)


def test_a_fork_shares_the_open_files(guest: Guest) -> None:
    p, fd = opened(guest)
    file = p.open("/tmp/shared", os.O_RDWR | os.O_CREAT)
    q = p.fork()
    assert q.pid != p.pid
    p.write(file, b"abcdef")
    assert q.lseek(file, 2) == 2
    assert p.read(file, 10) == b"cdef"
    call = q.start("read", fd, 5)
    call.wait_blocked()
    r = p.fork()
    r.write(fd, b"hello")
    assert call.result() == b"hello"
    p.end()
    with refused(errno.EAGAIN):
        guest.unload("probe")
    q.end()
    r.end()
    guest.unload("probe")


def test_poll_tells_what_is_ready(guest: Guest) -> None:
    p, fd = opened(guest)
    assert p.poll([(fd, select.POLLIN)]) == []
    assert p.poll([(fd, select.POLLIN | select.POLLOUT)]) == [(fd, select.POLLOUT)]
    call = p.start("poll", [(fd, select.POLLIN)], -1)
    call.wait_blocked()
    q, other = opened(guest)
    q.write(other, b"x")
    assert call.result() == [(fd, select.POLLIN)]


def test_memory_is_mapped_and_seen(guest: Guest) -> None:
    p, fd = opened(guest)
    address = p.mmap(fd, 4096)
    assert p.peek(address, 5000 - 904) == bytes(4096)
    p.poke(address + 10, b"mapped")
    q, other = opened(guest)
    assert q.peek(q.mmap(other, 4096) + 10, 6) == b"mapped"
    p.munmap(address, 4096)
    with refused(errno.EFAULT):
        p.peek(address, 1)
    with refused(errno.EFAULT):
        p.poke(0, b"x")
    with refused(errno.EINVAL):
        p.mmap(fd, 8192)


def test_a_module_comes_and_goes(machine: Machine, probe: Callable[[str], bytes]) -> None:
    ko = probe("linux:6.1")
    with machine.restore() as guest:
        with refused(errno.EIO):
            guest.load(ko, f"value=-{errno.EIO}")
        assert guest.modules() == []
        guest.load(ko, "value=23")
        assert guest.modules() == ["probe"]
        assert guest.read_file("/sys/module/probe/parameters/value") == b"23\n"
        with refused(errno.EEXIST):
            guest.load(ko)
        guest.unload("probe")
        with refused(errno.ENOENT):
            guest.unload("probe")
        with refused(errno.ENOEXEC):
            guest.load(b"no module at all")
        log = guest.log()
        assert log.index("probe: value 23") < log.index("probe: gone")
        assert guest.log() == log
        assert guest.splats() == []


def test_a_load_may_be_watched_while_it_lasts(machine: Machine, probe: Callable[[str], bytes]) -> None:
    with machine.restore() as guest:
        call = guest.start_load(probe("linux:6.1"), "value=1000")
        call.wait_blocked()
        with refused(errno.ENOENT):
            guest.process().open("/dev/probe")
        call.result()
        assert guest.modules() == ["probe"]


def test_files_of_the_guest(guest: Guest) -> None:
    data = os.urandom(300_000)
    guest.write_file("/tmp/big", data)
    assert guest.read_file("/tmp/big") == data
    guest.write_file("/tmp/big", b"")
    assert guest.read_file("/tmp/big") == b""


def test_the_time_is_now_and_every_restore_has_entropy_of_its_own(machine: Machine) -> None:
    random = set()
    for seed in (1, 2, None):
        with machine.restore(seed) as guest:
            assert seed in (guest.seed, None)
            p = guest.process()
            random.add(p.read(p.open("/dev/urandom", os.O_RDONLY), 16))
            now = re.search(rb"rtc_time|btime (\d+)", guest.read_file("/proc/stat"))
            assert now is not None and abs(int(now[1]) - time.time()) < 3600
    assert len(random) == 3


def test_many_calls_fit_through_the_rings(guest: Guest) -> None:
    p = guest.process()
    fd = p.open("/tmp/ring", os.O_RDWR | os.O_CREAT)
    block = bytes(range(256)) * 4096
    for turn in range(10):  # more than the 8 MiB of either ring
        assert p.pwrite(fd, block, 0) == len(block), turn
        assert p.pread(fd, len(block), 0) == block, turn


def test_a_wait_that_takes_too_long_times_out_and_no_more(guest: Guest) -> None:
    p, fd = opened(guest)
    call = p.start("read", fd, 1)
    with pytest.raises(TimedOut, match=r"no answer within 0\.2 s while process \d+ was in read"):
        call.result(0.2)
    q, other = opened(guest)
    q.write(other, b"x")
    assert call.result() == b"x"


def test_ended_processes_make_room(guest: Guest) -> None:
    for turn in range(3):
        processes = [guest.process() for _ in range(60)]
        processes[turn].start("poll", [], -1).wait_blocked()
        assert len({process.pid for process in processes}) == 60
        for process in processes:
            process.end()
    processes = [guest.process() for _ in range(62)]
    with pytest.raises(RuntimeError, match="64 processes at most"):
        while True:
            processes[0].fork()


def test_an_idle_machine_and_its_clock(guest: Guest) -> None:
    before = float(guest.read_file("/proc/uptime").split()[0])
    p = guest.process()
    assert p.poll([], 50) == []
    assert float(guest.read_file("/proc/uptime").split()[0]) >= before + 0.05
