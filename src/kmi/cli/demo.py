"""``kmi demo``, what ``make demo`` runs: the semaphore through every stage, and one table at the end."""

from __future__ import annotations

import contextlib
import io
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest
from rich import box
from rich.console import Console
from rich.table import Table

from kmi.cli.check import checked
from kmi.cli.exits import Exit
from kmi.cli.failure import Failure
from kmi.cli.progress import Progress
from kmi.cli.test import Outcomes
from kmi.kernels.userspace import UserProcess
from kmi.testing.kernels.registry import Kind, find

KERNELS = ("simulated", "linux:6.1", "linux:6.12", "freebsd")
EXAMPLES = Path(__file__).parents[3] / "examples"
#: Seconds that a call in the demo's last part may take.
PATIENCE = 30.0


@dataclass
class Row:
    """A line of the table: what one kernel came to."""

    kernel: str
    ran: str = ""
    passed: int = 0
    failed: int = 0
    seconds: float = 0.0
    size: int | None = None
    left_out: Sequence[str] = ()

    def cells(self) -> tuple[str, str, str, str, str]:
        if self.left_out:
            return self.kernel, "left out, see below", "-", "-", "-"
        tests = f"{self.passed} of {self.passed + self.failed}"
        size = "-" if self.size is None else f"{self.size:,} bytes"
        return self.kernel, self.ran, tests, f"{self.seconds:.1f}", size


@click.command(hidden=True)
def command() -> int:
    """Check, simulate, build and run examples/semaphore.py, and print what that came to."""
    module, tests = EXAMPLES / "semaphore.py", EXAMPLES / "test_semaphore.py"
    if not tests.exists():
        raise Failure(f"the examples are not in {EXAMPLES}; run this in a clone of kmi", code=Exit.USAGE)
    # pytest captures standard error while a test runs; the progress line goes around it.
    with os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8") as stderr:
        progress = Progress(Console(file=stderr, highlight=False, soft_wrap=True))
        with progress.step("check semaphore.py"):
            checked(module)
        codes: set[int] = set()
        rows = [_row(find(name), module, tests, progress, codes) for name in KERNELS]
    _table(rows)
    for row in rows:
        for line in row.left_out:
            click.echo(line)
    _log(rows, module)
    if 4 in codes or 5 in codes or 124 in codes:
        return next(code for code in (Exit.PANIC, Exit.LOST, Exit.TIMEOUT) if code in codes)
    return Exit.FAILED if any(row.failed for row in rows) else Exit.OK


def _row(kind: Kind, module: Path, tests: Path, progress: Progress, codes: set[int]) -> Row:
    row = Row(kind.name)
    if missing := kind.missing():
        row.left_out = [
            f"{kind.name} was left out: {', '.join(one.what for one in missing)} missing; this installs it:",
            *(f"    {one.line}" for one in missing),
        ]
        return row
    if kind.name == "simulated":
        row.ran = f"semaphore.py in CPython {platform.python_version()}"
    else:
        with progress.step(f"{kind.name}: get it ready") as note:
            kind.prepare(note)
        row.ran, row.size, row.seconds = _built(kind.name, module, progress)
    with progress.step(f"{kind.name}: tests"):
        begun = time.monotonic()
        outcomes = Counted()
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            status = pytest.main([*QUIET, "--on", kind.name, str(tests)], plugins=[outcomes])
        row.seconds += time.monotonic() - begun
    if outcomes.interrupted:
        raise KeyboardInterrupt
    row.passed, row.failed = outcomes.passed, outcomes.failed
    codes |= outcomes.codes
    if status != pytest.ExitCode.OK:
        row.failed = max(row.failed, 1)
        progress.say(said.getvalue())
    return row


QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")


class Counted(Outcomes):
    """Counts the tests that passed, and those that did not."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0
        self.failed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        super().pytest_runtest_logreport(report)
        self.failed += report.failed
        self.passed += report.when == "call" and report.passed


def _built(name: str, module: Path, progress: Progress) -> tuple[str, int, float]:
    from kmi.cli.targets import target_of

    target = target_of(name)
    with TemporaryDirectory() as directory, progress.step(f"{name}: build semaphore.ko") as note:
        begun = time.monotonic()
        ko = Path(directory) / "semaphore.ko"
        made = target.build(module, test=False, output=ko, progress=note)
        seconds = time.monotonic() - begun
    return f"{ko.name} in {target.system}", made.loaded, seconds


def _table(rows: list[Row]) -> None:
    table = Table("kernel", "what ran", "tests passed", "seconds", "size of the module", box=box.SIMPLE)
    for row in rows:
        table.add_row(*row.cells())
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 110
    console.print(table)


def _log(rows: list[Row], module: Path) -> None:
    """Use the semaphore in each kernel that was built for, and print what that said meanwhile."""
    ran = [row for row in rows if not row.left_out]
    for row in [row for row in ran if row.size is not None] or ran:
        kind = find(row.kernel)
        with kind.start(1, module.parent) as kernel:
            kernel.load(module)
            user = kernel.process()
            fd = user.open("/dev/semaphore", os.O_RDWR)
            user.write(fd, b"..")
            user.start("read", fd, 1).result(PATIENCE)
            user.close(fd)
            kernel.unload()
            click.echo(f"\nThe log of {kind.name} while two permits were given and one was taken:")
            if row.kernel.startswith("linux:"):
                click.echo(f"    {_version(user)}")
            for line in kernel.log()[-8:]:
                click.echo(f"    {line}")


def _version(user: UserProcess) -> str:
    """What a Linux says of itself, the first words of its log at boot."""
    fd = user.open("/proc/version", os.O_RDONLY)
    try:
        return user.read(fd, 4096).decode().split(" (")[0]
    finally:
        user.close(fd)
