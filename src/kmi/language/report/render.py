"""Diagnostics as text: the message, the lines of source with what is marked in them, the note and the help.

    error[KMI0201]: there is no `nubmer` here
      --> twice.py:2:16
      |
    1 | def twice(number: int) -> int:
      |           ------ `number` is defined here
    2 |     return 2 * nubmer
      |                ^^^^^^ not defined
      |
      = help: write `number`

``plain`` gives a string, ``styled`` the same in colours for a terminal. Both are made from ``layout``.

Invariants: a caret stands under its character whatever the width of what is before it; nothing in a
source file (control characters, text that runs right to left) reaches the terminal as anything but
visible text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from kmi.language.report.diagnostics import Diagnostic, Severity
from kmi.language.source import Source, Span

if TYPE_CHECKING:
    from rich.text import Text

Line: TypeAlias = list[tuple[str, str]]
"""Pieces of text, each with the name of its style: a key of STYLES."""

STYLES = {
    "": "",
    "error": "bold red",
    "warning": "bold yellow",
    "message": "bold",
    "gutter": "bold blue",
    "secondary": "bold blue",
    "note": "bold",
    "help": "bold green",
}

TAB = 4


def plain(diagnostics: Iterable[Diagnostic]) -> str:
    """All of them as text, an empty line between two and the summary at the end; empty if there is none."""
    lines = _document(list(diagnostics))
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)


def styled(diagnostics: Iterable[Diagnostic]) -> Text:
    """What ``plain`` gives, in colours for a terminal."""
    from rich.text import Text

    result = Text()
    for line in _document(list(diagnostics)):
        for text, style in line:
            result.append(text, style=STYLES[style])
        result.append("\n")
    return result


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """How many there are, and how to learn more of them; empty if there is none."""
    if not diagnostics:
        return ""
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    counts = [(errors, "error"), (len(diagnostics) - errors, "warning")]
    counted = ", ".join(f"{count} {noun}{'s' * (count != 1)}" for count, noun in counts if count)
    worst = [diagnostic for diagnostic in diagnostics if diagnostic.severity is Severity.ERROR] or diagnostics
    first = min(worst, key=lambda diagnostic: diagnostic.order)
    return f"{counted}; `kmi explain {first.code}` says more about the first"


def layout(diagnostic: Diagnostic) -> list[Line]:
    """One diagnostic, line by line."""
    files: dict[Source, list[_Mark]] = {diagnostic.span.source: []}
    primary = _Mark.of(diagnostic.span, diagnostic.label, "^", str(diagnostic.severity))
    files[diagnostic.span.source].append(primary)
    for label in diagnostic.labels:
        mark = _Mark.of(label.span, label.text, "-", "secondary")
        files.setdefault(label.span.source, []).append(mark)
    width = max(len(str(mark.line)) for marks in files.values() for mark in marks)
    lines: list[Line] = [
        [(f"{diagnostic.severity}[{diagnostic.code}]", str(diagnostic.severity)), (": ", "message"),
         (_visible(diagnostic.message), "message")]
    ]  # fmt: skip
    for position, (source, marks) in enumerate(files.items()):
        at = marks[0]
        arrow = "-->" if position == 0 else ":::"
        where = f" {source.path}:{at.line}:{at.character + 1}"
        lines.append([(" " * width + arrow, "gutter"), (_visible(where), "")])
        lines.extend(_excerpt(source, marks, width))
    for name, text in (("note", diagnostic.note), ("help", diagnostic.help)):
        if text:
            lines.extend(_remark(name, text, width))
    return lines


@dataclass(frozen=True, slots=True)
class _Mark:
    """What is underlined in one line: from which display column, how far, with what text."""

    line: int
    start: int
    stop: int
    text: str
    sign: str
    style: str
    character: int

    @staticmethod
    def of(span: Span, text: str, sign: str, style: str) -> _Mark:
        raw = _line(span.source, span.line)
        end = span.end_column if span.end_line == span.line else len(raw.rstrip())
        start = _columns(raw[: span.column]) if span.column <= len(raw) else _columns(raw)
        stop = max(start + 1, _columns(raw[:end]))
        return _Mark(span.line, start, stop, _visible(text), sign, style, span.column)


def _document(diagnostics: list[Diagnostic]) -> list[Line]:
    lines: list[Line] = []
    for diagnostic in diagnostics:
        lines.extend(layout(diagnostic))
        lines.append([])
    if diagnostics:
        lines.append([(summary(diagnostics), "message")])
    return lines


def _excerpt(source: Source, marks: list[_Mark], width: int) -> list[Line]:
    """The marked lines of one file with what is under them, the lines between two of them left out."""
    bar: Line = [(" " * (width + 1) + "|", "gutter")]
    lines: list[Line] = [list(bar)]
    before: int | None = None
    for number in sorted({mark.line for mark in marks}):
        if before is not None and number == before + 2:
            lines.append(_numbered(source, before + 1, width))
        elif before is not None and number > before + 2:
            lines.append([("." * max(3, width), "gutter")])
        lines.append(_numbered(source, number, width))
        lines.extend(_underline([mark for mark in marks if mark.line == number], width))
        before = number
    lines.append(list(bar))
    return lines


def _numbered(source: Source, number: int, width: int) -> Line:
    text = _visible(_line(source, number)).rstrip()
    return [(f"{number:>{width}} | ", "gutter"), (text, "")]


def _underline(marks: list[_Mark], width: int) -> list[Line]:
    """The line of carets, the rightmost mark's text behind it, and the other texts below, right to left."""
    gutter = (" " * (width + 1) + "| ", "gutter")
    order = sorted(marks, key=lambda mark: (mark.start, mark.stop))
    cells: dict[int, tuple[str, str]] = {}
    for mark in sorted(order, key=lambda mark: mark.sign == "^"):
        cells.update({column: (mark.sign, mark.style) for column in range(mark.start, mark.stop)})
    end = max(mark.stop for mark in marks)
    last = order[-1]
    beside = last.text != "" and last.stop == end
    lines = [[gutter, *_row(cells, f" {last.text}" if beside else "", last.style)]]
    waiting = [mark for mark in order if mark.text and not (beside and mark is last)]
    while waiting:
        mark = waiting.pop()
        stems = {other.start: ("|", other.style) for other in waiting if other.start < mark.start}
        padding = " " * (mark.start - (max(stems) + 1 if stems else 0))
        lines.append([gutter, *_row(stems, padding + mark.text, mark.style)])
    return lines


def _row(cells: dict[int, tuple[str, str]], ending: str, style: str) -> Line:
    row: Line = []
    for column in range(max(cells, default=-1) + 1):
        sign, kind = cells.get(column, (" ", ""))
        if row and row[-1][1] == kind:
            row[-1] = (row[-1][0] + sign, kind)
        else:
            row.append((sign, kind))
    return [*row, (ending, style)]


def _remark(name: str, text: str, width: int) -> list[Line]:
    first, *rest = text.split("\n")
    head: Line = [(" " * (width + 1) + "= ", "gutter"), (f"{name}: ", name), (_visible(first), "")]
    indent = " " * (width + 3 + len(name) + 2)
    return [head, *([(indent + _visible(line), "")] for line in rest)]


def _line(source: Source, number: int) -> str:
    """The line of that number; empty one past the end, where the parser may point."""
    return source.lines[number - 1] if 0 < number <= len(source.lines) else ""


def _visible(text: str) -> str:
    """The text with tabs as spaces and with whatever has no visible form replaced."""
    return "".join(" " * TAB if char == "\t" else "\ufffd" if _hidden(char) else char for char in text)


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes as ``_visible`` shows it."""
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if char == "\t":
        return TAB
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
