"""What the checker says of FreeBSD's own interface, and the table of its features."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kmi.kernels.simulated.hook.loader import CheckFailed, load
from kmi.language import Library, analyse
from kmi.language.report.diagnostics import Severity

ROOT = Path(__file__).parents[2]
PROGRAM = """
from kmi import Module, module
from kmi.freebsd.malloc import M_NOWAIT, M_WAITOK, MallocType, Memory
from kmi.sync import SpinLock


class Ring:
    def __init__(self) -> None:
        self.type = MallocType("ring", "a ring")
        self.kept = SpinLock(self.type.allocate(64, M_WAITOK))

    def more(self) -> Memory:
        return self.type.allocate(64, {flags})

    def grow(self) -> int:
        with self.kept as kept:
            return len(kept) + len(self.more())


@module(license="Dual BSD/GPL", description="a ring")
class Rings(Module):
    def __init__(self) -> None:
        self.ring = Ring()
"""


@pytest.mark.parametrize(
    ("flags", "codes"),
    [
        ("M_NOWAIT", []),
        ("M_WAITOK", ["KMI0701"]),
        ("M_WAITOK | M_NOWAIT", ["KMI0712"]),
        ("0", ["KMI0712"]),
        ("int('1')", ["KMI0712"]),
    ],
)
def test_waiting_for_memory_where_nothing_may_sleep(tmp_path: Path, flags: str, codes: list[str]) -> None:
    file = tmp_path / "ring.py"
    file.write_text(PROGRAM.replace("{flags}", flags))
    found = [each for each in analyse(file, Library()).diagnostics if each.severity is Severity.ERROR]
    assert [str(each.code) for each in found] == codes


def test_other_kernels_have_nothing_of_it(tmp_path: Path) -> None:
    file = tmp_path / "ring.py"
    file.write_text(PROGRAM.replace("{flags}", "M_NOWAIT"))
    with pytest.raises(CheckFailed) as failed:
        load(file)
    said = str(failed.value)
    assert "`kmi.freebsd.malloc` is of the kernel freebsd alone: simulated has nothing of the kind" in said
    with pytest.raises(ImportError, match="is of the kernel freebsd alone: run it with --on"):
        import kmi.freebsd.malloc  # noqa: F401


def test_each_row_of_the_features_names_a_test() -> None:
    text = (ROOT / "docs" / "freebsd-features.md").read_text()
    rows = re.findall(r"^\| .* \| `([\w/]+\.py)(?:::(\w+))?` \|$", text, re.MULTILINE)
    assert len(rows) == len([line for line in text.splitlines() if line.startswith("| ")]) - 4
    for path, name in rows:
        assert f"def {name}(" in (ROOT / path).read_text() if name else (ROOT / path).is_file(), path
