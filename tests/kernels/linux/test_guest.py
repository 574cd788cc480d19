"""What only a real Linux shows: many processes at once on two processors, and no report of the kernel's."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from kmi.testing.kernels.kernel import Kernel

EXAMPLES = Path(__file__).parents[3] / "examples"
ROUNDS = 10


@pytest.mark.only_on("linux")
def test_readers_and_a_writer_at_once(kernel: Kernel) -> None:
    kernel.load(EXAMPLES / "semaphore.py")
    writer = kernel.process()
    gate = writer.open("/dev/semaphore", os.O_WRONLY)
    readers = [kernel.process() for _ in range(4)]
    files = [reader.open("/dev/semaphore", os.O_RDONLY) for reader in readers]
    for _ in range(ROUNDS):
        calls = [reader.start("read", file, 1) for reader, file in zip(readers, files, strict=True)]
        assert writer.write(gate, b"...") == 3
        assert writer.write(gate, b".") == 1
        assert [call.result(30) for call in calls] == [b"\0"] * len(calls)


@pytest.mark.only_on("linux")
def test_bytes_pass_between_processes_in_order(kernel: Kernel) -> None:
    kernel.load(EXAMPLES / "echo.py", capacity=7)
    writer, reader = kernel.process(), kernel.process()
    into = writer.open("/dev/echo", os.O_WRONLY)
    out = reader.open("/dev/echo", os.O_RDONLY)
    received = b""
    for first in range(0, 250, 5):
        sent = bytes(range(first, first + 5))
        call = writer.start("write", into, sent)
        while len(received) < first + 5:
            received += reader.start("read", out, 3).result(30)
        assert call.result(30) == len(sent)
    assert received == bytes(range(250))


@pytest.mark.only_on("linux")
def test_a_killed_reader_leaves_the_device_usable(kernel: Kernel) -> None:
    module = kernel.load(EXAMPLES / "semaphore.py")
    first, second = kernel.process(), kernel.process()
    file = first.open("/dev/semaphore", os.O_RDWR)
    call = first.start("read", file, 1)
    call.wait_blocked()
    first.end()
    again = second.open("/dev/semaphore", os.O_RDWR)
    assert second.write(again, b".") == 1
    assert second.read(again, 1) == b"\0"
    second.close(again)
    kernel.unload(module)


@pytest.mark.only_on("linux")
def test_copying_the_wrong_way_is_refused_before_linux_warns(kernel: Kernel) -> None:
    kernel.load(Path(__file__).parent / "modules" / "wrong.py")
    user = kernel.process()
    file = user.open("/dev/wrong", os.O_RDWR)
    for call in (lambda: user.read(file, 1), lambda: user.write(file, b"x")):
        with pytest.raises(OSError) as refused:
            call()
        assert refused.value.errno == errno.EINVAL
    user.close(file)


@pytest.mark.only_on("linux")
@pytest.mark.parametrize(
    ("name", "number", "sentence"),
    [
        ("x/../y", errno.EINVAL, "not loaded: OSError: a device name has no NUL and no /"),
        ("echo", errno.EEXIST, "not loaded: there is a device named echo already"),
    ],
)
def test_a_load_that_fails_says_why_in_the_log(kernel: Kernel, name: str, number: int, sentence: str) -> None:
    kernel.load(EXAMPLES / "echo.py")
    with pytest.raises(OSError) as refused:
        kernel.load(Path(__file__).parent / "modules" / "named.py", device_name=name)
    assert refused.value.errno == number
    log = kernel.log()
    assert any(sentence in line for line in log)
    assert not any("duplicate filename" in line for line in log), "the kernel's own stack dump"
