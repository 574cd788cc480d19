"""Builds a file of kernel Python for user space, with the address and the undefined-behaviour sanitizer.

    built = build(Path("program.py"), directory)       # def main() -> None
    outcomes = execute(built).outcomes["main"]

The executable runs one `main` after the other and says on standard output what each logged, raised and left alive.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kmi.kernels.host.outcome import Outcome, Raised

__all__ = ["BuildFailed", "Built", "Execution", "build", "execute"]

HERE: Final = Path(__file__).parent
RUNTIME: Final = HERE.parent.parent / "runtime"
WARNINGS: Final = ("-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-Wno-pointer-sign")
SANITIZERS: Final = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
SECONDS: Final = 60


class BuildFailed(Exception):
    """The file does not check, or, which is the compiler's own fault, its C does not compile."""


@dataclass(frozen=True)
class Built:
    """An executable, the C it was made of, and its mains."""

    program: Path
    source_c: Path
    mains: tuple[str, ...]


@dataclass
class Execution:
    """What a run of an executable printed, by main; with faults, by main and the allocation that failed."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    faults: dict[str, dict[int, Outcome]] = field(default_factory=dict)
    report: str = ""
    """What a sanitizer, or the system, said of its end; empty where all went well."""


def execute(built: Built, *, faults: int = 0, seconds: int = SECONDS) -> Execution:
    """Run all mains; with `faults`, each again with that many allocations failing, one at a time."""
    execution = Execution()
    options = {"ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
    try:
        done = subprocess.run(
            [str(built.program), str(faults)],
            capture_output=True, encoding="utf-8", errors="replace", timeout=seconds,
            env={**os.environ, **options},
        )  # fmt: skip
        text, report = done.stdout, done.stderr
        if done.returncode and not report:
            report = f"it ended with {done.returncode}"
    except subprocess.TimeoutExpired as expired:
        given = expired.stdout or b""
        text = given.decode(errors="replace") if isinstance(given, bytes) else given
        report = f"it did not end within {seconds} seconds"
    _parse(text, execution)
    execution.report = report.strip()
    return execution


def _parse(text: str, execution: Execution) -> None:
    outcome = Outcome()
    for line in text.split("\n"):
        word, _, rest = line.partition(" ")
        match word:
            case "begin":
                outcome = Outcome()
                name, _, nth = rest.partition(" ")
                if nth:
                    execution.faults.setdefault(name, {})[int(nth)] = outcome
                else:
                    execution.outcomes[name] = outcome
            case "log":
                outcome.log.append(rest.partition(" ")[2])
            case "raised":
                kind, number, at, function, message = rest.split(" ", 4)
                outcome.raised = Raised(kind, int(number), message, int(at), function)
            case "end":
                objects, memory = rest.split(" ")
                outcome.objects, outcome.memory, outcome.finished = int(objects), int(memory), True
            case "":
                pass
            case _:
                raise ValueError(f"the host program printed a line that nobody expects: {line!r}")
