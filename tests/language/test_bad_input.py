"""Files that are wrong: each says what is to be reported for it, and where.

A file of tests/bad_input begins with lines ``# expect: KMI0301 at 12``: all that is reported for it, in
order.
"""

import re
from pathlib import Path

import pytest

from kmi.language import analyse
from kmi.language.library import Library
from kmi.language.report.diagnostics import Diagnostic
from kmi.language.report.render import plain

CORPUS = Path(__file__).parent.parent / "bad_input"
FILES = sorted(CORPUS.rglob("*.py"))
EXPECT = re.compile(r"^# expect: (KMI\d{4}) at (\d+)$", re.MULTILINE)


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def checked(request: pytest.FixtureRequest) -> tuple[Path, list[Diagnostic]]:
    path: Path = request.param
    return path, analyse(path, Library()).diagnostics


def test_exactly_what_is_wrong_is_reported_in_one_run(checked: tuple[Path, list[Diagnostic]]) -> None:
    path, diagnostics = checked
    expected = [(code, int(line)) for code, line in EXPECT.findall(path.read_text())]
    assert expected, f"{path.name} does not say what is wrong with it"
    reported = [(diagnostic.code.number, diagnostic.span.line) for diagnostic in diagnostics]
    assert reported == expected, "\n" + plain(diagnostics)


def test_every_error_says_what_to_do(checked: tuple[Path, list[Diagnostic]]) -> None:
    _, diagnostics = checked
    silent = [str(diagnostic) for diagnostic in diagnostics if not diagnostic.help]
    assert not silent


def test_messages_are_clauses_and_point_into_the_text(checked: tuple[Path, list[Diagnostic]]) -> None:
    path, diagnostics = checked
    lines = path.read_text().splitlines()
    for diagnostic in diagnostics:
        assert not diagnostic.message.endswith("."), diagnostic
        assert diagnostic.message[0].islower() or diagnostic.message[0] in "`'\"", diagnostic
        for span in (diagnostic.span, *(label.span for label in diagnostic.labels)):
            if span.source.path == path:
                line = lines[span.line - 1] if span.line <= len(lines) else ""
                assert 1 <= span.line <= span.end_line <= len(lines) + 1, diagnostic
                assert 0 <= span.column <= len(line), diagnostic


def test_the_corpus_is_there() -> None:
    assert len(FILES) >= 20
