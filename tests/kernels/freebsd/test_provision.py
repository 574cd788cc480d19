"""Getting clang and FreeBSD's headers: what is said where they are missing, and what pip is asked for."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from kmi.kernels.building.lacking import ProvisionError
from kmi.kernels.freebsd.provision import prepare
from kmi.kernels.freebsd.provision.releases import DEFAULT, RELEASES

ROOT = Path(__file__).parents[3]


def test_what_is_missing_is_said_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert prepare.missing(DEFAULT) == []
    monkeypatch.setattr(prepare, "_PACKAGE", "a_package_that_is_not_there")
    prepare._package.cache_clear()
    try:
        (lack,) = prepare.missing(DEFAULT)
        assert lack.line == "pip install 'kmi[freebsd]'" and "the headers of FreeBSD 15" in lack.what
        with pytest.raises(ProvisionError, match="has clang and FreeBSD's headers"):
            prepare.clang()
    finally:
        prepare._package.cache_clear()
    (other,) = (release for release in RELEASES if release.name == "14")
    (lack,) = prepare.missing(other)
    assert lack.line.endswith("--on freebsd:14 --headers /usr/src")
    with pytest.raises(ProvisionError, match="the headers of FreeBSD 14 are missing"):
        prepare.headers(other)


def test_the_extra_of_kmis_package_names_the_same() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["optional-dependencies"]["freebsd"] == list(prepare.PACKAGES)


def test_pip_is_asked_for_what_the_extra_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\ntest ! -e {tmp_path}/broken\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    notes: list[str] = []
    prepare.install(notes.append)
    asked = (tmp_path / "asked").read_text()
    assert asked.split() == ["-m", "pip", "install", "--quiet", *prepare.PACKAGES]
    assert notes and notes[0].startswith("installing ")
    (tmp_path / "broken").touch()
    with pytest.raises(ProvisionError, match="pip install failed"):
        prepare.install(notes.append)
