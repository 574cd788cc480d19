"""The reporter, and diagnostics as text, JSON, SARIF and workflow commands, against what they must be."""

import json
from pathlib import Path

import pytest

from kmi.language import codes
from kmi.language.codes import Code
from kmi.language.report.diagnostics import Diagnostic, InternalError, Reporter, Severity
from kmi.language.report.explain import explain, reference
from kmi.language.report.formats import FORMATS, to_github, to_json, to_sarif
from kmi.language.report.render import plain, styled, summary
from kmi.language.source import Source, Span

TWICE = Source(Path("twice.py"), "def twice(number: int) -> int:\n    return 2 * nubmer\n", "twice")
WIDE = Source(Path("wide.py"), 'x = "日本", e\u0301, nubmer\n\ty = "\x1b[31m\u202e", nubmer\n', "wide")
LONG = Source(Path("long.py"), "".join(f"line_{number} = {number}\n" for number in range(1, 21)), "long")


ODD = Code("KMI9901", "odd", "Odd.", failing="a", fixed="b")
HELPFUL = Code("KMI9902", "odd", "Odd.", failing="a", fixed="b", help="write `b`")


def at(source: Source, text: str, occurrence: int = 0) -> Span:
    """The span of a piece of one line of the source."""
    hits = [
        Span(source, number, column, number, column + len(text))
        for number, line in enumerate(source.lines, 1)
        for column in range(len(line))
        if line.startswith(text, column)
    ]
    return hits[occurrence]


def one(**more: object) -> list[Diagnostic]:
    reporter = Reporter()
    reporter.error(
        codes.UNKNOWN_NAME,
        at(TWICE, "nubmer"),
        "there is no `nubmer` here",
        label="not defined",
        labels=[(at(TWICE, "number"), "`number` is defined here")],
        note="names are found in the function, the module, the imports and Python",
        help="write `number`:\n    return 2 * number",
    )
    return reporter.diagnostics


def test_text_shows_the_lines_with_what_is_marked() -> None:
    assert plain(one()) == (
        "error[KMI0201]: there is no `nubmer` here\n"
        " --> twice.py:2:16\n"
        "  |\n"
        "1 | def twice(number: int) -> int:\n"
        "  |           ------ `number` is defined here\n"
        "2 |     return 2 * nubmer\n"
        "  |                ^^^^^^ not defined\n"
        "  |\n"
        "  = note: names are found in the function, the module, the imports and Python\n"
        "  = help: write `number`:\n"
        "              return 2 * number\n"
        "\n"
        "1 error; `kmi explain KMI0201` says more about the first\n"
    )


def test_colours_change_no_character() -> None:
    assert [line.rstrip() for line in styled(one()).plain.splitlines()] == plain(one()).splitlines()
    assert any("red" in str(span.style) for span in styled(one()).spans)


def test_several_marks_in_one_line_hang_below_each_other() -> None:
    reporter = Reporter()
    reporter.warning(
        ODD,
        at(TWICE, "int", 1),
        "odd",
        label="result",
        labels=[(at(TWICE, "twice"), "the function"), (at(TWICE, "number"), "its parameter")],
    )
    assert plain(reporter.diagnostics) == (
        "warning[KMI9901]: odd\n"
        " --> twice.py:1:27\n"
        "  |\n"
        "1 | def twice(number: int) -> int:\n"
        "  |     ----- ------          ^^^ result\n"
        "  |     |     its parameter\n"
        "  |     the function\n"
        "  |\n"
        "\n"
        "1 warning; `kmi explain KMI9901` says more about the first\n"
    )


def test_lines_between_two_marks_are_left_out() -> None:
    reporter = Reporter()
    marks = [(at(LONG, "line_3"), "three"), (at(LONG, "line_5"), "five"), (at(LONG, "line_20"), "twenty")]
    reporter.error(ODD, at(LONG, "line_19"), "far", labels=marks)
    assert plain(reporter.diagnostics).splitlines()[2:-2] == [
        "   |",
        " 3 | line_3 = 3",
        "   | ------ three",
        " 4 | line_4 = 4",
        " 5 | line_5 = 5",
        "   | ------ five",
        "...",
        "19 | line_19 = 19",
        "   | ^^^^^^^",
        "20 | line_20 = 20",
        "   | ------- twenty",
        "   |",
    ]


def test_another_file_is_shown_by_itself() -> None:
    reporter = Reporter()
    reporter.error(ODD, at(TWICE, "nubmer"), "here", labels=[(at(LONG, "line_7"), "there")])
    assert plain(reporter.diagnostics).splitlines()[1:-2] == [
        " --> twice.py:2:16",
        "  |",
        "2 |     return 2 * nubmer",
        "  |                ^^^^^^",
        "  |",
        " ::: long.py:7:1",
        "  |",
        "7 | line_7 = 7",
        "  | ------ there",
        "  |",
    ]


def test_carets_stand_under_their_characters_whatever_their_width() -> None:
    reporter = Reporter()
    reporter.error(codes.UNKNOWN_NAME, at(WIDE, "nubmer", 0), "wide")
    lines = plain(reporter.diagnostics).splitlines()
    # Four columns for two CJK characters and one for e with its accent: 4 + 1 + 4 + 1 + 2 + 1 + 2 = 15.
    assert lines[4] == "  | " + " " * 15 + "^^^^^^"


def test_a_terminal_gets_no_control_character_from_a_source_file() -> None:
    reporter = Reporter()
    reporter.error(codes.UNKNOWN_NAME, at(WIDE, "nubmer", 1), "a \x1b[31m name")
    text = plain(reporter.diagnostics)
    assert "\x1b" not in text and "\u202e" not in text and "\t" not in text
    shown, carets = text.splitlines()[3:5]
    assert carets.index("^") == shown.index("nubmer")


def test_a_mark_over_several_lines_is_shown_on_its_first() -> None:
    reporter = Reporter()
    reporter.error(codes.UNKNOWN_NAME, Span(TWICE, 1, 4, 2, 10), "both lines")
    assert plain(reporter.diagnostics).splitlines()[4] == "  |     " + "^" * 26


def test_a_span_past_the_end_of_the_file_has_a_caret() -> None:
    reporter = Reporter()
    reporter.error(codes.SYNTAX_ERROR, Span(TWICE, 3, 0, 3, 0), "unexpected end")
    assert plain(reporter.diagnostics).splitlines()[3:5] == ["3 |", "  | ^"]


def test_a_diagnostic_without_a_help_has_that_of_its_code() -> None:
    reporter = Reporter()
    reporter.error(HELPFUL, at(TWICE, "number"), "odd")
    reporter.error(HELPFUL, at(TWICE, "nubmer"), "odd", help="write `c`")
    assert [diagnostic.help for diagnostic in reporter.diagnostics] == ["write `b`", "write `c`"]


def test_articles_agree_with_the_names_behind_them() -> None:
    reporter = Reporter()
    said = "a `int`, a `u8`, a `OSError`, a `Uio`, a `list[int]`"
    reporter.error(ODD, at(TWICE, "number"), said, help="a `i32`")
    (found,) = reporter.diagnostics
    assert found.message == "an `int`, a `u8`, an `OSError`, a `Uio`, a `list[int]`"
    assert found.help == "an `i32`"


def test_what_follows_from_an_unsupported_construct_is_not_reported() -> None:
    reporter = Reporter()
    reporter.error(codes.TYPE_MISMATCH, at(TWICE, "nubmer"), "follows")
    reporter.error(codes.UNSUPPORTED, at(TWICE, "2 * nubmer"), "not there")
    reporter.error(codes.LOCK_ORDER, at(TWICE, "return"), "stays")
    reporter.error(codes.TYPE_MISMATCH, at(TWICE, "number"), "in another line")
    assert [diagnostic.message for diagnostic in reporter.diagnostics] == [
        "in another line", "stays", "not there",
    ]  # fmt: skip


def test_the_same_is_reported_once_and_all_in_the_order_of_the_text() -> None:
    reporter = Reporter()
    for _ in range(2):
        reporter.warning(ODD, at(TWICE, "nubmer"), "later")
        reporter.error(codes.UNKNOWN_NAME, at(TWICE, "nubmer"), "worse at one place")
        reporter.error(codes.UNKNOWN_NAME, at(TWICE, "number"), "sooner")
    assert [diagnostic.message for diagnostic in reporter.diagnostics] == [
        "sooner", "worse at one place", "later",
    ]  # fmt: skip
    assert summary(reporter.diagnostics) == (
        "2 errors, 1 warning; `kmi explain KMI0201` says more about the first"
    )


def test_a_warning_alone_is_no_failure() -> None:
    reporter = Reporter()
    assert plain(reporter.diagnostics) == "" and not reporter.failed
    reporter.warning(codes.UNKNOWN_NAME, at(TWICE, "number"), "odd")
    assert not reporter.failed
    reporter.error(codes.UNKNOWN_NAME, at(TWICE, "number"), "bad")
    assert reporter.failed


def test_json_says_everything_that_the_text_says() -> None:
    found = json.loads(to_json(one()))
    assert (found["version"], found["errors"], found["warnings"]) == (1, 1, 0)
    (entry,) = found["diagnostics"]
    assert entry["code"] == "KMI0201" and entry["severity"] == "error" and entry["file"] == "twice.py"
    assert [entry[key] for key in ("line", "column", "endLine", "endColumn")] == [2, 16, 2, 22]
    assert entry["labels"][0]["message"] == "`number` is defined here" and entry["labels"][0]["line"] == 1
    assert entry["help"] == "write `number`:\n    return 2 * number"


def test_sarif_has_its_rules_and_positions_in_characters() -> None:
    log = json.loads(to_sarif(one()))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "KMI0201"
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 16, "endLine": 2, "endColumn": 22}
    assert result["relatedLocations"][0]["message"]["text"] == "`number` is defined here"


def test_workflow_commands_escape_what_would_end_them() -> None:
    reporter = Reporter()
    reporter.error(codes.UNKNOWN_NAME, at(TWICE, "nubmer"), "100% wrong", help="a\nb")
    assert to_github(reporter.diagnostics) == (
        "::error file=twice.py,line=2,endLine=2,col=16,endColumn=22,title=KMI0201%3A unknown name"
        "::100%25 wrong%0Ahelp: a%0Ab\n"
    )


def test_every_format_can_show_nothing() -> None:
    assert {name: bool(render([])) for name, render in FORMATS.items()} == {
        "text": False, "json": True, "sarif": True, "github": False,
    }  # fmt: skip


def test_explain_prints_both_programs() -> None:
    text = explain("kmi0201")
    assert text.startswith("KMI0201: unknown name\n\n")
    assert "    return 2 * nubmer\n" in text and "    return 2 * number\n" in text
    assert "@module" in text


def test_explain_of_an_unknown_code_proposes_a_near_one() -> None:
    with pytest.raises(LookupError, match="There is no code 'KMI9999'; `kmi explain --all` lists"):
        explain("KMI9999")
    with pytest.raises(LookupError, match="did you mean KMI0201"):
        explain("KMI02O1")


def test_the_reference_has_every_code_once() -> None:
    text = reference()
    assert all(text.count(f"\n### {code.number}: ") == 1 for code in codes.REGISTRY.values())


def test_severity_and_internal_error_read_well() -> None:
    assert str(Severity.WARNING) == "warning"
    assert str(InternalError("a lock without a class", at(TWICE, "nubmer"))) == (
        "a lock without a class (at twice.py:2)"
    )
