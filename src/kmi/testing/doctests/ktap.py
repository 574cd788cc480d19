"""KTAP: the test results that Linux prints to its log, written and read.

    KTAP version 1
    1..1
        KTAP version 1
        # Subtest: ring
        1..2
        ok 1 Ring.push
        # Ring.pop: expected 3, got 4 (ring.py:12)
        not ok 2 Ring.pop
    not ok 1 ring

The format is `Documentation/dev-tools/ktap.rst` of Linux: a version line at each level, the plan after it,
diagnostics before the result that they explain. Invariant: a result that the plan promised and that did not
come is an error, never a pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from kmi.testing.doctests.outcome import Incomplete, Outcome

_RESULT = re.compile(r"    (not ok|ok) (\d+) (\S+)$")
_PLAN = re.compile(r"    1\.\.(\d+)$")


def written(suite: str, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The lines of a suite's results."""
    yield from ("KTAP version 1", "1..1", "    KTAP version 1", f"    # Subtest: {suite}")
    yield f"    1..{len(outcomes)}"
    for number, one in enumerate(outcomes, 1):
        yield from (f"    # {line}" for said in one.said for line in said.splitlines())
        yield f"    {'ok' if one.passed else 'not ok'} {number} {one.name}"
    yield f"{'ok' if all(one.passed for one in outcomes) else 'not ok'} 1 {suite}"


def lines(log: Iterable[str]) -> list[str]:
    """The lines of a log that are KTAP, from the version on to the result of the suite."""
    found: list[str] = []
    for line in log:
        if line == "KTAP version 1" or found:
            found.append(line)
        if found and re.match(r"(not )?ok 1 ", line):
            break
    return found


def outcomes(log: Iterable[str]) -> list[Outcome]:
    """The results in a kernel's log. Raises Incomplete where some are missing."""
    found: list[Outcome] = []
    said: list[str] = []
    promised: int | None = None
    for line in lines(log):
        if plan := _PLAN.match(line):
            promised = int(plan[1])
        elif result := _RESULT.match(line):
            if int(result[2]) != len(found) + 1:
                raise Incomplete(f"result {result[2]}, {result[3]}, came after {len(found)} results")
            found.append(Outcome(result[3], tuple(said), result[1] == "ok"))
            said = []
        elif line.startswith("    # ") and not line.startswith("    # Subtest: "):
            said.append(line.removeprefix("    # "))
    if promised != len(found) or not found:
        raise Incomplete(f"the kernel promised {promised or 'no'} results of doctests and gave {len(found)}")
    return found
