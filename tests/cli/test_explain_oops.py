"""``kmi explain-oops`` names the lines of Python that a kernel's report points at."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmi.cli.exits import Exit
from kmi.cli.main import main
from kmi.kernels.linux.provision.flavors import find
from kmi.kernels.linux.toolchain.build import build

PEEKS = """\
from kmi import Module, info, module, u64
from kmi.device import File, FileOperations, MiscDevice
from kmi.uio import Uio
from kmi.unsafe import Pointer, cast, unsafe


class Peeks(FileOperations):
    def read(self, file: File, data: Uio) -> None:
        with unsafe("nothing is at address 8, on purpose"):
            info(f"{cast(Pointer[u64], 8)[0]}")


@module(license="GPL", description="peeks")
class PeeksModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("peeks", Peeks())
"""

GOLDEN = Path(__file__).parents[1] / "machines" / "golden"


@pytest.fixture
def peeks(tmp_path: Path) -> Path:
    path = tmp_path / "peeks.py"
    path.write_text(PEEKS)
    return path


@pytest.mark.parametrize(
    "series", [pytest.param(name, marks=pytest.mark.needs(f"linux:{name}")) for name in ("6.1", "6.12")]
)
def test_an_oops_is_a_line_in_an_unsafe_block(
    series: str, peeks: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ko = build(peeks, find(series)).ko
    assert main(["run", str(peeks), "--on", f"linux:{series}", "--", "cat /dev/peeks"]) == Exit.PANIC
    log = tmp_path / "log"
    log.write_text(capfd.readouterr().err)
    for module in ([], ["-m", str(ko)]):
        assert main(["explain-oops", *module, str(log)]) == Exit.OK
        said = capfd.readouterr().out
        assert "peeks.py:10 in Peeks.read" in said
        assert '>   10 |             info(f"{cast(Pointer[u64], 8)[0]}")' in said
        assert 'reason is "nothing is at address 8, on purpose"' in said


def test_a_report_about_another_module_asks_for_its_ko(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["explain-oops", str(GOLDEN / "6.1-oops.log")]) == Exit.FAILED
    said = capfd.readouterr().out
    assert said.startswith("Oops: kernel NULL pointer dereference")
    assert (
        "probe_write+0xa1/0xb8 [probe]: no build of probe here has this function; give it: -m FILE.ko" in said
    )


@pytest.mark.parametrize(
    "before", ["[    1.234567] ", "Jan  1 00:00:00 host kernel: [    1.234567] ", "  | [ 1.5] "]
)
def test_what_stands_before_the_words_does_not_matter(
    before: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = (GOLDEN / "6.12-warning.log").read_text().splitlines()
    log = tmp_path / "log"
    log.write_text("".join(f"{before}{line}\n" for line in lines))
    main(["explain-oops", str(log)])
    assert capfd.readouterr().out.startswith("WARNING: ")


def test_a_log_without_a_report_says_what_to_give(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log"
    log.write_text("[    1.0] all is well\n")
    assert main(["explain-oops", str(log)]) == Exit.FAILED
    assert "has no oops" in capfd.readouterr().err
