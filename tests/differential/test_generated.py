"""Programs made up at random: compiled code does what CPython does.

pytest tests/differential/test_generated.py --programs 5000 --seed 7     # more of them, other ones

For hours of it, and on many computers: python -m kmi.testing.differential (docs/testing.md).
"""

import pytest

from kmi.testing.differential.campaign import BATCH, batch_of, compared, first_seed, shrunk, way_of

pytestmark = pytest.mark.needs("gcc")


def _options(config: pytest.Config) -> tuple[int, int]:
    """How many programs, and the first one's seed."""
    return config.getoption("programs", 2000), first_seed(config.getoption("seed"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "first" not in metafunc.fixturenames:
        return
    count, seed = _options(metafunc.config)
    metafunc.parametrize("first", range(seed, seed + count, BATCH))


def test_generated_programs_do_what_they_do_in_cpython(first: int, request: pytest.FixtureRequest) -> None:
    count, seed = _options(request.config)
    programs = batch_of(first, min(BATCH, seed + count - first))
    way = way_of(first)
    findings = compared(programs, way)
    if findings:
        finding = shrunk(findings[0], way, attempts=60)
        pytest.fail(f"{len(findings)} of {len(programs)} programs differ; the first:\n\n{finding.describe()}")
