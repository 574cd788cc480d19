"""``kmi new`` writes a module that checks and whose test passes, on every kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmi.cli.exits import Exit
from kmi.cli.main import main
from kmi.language import Library, analyse
from kmi.testing.kernels.kernel import Kernel


def test_what_it_writes_passes_its_own_test(pytester: pytest.Pytester) -> None:
    assert main(["new", "ticket_office", "--in", str(pytester.path)]) == Exit.OK
    assert not analyse(pytester.path / "ticket_office.py", Library()).diagnostics
    pytester.runpytest_subprocess("--on", "simulated").assert_outcomes(passed=5)


def test_what_it_writes_runs_on_every_kernel(kernel: Kernel, tmp_path: Path) -> None:
    assert main(["new", "tickets", "--in", str(tmp_path)]) == Exit.OK
    kernel.load(tmp_path / "tickets.py", start=9)
    user = kernel.process()
    fd = user.open("/dev/tickets")
    user.write(fd, b"12")
    assert [user.read(fd, 100), user.read(fd, 100)] == [b"12\n", b"13\n"]
    assert kernel.log()[-1] == "tickets: ready"


@pytest.mark.parametrize("name", ["Ticket", "9to5", "with-dash", "class", "a" * 32, ""])
def test_names_that_are_none_are_refused(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", name, "--in", str(tmp_path)]) == Exit.USAGE
    assert "cannot be the name of a module" in capfd.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "test_clock.py").write_text("mine")
    assert main(["new", "clock", "--in", str(tmp_path)]) == Exit.FAILED
    assert "is there already" in capfd.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["test_clock.py"]
