"""Programs in golden/ beside the typed tree that they become.

After a change of the tree on purpose: KMI_GOLDEN=write pytest tests/language/test_golden.py, and read
the difference.
"""

import os
from pathlib import Path

import pytest

from kmi.language import Library, analyse
from kmi.language.tree.dump import dump
from kmi.language.tree.verify import verify

GOLDEN = Path(__file__).parent / "golden"
PROGRAMS = sorted(GOLDEN.glob("*.py"))


@pytest.mark.parametrize("file", PROGRAMS, ids=[file.stem for file in PROGRAMS])
def test_program_becomes_this_tree(file: Path) -> None:
    analysis = analyse(file, Library(entry=False))
    assert [str(diagnostic) for diagnostic in analysis.diagnostics] == []
    assert analysis.program is not None
    verify(analysis.program)
    text = dump(analysis.program)
    wanted = file.with_suffix(".tree")
    if os.environ.get("KMI_GOLDEN") == "write":
        wanted.write_text(text, encoding="utf-8")
    assert text == wanted.read_text(encoding="utf-8")


def test_every_tree_has_its_program() -> None:
    assert {file.stem for file in GOLDEN.glob("*.tree")} == {file.stem for file in PROGRAMS}
