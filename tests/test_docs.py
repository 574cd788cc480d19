"""The programs in the documentation run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kmi.language.codes import REGISTRY
from kmi.language.report import builtins, interface

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


def test_the_reference_of_what_freebsd_alone_has_is_that_of_its_declarations() -> None:
    written = (ROOT / "docs" / "reference" / "freebsd.md").read_text("utf-8")
    assert written == interface.reference("freebsd"), (
        "python -m kmi.language.report.interface freebsd > docs/reference/freebsd.md"
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


def test_the_house_has_no_room_that_the_contributors_guide_does_not_name() -> None:
    (plan,) = HOUSE.findall((ROOT / "CONTRIBUTING.md").read_text())
    home = ROOT / "src" / "kmi"
    for room in {path.parent for path in home.rglob("*.[pch]*") if "__pycache__" not in path.parts} - {home}:
        assert f"{room.name}/" in plan, room


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
