"""A source file and the spans in it: what every node and every diagnostic points at."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file as the front end reads it: its path as the user wrote it, and its text."""

    path: Path
    text: str
    module: str
    """The dotted name under which other modules import it."""
    lines: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(self.text.splitlines()))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source file: lines count from 1, columns from 0, in characters."""

    source: Source = field(repr=False)
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def text(self) -> str:
        """What the author wrote there; of several lines the first."""
        line = self.source.lines[self.line - 1] if self.line <= len(self.source.lines) else ""
        return line[self.column : self.end_column if self.end_line == self.line else None].rstrip()

    def __str__(self) -> str:
        return f"{self.source.path.name}:{self.line}"
