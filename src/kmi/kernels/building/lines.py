"""A line of Python that a place in machine code came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Line"]


@dataclass(frozen=True)
class Line:
    """A line of Python that a place is, or that a function inlined at the place was called from."""

    path: Path
    number: int
    #: The function's name in C.
    function: str

    def __str__(self) -> str:
        return f"{self.path.name}:{self.number} in {self.function}"
