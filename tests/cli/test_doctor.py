"""`kmi doctor`: what it says of kernels that are ready, and of those that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmi.cli import doctor
from kmi.cli.exits import Exit
from kmi.cli.main import main
from kmi.kernels.building.lacking import Missing, ProvisionError
from kmi.kernels.freebsd.provision import prepare as freebsd
from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import KernelFlavor
from kmi.testing.kernels.freebsd import FreeBSDKind

PIP = "pip install 'kmi[freebsd]'"
LINE = "apt-get install --no-install-recommends -y qemu-system-x86"


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> set[str]:
    """The names of the Linux flavors that lack something; tests change it."""
    names = {"6.1", "6.12", "debug"}
    monkeypatch.setenv("KMI_CACHE", str(tmp_path / "cache"))

    def missing(flavor: KernelFlavor) -> list[Missing]:
        return [Missing("QEMU", LINE)] if flavor.name in names else []

    monkeypatch.setattr(provision, "missing", missing)
    monkeypatch.setattr(
        FreeBSDKind, "missing", lambda self: [Missing("clang", PIP)] if "freebsd" in names else []
    )
    return names


def test_says_what_is_ready_and_what_installs_the_rest(
    lacking: set[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lacking.remove("6.12")
    assert main(["doctor"]) == Exit.FAILED
    lines = capsys.readouterr().out.splitlines()
    assert "simulated     ready" in lines
    assert "linux:6.12    ready" in lines
    at = lines.index("linux:6.1     QEMU missing")
    assert lines[at + 1].strip() == LINE
    assert any(line.startswith(f"cache         {tmp_path / 'cache'}, ") for line in lines)
    assert not (tmp_path / "cache").exists(), "to look changes nothing"


def test_all_is_well(lacking: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    lacking.clear()
    assert main(["doctor"]) == Exit.OK
    assert capsys.readouterr().out.count("ready") == 5


def test_prepare_installs_only_what_is_missing(
    lacking: set[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking.remove("6.1")
    prepared: list[str] = []

    def prepare(flavor: KernelFlavor, progress: object) -> None:
        prepared.append(flavor.name)
        lacking.remove(flavor.name)

    monkeypatch.setattr(provision, "prepare", prepare)
    assert main(["doctor", "--prepare", "linux:6.1,linux:debug"]) == Exit.OK
    assert prepared == ["debug"]
    assert main(["doctor", "--prepare", "all"]) == Exit.OK
    assert prepared == ["debug", "6.12"]
    assert capsys.readouterr().out == ""


def test_prepare_installs_what_freebsd_needs(
    lacking: set[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking.add("freebsd")
    assert main(["doctor"]) == Exit.FAILED
    assert f"freebsd       clang missing\n              {PIP}\n" in capsys.readouterr().out
    monkeypatch.setattr(freebsd, "install", lambda progress: lacking.remove("freebsd"))
    assert main(["doctor", "--prepare", "freebsd"]) == Exit.OK
    assert "freebsd" not in lacking


def test_prepare_goes_on_where_one_kernel_cannot_be_had(
    lacking: set[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def prepare(flavor: KernelFlavor, progress: object) -> None:
        if flavor.name == "6.1":
            raise ProvisionError("only root may install packages:", [Missing("QEMU", LINE)])
        lacking.remove(flavor.name)

    monkeypatch.setattr(provision, "prepare", prepare)
    assert main(["doctor", "--prepare", "all"]) == Exit.FAILED
    captured = capsys.readouterr()
    assert "only root may install packages" in captured.err
    assert "left out" in captured.err
    assert captured.out.splitlines() == ["linux:6.1     QEMU missing", f"              {LINE}"]


def test_prepare_of_an_unknown_kernel(lacking: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--prepare", "linux:2.4"]) == Exit.USAGE
    assert "there are simulated, linux:6.1" in capsys.readouterr().err


def test_a_small_disk_is_mentioned(
    lacking: set[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "DISK_WANTED", 1 << 60)
    main(["doctor"])
    assert "GiB are wanted while a kernel is built" in capsys.readouterr().out


def test_what_the_tests_use_is_installed_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted: dict[str, str] = {}
    monkeypatch.setattr(provision, "tools", lambda programs, progress: wanted.update(programs))
    monkeypatch.setattr(doctor.kunit, "prepare", lambda progress: progress("fetching the source"))
    assert main(["doctor", "--prepare", "tests"]) == Exit.OK
    assert wanted == {"gcc": "gcc", "sparse": "sparse"}
    assert "fetching the source" in capsys.readouterr().err

    def refuse(programs: dict[str, str], progress: object) -> None:
        raise ProvisionError("only root may apt-get install; by hand:", [Missing("QEMU", LINE)])

    monkeypatch.setattr(provision, "tools", refuse)
    assert main(["doctor", "--prepare", "tests"]) == Exit.FAILED
    assert LINE in capsys.readouterr().err
