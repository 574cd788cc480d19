"""contigmalloc(9): memory that is contiguous for devices, where they can reach it.

Sources: contigmalloc(9), sys/kern/kern_malloc.c, sys/vm/vm_phys.c (vm_phys_alloc_contig), and pmap(9) for
where memory is.
"""

from __future__ import annotations

from typing import Final

from kmi.machines.cpu.engine import PAGE
from kmi.machines.freebsd.kpi.malloc import NOWAIT, ZERO
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves
from kmi.machines.freebsd.threads import current_thread

__all__ = ["Contigmalloc"]

PAGE_NAME: Final = "contigmalloc(9)"
SOURCE: Final = "sys/kern/kern_malloc.c"


class Contigmalloc(Part):
    """Memory by its physical addresses."""

    @serves(
        "void *contigmalloc(unsigned long size, struct malloc_type *type, int flags, vm_paddr_t low, "
        "vm_paddr_t high, unsigned long alignment, vm_paddr_t boundary)",
        page=PAGE_NAME,
        source=SOURCE,
    )
    def contigmalloc(
        self, size: int, kind: int, flags: int, low: int, high: int, alignment: int, boundary: int
    ) -> int:
        kernel = self.kernel
        if alignment & (alignment - 1) or not alignment:
            raise kernel.panic(f"vm_phys_alloc_contig: alignment must be a power of 2, not {alignment}")
        if boundary & (boundary - 1):
            raise kernel.panic(f"vm_phys_alloc_contig: boundary must be a power of 2, not {boundary}")
        malloc, place = kernel.malloc, kernel.backtrace()
        found = malloc.type_of(kind)
        malloc.check_flags(found, flags)
        if not size or (flags & NOWAIT and kernel.failing("contigmalloc")):
            return 0
        rounded = -(-size // PAGE) * PAGE
        # With M_WAITOK, too: where nothing fits, waiting does not help.
        block = kernel.heap.contiguous(rounded, low, high, alignment, boundary, size)
        if block is None:
            return 0
        block.owner, block.allocated, block.allocated_at = found, current_thread().name, place
        malloc.count(found, rounded)
        if flags & ZERO:
            kernel.engine.poke(block.address, bytes(rounded))
        return block.address

    @serves(
        "void contigfree(void *addr, unsigned long size, struct malloc_type *type)",
        page=PAGE_NAME,
        source=SOURCE,
    )
    def contigfree(self, address: int, size: int, kind: int) -> None:
        self.kernel.malloc.free(address, kind)

    @serves("vm_paddr_t pmap_kextract(vm_offset_t va)", page="pmap(9)", source="sys/amd64/amd64/pmap.c")
    def pmap_kextract(self, address: int) -> int:
        return self.kernel.heap.physical_address(address) or 0
