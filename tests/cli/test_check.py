"""`kmi check` and `kmi explain`: what they print, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmi.cli.exits import Exit
from kmi.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A module with two independent mistakes: an unknown name and a missing annotation."""
    file = tmp_path / "wrong.py"
    file.write_text(
        "from kmi import Module, module\n"
        "\n"
        "\n"
        '@module(license="GPL", description="wrong")\n'
        "class Wrong(Module):\n"
        "    def __init__(self) -> None:\n"
        "        self.number = nubmer\n"
        "\n"
        "    def twice(self, value) -> int:\n"
        "        return 2 * value\n"
    )
    return file


@pytest.mark.parametrize("name", ["minimal.py", "echo.py", "semaphore.py"])
def test_the_examples_have_no_mistakes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(EXAMPLES / name)]) == Exit.OK
    assert capsys.readouterr().out == f"{EXAMPLES / name}: no mistakes found\n"


def test_all_mistakes_in_one_run(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(wrong)]) == Exit.NOT_COMPILED
    out = capsys.readouterr().out
    assert f"{wrong}:7:" in out and f"{wrong}:9:" in out
    assert "2 errors" in out


def test_several_files(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(EXAMPLES / "echo.py"), str(wrong)]) == Exit.NOT_COMPILED
    assert "2 errors" in capsys.readouterr().out


def test_json(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "json", str(wrong)]) == Exit.NOT_COMPILED
    found = json.loads(capsys.readouterr().out)
    assert [one["line"] for one in found["diagnostics"]] == [7, 9]


def test_sarif_is_one_document_also_without_mistakes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "sarif", str(EXAMPLES / "echo.py")]) == Exit.OK
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == "2.1.0" and document["runs"][0]["results"] == []


def test_github(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "github", str(wrong)]) == Exit.NOT_COMPILED
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and all(line.startswith(f"::error file={wrong}") for line in lines)


def test_a_name_that_hides_a_terminal_sequence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.py"
    file.write_text("name = 'a\x1b[31m' +\n")
    assert main(["check", str(file)]) == Exit.NOT_COMPILED
    assert "\x1b" not in capsys.readouterr().out


def test_bytes_that_are_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.py"
    file.write_bytes(b"name = '\xff'\n")
    assert main(["check", str(file)]) == Exit.NOT_COMPILED
    assert "KMI0101" in capsys.readouterr().out


def test_a_file_that_is_misspelt(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(EXAMPLES / "ecko.py")]) == Exit.USAGE
    assert "did you mean" in (said := capsys.readouterr().err) and "echo.py" in said


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "KMI0102"]) == Exit.OK
    out = capsys.readouterr().out
    assert out.startswith("KMI0102: ") and "This fails:" in out and "This does not:" in out
    assert main(["explain", "--all"]) == Exit.OK
    assert capsys.readouterr().out.startswith("KMI0101  syntax error\n")


def test_explain_what_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "KMI9999"]) == Exit.USAGE
    assert "There is no code 'KMI9999'" in capsys.readouterr().err


def test_tests_beside_modules_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    module, test = EXAMPLES / "echo.py", EXAMPLES / "test_echo.py"
    assert main(["check", str(module), str(test)]) == Exit.OK
    printed = capsys.readouterr()
    assert printed.out == f"{module}: no mistakes found\n"
    assert printed.err.startswith(f"{test}: left out, it is a test of modules")
    assert main(["check", str(test)]) == Exit.USAGE
