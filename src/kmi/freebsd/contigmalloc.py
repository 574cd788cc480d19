# mypy: disable-error-code="empty-body"
"""contigmalloc(9): memory that lies in one piece where devices see it, within bounds of theirs.

    ring = contigmalloc(16384, self.type, M_WAITOK | M_ZERO, high=1 << 32, boundary=65536)
    info(f"the device is told {ring.physical:#x}")

See contigmalloc(9); vm/vm_phys.c.
"""

from typing import Final

from kmi.freebsd.malloc import M_NOWAIT, M_WAITOK, Block, MallocType
from kmi.interface import confined, provided, raises, sleeps_with

__all__ = ["ANYWHERE", "Contiguous", "contigmalloc"]

ANYWHERE: Final = 0x7FFFFFFFFFFFFFFF
"""A bound beyond all physical memory."""


@provided
@sleeps_with("flags", M_WAITOK, M_NOWAIT)
@raises(MemoryError, ValueError)
def contigmalloc(
    size: int,
    type: MallocType,
    flags: int,
    low: int = 0,
    high: int = ANYWHERE,
    alignment: int = 4096,
    boundary: int = 0,
) -> "Contiguous":
    """Physically contiguous memory of `size` bytes: whole pages, all from the address `low` to below `high`.

    It begins at a multiple of `alignment` and crosses no multiple of `boundary`: with 1 MiB it may lie within
    0 to 1 MiB or 1 to 2 MiB, and not from 1.9 to 2.1 MiB; 0 is no such bound. Both are powers of two.
    MemoryError where no memory is like that, with M_WAITOK, too; ValueError if `size` is not above 0, for
    bounds below 0, and where `alignment` or `boundary` is no power of two.
    """
    ...


@provided
@confined
class Contiguous(Block):
    """Memory from contigmalloc(9)."""

    @property
    @raises(ValueError)
    def physical(self) -> int:
        """The physical address of its first byte."""
        ...
