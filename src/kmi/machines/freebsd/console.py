"""The kernel's message buffer: what printf(9) and log(9) wrote, line by line, as dmesg shows it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Console", "Record"]


@dataclass(frozen=True)
class Record:
    """A line, and how urgent it is: 0, an emergency, to 7, for who debugs."""

    level: int
    text: str


class Console:
    """The message buffer."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._open: Record | None = None

    def say(self, level: int, text: str) -> None:
        """Add text, which may be a part of a line, or several; what is no UTF-8 is shown as U+FFFD."""
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        *whole, rest = text.split("\n")
        for line in whole:
            begun = self._open
            self._open = None
            self.records.append(
                Record(level, line) if begun is None else Record(begun.level, begun.text + line)
            )
        if rest:
            begun = self._open
            self._open = Record(level, rest) if begun is None else Record(begun.level, begun.text + rest)

    def lines(self) -> list[Record]:
        """All lines, one that has not ended included."""
        return [*self.records, *([self._open] if self._open is not None else [])]
