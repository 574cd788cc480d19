"""From a Python file to a module: without a warning, kept by content, and a sentence for what goes wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from kmi.kernels.linux.provision import flavors
from kmi.kernels.linux.provision.flavors import KernelFlavor
from kmi.kernels.linux.toolchain import build, kbuild, preflight, replay
from kmi.language.report.diagnostics import InternalError

ROOT = Path(__file__).parents[3]
HELLO = """
from kmi import Module, info, module


@module(license="{license}", description="says hello")
class Hello(Module):
    def __init__(self) -> None:
        info("hello")
"""


def flavor_parameter(name: str) -> object:
    return pytest.param(flavors.find(name), id=name, marks=pytest.mark.needs("gcc", f"linux:{name}"))


every = pytest.mark.parametrize("flavor", [flavor_parameter(each.name) for each in flavors.FLAVORS])
old = pytest.mark.parametrize("flavor", [flavor_parameter("6.1")])


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A place for a module whose builds are kept by nobody else."""
    place = tmp_path / "modules"
    place.mkdir()
    return place


@every
@pytest.mark.parametrize("name", ["minimal", "echo", "semaphore"])
def test_the_examples_build_without_a_warning(flavor: KernelFlavor, name: str, tmp_path: Path) -> None:
    made = build.generate(ROOT / "examples" / f"{name}.py", flavor)
    (tmp_path / f"{name}.c").write_text(made.text)
    log = replay.build(tmp_path, name, kbuild.commands(flavor))
    assert not kbuild.has_warning(log), log
    assert preflight.check(tmp_path / f"{name}.ko", flavor) == []


@old
def test_the_same_c_is_built_once(flavor: KernelFlavor, empty: Path) -> None:
    path = empty / "hello.py"
    path.write_text(HELLO.format(license="GPL") + f"# {empty}\n")
    first = build.build(path, flavor)
    second = build.build(path, flavor, output=empty / "out.ko")
    assert second.cached and second.ko == first.ko
    assert (empty / "out.ko").read_bytes() == first.ko.read_bytes()
    assert first.size == first.ko.stat().st_size
    path.write_text(path.read_text().replace('"hello"', '"hello again"'))
    assert build.build(path, flavor).ko != first.ko


@old
def test_errors_of_the_module_are_diagnostics(flavor: KernelFlavor, empty: Path) -> None:
    path = empty / "hello.py"
    path.write_text(HELLO.format(license="GPL") + "        info(mistake)\n")
    with pytest.raises(build.CheckFailed) as caught:
        build.build(path, flavor)
    (found,) = caught.value.diagnostics
    assert "mistake" in found.message


@old
def test_a_name_that_linux_has_no_room_for(flavor: KernelFlavor, empty: Path) -> None:
    path = empty / f"{'x' * 60}.py"
    path.write_text(HELLO.format(license="GPL"))
    with pytest.raises(preflight.PreflightError, match="cannot be the name of a Linux module"):
        build.build(path, flavor)


@old
def test_what_is_written_goes_to_its_buffer_without_a_temporary(flavor: KernelFlavor) -> None:
    text = build.generate(ROOT / "examples" / "echo.py", flavor).text
    assert "Uio_get_onto(" in text
    assert "Uio_get(" not in text


@old
def test_what_a_module_does_not_answer_is_left_to_linux(flavor: KernelFlavor) -> None:
    """As in C: a null pointer in its table, and no code."""
    text = build.generate(ROOT / "examples" / "semaphore.py", flavor).text
    (table,) = re.findall(r"= kmi_linux_operations\((.*)\);", text)
    answered = [name.rpartition("_")[2] for name in table.split(", ")]
    assert answered == ["open", "release", "read", "write", "NULL", "NULL", "ioctl", "NULL"]
    assert "_Device_None_poll" not in text


@old
def test_symbols_for_gpl_modules_only(flavor: KernelFlavor, tmp_path: Path) -> None:
    """The build refuses with the licence's sentence, not with modpost's."""
    path = ROOT / "examples" / "semaphore.py"
    text = path.read_text().replace('license="GPL"', 'license="Proprietary"')
    (tmp_path / "closed.py").write_text(text)
    exported = preflight.exports(build.provision.headers(flavor))
    made = build.generate(tmp_path / "closed.py", flavor)
    (tmp_path / "closed.c").write_text(
        made.text.replace("misc_register(", "(synchronize_srcu(NULL), 0) ?: misc_register(")
    )
    assert exported["synchronize_srcu"].gpl_only
    with pytest.raises(kbuild.BuildError) as refused:
        replay.build(tmp_path, "closed", kbuild.commands(flavor))
    said = build.kept_back(refused.value, made, flavor)
    # modpost stops at the first that it meets, which may be one that kmi itself uses.
    (first,) = re.findall(r"GPL-only symbol '(\w+)'", str(refused.value))
    assert exported[first].gpl_only
    assert any(f"gives {first} to GPL modules only" in sentence for sentence in said)


@old
def test_c_that_gcc_refuses_is_an_internal_error(
    flavor: KernelFlavor, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = empty / "hello.py"
    path.write_text(HELLO.format(license="GPL"))
    generate = build.generate

    def broken(*arguments: object, **named: object) -> build.Generated:
        made = generate(*arguments, **named)  # type: ignore[arg-type]
        return build.Generated(made.name, made.text + "\nint x = ;\n", made.program)

    monkeypatch.setattr(build, "generate", broken)
    with pytest.raises(InternalError, match=r"(?s)a bug of kmi, please report it:.*expected expression"):
        build.build(path, flavor)


@every
def test_what_modinfo_says(flavor: KernelFlavor) -> None:
    about = preflight.modinfo(build.build(ROOT / "examples" / "echo.py", flavor).ko)
    assert about["description"] == "gives back what was written"
    assert about["name"] == "echo"


@every
def test_the_operations_of_a_device_cannot_be_written_to(flavor: KernelFlavor) -> None:
    made = build.build(ROOT / "examples" / "semaphore.py", flavor)
    with made.ko.open("rb") as file:
        elf = ELFFile(file)
        symbols = elf.get_section_by_name(".symtab").iter_symbols()
        (found,) = (each for each in symbols if each.name.split(".")[0] == "kmi_operations")
        section = elf.get_section(found["st_shndx"])
        assert section.name.startswith(".rodata")
        assert not section["sh_flags"] & SH_FLAGS.SHF_WRITE


@old
def test_a_lock_has_the_name_of_its_field(flavor: KernelFlavor) -> None:
    text = build.generate(ROOT / "examples" / "semaphore.py", flavor).text
    for name in ("Semaphore.permits", "Semaphore.added"):
        assert f'static const char kmi_place[] __maybe_unused = "{name}";' in text


@old
def test_a_mode_of_zero_is_not_the_default(flavor: KernelFlavor) -> None:
    text = build.generate(ROOT / "tests" / "conformance" / "modules" / "silent.py", flavor).text
    # S_IFCHR, which keeps it from being 0.
    assert re.search(r"(\w+) = mode \| 8192;\s(?:.*\s)*?.*->misc\.mode = \(u16\)\1;", text)
