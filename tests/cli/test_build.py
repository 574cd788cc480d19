"""`kmi build` and `kmi demo`: from a file to a module, and the whole line in one table."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kmi.cli import demo
from kmi.cli.exits import Exit
from kmi.cli.main import main
from kmi.compiler.driver import PASSES
from kmi.kernels.building.lacking import Missing
from kmi.kernels.freebsd.provision import prepare as freebsd
from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.toolchain import preflight
from kmi.kernels.linux.toolchain.preflight import modinfo

TESTS = Path(__file__).parents[1]
EXAMPLES = TESTS.parent / "examples"
MINIMAL = str(EXAMPLES / "minimal.py")
needs_linux = pytest.mark.needs("linux:6.1")


@needs_linux
def test_builds_beside_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["build", MINIMAL, "--on", "linux:6.1"]) == Exit.OK
    ko = tmp_path / "minimal.ko"
    about = modinfo(ko)
    assert about["license"] == "GPL" and about["vermagic"].startswith("6.1.")
    loaded = preflight.loaded_size(ko)
    said = f"minimal.ko: {ko.stat().st_size:,} bytes, of which linux:6.1 loads {loaded:,}\n"
    assert capsys.readouterr().out == said and 1000 < loaded < ko.stat().st_size
    assert b"kmi_fail_nth" not in ko.read_bytes()


@needs_linux
def test_a_test_build_can_fail_allocations(tmp_path: Path) -> None:
    ko = tmp_path / "other.ko"
    assert main(["build", MINIMAL, "--on", "linux:6.1", "--test", "-o", str(ko)]) == Exit.OK
    assert b"parm=kmi_fail_nth" in ko.read_bytes() and b"parm=kmi_fail_calls" in ko.read_bytes()


@needs_linux
@pytest.mark.parametrize("name", PASSES)
def test_dumps_each_pass(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["build", MINIMAL, "--on", "linux:6.1", "--dump", name]) == Exit.OK
    out = capsys.readouterr().out
    shown = {"monomorphise": "def Minimal_init: Minimal.__init__\n", "ranges": "\n"}  # it has no integers
    assert (shown.get(name, "hello, kernel") in out) and ("MODULE_LICENSE" in out) == (name == "c")
    assert not list(tmp_path.iterdir())


@needs_linux
def test_a_module_with_mistakes_is_not_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.py"
    file.write_text("import os\n")
    assert main(["build", str(file), "--on", "linux:6.1", "-o", str(tmp_path / "x.ko")]) == Exit.NOT_COMPILED
    assert "error[KMI" in capsys.readouterr().err
    assert not (tmp_path / "x.ko").exists()


@pytest.mark.needs("ziglang")
def test_builds_for_freebsd_and_checks_what_was_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    greeter = str(TESTS / "kernels" / "freebsd" / "modules" / "greeter.py")
    monkeypatch.chdir(tmp_path)
    assert main(["build", greeter, "--on", "freebsd", "-o", "other.ko"]) == Exit.OK
    assert " bytes, of which freebsd loads " in capsys.readouterr().out
    assert main(["check", "other.ko"]) == Exit.OK
    assert capsys.readouterr().out == "other.ko: nothing was found that FreeBSD 15 would refuse\n"
    Path("cut.ko").write_bytes(Path("other.ko").read_bytes()[:5000])
    assert main(["check", "other.ko", "cut.ko"]) == Exit.NOT_COMPILED
    assert "cut.ko: it was cut off: it has 5,000 bytes" in capsys.readouterr().out
    assert main(["check", "other.ko", "--format", "json"]) == Exit.USAGE
    assert main(["audit", greeter, "--on", "freebsd"]) == Exit.OK
    assert "no unsafe blocks\nthe library, on freebsd: " in capsys.readouterr().out
    assert main(["build", greeter, "--on", "freebsd", "--dump", "c"]) == Exit.OK
    assert "KMI_FREEBSD_MODULE" in capsys.readouterr().out
    assert main(["bindgen", "--on", "freebsd", "--include", "sys/uio.h", "uio", "UIO_WRITE"]) == Exit.OK
    assert "class uio:" in (said := capsys.readouterr().out) and "UIO_WRITE: Final = 1" in said
    assert main(["bindgen", "--on", "freebsd:9"]) == Exit.USAGE
    assert main(["build", greeter, "--on", "freebsd", "--export", "out"]) == Exit.USAGE
    assert "--export writes what Linux builds a module with" in capsys.readouterr().err


@pytest.mark.parametrize("on", ["simulated", "linux:2.4", "freebsd:9"])
def test_kernels_that_nothing_is_built_for(on: str) -> None:
    assert main(["build", MINIMAL, "--on", on]) == Exit.USAGE


def test_the_demo_says_what_it_leaves_out(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(provision, "missing", lambda flavor: [Missing("QEMU", "apt-get install qemu")])
    monkeypatch.setattr(freebsd, "missing", lambda release: [Missing("clang", "pip install clang")])
    assert main(["demo"]) == Exit.OK
    captured = capfd.readouterr()
    rows = [line.split() for line in captured.out.splitlines()]
    (simulated,) = (row for row in rows if row[:1] == ["simulated"])
    passed, of, all_ = simulated[5:8]
    assert (of, passed) == ("of", all_) and int(passed) > 5
    assert "linux:6.12 was left out: QEMU missing; this installs it:" in captured.out
    assert "    apt-get install qemu" in captured.out
    assert "The log of simulated" in captured.out and "semaphore: ready" in captured.out
    assert "done: simulated: tests" in captured.err


def test_the_demo_fails_with_its_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "semaphore.py").write_text((EXAMPLES / "semaphore.py").read_text())
    (tmp_path / "test_semaphore.py").write_text("def test_wrong(kernel):\n    assert kernel.name == 'vax'\n")
    monkeypatch.setattr(demo, "EXAMPLES", tmp_path)
    monkeypatch.setattr(demo, "KERNELS", ("simulated",))
    assert main(["demo"]) == Exit.FAILED
    captured = capfd.readouterr()
    assert "0 of 1" in captured.out and "assert 'simulated' == 'vax'" in captured.err


def test_a_demo_without_tests_does_not_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "semaphore.py").write_text((EXAMPLES / "semaphore.py").read_text())
    (tmp_path / "test_semaphore.py").write_text("")
    monkeypatch.delitem(sys.modules, "test_semaphore", raising=False)
    monkeypatch.setattr(demo, "EXAMPLES", tmp_path)
    monkeypatch.setattr(demo, "KERNELS", ("simulated",))
    assert main(["demo"]) == Exit.FAILED
