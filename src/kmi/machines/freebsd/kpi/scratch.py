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
        at = self.take(size)
        try:
            yield at
        finally:
            self.give_back(at, size)

    def take(self, size: int) -> int:
        """Zeroed memory, until it is given back."""
        whole = _whole(size)
        free = self._free.setdefault(whole, [])
        at = free.pop() if free else self.kernel.regions.static(whole)
        self.kernel.engine.write(at, bytes(whole))
        return at

    def give_back(self, at: int, size: int) -> None:
        """Memory of that size that nobody uses any more."""
        whole = _whole(size)
        self.kernel.engine.write(at, GONE * whole)
        self._free[whole].append(at)


def _whole(size: int) -> int:
    return 1 << max(size - 1, 63).bit_length()
