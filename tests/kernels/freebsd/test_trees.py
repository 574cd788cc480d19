"""Other releases: from a source tree, each with what it supports, or refused with a sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kmi.cli.exits import Exit
from kmi.cli.main import main
from kmi.kernels.building.lacking import ProvisionError
from kmi.kernels.freebsd.provision import prepare, releases, trees
from kmi.kernels.freebsd.provision.releases import DEFAULT
from kmi.kernels.freebsd.toolchain import kld
from kmi.kernels.freebsd.toolchain.build import build
from kmi.kernels.freebsd.toolchain.image import read

GREETER = Path(__file__).parent / "modules" / "greeter.py"


def plant(directory: Path, version: int) -> Path:
    """A source tree of that version: the packaged headers, where a tree has them."""
    machine, common = prepare.headers(DEFAULT)
    sys = directory / "sys"
    include = sys / "amd64" / "include"
    include.mkdir(parents=True)
    for file in (*(common / "machine").iterdir(), *(machine / "machine").iterdir()):
        (include / file.name).unlink(missing_ok=True)
        (include / file.name).symlink_to(file)
    (sys / "x86").mkdir()
    (sys / "x86" / "include").symlink_to(common / "x86")
    for place in ("bsm", "vm", "net", "netinet", "security"):
        (sys / place).symlink_to(common / place)
    (sys / "sys").mkdir()
    for file in (common / "sys").iterdir():
        (sys / "sys" / file.name).symlink_to(file)
    whole = (common / "sys" / "param.h").read_text()
    defined = whole.replace("#define BSD4_3", f"#define __FreeBSD_version {version}\n#define BSD4_3", 1)
    (sys / "sys" / "param.h").unlink()
    (sys / "sys" / "param.h").write_text(defined)
    return directory


def test_a_module_for_current_fits_the_very_version_of_the_tree(tmp_path: Path) -> None:
    release = trees.release_of(plant(tmp_path, 1600006))
    built = build(GREETER, release)
    assert kld.check(built.ko, release) == []
    said = kld.metadata(read(built.ko.read_bytes()))
    assert said.depends == (kld.Depend("kernel", 1600006, 1600006, 1600006),)


def test_the_command_takes_a_tree_and_refuses_what_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    tree = str(plant(tmp_path / "src", 1501000))
    line = ["build", str(GREETER), "--headers", tree]
    assert main([*line, "--on", "freebsd"]) == Exit.OK
    said = kld.metadata(read(Path("greeter.ko").read_bytes()))
    assert said.depends == (kld.Depend("kernel", 1501000, 1501000, 1599999),)
    assert main(["check", "greeter.ko", "--headers", tree]) == Exit.OK
    assert main(["check", str(GREETER), "--headers", tree]) == Exit.USAGE
    capsys.readouterr()
    assert main([*line, "--on", "freebsd:14"]) == Exit.USAGE
    assert f"{tree} has the headers of FreeBSD 15, not of FreeBSD 14" in capsys.readouterr().err
    assert main([*line, "--on", "linux:6.1"]) == Exit.USAGE
    assert "--headers is a source tree of FreeBSD" in capsys.readouterr().err
    assert main(["build", str(GREETER), "--on", "freebsd:14"]) == Exit.FAILED
    assert "kmi build FILE --on freebsd:14 --headers /usr/src" in capsys.readouterr().err
    (tmp_path / "src" / "sys" / "sys" / "syslog.h").unlink()
    assert main([*line, "--on", "freebsd"]) == Exit.FAILED
    assert f"the headers in {tree}/sys do not fit together" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["build", str(GREETER), "--on", "freebsd", "--headers", "empty"]) == Exit.FAILED
    assert "empty has no sys/sys/param.h: give the tree of FreeBSD's sources" in capsys.readouterr().err


def test_releases_that_nothing_is_built_for(tmp_path: Path) -> None:
    with pytest.raises(releases.UnknownRelease, match="nothing is built for FreeBSD 13: its last release"):
        releases.find("freebsd:13")
    with pytest.raises(releases.UnknownRelease, match=r"does not know FreeBSD 12 \(version 1204000\)"):
        trees.release_of(plant(tmp_path / "12", 1204000))
    bare = plant(tmp_path / "bare", 1500068)
    (bare / "sys" / "amd64").rename(bare / "sys" / "arm64")
    with pytest.raises(ProvisionError, match="has no amd64/include"):
        trees.release_of(bare)


def test_the_table_in_the_documentation_is_that_of_the_releases() -> None:
    page = (Path(__file__).parents[3] / "docs" / "freebsd.md").read_text()
    row = re.compile(r"^\| (FreeBSD \S+) \| *(.*?)\| *(.*?)\| *(.*?)\|$", re.MULTILINE)
    rows = {cells[0]: cells[1:] for cells in row.findall(page)}
    assert set(rows) == {release.title for release in releases.RELEASES}
    for release in releases.RELEASES:
        headers, fits, refused = (cell.strip() for cell in rows[release.title])
        assert ("nothing is built for it: " + release.refused if release.refused else "") == refused
        assert ("in the package" in headers) == release.packaged
        assert ("source tree" in headers) != bool(refused)
        assert (fits == "the tree's very version") == release.current
