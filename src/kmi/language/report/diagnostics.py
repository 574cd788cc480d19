"""What the checker tells the author: a diagnostic, and the reporter that collects all of a run.

    reporter.error(
        codes.UNKNOWN_NAME, span, "there is no `nubmer` here",
        label="not defined", labels=[(other, "`number` is defined here")], help="write `number`",
    )

Invariants: a diagnostic has one primary span and any number of labelled others; the same thing is
reported once, however many passes or instances meet it; the order is that of the text and never that of
the passes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from kmi.language.codes.base import Code
from kmi.language.source import Span

_FOLLOWING = ("KMI02", "KMI03")
_ARTICLE = re.compile(r"\b([Aa]) `(?=[AEIOaeio]|[Uu](?:n(?!i)|p))")


class Severity(Enum):
    """How bad: an error ends the command with exit code 3, a warning does not."""

    ERROR = "error"
    WARNING = "warning"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that explains the first one, and what there is to say about it."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake of the author's: what is wrong, where, and how to mend it."""

    code: Code
    severity: Severity
    span: Span
    message: str
    """What is wrong: a sentence without a full stop, lower case, names in backquotes."""
    label: str = ""
    """A few words under the primary span; empty where the message says all."""
    labels: tuple[Label, ...] = ()
    note: str | None = None
    """Why it is so."""
    help: str | None = None
    """What to write instead; lines after the first are code."""

    @property
    def order(self) -> tuple[str, int, int, int, str]:
        """The sort key: position in the text; at one position errors come first."""
        severity = 0 if self.severity is Severity.ERROR else 1
        return str(self.span.source.path), self.span.line, self.span.column, severity, self.code.number

    def __str__(self) -> str:
        return f"{self.span}: {self.severity}[{self.code}]: {self.message}"


class Reporter:
    """Collects the diagnostics of one run, each once."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, Span, str], Diagnostic] = {}

    def error(
        self,
        code: Code,
        span: Span,
        message: str,
        *,
        label: str = "",
        labels: Sequence[tuple[Span, str]] = (),
        note: str | None = None,
        help: str | None = None,
    ) -> None:
        """Reports something that keeps the module from being built."""
        self.report(_make(code, Severity.ERROR, span, message, label, labels, note, help))

    def warning(
        self,
        code: Code,
        span: Span,
        message: str,
        *,
        label: str = "",
        labels: Sequence[tuple[Span, str]] = (),
        note: str | None = None,
        help: str | None = None,
    ) -> None:
        """Reports something that is probably a mistake but has a meaning."""
        self.report(_make(code, Severity.WARNING, span, message, label, labels, note, help))

    def report(self, diagnostic: Diagnostic) -> None:
        """Adds a diagnostic unless the same one is there already."""
        key = diagnostic.code.number, diagnostic.span, diagnostic.message
        self._seen.setdefault(key, diagnostic)

    @property
    def failed(self) -> bool:
        """Whether an error was reported."""
        return any(diagnostic.severity is Severity.ERROR for diagnostic in self._seen.values())

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """All of them in the order of the text, but for what follows from an opaque one in the same line."""
        every = self._seen.values()
        opaque = {(found.span.source, found.span.line) for found in every if found.code.opaque}
        kept = [
            found
            for found in every
            if found.code.opaque
            or not found.code.number.startswith(_FOLLOWING)
            or (found.span.source, found.span.line) not in opaque
        ]
        return sorted(kept, key=lambda diagnostic: diagnostic.order)


class InternalError(Exception):
    """The compiler met something that an earlier pass should have refused: a defect of kmi, never the
    author's.

    The command line prints it with the line of the module where it happened, and asks for a report.
    """

    def __init__(self, message: str, span: Span | None = None) -> None:
        super().__init__(f"{message} (at {span})" if span is not None else message)
        self.span = span


def _make(
    code: Code,
    severity: Severity,
    span: Span,
    message: str,
    label: str,
    labels: Sequence[tuple[Span, str]],
    note: str | None,
    help: str | None,
) -> Diagnostic:
    marks = tuple(Label(where, _grammatical(text)) for where, text in labels)
    note = _grammatical(note) if note else None
    help = _grammatical(help) if help else code.help
    return Diagnostic(
        code, severity, span, _grammatical(message), _grammatical(label), marks, note, help
    )


def _grammatical(text: str) -> str:
    """The text with "an" before the names that need it: messages are put together from names."""
    return _ARTICLE.sub(r"\1n `", text)
