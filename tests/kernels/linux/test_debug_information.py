"""What a built module says of itself: `modinfo`, and the debug information that debuggers read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from elftools.dwarf.die import DIE
from elftools.elf.elffile import ELFFile

from kmi.kernels.linux.provision import flavors
from kmi.kernels.linux.toolchain.build import build
from kmi.kernels.linux.toolchain.preflight import modinfo

pytestmark = pytest.mark.needs("gcc", "linux:6.1")

SOURCE = """
from kmi import Module, Parameter, info, module, u32


def mixed(first: u32, times: int) -> u32:
    state = first
    for step in range(times):
        state = (state * 31 + step) & 0xFFFFFFFF
        if state == 7:
            raise ValueError("seven")
    return state


@module(license="Dual BSD/GPL", description="tells about itself", author="A. Author", version="2.5")
class Told(Module):
    times = Parameter(3, "how often", minimum=1, maximum=9)

    def __init__(self) -> None:
        info(f"told: {mixed(self.times, 1 << self.times)}")
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("told") / "told.py"
    file.write_text(SOURCE)
    return build(file, flavors.find("6.1"), test=False).ko


def test_modinfo_is_what_a_c_module_s_is(told: Path) -> None:
    found = modinfo(told)
    said = {key: found[key] for key in ("license", "description", "author", "version", "name", "depends")}
    assert said == {
        "license": "Dual BSD/GPL",
        "description": "tells about itself",
        "author": "A. Author",
        "version": "2.5",
        "name": "told",
        "depends": "",
    }
    assert found["parm"] == "times:how often"
    assert found["parmtype"] == "times:llong"
    assert found["retpoline"] == "Y"
    assert re.fullmatch(r"6\.1\.\d+-\S+ SMP preempt mod_unload modversions ", found["vermagic"])
    assert re.fullmatch(r"[0-9A-F]{23}", found["srcversion"])
    known = {*said, "parm", "parmtype", "retpoline", "vermagic", "srcversion"}
    assert set(found) == known, "and no intree: it was built outside of the kernel's tree"


def test_lines_are_those_of_the_python_file(told: Path) -> None:
    wanted = {
        number
        for number, line in enumerate(SOURCE.splitlines(), 1)
        if line.strip().startswith(("state = (", "if state", "raise", "info("))
    }
    with told.open("rb") as file:
        dwarf = ELFFile(file).get_dwarf_info()
        found: set[int] = set()
        for unit in dwarf.iter_CUs():
            program = dwarf.line_program_for_CU(unit)
            files = {number: name.name.decode() for number, name in enumerate(program["file_entry"])}
            first = 0 if program["version"] >= 5 else 1
            for entry in program.get_entries():
                if entry.state is not None and files.get(entry.state.file - first, "").endswith("told.py"):
                    found.add(entry.state.line)
    assert wanted <= found
    assert max(found) <= len(SOURCE.splitlines())


def test_functions_and_their_variables_have_python_s_names(told: Path) -> None:
    with told.open("rb") as file:
        dwarf = ELFFile(file).get_dwarf_info()
        functions = {
            name: die
            for unit in dwarf.iter_CUs()
            for die in unit.iter_DIEs()
            if die.tag == "DW_TAG_subprogram" and (name := _name(die)) in ("told_mixed", "Told_init")
        }
        assert set(functions) == {"told_mixed", "Told_init"}
        mixed = functions["told_mixed"]
        line = SOURCE.splitlines().index("def mixed(first: u32, times: int) -> u32:") + 1
        assert mixed.attributes["DW_AT_decl_line"].value == line
        names = {_name(die): die.tag for die in _below(mixed)}
        assert names["first"] == "DW_TAG_formal_parameter"
        assert names["times"] == "DW_TAG_formal_parameter"
        assert names["state"] == "DW_TAG_variable"
        assert names["step"] == "DW_TAG_variable"


def _name(die: DIE) -> str:
    attribute = die.attributes.get("DW_AT_name")
    return attribute.value.decode() if attribute is not None else ""


def _below(die: DIE) -> Iterator[DIE]:
    for child in die.iter_children():
        yield child
        yield from _below(child)
