"""`kmi check --explain-checks`."""

from pathlib import Path

import pytest

from kmi.cli.main import main

FILE = str(Path(__file__).parents[2] / "examples" / "semaphore.py")


def test_the_checks_of_a_module_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain-checks", FILE]) == 0
    shown = capsys.readouterr().out
    assert "semaphore.py:51:13: overflow in Semaphore.read: `permits.count -= 1`\n" in shown
    assert "    known   -2**63 - 1 to 2**63 - 2\n" in shown
    assert "    wanted  -2**63 to 2**63 - 1, for `int`\n" in shown
    assert shown.endswith("semaphore.py: 2 checks left at run time\n")


def test_nobody_who_does_not_ask_hears_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", FILE]) == 0
    shown = capsys.readouterr().out
    assert "overflow" not in shown and "at run time" not in shown
