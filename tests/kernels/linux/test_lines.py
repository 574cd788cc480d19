"""A place in a module's machine code, as an oops names it, is a line of its Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmi.cli.exits import Exit
from kmi.cli.main import main
from kmi.kernels.linux.provision.flavors import find
from kmi.kernels.linux.toolchain.build import build
from kmi.kernels.linux.toolchain.lines import Place, line_of, places

pytestmark = pytest.mark.needs("linux:6.1")

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


@pytest.fixture
def peeks(tmp_path: Path) -> Path:
    path = tmp_path / "peeks.py"
    path.write_text(PEEKS)
    return path


def test_places_of_modules_are_found_and_no_others() -> None:
    text = "RIP: 0010:Echo_read+0x4c/0x1a0 [echo]\nvfs_read+0x245/0x370\n ? x.cold+0x1/0x2 [other]"
    assert places(text) == [Place("Echo_read", 0x4C, 0x1A0, "echo"), Place("x.cold", 1, 2, "other")]


def test_what_is_not_there_has_no_line(peeks: Path) -> None:
    ko = build(peeks, find("6.1")).ko
    assert line_of(ko, "no_such_function", 0) is None
    assert line_of(ko, "printk", 0) is None, "it is the kernel's"
    assert line_of(ko, "init_module", 1 << 30) is None


def test_a_panic_says_the_line_of_the_module(peeks: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(peeks), "--on", "linux:6.1", "--", "cat /dev/peeks"]) == Exit.PANIC
    assert " of peeks is peeks.py:10 in Peeks_read" in capfd.readouterr().err
