"""Kbuild, its commands run again, and what a kernel would say of the result."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmi.kernels.building.binder import wanted
from kmi.kernels.linux.provision import flavors
from kmi.kernels.linux.provision.flavors import KernelFlavor
from kmi.kernels.linux.toolchain import binder, kbuild, prefix, preflight, replay

SOURCE = """
#include "entry.h"
static int init(void) { return kmi_linux_publish(); }
static void leave(void) { kmi_linux_withdraw(); }
KMI_LINUX_MODULE(init, leave)
MODULE_LICENSE("%s");
MODULE_DESCRIPTION("tried out");
"""


def flavor_parameter(name: str) -> object:
    return pytest.param(flavors.find(name), id=name, marks=pytest.mark.needs("gcc", f"linux:{name}"))


stock = pytest.mark.parametrize("flavor", [flavor_parameter("6.1"), flavor_parameter("6.12")])


def written(directory: Path, license_: str = "GPL") -> Path:
    (directory / "tried.c").write_text(SOURCE % license_)
    return directory


@stock
def test_a_replay_makes_what_make_makes(flavor: KernelFlavor, tmp_path: Path) -> None:
    log = replay.build(written(tmp_path), "tried", kbuild.commands(flavor, test=True))
    assert not kbuild.has_warning(log), log
    replayed = code(tmp_path / "tried.ko")
    for file in tmp_path.iterdir():
        if file.name != "tried.c":
            file.unlink()
    kbuild.write_kbuild(tmp_path, "tried", test=True)
    log = kbuild.make(tmp_path, flavor)
    assert not kbuild.has_warning(log), log
    assert code(tmp_path / "tried.ko") == replayed


def code(ko: Path) -> dict[str, bytes]:
    """The sections of a module, but BTF, which only make adds, and what depends on there being one."""
    from elftools.elf.elffile import ELFFile

    with ko.open("rb") as file:
        return {
            section.name: section.data()
            for section in ELFFile(file).iter_sections()
            if not section.name.startswith((".BTF", ".shstrtab", ".symtab", ".strtab", ".note.gnu.build-id"))
        }


@pytest.mark.parametrize("flavor", [flavor_parameter(name) for name in ("6.1", "6.12", "debug")])
def test_precompiled_headers_change_no_code(flavor: KernelFlavor, tmp_path: Path) -> None:
    commands = kbuild.commands(flavor, test=True)
    replay.build(written(tmp_path), "tried", commands)
    plain = code(tmp_path / "tried.ko")
    log = replay.build(tmp_path, "tried", prefix.shortened(commands, flavor, tmp_path, "tried"))
    assert not kbuild.has_warning(log), log
    shorter = code(tmp_path / "tried.ko")
    assert ".text" in plain
    debug = (".debug", ".rela.debug")  # the order in which the compiler met the types
    for name in plain.keys() | shorter.keys():
        if not name.startswith(debug):
            assert plain.get(name) == shorter.get(name), name


@stock
def test_a_second_replay_compiles_no_more_than_the_module(flavor: KernelFlavor, tmp_path: Path) -> None:
    commands = kbuild.commands(flavor, test=True)
    replay.build(written(tmp_path), "tried", commands)
    made = (tmp_path / "tried.mod.o").stat().st_mtime_ns
    source = tmp_path / "tried.c"
    source.write_text(source.read_text().replace("tried out", "tried again"))
    replay.build(tmp_path, "tried", commands)
    assert (tmp_path / "tried.mod.o").stat().st_mtime_ns == made
    assert preflight.modinfo(tmp_path / "tried.ko")["description"] == "tried again"
    source.write_text(source.read_text().replace("kmi_linux_publish()", "kmi_linux_publish() + jiffies"))
    replay.build(tmp_path, "tried", commands)
    assert (tmp_path / "tried.mod.o").stat().st_mtime_ns != made
    assert preflight.check(tmp_path / "tried.ko", flavor) == []


@stock
def test_modinfo_is_that_of_a_c_module(flavor: KernelFlavor, tmp_path: Path) -> None:
    replay.build(written(tmp_path), "tried", kbuild.commands(flavor, test=True))
    about = preflight.modinfo(tmp_path / "tried.ko")
    assert about["license"] == "GPL"
    assert about["description"] == "tried out"
    assert about["name"] == "tried"
    assert about["depends"] == ""
    assert about["vermagic"].startswith(f"{flavor.series}.")


@stock
def test_c_that_does_not_compile_is_said_to_be(flavor: KernelFlavor, tmp_path: Path) -> None:
    (tmp_path / "tried.c").write_text("int x = ;")
    with pytest.raises(replay.CompilerError, match="expected expression"):
        replay.build(tmp_path, "tried", kbuild.commands(flavor))


@pytest.mark.needs("gcc", "linux:6.1", "linux:6.12")
def test_a_module_for_another_kernel_is_refused_in_a_sentence(tmp_path: Path) -> None:
    old, new = flavors.find("6.1"), flavors.find("6.12")
    replay.build(written(tmp_path), "tried", kbuild.commands(old))
    ko = tmp_path / "tried.ko"
    assert preflight.check(ko, old) == []
    (problem,) = preflight.check(ko, new)
    assert "was built for Linux 6.1." in problem and "build it with --on linux:6.12" in problem


@pytest.mark.needs("gcc", "linux:6.1")
def test_a_symbol_for_gpl_modules_needs_the_license(tmp_path: Path) -> None:
    flavor = flavors.find("6.1")
    assert preflight.refused_by_license("Proprietary", {"kfree", "no_such_symbol"}, flavor) == []
    (problem,) = preflight.refused_by_license("Proprietary", {"cpu_latency_qos_add_request"}, flavor)
    assert "gives cpu_latency_qos_add_request to GPL modules only" in problem
    assert preflight.refused_by_license("Dual BSD/GPL", {"cpu_latency_qos_add_request"}, flavor) == []


@pytest.mark.needs("gcc", "linux:6.1")
def test_a_changed_symbol_version_is_found(tmp_path: Path) -> None:
    flavor = flavors.find("6.1")
    replay.build(written(tmp_path), "tried", kbuild.commands(flavor, test=True))
    ko = tmp_path / "tried.ko"
    crc = preflight.exports(binder.provision.headers(flavor))["_printk"].crc
    entry = crc.to_bytes(8, "little") + b"_printk\0"
    data = ko.read_bytes()
    assert entry in data
    ko.write_bytes(data.replace(entry, (crc ^ 1).to_bytes(8, "little") + b"_printk\0"))
    (problem,) = preflight.check(ko, flavor)
    assert "another version of _printk" in problem


def test_what_is_no_module_is_said_to_be_none(tmp_path: Path) -> None:
    ko = tmp_path / "x.ko"
    ko.write_bytes(b"hello")
    with pytest.raises(preflight.PreflightError, match="x.ko is not a kernel module"):
        preflight.check(ko, flavors.find("6.1"))


def test_a_blank_in_the_path_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "a b"
    place.mkdir()
    with pytest.raises(kbuild.BuildError, match="a blank in its name"):
        kbuild.make(place, flavors.find("6.1"))


@stock
def test_bindings_have_every_name_of_the_layer(flavor: KernelFlavor) -> None:
    import ast

    bound = binder.bind(flavor)
    tree = ast.parse(bound.python.read_text())
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    defined |= {
        node.target.id
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    assert set(wanted(binder.LAYER)) <= defined


@stock
def test_the_compiler_agrees_with_the_bindings(flavor: KernelFlavor, tmp_path: Path) -> None:
    bound = binder.bind(flavor)
    (tmp_path / "tried.c").write_text(SOURCE % "GPL" + bound.assertions.read_text())
    replay.build(tmp_path, "tried", kbuild.commands(flavor))
