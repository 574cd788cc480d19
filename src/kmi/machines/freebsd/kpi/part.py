"""A part of the modelled kernel: a noun with its state, and the functions that it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmi.machines.freebsd.layouts import Record

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel
    from kmi.machines.freebsd.linker import File

__all__ = ["Part"]


class Part:
    """What the parts have in common: the kernel that they are parts of."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    def record(self, struct: str, address: int) -> Record:
        """A struct in memory."""
        return Record(self.kernel.engine, self.kernel.layouts[struct], address)

    def string(self, address: int) -> str:
        """A C string; bytes that are no UTF-8 are kept as they are."""
        return self.kernel.string(address)

    def data(self) -> dict[str, int]:
        """The kernel's variables that this part has: their names and addresses."""
        return {}

    def begun(self) -> None:
        """All parts are there, and nothing has run."""

    # What the linker tells, in this order.

    def linked(self, file: File) -> None:
        """A file is in memory; nothing of it has run."""

    def started(self, file: File) -> None:
        """Its SYSINITs have run."""

    def unlinking(self, file: File) -> None:
        """Its modules are stopped; its SYSUNINITs are to run."""

    def unlinked(self, file: File) -> None:
        """They have run; its memory goes."""
