"""The differential harness: one program in CPython and as compiled C in user space, which must agree.

    findings = compare(programs)        # many programs in one file, compiled once
    assert not findings, findings[0].describe()

What is compared: the lines of the log, the exception nobody caught with its errno, message, line and
function, and that nothing is left alive. With `faults`, the compiled program runs again with its first,
second … allocation failing: what it does then is its own, but it may not crash, and nothing may be left.
"""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kmi.kernels.host import BuildFailed, execute
from kmi.kernels.host.build import Way, build
from kmi.kernels.host.outcome import Outcome, Raised
from kmi.kernels.simulated.hook.loader import CheckFailed
from kmi.language.report.diagnostics import InternalError
from kmi.testing.differential import reference as differential_reference
from kmi.testing.generate.programs import Program, file_of

__all__ = ["Finding", "compare", "compare_file"]

OWN_WORDS: Final = re.compile(
    r"index -?\d+ out of range of \d+|[a-z ]*index out of range"
    r"|[^ ]+ is not in list|list\.index\(x\): x not in list"
)
"""Messages that CPython words in several ways and kmi in one."""


@dataclass(frozen=True)
class Finding:
    """A program on which CPython and the compiler disagree."""

    program: Program | None
    what: str
    reference: Outcome | None
    compiled: Outcome | None

    @property
    def kind(self) -> str:
        """What two findings have in common that are one mistake: no names, no numbers."""
        problem = re.search(r"error(\[KMI\d+\]|:.*)", self.what)
        words = problem[0] if problem else self.what.partition("\n")[0]
        return re.sub(r"‘.*?’|'.*?'|(?<!KMI)(?<!\d)\d+", "", words)[:60]

    def describe(self) -> str:
        """All that a person needs: the program, both outcomes, the difference."""
        parts = [f"{self.program.name if self.program else 'the file'}: {self.what}"]
        if self.program:
            parts.append(
                "\n".join(f"{n:4} {line}" for n, line in enumerate(self.program.source.splitlines(), 1))
            )
        if self.reference:
            parts.append(f"CPython:\n{self.reference.describe()}")
        if self.compiled:
            parts.append(f"compiled:\n{self.compiled.describe()}")
        return "\n\n".join(parts)


def compare(
    programs: list[Program], directory: Path, *, faults: int = 0, way: Way = "checked"
) -> list[Finding]:
    """Where CPython and the compiler disagree on any of the programs, in their order."""
    path = directory / "programs.py"
    path.write_text(file_of(programs), encoding="utf-8")
    found = compare_file(path, [program.main for program in programs], directory, faults=faults, way=way)
    if len(programs) > 1 and found and not found[0][0]:  # it does not build: which is the first of them?
        half = len(programs) // 2
        first = compare(programs[:half], directory, faults=faults, way=way)
        return first or compare(programs[half:], directory, faults=faults, way=way)
    if len(programs) == 1 and found and not found[0][0]:
        return [Finding(programs[0], found[0][1], None, None)]
    named = {program.main: program for program in programs}
    return [Finding(named.get(main), what, reference, compiled) for main, what, reference, compiled in found]


def compare_file(
    path: Path, mains: list[str], directory: Path, *, faults: int = 0, way: Way = "thorough"
) -> list[tuple[str, str, Outcome | None, Outcome | None]]:
    """The same for the mains of a file: main, what differs, and both outcomes."""
    try:
        references = differential_reference.run(path, mains)
        built = build(path, directory, mains=mains, way=way)
    except (CheckFailed, BuildFailed) as failed:
        return [("", f"does not build: {failed}", None, None)]
    except InternalError:
        return [("", f"does not build: error: the compiler gave up\n{traceback.format_exc()}", None, None)]
    execution = execute(built, faults=faults)
    found: list[tuple[str, str, Outcome | None, Outcome | None]] = []
    for main in mains:
        compiled = execution.outcomes.get(main)
        what = (
            "never ran: an earlier one broke off"
            if compiled is None
            else difference(references[main], compiled)
        )
        if what is None:
            what = after_faults(execution.faults.get(main, {}))
        if what is not None:
            found.append((main, f"{what}\n{execution.report}".strip(), references[main], compiled))
    return found


def after_faults(outcomes: dict[int, Outcome]) -> str | None:
    """What is wrong after an allocation failed."""
    for number, outcome in outcomes.items():
        if problem := leftover(outcome):
            return f"allocation {number} failing: {problem}"
    return None


def leftover(outcome: Outcome) -> str | None:
    """What is wrong with an outcome by itself."""
    if not outcome.finished:
        return "the compiled program broke off"
    if outcome.objects or outcome.memory:
        return f"{outcome.objects} objects and {outcome.memory} pieces of memory are left alive"
    return None


def difference(reference: Outcome, compiled: Outcome) -> str | None:
    """The first thing on which two outcomes disagree."""
    for number, (left, right) in enumerate(zip(reference.log, compiled.log, strict=False), 1):
        if left != right:
            return f"log line {number} is {left!r} in CPython and {right!r} compiled"
    if len(reference.log) != len(compiled.log):
        return f"CPython logged {len(reference.log)} lines, the compiled program {len(compiled.log)}"
    if problem := leftover(compiled):
        return problem
    if _canonical(reference.raised) != _canonical(compiled.raised):
        return f"raised {reference.raised} in CPython and {compiled.raised} compiled"
    return None


def _canonical(raised: Raised | None) -> Raised | None:
    if raised is None:
        return None
    message = OWN_WORDS.sub("index", raised.message)
    if raised.kind == "KeyError":
        message = message.strip("'\"")
    return Raised(raised.kind, raised.errno, message, raised.line, raised.function, raised.calls)
