"""Modules become klds: without a warning, and the same ones wherever they are built."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from kmi.cli.exits import Exit
from kmi.cli.main import main
from kmi.kernels.building.refused import CheckFailed, Refused
from kmi.kernels.freebsd.provision import prepare, releases
from kmi.kernels.freebsd.toolchain import compiler, kld
from kmi.kernels.freebsd.toolchain.build import build, generate

ROOT = Path(__file__).parents[3]
GREETER = Path(__file__).parent / "modules" / "greeter.py"


def symbols(ko: Path) -> dict[str, str]:
    """Where each symbol of a kld is: UND, or defined."""
    with ko.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        return {symbol.name: str(symbol["st_shndx"]) for symbol in table.iter_symbols() if symbol.name}


def test_a_module_becomes_a_kld_without_a_warning(tmp_path: Path) -> None:
    output = tmp_path / "out.ko"
    built = build(GREETER, output=output)
    assert built.log == "", "the compiler and the linker have nothing to say"
    assert output.read_bytes() == built.ko.read_bytes()
    table = symbols(built.ko)
    assert table["kmi_live_objects"] != "SHN_UNDEF", "a test build counts"
    assert table["malloc"] == table["module_register_init"] == "SHN_UNDEF"


@pytest.mark.parametrize("name", ["parameters", "tokens", "semaphore"])
def test_the_examples_compile_without_a_warning(name: str, tmp_path: Path) -> None:
    made = generate(ROOT / "examples" / f"{name}.py")
    (tmp_path / f"{name}.c").write_text(made.text)
    said = compiler.compile(tmp_path, name, releases.DEFAULT, test=False, root=made.root).log
    assert said + compiler.link(tmp_path, name) == ""
    assert kld.check(tmp_path / f"{name}.ko") == []


def test_only_what_the_kernel_gives_is_global(tmp_path: Path) -> None:
    with build(GREETER, test=False).ko.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        defined = [
            symbol.name
            for symbol in table.iter_symbols()
            if symbol["st_info"]["bind"] != "STB_LOCAL" and symbol["st_shndx"] != "SHN_UNDEF"
        ]
    assert defined == [], "no name of a module meets one of another"
    assert "kmi_live_objects" not in symbols(build(GREETER, test=False).ko)


def test_the_same_module_elsewhere_gives_the_same_bytes(tmp_path: Path) -> None:
    first = build(GREETER).ko.read_bytes()
    copy = tmp_path / "greeter.py"
    shutil.copyfile(GREETER, copy)
    assert build(tmp_path / ".." / tmp_path.name / "greeter.py").ko.read_bytes() == first
    (header, *_) = prepare.headers(releases.DEFAULT)
    for place in (ROOT, tmp_path, header):
        assert str(place).encode() not in first, "no place of this computer is in it"


def test_the_session_in_the_documentation_is_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    _, build_line, _, said, check_line, answer, *_ = re.findall(
        r"^(?:\$ .*|.*\.ko: .*|\.\.\.)$", (ROOT / "docs" / "freebsd.md").read_text(), re.MULTILINE
    )[1:]
    assert main(build_line.split()[2:]) == Exit.OK
    assert capsys.readouterr().out.startswith(said.removesuffix("..."))
    assert main(check_line.split()[2:]) == Exit.OK
    assert capsys.readouterr().out == answer + "\n"


def test_what_freebsd_never_calls_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    example = ROOT / "examples" / "chardev.py"
    (line,) = (n for n, text in enumerate(example.read_text().splitlines(), 1) if "def seek" in text)
    assert main(["build", str(example), "--on", "freebsd"]) == Exit.OK
    assert f"note: chardev.py:{line}: FreeBSD never calls `" in capsys.readouterr().err
    assert build(GREETER).notes == ()


def test_what_is_no_module_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text(GREETER.read_text().replace("Guest(", "Ghost("))
    with pytest.raises(CheckFailed):
        build(broken)
    named = tmp_path / "named.py"
    named.write_text(GREETER.read_text().replace('version="2.1"', 'name="a b"'))
    with pytest.raises(Refused, match="'a b' cannot be the name of a FreeBSD module"):
        build(named)


def test_a_release_without_headers_is_refused() -> None:
    assert releases.find("freebsd") is releases.find("freebsd:15")
    with pytest.raises(releases.UnknownRelease, match="there is no kernel 'freebsd:9'"):
        releases.find("freebsd:9")


def test_an_errno_that_freebsd_lacks_is_refused_with_its_line(tmp_path: Path) -> None:
    module = tmp_path / "lacking.py"
    text = (
        "from errno import EBADE, ENODATA\n\nfrom kmi import Module, module\n\n\n"
        '@module(license="GPL", description="fails")\nclass Lacking(Module):\n'
        '    def __init__(self) -> None:\n        raise OSError(EBADE, "no")\n'
    )
    module.write_text(text)
    with pytest.raises(Refused, match=r"lacking\.py:9: FreeBSD has no errno EBADE"):
        build(module)
    module.write_text(text.replace("EBADE, ENODATA", "ENODATA").replace("EBADE", "ENODATA"))
    assert build(module).ko.exists(), "which FreeBSD calls ENOATTR"
