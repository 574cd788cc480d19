"""All parts of the modelled kernel, in the order in which they are made and told of files."""

from __future__ import annotations

from typing import Final

from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.kpi.printing import Printing

__all__ = ["PARTS"]

PARTS: Final[tuple[type[Part], ...]] = (
    Printing,
)  # fmt: skip
"""One line each; the linker comes before them. One finds another by `kernel.part(Other)`."""
