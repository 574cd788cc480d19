"""How long a developer waits: checking, building, and from a saved file to tests that passed in Linux.

    .venv/bin/python benchmarks/speed.py

Each figure is the median of whole processes, as a shell would start them, in seconds.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
KMI = Path(sys.executable).with_name("kmi")
RUNS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One wait, in seconds; `target` is what it shall be at most."""

    name: str
    seconds: float
    target: float | None


def rows() -> Iterator[Row]:
    """Every figure, as each is measured."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for file in ("semaphore.py", "test_semaphore.py"):
            (directory / file).write_bytes((EXAMPLES / file).read_bytes())
        module = directory / "semaphore.py"
        large = directory / "large.py"
        large.write_text(_of_length(1000))
        test = str(directory / "test_semaphore.py")
        linux = [str(KMI), "test", "--on", "linux:6.1", "-q", test]
        _run([str(KMI), "build", str(module), "--on", "linux:6.1", "-o", str(directory / "x.ko")])
        yield Row("kmi check, 1,000 lines", _median([str(KMI), "check", str(large)]), 0.5)
        yield Row("kmi check, semaphore.py", _median([str(KMI), "check", str(module)]), None)
        saved = _saver(module)
        build = [str(KMI), "build", str(module), "--on", "linux:6.1", "-o", str(directory / "x.ko")]
        yield Row("saved → built for Linux 6.1", _median(build, saved), None)
        one = [*linux[:-1], f"{test}::{_first_test(directory)}"]
        yield Row("saved → one test passed in Linux 6.1", _median(one, saved), 1.5)
        yield Row("saved → all tests of semaphore.py passed in Linux 6.1", _median(linux, saved), None)


def _first_test(directory: Path) -> str:
    found = re.search(r"^def (test_\w+)\(", (directory / "test_semaphore.py").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


def _of_length(lines: int) -> str:
    """A module of that many lines: the semaphore's device, again and again under other names."""
    text = (EXAMPLES / "semaphore.py").read_text()
    head, _, tail = text.partition("class Semaphore(FileOperations):")
    body, _, end = tail.partition("@module")
    device = f"class Semaphore(FileOperations):{body}"
    copies = (lines - len((head + end).splitlines())) // len(device.splitlines())
    more = "".join(device.replace("class Semaphore(", f"class Semaphore{n}(") for n in range(copies))
    return f"{head}{more}{device}@module{end}"


def _saver(module: Path) -> Callable[[], None]:
    """What a developer does between two runs: change the module so that its code differs."""
    text = module.read_text()
    count = 0

    def save() -> None:
        nonlocal count
        count += 1
        said = 'info("semaphore: ready")'
        module.write_text(text.replace(said, f"{said}\n        self.run = {time.time_ns() % 10**9 + count}"))

    return save


def _median(command: Sequence[str], before: Callable[[], None] = lambda: None) -> float:
    times = []
    for _ in range(RUNS + 1):
        before()
        began = time.perf_counter()
        _run(command)
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])  # the first fills caches


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def main() -> int:
    for row in rows():
        target = f"  (target {row.target})" if row.target is not None else ""
        print(f"{row.name:58}{row.seconds:8.2f} s{target}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
