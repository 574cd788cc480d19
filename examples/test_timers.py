"""timers: beats come by themselves, in order, and stop with the module."""

import os
import select

import pytest

from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel


def test_each_read_waits_for_a_beat(kernel: Kernel) -> None:
    kernel.load("timers.py", period=5)
    user = kernel.process()
    fd = user.open("/dev/heart", os.O_RDONLY)
    beats = [int(user.read(fd, 20)) for _ in range(4)]
    assert all(one < other for one, other in zip(beats, beats[1:], strict=False))


def test_all_readers_feel_the_same_beat(kernel: Kernel) -> None:
    kernel.load("timers.py", period=20)
    users = [kernel.process() for _ in range(3)]
    calls = [user.start("read", user.open("/dev/heart", os.O_RDONLY), 20) for user in users]
    assert all(int(call.result()) > 0 for call in calls)


def test_a_reader_need_not_wait(kernel: Kernel) -> None:
    kernel.load("timers.py", period=3_600_000)
    user = kernel.process()
    fd = user.open("/dev/heart", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(BlockingIOError):
        user.read(fd, 20)
    assert user.poll([(fd, select.POLLIN)]) == []


def test_loads_and_unloads_between_any_two_beats(kernel: Kernel) -> None:
    for period in (1, 2, 1):
        module = kernel.load("timers.py", period=period)
        user = kernel.process()
        user.read(user.open("/dev/heart", os.O_RDONLY), 20)
        user.end()
        kernel.unload(module)


def test_survives_a_lack_of_memory(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, "timers.py", period=1):
            user = kernel.process()
            try:
                user.read(user.open("/dev/heart", os.O_RDONLY), 20)
            finally:
                user.end()

    assert fail_each(kernel, scenario) > 3
