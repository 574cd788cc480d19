"""The harness itself: it finds a compiler that is wrong, a leak, a crash; and says nothing of one that is
right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kmi.compiler.driver import CSource
from kmi.kernels.host import build as host
from kmi.kernels.host import run
from kmi.testing.differential.harness import Finding, compare
from kmi.testing.generate.programs import Program

pytestmark = pytest.mark.needs("gcc")

PROGRAM = Program("p", '''\
class Kept:
    def __init__(self, number: int) -> None:
        self.number = number


def half(number: int) -> int:
    return number // 2


def main_p() -> None:
    kept = Kept(-7)
    info(f"{half(kept.number)}")
    items = [kept.number, 2]
    info(f"{items[1]}")
''')  # fmt: skip


@pytest.fixture
def spoilt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str], list[Finding]]:
    """Compares after a change of the C that the compiler gave."""

    def compared(old: str, new: str) -> list[Finding]:
        compiled = host.compiled

        def changed(path: Path, mains: list[str]) -> CSource:
            source = compiled(path, mains)
            assert old in source.text, source.text
            source.text = source.text.replace(old, new)
            return source

        monkeypatch.setattr(host, "compiled", changed)
        return compare([PROGRAM], tmp_path)

    return compared


def test_agreement_is_no_finding(tmp_path: Path) -> None:
    assert compare([PROGRAM], tmp_path, faults=20) == []


def test_a_wrong_value_is_found(spoilt: Callable[[str, str], list[Finding]]) -> None:
    (finding,) = spoilt("kmi_floordiv_i64(number, 2)", "(number / 2)")
    assert finding.what == "log line 1 is '-4' in CPython and '-3' compiled"
    assert "return number // 2" in finding.describe()


def test_a_leak_is_found(spoilt: Callable[[str, str], list[Finding]]) -> None:
    (finding,) = spoilt("kmi_release_shared(&kept->object);", "")
    assert "left alive" in finding.what


def test_a_crash_is_found_and_the_report_told(spoilt: Callable[[str, str], list[Finding]]) -> None:
    (finding,) = spoilt('kmi_host_info("%lld", (long long)half)', "*(volatile i64 *)8 = half")
    assert "AddressSanitizer" in finding.what


def test_a_program_that_does_not_check_says_why(tmp_path: Path) -> None:
    (finding,) = compare([Program("p", 'def main_p() -> None:\n    info(f"{unknown}")\n')], tmp_path)
    assert "unknown" in finding.what


def test_a_run_is_told_as_an_outcome(tmp_path: Path) -> None:
    path = tmp_path / "divides.py"
    path.write_text(
        "from kmi import info\n\n\ndef divide(a: int, b: int) -> int:\n    return a // b\n\n\n"
        "def main() -> None:\n    info('before')\n    divide(1, len(b''))\n"
    )
    outcome = run(path)
    assert outcome.log == ["before"] and outcome.objects == outcome.memory == 0
    where = "(line 5 in divide, called from 10 in main)"
    assert str(outcome.raised) == f"ZeroDivisionError: integer division or modulo by zero {where}"


def test_a_failed_allocation_is_a_memory_error_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "allocates.py"
    path.write_text(
        "from kmi import info\n\n\ndef main() -> None:\n    data = bytearray(b'abc')\n"
        "    more = data + data\n    info(f'{len(more)}')\n"
    )
    execution = host.execute(host.build(path, tmp_path), faults=50)
    faults = execution.faults["main"]
    failed = [outcome for outcome in faults.values() if outcome.raised]
    assert len(failed) >= 3 and {outcome.raised.kind for outcome in failed if outcome.raised} == {
        "MemoryError"
    }
    assert (
        faults[max(faults)].log == ["6"] and not faults[max(faults)].raised
    )  # the last: nothing failed any more
    assert not any(outcome.objects or outcome.memory for outcome in faults.values())
