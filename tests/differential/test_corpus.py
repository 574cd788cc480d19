"""Programs written by hand, one a feature: compiled code does what CPython does, and leaves nothing alive."""

from pathlib import Path

import pytest

from kmi.testing.differential.harness import compare_file

pytestmark = pytest.mark.needs("gcc")
PROGRAMS = sorted(Path(__file__).with_name("programs").glob("*.py"))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_the_compiled_program_does_what_cpython_does(path: Path, tmp_path: Path) -> None:
    found = compare_file(path, ["main"], tmp_path, faults=500)
    for _main, what, reference, compiled in found:
        parts = [
            what,
            reference and f"CPython:\n{reference.describe()}",
            compiled and f"compiled:\n{compiled.describe()}",
        ]
        pytest.fail("\n".join(filter(None, parts)))
