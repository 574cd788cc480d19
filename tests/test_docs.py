"""The programs in the documentation run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kmi.language.codes import REGISTRY
from kmi.language.report import builtins, interface
from kmi.testing.differential.harness import compare_file
from kmi.testing.kernels.kernel import Kernel

ROOT = Path(__file__).parents[1]
PROGRAM = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_tests_in_the_guide_pass(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = PROGRAM.findall((ROOT / "docs" / "testing.md").read_text())
    assert len(programs) == 2
    for name in ("echo.py",):
        (pytester.path / name).write_text((ROOT / "examples" / name).read_text())
    pytester.makepyfile(test_guide="\n".join(programs))
    pytester.runpytest_subprocess("--on", "simulated").assert_outcomes(passed=3)


def test_the_session_of_the_debugger_in_the_guide_is_so(pytester: pytest.Pytester) -> None:
    guide = (ROOT / "docs" / "testing.md").read_text()
    ((which, session),) = re.findall(r"^    \$ kmi test '(.*)' --trace\n((?:    .*\n)+)", guide, re.MULTILINE)
    said = [line.strip() for line in session.splitlines()]
    typed = [line.removeprefix("(Pdb) ") for line in said if line.startswith("(Pdb) ")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(ROOT / which), "--trace"],
        cwd=ROOT,
        input="\n".join([*typed, "q", ""]),
        capture_output=True,
        text=True,
        timeout=60,
    )
    for line in set(said) - {f"(Pdb) {command}" for command in typed}:
        assert line in done.stdout


def test_the_reference_of_the_interface_is_that_of_the_declarations() -> None:
    written = (ROOT / "docs" / "reference" / "interface.md").read_text("utf-8")
    assert written == interface.reference(), (
        "python -m kmi.language.report.interface > docs/reference/interface.md"
    )


def test_the_reference_of_the_interface_names_what_every_file_exports() -> None:
    found = {path.stem for path in interface.files()}
    written = {path.stem for path in (ROOT / "src" / "kmi").glob("*.py")}
    assert written - found == {"__init__", "cache"}


def test_the_tables_of_built_in_names_are_what_the_front_end_says() -> None:
    written = (ROOT / "docs" / "reference" / "builtins.md").read_text("utf-8")
    assert written == builtins.reference(), (
        "python -m kmi.language.report.builtins > docs/reference/builtins.md"
    )


LANGUAGE = PROGRAM.findall((ROOT / "docs" / "reference" / "language.md").read_text())
SECTIONS = [program for program in LANGUAGE if "@module" not in program]


@pytest.mark.needs("gcc")
@pytest.mark.parametrize("number", range(len(SECTIONS)))
def test_the_programs_of_the_language_reference_do_what_cpython_does(number: int, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(SECTIONS[number])
    for _main, what, reference, compiled in compare_file(
        tmp_path / "program.py", ["main"], tmp_path, faults=50
    ):
        pytest.fail(f"{what}\n{reference}\n{compiled}")


DIFFERENCES = PROGRAM.findall((ROOT / "docs" / "differences.md").read_text())


@pytest.mark.needs("gcc")
@pytest.mark.parametrize("number", range(len(DIFFERENCES)))
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_is_called_a_difference_is_one(number: int, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(DIFFERENCES[number])
    ((_main, what, reference, compiled),) = compare_file(tmp_path / "program.py", ["main"], tmp_path)
    assert "CPython" in what and reference is not None and compiled is not None


def test_the_module_of_the_language_reference_works(kernel: Kernel, tmp_path: Path) -> None:
    (program,) = set(LANGUAGE) - set(SECTIONS)
    (tmp_path / "board.py").write_text(program)
    kernel.load(str(tmp_path / "board.py"))
    user = kernel.process()
    fd = user.open("/dev/board", os.O_RDWR)
    for number in range(10):
        user.write(fd, b"%d\n" % number)
    assert user.pread(fd, 100, 0) == b"2\n3\n4\n5\n6\n7\n8\n9\n"


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_headings_that_are_there(document: Path) -> None:
    text = document.read_text()
    for target, part in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text):
        other = (document.parent / target if target else document).read_text()
        headings = {anchor(heading) for heading in re.findall(r"^#+ (.*)$", other, re.MULTILINE)}
        assert part in headings, f"{target}#{part}"
    for code in re.findall(r"KMI\d{4}", text):
        assert code in REGISTRY or document.name in ("testing.md", "CONTRIBUTING.md"), code


HOUSE = re.compile(r"^    src/kmi/\n(.*?)^    examples/", re.MULTILINE | re.DOTALL)


def test_the_house_of_the_contributors_guide_stands() -> None:
    (plan,) = HOUSE.findall((ROOT / "CONTRIBUTING.md").read_text())
    above: list[tuple[int, Path]] = [(4, ROOT / "src" / "kmi")]
    for line in plan.splitlines():
        depth = len(line) - len(line.lstrip())
        name = line.split()[0]
        while above[-1][0] >= depth:
            above.pop()
        here = above[-1][1] / name
        assert here.exists(), line
        if name.endswith("/"):
            above.append((depth, here))


def test_the_readme_shows_the_semaphore_that_is_there() -> None:
    (program,) = PROGRAM.findall((ROOT / "README.md").read_text())
    example = (ROOT / "examples" / "semaphore.py").read_text()
    for part in program.split("\n\n"):
        assert part.strip() in example


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text()):
        if not target.startswith("M-"):  # the template's
            assert (document.parent / target).exists(), target
