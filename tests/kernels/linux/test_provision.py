"""What is missing is said with the line that mends it; the debug kernel is configured as asked."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from kmi import cache
from kmi.cache import CacheError
from kmi.kernels.building.lacking import ProvisionError
from kmi.kernels.linux.provision import debug_kernel, flavors, from_source
from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import FLAVORS, UML, UnknownKernel
from kmi.kernels.linux.provision.from_source import BuildError, Recipe


def recipe(config: str = "", patches: tuple[tuple[str, str, str], ...] = ()) -> Recipe:
    """The debug kernel's recipe with another configuration."""
    return replace(debug_kernel.RECIPE, config=config, patches=patches)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer that has nothing, not even apt."""
    monkeypatch.setenv("KMI_CACHE", str(tmp_path))
    monkeypatch.setattr(provision, "SOURCES", tmp_path / "src")
    monkeypatch.setattr(provision, "_there", lambda thing: False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    return tmp_path


def test_flavors_are_found_by_either_name() -> None:
    assert flavors.find("6.1") is flavors.find("linux:6.1")
    assert [flavor.debug for flavor in FLAVORS] == [False, False, True]
    with pytest.raises(UnknownKernel, match="no kernel linux:5.4; there are linux:6.1, linux:6.12,"):
        flavors.find("5.4")


@pytest.mark.parametrize("flavor", (*FLAVORS, UML), ids=lambda flavor: flavor.name)
def test_a_bare_computer_lacks_tools_and_kernel(bare: Path, flavor: flavors.KernelFlavor) -> None:
    tools, kernel = provision.missing(flavor)
    assert "gcc, make, qemu-system-x86" in tools.what
    assert ("bison" in tools.what) == flavor.built_here
    install = r"apt-get update && (sudo )?apt-get install --no-install-recommends -y gcc make"
    assert re.search(install, tools.line)
    assert flavor.name in kernel.what
    assert kernel.line.endswith(f"/kmi doctor --prepare linux:{flavor.name}")


def test_headers_and_image_that_are_missing_say_what_to_do(bare: Path) -> None:
    for flavor in FLAVORS:
        for ask in (provision.headers, provision.image, provision.release):
            with pytest.raises(ProvisionError, match=rf"linux:{flavor.name}[^\n]*:\n  .*apt-get") as raised:
                ask(flavor)
            assert raised.value.missing == provision.missing(flavor)


def test_without_apt_the_line_is_shown(bare: Path) -> None:
    with pytest.raises(ProvisionError, match="no apt-get here.*\n  .*apt-get install .*gcc"):
        provision.prepare(flavors.find("6.1"), lambda line: None)


def test_without_rights_the_line_is_shown(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "sudo" else f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ProvisionError, match="only root may apt-get update; by hand:\n  sudo apt-get up"):
        provision.prepare(flavors.find("6.1"), lambda line: None)


def test_the_newest_headers_are_taken_and_their_own_image(bare: Path) -> None:
    flavor = flavors.find("6.1")
    for release in ("6.1.0-9-cloud-amd64", "6.1.0-56-cloud-amd64", "6.1.0-7-cloud-amd64"):
        tree = bare / "src" / f"linux-headers-{release}"
        tree.mkdir(parents=True)
        (tree / ".config").touch()
        (tree / "Makefile").touch()
    assert provision.release(flavor) == "6.1.0-56-cloud-amd64"
    assert "the image of" in provision.missing(flavor)[-1].what
    entry = bare / "image" / "6.1.0-56-cloud-amd64"
    entry.mkdir(parents=True)
    (entry / "vmlinuz-6.1.0-56-cloud-amd64").touch()
    assert provision.image(flavor) == entry / "vmlinuz-6.1.0-56-cloud-amd64"
    assert len(provision.missing(flavor)) == 1


def test_a_debug_kernel_of_another_configuration_does_not_count(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flavor = flavors.find("debug")
    for version in ("6.12.9", "6.12.117"):
        with cache.entry("debug-kernel", f"{version}-{provision._configuration(flavor)}") as path:
            (path / "include" / "config").mkdir(parents=True)
            (path / "include" / "config" / "kernel.release").write_text(version + "\n")
    assert provision.release(flavor) == "6.12.117"
    monkeypatch.setitem(provision._RECIPES, "debug", recipe("KASAN=n"))
    with pytest.raises(ProvisionError, match="was not built yet"):
        provision.headers(flavor)


def test_a_full_disk_in_a_tool_is_one_sentence(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 2, "", f"tar: x: {os.strerror(errno.ENOSPC)}\n")

    monkeypatch.setattr(subprocess, "run", full)
    full_disk = pytest.raises(CacheError, match="the disk of the cache .* is full")
    with full_disk, cache.entry("image", "x") as path:
        provision.unpack(path / "package.deb", path)
    with pytest.raises(OSError, match="No space left"):
        from_source._complain_of_a_full_disk("cc1: error: No space left on device\n")


def test_the_configuration_is_read_and_checked() -> None:
    wanted = recipe("# words\nA=y B=n\n\nSIZE=16\n").options()
    assert wanted == {"A": "y", "B": "n", "SIZE": "16"}
    assert from_source.not_set(wanted, "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_SIZE=16\n") == []
    assert from_source.not_set(wanted, "CONFIG_B=m\nCONFIG_SIZE=1\n") == [
        "A is n, not y",
        "B is m, not n",
        "SIZE is 1, not 16",
    ]
    whole = debug_kernel.RECIPE.options()
    for name in "KASAN PROVE_LOCKING DEBUG_ATOMIC_SLEEP DEBUG_KMEMLEAK FAILSLAB UBSAN SMP PREEMPT".split():
        assert whole[name] == "y"
    assert whole["SLUB_TINY"] == "n"


def test_a_configuration_that_is_lost_ends_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pretend(command: list[str], where: Path) -> None:
        (where / ".config").write_text("CONFIG_KASAN=y\n")

    monkeypatch.setattr(from_source, "_run", pretend)
    with pytest.raises(BuildError, match="lost options .*UBSAN is n, not y"):
        from_source.configure(tmp_path, recipe("KASAN=y UBSAN=y"))


def test_a_patch_that_does_not_fit_ends_the_build(tmp_path: Path) -> None:
    patched = recipe(patches=(("a.c", "old", "new"),))
    (tmp_path / "a.c").write_text("an old line\n")
    from_source.patch(tmp_path, patched)
    assert (tmp_path / "a.c").read_text() == "an new line\n"
    with pytest.raises(BuildError, match="a.c of the kernel's source has not one 'old'"):
        from_source.patch(tmp_path, patched)


def test_of_a_build_is_kept_what_modules_need(tmp_path: Path) -> None:
    tree, kept = tmp_path / "tree", tmp_path / "kept"
    sources = ("drivers/x.c", "arch/x86/kernel/y.c", "scripts/mod/z.o")
    for name in ("Makefile", "arch/x86/boot/bzImage", *sources):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(name)
    from_source.keep(tree, recipe(), kept)
    files = {str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file()}
    assert files == {"Makefile", "arch/x86/boot/bzImage"}


def test_a_build_that_fails_shows_the_end_of_it(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("bzImage modules:\n\t@echo something is wrong; exit 3\n")
    with pytest.raises(BuildError, match="does not build:\n(.*\n)*something is wrong"):
        from_source.build(tmp_path, recipe(), lambda line: None)
