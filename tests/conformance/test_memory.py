"""Out of memory at each allocation: MemoryError there, everything undone, nothing left."""

import errno
import os
import select
from collections.abc import Callable

import mistakes
import pytest
import records
import semaphore
import transfers
import waiting

from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel

COPIES = {("copying from user space", errno.EFAULT), ("copying to user space", errno.EFAULT)}


def test_moving_bytes(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, "modules/transfers.py"):
            user = kernel.process()
            try:
                fd = user.open("/dev/transfers")
                for way in (transfers.WHOLE, transfers.PIECES, transfers.INTO):
                    user.ioctl(fd, transfers.CHOOSE, way)
                    assert user.write(fd, b"abcd") > 0
                    user.read(fd, 4)
            finally:
                user.end()

    assert fail_each(kernel, scenario) > 10


def test_records(kernel: Kernel) -> None:
    ends: set[tuple[str, int | None]] = set()
    kernel.load("modules/records.py")
    for fault in fail_each(kernel):
        user = kernel.process()
        with fault:
            try:
                fd = user.open("/dev/records")
                user.ioctl(fd, records.STORE, bytes(16))
                user.ioctl(fd, records.DOUBLE, bytes(16))
            except OSError as raised:
                assert kernel.failed()
                ends.add((kernel.failed_what().partition(" at ")[0], raised.errno))
                raise
            finally:
                user.end()
    assert fault.number > 4 and ends >= COPIES


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


EXAMPLES = "../../examples"


def with_each_allocation_failing(kernel: Kernel, call: Callable[[], object]) -> int:
    """Make one call of a loaded module until no allocation of it is left to fail; how many failed.

    The call may say ENOMEM or do without the memory, and works at once when there is some.
    """
    for n in range(1, 100):
        kernel.fail_nth(n)
        try:
            call()
        except OSError as refused:
            assert refused.errno == errno.ENOMEM and kernel.failed()
        fired = kernel.failed()
        kernel.fail_nth(0)
        call()
        if not fired:
            return n - 1
    raise AssertionError("the call still allocates after 99 faults")


def test_each_call_of_echo(kernel: Kernel) -> None:
    module = kernel.load(f"{EXAMPLES}/echo.py", capacity=64)
    user = kernel.process()
    fd = user.open("/dev/echo", os.O_RDWR | os.O_NONBLOCK)

    def empty() -> bytes:
        parts = []
        while user.poll([(fd, select.POLLIN)]):
            parts.append(user.read(fd, 64))
        return b"".join(parts)

    def write() -> None:
        """Nothing of a write that failed is kept, and nothing that was kept before is lost."""
        assert empty() == b""
        try:
            assert user.write(fd, b"abc") == 3
        except OSError:
            assert empty() == b""
            raise
        assert empty() == b"abc"

    def read() -> None:
        empty()
        kept = user.write(fd, b"abcd")
        try:
            assert user.read(fd, 1) == b"a"
        except OSError:
            assert empty() == b"abcd"[:kept]
            raise
        assert empty() == b"bcd"

    def no_command() -> None:
        with pytest.raises(OSError) as refused:
            user.ioctl(fd, 0x1234, bytes(8))
        assert refused.value.errno in (errno.ENOTTY, errno.ENOMEM)

    failing = {
        "open": with_each_allocation_failing(kernel, lambda: user.close(user.open("/dev/echo"))),
        "write": with_each_allocation_failing(kernel, write),
        "read": with_each_allocation_failing(kernel, read),
        "poll": with_each_allocation_failing(kernel, lambda: user.poll([(fd, select.POLLIN)])),
        "ioctl": with_each_allocation_failing(kernel, no_command),
    }
    assert failing["open"] >= 1 and failing["write"] >= 1
    assert failing["poll"] == 0, "what a poll cannot say for want of memory, its caller never learns"
    user.close(fd)
    kernel.unload(module)


def test_each_call_of_semaphore(kernel: Kernel) -> None:
    module = kernel.load(f"{EXAMPLES}/semaphore.py")
    user = kernel.process()
    fd = user.open("/dev/semaphore", os.O_RDWR | os.O_NONBLOCK)
    zero = bytes(semaphore.Taken.SIZE)

    def taken() -> int:
        return semaphore.Taken.unpack(user.ioctl(fd, semaphore.GET_TAKEN, zero)[1]).count

    def calls() -> None:
        """Each permit that was given can be taken, whichever call failed."""
        user.ioctl(fd, semaphore.SET_TAKEN, zero)
        given = user.write(fd, b"..")
        for _ in range(given):
            assert user.read(fd, 1) == b"\0"
        with pytest.raises(BlockingIOError):
            user.read(fd, 1)
        assert user.poll([(fd, select.POLLIN)]) == [(fd, select.POLLIN)]
        assert taken() == 2

    with_each_allocation_failing(kernel, calls)
    assert with_each_allocation_failing(kernel, lambda: user.close(user.open("/dev/semaphore"))) >= 1
    user.close(fd)
    kernel.unload(module)


def test_a_load_that_has_no_memory_names_the_errno(kernel: Kernel) -> None:
    for n in range(1, 100):
        kernel.fail_nth(n)
        try:
            module = kernel.load(f"{EXAMPLES}/semaphore.py")
        except OSError as refused:
            assert refused.errno == errno.ENOMEM
            kernel.fail_nth(0)
            with pytest.raises(FileNotFoundError):
                kernel.process().open("/dev/semaphore")
            continue
        fired = kernel.failed()
        kernel.fail_nth(0)
        kernel.unload(module)
        if not fired:
            break
    assert n > 2
    assert any("not loaded: MemoryError" in line for line in kernel.log())
