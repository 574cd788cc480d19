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
import time
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


def tests_a_second() -> tuple[int, float]:
    """How many tests there were, and how many of them a second, with what pytest does around them."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "tests/conformance"]
    ran = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    found = re.search(r"(\d+) passed.* in ([\d.]+)s", ran.stdout)
    if found is None:
        sys.exit(ran.stdout + ran.stderr)
    return int(found[1]), int(found[1]) / float(found[2])


def main() -> None:
    wall, processor = schedules_a_second()
    print(f"{wall:8,.0f} schedules a second of a small test ({processor:,.0f} a second of processor time)")
    count, rate = tests_a_second()
    print(f"{rate:8,.0f} tests a second of {count} in tests/conformance, collecting included")


if __name__ == "__main__":
    main()
