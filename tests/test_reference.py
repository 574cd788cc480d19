"""The programs in the language reference, and on the page of the differences, do what the pages say."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from kmi.testing.differential.harness import compare_file
from kmi.testing.kernels.kernel import Kernel

ROOT = Path(__file__).parents[1]
PROGRAM = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)

LANGUAGE = PROGRAM.findall((ROOT / "docs" / "reference" / "language.md").read_text())
SECTIONS = [program for program in LANGUAGE if "@module" not in program]


@pytest.mark.needs("gcc")
@pytest.mark.parametrize("number", range(len(SECTIONS)))
def test_the_programs_of_the_language_reference_do_what_cpython_does(number: int, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(SECTIONS[number])
    for _main, what, reference, compiled in compare_file(
        tmp_path / "program.py", ["main"], tmp_path, faults=50
    ):
        pytest.fail(f"{what}\n{reference}\n{compiled}")


DIFFERENCES = PROGRAM.findall((ROOT / "docs" / "differences.md").read_text())


@pytest.mark.needs("gcc")
@pytest.mark.parametrize("number", range(len(DIFFERENCES)))
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_is_called_a_difference_is_one(number: int, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(DIFFERENCES[number])
    ((_main, what, reference, compiled),) = compare_file(tmp_path / "program.py", ["main"], tmp_path)
    assert "CPython" in what and reference is not None and compiled is not None


def test_the_module_of_the_language_reference_works(kernel: Kernel, tmp_path: Path) -> None:
    (program,) = set(LANGUAGE) - set(SECTIONS)
    (tmp_path / "board.py").write_text(program)
    kernel.load(str(tmp_path / "board.py"))
    user = kernel.process()
    fd = user.open("/dev/board", os.O_RDWR)
    for number in range(10):
        user.write(fd, b"%d\n" % number)
    assert user.pread(fd, 100, 0) == b"2\n3\n4\n5\n6\n7\n8\n9\n"
