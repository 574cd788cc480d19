"""contigmalloc(9): memory in one piece, counted under a type of the module's own."""

from kmi.integers import u8, u64, usize
from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_contiguous_free,
    kmi_freebsd_contiguous_new,
    pmap_kextract,
)
from kmi.kernels.freebsd.freebsd.malloc import Block, MallocType, check_size
from kmi.unsafe import Pointer, cast, unsafe

ANYWHERE: usize = 0x7FFFFFFFFFFFFFFF


def contigmalloc(
    size: int,
    type: MallocType,
    flags: int,
    low: int = 0,
    high: int = ANYWHERE,
    alignment: int = 4096,
    boundary: int = 0,
) -> "Contiguous":
    return Contiguous(type, size, flags, low, high, alignment, boundary)


class Contiguous(Block):
    """Whole pages, one behind the other."""

    def __init__(
        self, type: MallocType, size: int, flags: int, low: int, high: int, alignment: int, boundary: int
    ) -> None:
        super().__init__(type)
        check_size(size)
        if size == 0 or low < 0 or high < 0:
            raise ValueError(f"{size} bytes from {low} to {high}")
        if alignment < 1 or alignment & (alignment - 1) != 0:
            raise ValueError(f"the alignment {alignment} is no power of two")
        if boundary < 0 or boundary & (boundary - 1) != 0:
            raise ValueError(f"the boundary {boundary} is no power of two")
        with unsafe("FreeBSD refuses what it cannot give"):
            self._take(
                kmi_freebsd_contiguous_new(type._type, size, flags, low, high, alignment, boundary), size
            )

    @property
    def physical(self) -> int:
        self._there()
        with unsafe("it is not freed"):
            return cast(int, pmap_kextract(cast(u64, self._memory)))

    def _release(self, memory: Pointer[u8], size: usize, zero: bool) -> None:
        with unsafe("it is the memory of this object, which has it no more"):
            kmi_freebsd_contiguous_free(self._type._type, memory, size, zero)
