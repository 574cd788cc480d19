"""`kmi audit`: the unsafe blocks of a module and of the library."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmi.cli.exits import Exit
from kmi.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"

UNSAFE = """
from kmi import Module, info, module
from kmi.unsafe import address_of, unsafe


def first() -> None:
    with unsafe("nothing is done"):
        pass


@module(license="GPL", description="of a test")
class Example(Module):
    def __init__(self) -> None:
        first()
        with unsafe("nothing either"):
            info("here")
"""


def test_the_blocks_of_the_module_with_their_reasons(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("example.py").write_text(UNSAFE)
    assert main(["audit", "example.py"]) == Exit.OK
    assert capfd.readouterr().out.splitlines()[:3] == [
        "example.py: 2 unsafe blocks",
        "  example.py:7 in first: nothing is done",
        "  example.py:15 in Example.__init__: nothing either",
    ]


@pytest.mark.needs("linux:6.1")
def test_the_blocks_of_the_library_that_comes_with_it(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(EXAMPLES / "echo.py"), "--on", "linux:6.1"]) == Exit.OK
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].endswith("echo.py: no unsafe blocks")
    assert lines[1].startswith("the library, on linux:6.1: ")
    assert int(lines[1].split(": ")[1].split()[0]) == len(lines) - 2
    why = "the one count of the module's object is kept in static memory until exit"
    assert any(line.endswith(f" in Loader.init: {why}") for line in lines)
    assert not any("timer.py" in line for line in lines)


def test_a_module_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text("import nothing\n")
    assert main(["audit", str(file)]) == Exit.NOT_COMPILED
