"""Modules of several files: what is found where, and which file a message is about."""

from pathlib import Path

from kmi.language import Analysis, analyse
from kmi.language.library import Library

MAIN = """
from kmi import Module, module

from .ring import Ring


@module(license="GPL", description="a package")
class Example(Module):
    def __init__(self) -> None:
        self.room = Ring(3).room
"""
RING = """
class Ring:
    def __init__(self, room: int) -> None:
        self.room = room
"""


def checked(directory: Path, **files: str) -> Analysis:
    home = directory / "ring_package"
    home.mkdir()
    for name, text in files.items():
        (home / f"{name}.py").write_text(text)
    return analyse(home, Library())


def test_a_directory_is_one_module_of_its_name(tmp_path: Path) -> None:
    program = checked(tmp_path, __init__=MAIN, ring=RING).program
    assert program is not None
    assert program.main.name == "ring_package"
    assert "Ring" in program.modules["ring_package.ring"].classes


def test_the_first_file_stands_for_the_directory(tmp_path: Path) -> None:
    checked(tmp_path, __init__=MAIN, ring=RING)
    assert analyse(tmp_path / "ring_package" / "__init__.py", Library()).program is not None


def test_a_mistake_is_shown_in_its_file(tmp_path: Path) -> None:
    (found,) = checked(tmp_path, __init__=MAIN, ring=RING + "        self.more = missing\n").diagnostics
    assert (found.span.source.path.name, found.span.line) == ("ring.py", 5)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (found,) = checked(tmp_path, __init__=MAIN, rings=RING).diagnostics
    assert found.message == "the package has no module `.ring`"
    assert found.help == "did you mean `rings`?"


def test_a_field_that_another_file_changes_is_not_final(tmp_path: Path) -> None:
    """Else a narrowing of it would be believed for too long."""
    main = MAIN + "\n\ndef widen(ring: Ring) -> None:\n    ring.room = 5\n"
    program = checked(tmp_path, __init__=main, ring=RING).program
    assert program is not None
    (room,) = program.modules["ring_package.ring"].classes["Ring"].fields
    assert not room.final


def test_a_module_of_one_file_has_no_relative_imports(tmp_path: Path) -> None:
    (tmp_path / "alone.py").write_text(MAIN)
    found = analyse(tmp_path / "alone.py", Library()).diagnostics
    assert found[0].message == "a relative import in a module of one file is not in kernel Python"


def test_only_what_is_imported_belongs_to_it(tmp_path: Path) -> None:
    assert checked(tmp_path, __init__=MAIN, ring=RING, other="import nothing_there").program is not None
