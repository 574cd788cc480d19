"""Diagnostics for programs: ``json`` for kmi's own users, ``sarif`` for code scanners, ``github`` for
its log.

    {"version": 1, "errors": 1, "warnings": 0, "diagnostics": [{"code": "KMI0201", ...}]}

Invariants: lines and columns count from 1 here, columns in characters, and the end column is the one
behind the last character; paths are as the author gave them, with ``/``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from kmi.language.report.diagnostics import Diagnostic, Severity
from kmi.language.report.render import plain
from kmi.language.source import Span

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_json(diagnostics: Sequence[Diagnostic]) -> str:
    """One JSON object with the counts and all diagnostics in the order of the text."""
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    return _dump(
        {
            "version": 1,
            "errors": errors,
            "warnings": len(diagnostics) - errors,
            "diagnostics": [
                {
                    "code": diagnostic.code.number,
                    "severity": str(diagnostic.severity),
                    "message": diagnostic.message,
                    "label": diagnostic.label,
                    **_position(diagnostic.span),
                    "labels": [
                        {"message": label.text, **_position(label.span)} for label in diagnostic.labels
                    ],
                    "note": diagnostic.note,
                    "help": diagnostic.help,
                }
                for diagnostic in diagnostics
            ],
        }
    )


def to_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """A SARIF 2.1.0 log of one run, its rules the codes that occur."""
    codes = sorted({diagnostic.code for diagnostic in diagnostics}, key=lambda code: code.number)
    places = {code.number: index for index, code in enumerate(codes)}
    rules = [
        {
            "id": code.number,
            "shortDescription": {"text": code.title},
            "fullDescription": {"text": code.explanation},
        }
        for code in codes
    ]
    results = [
        {
            "ruleId": diagnostic.code.number,
            "ruleIndex": places[diagnostic.code.number],
            "level": str(diagnostic.severity),
            "message": {"text": _sentence(diagnostic)},
            "locations": [_location(diagnostic.span)],
            "relatedLocations": [
                {"id": index, "message": {"text": label.text}, **_location(label.span)}
                for index, label in enumerate(diagnostic.labels)
            ],
        }
        for diagnostic in diagnostics
    ]
    driver = {"name": "kmi", "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return _dump({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def to_github(diagnostics: Sequence[Diagnostic]) -> str:
    """One workflow command a diagnostic: it becomes an annotation of the line in a review."""
    return "".join(_command(diagnostic) + "\n" for diagnostic in diagnostics)


FORMATS: Mapping[str, Callable[[Sequence[Diagnostic]], str]] = {
    "text": plain,
    "json": to_json,
    "sarif": to_sarif,
    "github": to_github,
}
"""What ``--format`` takes."""


def _command(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    about = {"file": span.source.path.as_posix(), "line": str(span.line), "endLine": str(span.end_line)}
    if span.end_line == span.line:
        about |= {"col": str(span.column + 1), "endColumn": str(span.end_column + 1)}
    about["title"] = f"{diagnostic.code}: {diagnostic.code.title}"
    properties = ",".join(f"{name}={_escape(value, property=True)}" for name, value in about.items())
    return f"::{diagnostic.severity} {properties}::{_escape(_sentence(diagnostic))}"


def _escape(text: str, *, property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property else text


def _sentence(diagnostic: Diagnostic) -> str:
    """The message with its note and help, for readers that show only one text."""
    parts = [diagnostic.message]
    if diagnostic.note:
        parts.append(f"note: {diagnostic.note}")
    if diagnostic.help:
        parts.append(f"help: {diagnostic.help}")
    return "\n".join(parts)


def _position(span: Span) -> dict[str, object]:
    return {
        "file": span.source.path.as_posix(),
        "line": span.line,
        "column": span.column + 1,
        "endLine": span.end_line,
        "endColumn": span.end_column + 1,
    }


def _location(span: Span) -> dict[str, object]:
    region = {
        "startLine": span.line,
        "startColumn": span.column + 1,
        "endLine": span.end_line,
        "endColumn": span.end_column + 1,
    }
    artifact = {"uri": span.source.path.as_posix()}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _dump(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
