"""A campaign: programs made up for as long as one likes, compared, and what differs made small and kept.

    python -m kmi.testing.differential --minutes 60 --seed 7 --jobs 2
    python -m kmi.testing.differential findings/p7000012.py        # again

A batch is one C file of many programs; some batches are compiled with optimisation and sanitizers, most as
fast as possible. Batches run in processes of their own, so that whatever happens to
one of them (a compiler that never ends, a crash) is a finding like any other.

Invariants: the programs depend on the seed alone, never on the time or the number of jobs; a finding's file
says how it differs and runs by itself; findings of one kind are shrunk once and counted afterwards.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kmi.kernels.host.build import Way
from kmi.testing.differential.harness import Finding, compare, compare_file
from kmi.testing.differential.shrink import shrink
from kmi.testing.generate.programs import Program, generate

__all__ = ["BATCH", "Campaign", "Found", "batch_of", "compared", "first_seed", "replay", "run", "shrunk",
           "way_of"]  # fmt: skip

BATCH: Final = 40
FAULTS: Final = 20
SEEDS_APART: Final = 1_000_000
SECONDS: Final = 600


@dataclass(frozen=True)
class Found:
    """A finding as it crosses from one process to another."""

    seed: int
    kind: str
    text: str
    """Program, outcomes, difference: for a person."""
    source: str
    """A file that shows it again."""


@dataclass
class Campaign:
    """What a campaign has done so far."""

    seed: int
    programs: int = 0
    seconds: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    saved: list[Path] = field(default_factory=list)

    @property
    def summary(self) -> str:
        rate = self.programs * 60 / self.seconds if self.seconds else 0.0
        found = sum(self.kinds.values())
        return (
            f"seed {self.seed}: {self.programs} programs in {self.seconds / 60:.1f} minutes "
            f"({rate:.0f} a minute), {found} differ in {len(self.kinds)} ways"
        )


def first_seed(seed: int) -> int:
    """The seed of the first program of a campaign; a campaign's seeds are a million apart."""
    return seed * SEEDS_APART


def way_of(first: int) -> Way:
    """How the batch that begins at this seed is compiled."""
    match first // BATCH % 25:
        case 12:
            return "thorough"
        case 3 | 9 | 16 | 22:
            return "checked"
        case _:
            return "fast"


def batch_of(first: int, count: int = BATCH) -> list[Program]:
    """The programs from this seed on."""
    return [generate(seed, f"p{seed}") for seed in range(first, first + count)]


def compared(programs: list[Program], way: Way) -> list[Finding]:
    """The findings among these programs."""
    with tempfile.TemporaryDirectory(prefix="kmi-differential-") as directory, at_most(SECONDS):
        return compare(programs, Path(directory), faults=FAULTS, way=way)


@contextlib.contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Ends what takes longer with TimeoutError: a program that never ends, in CPython or in the compiler."""

    def late(number: int, frame: object) -> None:
        raise TimeoutError(f"longer than {seconds} seconds")

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread has signals
        return
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def shrunk(finding: Finding, way: Way, attempts: int = 120) -> Finding:
    """The same finding in a smaller program."""
    if finding.program is None:
        return finding
    kind = finding.kind

    def fails(program: Program) -> bool:
        again = compared([program], way)
        return bool(again) and again[0].kind == kind

    small = shrink(finding.program, fails, attempts=attempts)
    return next(iter(compared([small], way)), finding)


def work(first: int, known: frozenset[str]) -> list[Found]:
    """Compare one batch; a finding of a kind that is known is not made small again."""
    found = []
    new: set[str] = set()
    way = way_of(first)
    for finding in compared(batch_of(first), way):
        kind = finding.kind
        if kind not in known and kind not in new:
            new.add(kind)
            finding = shrunk(finding, way)
        if finding.program is None:
            found.append(Found(first, kind, finding.describe(), ""))
        else:
            seed = int(finding.program.name.removeprefix("p"))
            found.append(Found(seed, kind, finding.describe(), finding.program.source))
    return found


def run(
    seed: int,
    minutes: float,
    jobs: int,
    directory: Path,
    say: Callable[[str], None],
    work: Callable[[int, frozenset[str]], list[Found]] = work,
) -> Campaign:
    """Compare batches until the time is over; the last ones are awaited."""
    campaign = Campaign(seed)
    started = time.monotonic()
    deadline = started + 60 * minutes
    said = started
    firsts: Iterator[int] = iter(range(first_seed(seed), first_seed(seed + 1), BATCH))
    running: dict[Future[list[Found]], int] = {}
    # Started afresh, and ended after some batches: a process that compiles for hours grows.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=50) as pool:
        while True:
            while len(running) < jobs and time.monotonic() < deadline:
                first = next(firsts)
                running[pool.submit(work, first, frozenset(campaign.kinds))] = first
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                first = running.pop(future)
                campaign.programs += BATCH
                campaign.seconds = time.monotonic() - started
                for found in results(future, first):
                    keep(campaign, found, directory, say)
            if time.monotonic() - said >= 60:
                said = time.monotonic()
                say(campaign.summary)
    campaign.seconds = time.monotonic() - started
    return campaign


def results(future: Future[list[Found]], first: int) -> list[Found]:
    """What a batch found; an exception of the harness itself is a finding too."""
    try:
        return future.result()
    except Exception as error:
        text = "".join(traceback.format_exception(error))
        return [Found(first, f"the harness: {type(error).__name__}", text, "")]


def keep(campaign: Campaign, found: Found, directory: Path, say: Callable[[str], None]) -> None:
    """Count a finding, and save it unless two of its kind are saved already."""
    campaign.kinds[found.kind] += 1
    if campaign.kinds[found.kind] > 2:
        return
    directory.mkdir(parents=True, exist_ok=True)
    say(f"p{found.seed} differs: {found.kind}")
    report = directory / f"p{found.seed}.txt"
    report.write_text(found.text + "\n", encoding="utf-8")
    if found.source:
        program = directory / f"p{found.seed}.py"
        program.write_text(found.source, encoding="utf-8")
        campaign.saved.append(program)
        say(f"  again: python -m kmi.testing.differential {program}")
    else:
        say(f"  seeds {found.seed} to {found.seed + BATCH - 1}: {report}")


def replay(path: Path, say: Callable[[str], None]) -> bool:
    """Compare the mains of a file, both ways of compiling; whether they differ."""
    mains = [
        line.removeprefix("def ").partition("(")[0]
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("def main")
    ]
    differs = False
    ways: tuple[Way, ...] = ("fast", "checked", "thorough")
    for way in ways:
        with tempfile.TemporaryDirectory(prefix="kmi-differential-") as directory:
            for main, what, reference, compiled in compare_file(
                path, mains, Path(directory), faults=FAULTS, way=way
            ):
                differs = True
                say(f"{main or path.name}: {what}")
                for name, outcome in (("CPython", reference), ("compiled", compiled)):
                    if outcome:
                        say(f"{name}:\n{outcome.describe()}")
        if differs:
            break
    return differs
