"""Memory of the kernel's own for as long as a call runs: the uio of a read, the argument of an ioctl.

    with kernel.part(Scratch).lent(48) as address: ...

Invariant: once a call is over what it was lent is overwritten, so that a driver that kept its address reads
no sense.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.kpi.part import Part

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Scratch"]

GONE: Final = b"\xdf"


class Scratch(Part):
    """Lends memory, in powers of two."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._free: dict[int, list[int]] = {}

    @contextmanager
    def lent(self, size: int) -> Iterator[int]:
        """Zeroed memory; its address."""
        whole = 1 << max(size - 1, 63).bit_length()
        free = self._free.setdefault(whole, [])
        at = free.pop() if free else self.kernel.regions.static(whole)
        self.kernel.engine.write(at, bytes(whole))
        try:
            yield at
        finally:
            self.kernel.engine.write(at, GONE * whole)
            free.append(at)
