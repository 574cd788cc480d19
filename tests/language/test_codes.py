"""Every code's failing program gives exactly that code, and its fixed program gives nothing."""

from pathlib import Path

import pytest

from kmi.language import analyse, codes
from kmi.language.codes import Code
from kmi.language.library import Library
from kmi.language.report.diagnostics import Diagnostic
from kmi.language.report.explain import reference

CODES = sorted(codes.REGISTRY.values(), key=lambda code: code.number)


USER = """
from kmi import info


def greet() -> None:
    info("hello")
"""


def checked(code: Code, program: str, directory: Path) -> list[Diagnostic]:
    file = directory / "example.py"
    if code.package:
        for name, text in code.files(program).items():
            (directory / name).write_text(text)
        return analyse(directory, Library()).diagnostics
    if code.layer:
        layer = directory / "kernel"
        layer.mkdir()
        (layer / f"{code.layer}.py").write_text(program)
        file.write_text(USER)
        return analyse(file, Library(kernel=layer, entry=False)).diagnostics
    file.write_text(code.complete(program))
    return analyse(file, Library()).diagnostics


def found(code: Code, program: str, directory: Path) -> list[str]:
    return sorted({str(diagnostic.code) for diagnostic in checked(code, program, directory)})


@pytest.mark.parametrize("code", CODES, ids=str)
def test_the_failing_program_gives_the_code(code: Code, tmp_path: Path) -> None:
    assert found(code, code.failing, tmp_path) == [code.number]


@pytest.mark.parametrize("code", CODES, ids=str)
def test_the_fixed_program_is_clean(code: Code, tmp_path: Path) -> None:
    assert found(code, code.fixed, tmp_path) == []


@pytest.mark.parametrize("code", CODES, ids=str)
def test_the_diagnostic_says_what_to_do(code: Code, tmp_path: Path) -> None:
    for diagnostic in checked(code, code.failing, tmp_path):
        assert diagnostic.help, diagnostic


@pytest.mark.parametrize("code", CODES, ids=str)
def test_a_code_reads_as_the_others_do(code: Code) -> None:
    first = code.title.split()[0]
    assert first == first.lower() or first[1:] != first[1:].lower(), "a title is no sentence"
    assert not code.title.endswith(".") and len(code.title) < 70
    assert code.explanation.endswith("."), "an explanation is sentences"
    assert code.failing != code.fixed


def test_the_reference_is_up_to_date() -> None:
    written = (Path(__file__).parents[2] / "docs" / "reference" / "errors.md").read_text("utf-8")
    assert written == reference(), "python -m kmi.language.report.explain > docs/reference/errors.md"


def test_a_number_is_given_once() -> None:
    with pytest.raises(ValueError, match="KMI0101 is taken by 'syntax error'"):
        codes.code(101, "another", "Another.", failing="a", fixed="b")


def test_a_code_is_found_by_any_spelling_of_its_number() -> None:
    assert codes.find("KMI0201") is codes.find("kmi0201 ") is codes.find("201") is codes.UNKNOWN_NAME
    assert codes.find("KMI9999") is None and codes.find("nonsense") is None and codes.find("²") is None
