"""echo and semaphore against models of a few lines, through random calls and random schedules."""

import os
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kmi.kernels.simulated.kernel import SimulatedKernel

EXAMPLES = Path(__file__).parents[3] / "examples"

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.binary(min_size=1, max_size=12), st.integers(0, 12)),
        st.tuples(st.just("read"), st.integers(1, 12), st.integers(0, 12)),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(capacity=st.integers(1, 9), steps=STEPS)
def test_echo_is_a_bounded_queue(capacity: int, steps: list[tuple[str, bytes | int, int]]) -> None:
    model = b""
    with SimulatedKernel(1) as kernel:
        kernel.load(EXAMPLES / "echo.py", {"capacity": capacity})
        user = kernel.process()
        fd = user.open("/dev/echo", os.O_RDWR | os.O_NONBLOCK)
        for name, given_, mapped in steps:
            try:
                if isinstance(given_, bytes):
                    expected: bytes | int | str = min(len(given_), mapped, capacity - len(model))
                    expected = "EAGAIN" if len(model) == capacity else expected or "EFAULT"
                    taken = user.write(fd, given_, fault_after=mapped)
                    assert taken == expected
                    model += given_[:taken]
                else:
                    part = model[: min(given_, mapped)]
                    expected = "EAGAIN" if not model else part or "EFAULT"
                    assert user.read(fd, given_, fault_after=mapped) == expected
                    model = model[len(part) :]
            except BlockingIOError:
                assert expected == "EAGAIN", name
            except OSError:
                assert expected == "EFAULT", name
        kernel.settle()
        assert kernel.reports() == []


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1 << 32), readers=st.integers(1, 4), writers=st.integers(1, 4))
def test_no_byte_is_lost_or_doubled(seed: int, readers: int, writers: int) -> None:
    """Blocking readers and writers on a small buffer: what is read is what was written, and all of it."""
    with SimulatedKernel(seed) as kernel:
        kernel.load(EXAMPLES / "echo.py", {"capacity": 3})
        data = [bytes([65 + n]) * 2 for n in range(writers)]
        writing = [kernel.process() for _ in range(writers)]
        calls = [
            user.start("write", user.open("/dev/echo"), part)
            for user, part in zip(writing, data, strict=True)
        ]
        reading = [kernel.process() for _ in range(readers)]
        files = [user.open("/dev/echo") for user in reading]
        received = b""
        starved = False
        while not starved:
            gets = [user.start("read", fd, 1) for user, fd in zip(reading, files, strict=True)]
            kernel.scheduler.run_until(kernel.scheduler.settled)
            received += b"".join(get.result() for get in gets if get.done())
            starved = not all(get.done() for get in gets)
        taken = sum(call.result() for call in calls if call.done())
        assert all(call.done() for call in calls)
        assert len(received) == taken
        for part in data:
            assert received.count(part[:1]) <= 2
        kernel.settle()
        assert kernel.reports() == []


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1 << 32), takers=st.integers(1, 5))
def test_a_permit_is_taken_once(seed: int, takers: int) -> None:
    with SimulatedKernel(seed) as kernel:
        kernel.load(EXAMPLES / "semaphore.py")
        users = [kernel.process() for _ in range(takers)]
        calls = [user.start("read", user.open("/dev/semaphore"), 1) for user in users]
        giver = kernel.process()
        fd = giver.open("/dev/semaphore")
        for given_ in range(1, takers + 1):
            giver.write(fd, b".")
            kernel.scheduler.run_until(kernel.scheduler.settled)
            assert sum(call.done() for call in calls) == given_
