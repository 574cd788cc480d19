"""Programs made up at random: compiled code does what CPython does.

pytest tests/differential/test_generated.py --programs 5000 --seed 7     # a campaign
"""

from pathlib import Path

import pytest

from kmi.testing.differential.harness import compare
from kmi.testing.differential.shrink import shrink
from kmi.testing.generate.programs import Program, generate

pytestmark = pytest.mark.needs("gcc")
BATCH = 25


def _options(config: pytest.Config) -> tuple[int, int]:
    """How many programs, and the first one's seed, a million apart for each `--seed`."""
    return config.getoption("programs", 500), config.getoption("seed") * 1_000_000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    count, seed = _options(metafunc.config)
    metafunc.parametrize("first", range(seed, seed + count, BATCH))


def test_generated_programs_do_what_they_do_in_cpython(
    first: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    count, seed = _options(request.config)
    last = min(first + BATCH, seed + count)
    programs = [generate(seed, f"p{seed}") for seed in range(first, last)]
    findings = compare(programs, tmp_path, faults=40)
    if not findings:
        return
    finding = findings[0]
    if finding.program is not None:
        kind = finding.kind

        def fails(program: Program) -> bool:
            again = compare([program], tmp_path, faults=40)
            return bool(again) and again[0].kind == kind

        small = shrink(finding.program, fails, attempts=60)
        finding = next(iter(compare([small], tmp_path, faults=40)), finding)
    pytest.fail(f"{len(findings)} of {len(programs)} programs differ; the first:\n\n{finding.describe()}")
