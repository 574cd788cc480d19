"""What a computer lacks to build for a kernel, and the shell line that brings it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Missing", "ProvisionError"]


@dataclass(frozen=True)
class Missing:
    """Something that this computer lacks."""

    #: What it is, and what for.
    what: str
    #: The shell line that installs it.
    line: str


class ProvisionError(Exception):
    """A kernel cannot be made ready here; ``missing`` says what to do about it by hand."""

    def __init__(self, message: str, missing: list[Missing] | None = None) -> None:
        self.missing = missing or []
        super().__init__("\n".join([message, *(f"  {lack.line}" for lack in self.missing)]))
