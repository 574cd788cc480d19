"""How fast the simulated kernel is: schedules a second of a small test, and tests a second under pytest.

    python benchmarks/simulator.py

The small test loads the semaphore, opens it in two processes, lets one read while the other writes, and
unloads it; each schedule is a kernel of its own. The tests are those of `tests/conformance` that pytest
collects for the simulated kernel, in one process.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kmi.kernels.simulated.kernel import SimulatedKernel
from kmi.testing.explore import rounds

ROOT = Path(__file__).parents[1]
SEMAPHORE = ROOT / "examples" / "semaphore.py"
SCHEDULES = 3000


def schedule(seed: int, name: str) -> None:
    """A reader and a writer, under one schedule."""
    kernel = SimulatedKernel(seed, name)
    try:
        kernel.load(SEMAPHORE)
        reader, writer = kernel.process(), kernel.process()
        calls = [
            reader.start("read", reader.open("/dev/semaphore"), 1),
            writer.start("write", writer.open("/dev/semaphore"), b"x"),
        ]
        assert [call.result() for call in calls] == [b"\0", 1]
        kernel.settle()
        assert not kernel.reports()
    finally:
        kernel.close()


def schedules_a_second() -> tuple[float, float]:
    """By the clock, and by the time that this process had a processor."""
    schedule(0, "random")
    wall, processor = time.perf_counter(), time.process_time()
    for one in rounds(1, SCHEDULES, None):
        schedule(one.seed, one.schedule)
    return SCHEDULES / (time.perf_counter() - wall), SCHEDULES / (time.process_time() - processor)


TEST = """
import pytest

@pytest.mark.parametrize("number", range(2000))
def test_a_permit_is_taken(kernel, number):
    kernel.load("semaphore.py")
    user = kernel.process()
    fd = user.open("/dev/semaphore")
    user.write(fd, b"x")
    assert user.read(fd, 1) == bytes(1)
"""


def small_tests_a_second() -> float:
    """How many small tests of one module a second, from the first to the last."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "semaphore.py").write_bytes(SEMAPHORE.read_bytes())
        Path(directory, "test_many.py").write_text(TEST)
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", directory]
        ran = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    found = re.search(r"(\d+) passed.* in ([\d.]+)s", ran.stdout)
    if found is None:
        sys.exit(ran.stdout + ran.stderr)
    return int(found[1]) / float(found[2])


def tests_a_second() -> tuple[int, float]:
    """How many tests there were, and how many of them a second, with what pytest does around them."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "tests/conformance"]
    ran = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    found = re.search(r"(\d+) passed.* in ([\d.]+)s", ran.stdout)
    if found is None:
        sys.exit(ran.stdout + ran.stderr)
    return int(found[1]), int(found[1]) / float(found[2])


@dataclass(frozen=True, slots=True)
class Row:
    """Something that the simulator does, and how often a second; `target` is what it shall be at least."""

    name: str
    rate: float
    target: float | None


def rows() -> Iterator[Row]:
    """Every figure, as each is measured."""
    wall, processor = schedules_a_second()
    yield Row("schedules of a small test", wall, 3000)
    yield Row("schedules of a small test, by processor time", processor, None)
    yield Row("tests of one module, in one pytest", small_tests_a_second(), 500)
    _, rate = tests_a_second()
    yield Row("tests of tests/conformance, with all that pytest does", rate, None)


def main() -> None:
    for row in rows():
        print(f"{row.rate:8,.0f} a second: {row.name}", flush=True)


if __name__ == "__main__":
    main()
