"""Where an exception came from: the line, and the calls that led there, are CPython's."""

from pathlib import Path

import pytest

from kmi.kernels.host.build import build, execute
from kmi.testing.differential.harness import compare_file

pytestmark = pytest.mark.needs("gcc")
PROGRAM = Path(__file__).with_name("programs") / "tracebacks.py"
CALLS = {
    "raised": ["Pair.__post_init__", "raised"],
    "reraised": ["Square.half", "again", "reraised"],
    "replaced": ["replaced"],
    "thrown": ["Square.half", "again", "same", "thrown"],
    "deep": ["down"] * 7,
    "too_deep": ["endless"] * 7,
    "valued": ["narrow", "apply", "valued"],
    "comprehended": ["narrow", "comprehended"],
    "virtual": ["areas", "virtual"],
    "measured": ["Square.half", "Square.__len__", "measured"],
    "sorted_": ["narrow", "sorted_"],
}


def test_compiled_code_says_the_same_calls_as_cpython(tmp_path: Path) -> None:
    assert compare_file(PROGRAM, [*CALLS], tmp_path, way="fast") == []
    outcomes = execute(build(PROGRAM, tmp_path, mains=[*CALLS], way="fast")).outcomes
    found = {
        name: [call.partition(" in ")[2] for call in outcome.raised.calls]
        for name, outcome in outcomes.items()
        if outcome.raised is not None
    }
    assert found == CALLS
