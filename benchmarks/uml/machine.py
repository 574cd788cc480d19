"""User Mode Linux as a machine for measuring: load, time, unload; at native speed, in a fifth of a second.

    with uml.prepared(print) as machine:
        machine.add(ko)
        samples = machine.run(["load echo.ko capacity=64", "load bench_driver.ko name=echo …", "unload echo"])

Invariants: each run boots a kernel of its own, whose root is a temporary directory of this machine's; a run
that did not carry out its whole plan is an error.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import UML
from kmi.kernels.linux.toolchain import kbuild, replay

HERE = Path(__file__).parent
PATIENCE = 300
"""Seconds that a run may take."""

_SAMPLE = re.compile(r"bench: (\S+) (\d+) ns for (\d+) loops")


class MeasuringFailed(Exception):
    """A run did not carry out its plan; the message has the kernel's log."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One round: nanoseconds for each loop."""

    name: str
    nanoseconds: float


@dataclass(frozen=True)
class Machine:
    """User Mode Linux with a root directory."""

    root: Path

    def add(self, ko: Path, name: str | None = None) -> None:
        """Put a module where a plan's ``load`` finds it, under this or its own file name."""
        shutil.copyfile(ko, self.root / (name or ko.name))

    def run(self, plan: Sequence[str]) -> tuple[list[Sample], list[str]]:
        """Boot, carry out the plan, halt: the samples in order, and the kernel's log."""
        (self.root / "plan").write_text("".join(f"{line}\n" for line in plan))
        command = [
            str(provision.image(UML)), f"mem={UML.memory}M", "root=none", "rootfstype=hostfs",
            f"rootflags={self.root}", "rw", "init=/init", "con=null", "con0=fd:0,fd:1",
            f"uml_dir={self.root}/",
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE
            )
        except subprocess.TimeoutExpired as error:
            raise MeasuringFailed(f"User Mode Linux ran longer than {PATIENCE} s: {plan}") from error
        log = done.stdout.splitlines()
        if "bench: done" not in log:
            raise MeasuringFailed("User Mode Linux did not carry out its plan:\n" + "\n".join(log[-30:]))
        found = (_SAMPLE.search(line) for line in log)
        return [Sample(m[1], int(m[2]) / int(m[3])) for m in found if m], log


@contextmanager
def prepared(progress: Callable[[str], None]) -> Iterator[Machine]:
    """A machine with its first process and the driver; builds the kernel the first time."""
    provision.prepare(UML, progress)
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        for name in ("dev", "sys"):
            (root / name).mkdir()
        gcc = ["gcc", "-std=gnu11", "-O2", "-static", "-Wall", "-Wextra", "-Werror"]
        subprocess.run([*gcc, "-o", str(root / "init"), str(HERE / "init.c")], check=True)
        machine = Machine(root)
        machine.add(build_c(HERE / "bench_driver.c", root / "work"))
        yield machine


def build_c(source: Path, work: Path, *, include: Path | None = None) -> Path:
    """The module of a C file, built for User Mode Linux as kmi's own are."""
    work.mkdir(exist_ok=True)
    text = source.read_text()
    if include is not None:
        text = text.replace('#include "', f'#include "{include}/')
    (work / source.name).write_text(text)
    log = replay.build(work, source.stem, kbuild.commands(UML))
    if kbuild.has_warning(log):
        raise MeasuringFailed(f"{source.name} does not build cleanly:\n{log}")
    return work / f"{source.stem}.ko"
