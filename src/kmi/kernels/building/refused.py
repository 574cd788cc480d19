"""What ends a build: known by who asks for builds, without what makes them."""

from __future__ import annotations

from collections.abc import Sequence

from kmi.language.report.diagnostics import Diagnostic

__all__ = ["BuildError", "CheckFailed", "Refused"]


class CheckFailed(Exception):
    """The module does not compile; `diagnostics` say why."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = list(diagnostics)
        super().__init__(
            "\n".join(f"{found.span}: {found.code}: {found.message}" for found in self.diagnostics)
        )


class Refused(Exception):
    """The kernel would refuse the module; the message says why and what to do."""


class BuildError(Exception):
    """The kernel's build failed, which is no fault of the module: its message has the end of the log."""
