"""A module that does not compile: known by who asks for builds, without what makes them."""

from __future__ import annotations

from collections.abc import Sequence

from kmi.language.report.diagnostics import Diagnostic

__all__ = ["CheckFailed"]


class CheckFailed(Exception):
    """The module does not compile; `diagnostics` say why."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = list(diagnostics)
        super().__init__(
            "\n".join(f"{found.span}: {found.code}: {found.message}" for found in self.diagnostics)
        )
