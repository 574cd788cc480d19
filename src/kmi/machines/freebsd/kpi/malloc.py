"""malloc(9): memory of types, in buckets, and its statistics, as `vmstat -m` shows them.

Sources: malloc(9), sys/kern/kern_malloc.c.

Invariants: what a type has is what its blocks' buckets are; freeing what is not allocated is a panic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from kmi.machines.freebsd.heap import BUCKETS, Block, bucket_of
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves
from kmi.machines.freebsd.threads import current_thread

__all__ = ["Malloc", "Type"]

PAGE_NAME: Final = "malloc(9)"
SOURCE: Final = "sys/kern/kern_malloc.c"
NOWAIT, WAITOK, ZERO, USE_RESERVE = 0x1, 0x2, 0x100, 0x400
VERSION: Final = 2024073001
#: The types that the kernel itself defines, and their names.
KERNEL_TYPES: Final = {
    "M_CACHE": "cache", "M_DEVBUF": "devbuf", "M_TEMP": "temp", "M_IOV": "iov", "M_PARGS": "pargs",
    "M_SESSION": "session", "M_SUBPROC": "subproc", "M_SBUF": "sbuf", "M_EPOCH": "epoch",
}  # fmt: skip


@dataclass
class Type:
    """A type of memory: a `struct malloc_type`, and what there is of it."""

    address: int
    name: str
    allocations: int = 0
    frees: int = 0
    allocated: int = 0
    freed: int = 0
    sizes: set[int] = field(default_factory=set)

    @property
    def in_use(self) -> int:
        """How many blocks there are."""
        return self.allocations - self.frees

    @property
    def bytes(self) -> int:
        """How much memory they take: the sizes of their buckets."""
        return self.allocated - self.freed

    def __str__(self) -> str:
        return f"malloc type {self.name}"


class Malloc(Part):
    """The allocator of the kernel."""

    types: dict[int, Type]

    def data(self) -> dict[str, int]:
        self.types = {}
        addresses = {}
        for symbol, name in KERNEL_TYPES.items():
            address = self.kernel.regions.static(self.kernel.layouts["malloc_type"].size)
            record = self.record("malloc_type", address)
            record["ks_version"] = VERSION
            record["ks_shortdesc"] = self.kernel.regions.text(name)
            self.types[address] = Type(address, name)
            addresses[symbol] = address
        return addresses

    def statistics(self) -> list[tuple[str, int, int, int, tuple[int, ...]]]:
        """What `vmstat -m` shows: of each type its name, blocks and bytes in use, requests, and sizes."""
        return [
            (t.name, t.in_use, t.bytes, t.allocations, tuple(sorted(t.sizes)))
            for t in sorted(self.types.values(), key=lambda t: t.name)
        ]

    # Types.

    @serves("void malloc_init(void *data)", page=PAGE_NAME, source=SOURCE)
    def malloc_init(self, address: int) -> None:
        record = self.record("malloc_type", address)
        if record["ks_version"] != VERSION:
            raise self.kernel.panic("malloc_init: type has a wrong version of the interface")
        self.types[address] = Type(address, self.string(record["ks_shortdesc"]))

    @serves("void malloc_uninit(void *data)", page=PAGE_NAME, source=SOURCE)
    def malloc_uninit(self, address: int) -> None:
        kind = self.type_of(address)
        if kind.in_use > 0 or kind.bytes > 0:
            said = (
                f"Warning: memory type {kind.name} leaked memory on destroy "
                f"({kind.in_use} allocations, {kind.bytes} bytes leaked)."
            )
            self.kernel.console.say(6, said + "\n")
            left = [block for block in self.kernel.heap.live.values() if block.owner is kind]
            lines = []
            for block in left[:8]:
                lines += [f"{block.size} bytes, allocated by {block.allocated}"]
                lines += [f"    at {place}" for place in self.kernel.places(block.allocated_at)]
            self.kernel.report("leak", said, tuple(lines))
        del self.types[address]

    @serves("struct malloc_type *malloc_desc2type(const char *desc)", page=PAGE_NAME, source=SOURCE)
    def malloc_desc2type(self, name: int) -> int:
        wanted = self.string(name)
        return next((t.address for t in self.types.values() if t.name == wanted), 0)

    @serves(
        "void malloc_type_allocated(struct malloc_type *type, unsigned long size)",
        page=PAGE_NAME,
        source=SOURCE,
    )
    def malloc_type_allocated(self, kind: int, size: int) -> None:
        self.count(self.type_of(kind), size)

    @serves(
        "void malloc_type_freed(struct malloc_type *type, unsigned long size)", page=PAGE_NAME, source=SOURCE
    )
    def malloc_type_freed(self, kind: int, size: int) -> None:
        found = self.type_of(kind)
        found.frees += 1
        found.freed += size

    def type_of(self, address: int) -> Type:
        """The type of a `struct malloc_type`."""
        found = self.types.get(address)
        if found is None:
            raise self.kernel.panic("malloc: bad malloc type version")
        return found

    @staticmethod
    def count(kind: Type, size: int) -> None:
        """A block of a type was allocated."""
        kind.allocations += 1
        kind.allocated += size
        if size in BUCKETS:
            kind.sizes.add(size)

    # Allocating.

    @serves("void *malloc(size_t size, struct malloc_type *type, int flags)", page=PAGE_NAME, source=SOURCE)
    def malloc(self, size: int, kind: int, flags: int) -> int:
        return self.allocate(size, self.type_of(kind), flags)

    @serves(
        "void *malloc_domainset(size_t size, struct malloc_type *type, struct domainset *ds, int flags)",
        page=PAGE_NAME,
        source=SOURCE,
    )
    def malloc_domainset(self, size: int, kind: int, domains: int, flags: int) -> int:
        return self.allocate(size, self.type_of(kind), flags)

    @serves(
        "void *mallocarray(size_t nmemb, size_t size, struct malloc_type *type, int flags)",
        page=PAGE_NAME,
        source=SOURCE,
    )
    def mallocarray(self, count: int, size: int, kind: int, flags: int) -> int:
        if count * size >= 1 << 64:
            raise self.kernel.panic(f"mallocarray: {count} * {size} overflowed")
        return self.allocate(count * size, self.type_of(kind), flags)

    @serves(
        "void *mallocarray_domainset(size_t nmemb, size_t size, struct malloc_type *type, "
        "struct domainset *ds, int flags)",
        page=PAGE_NAME,
        source=SOURCE,
    )
    def mallocarray_domainset(self, count: int, size: int, kind: int, domains: int, flags: int) -> int:
        return self.mallocarray(count, size, kind, flags)

    @serves(
        "void *malloc_aligned(size_t size, size_t align, struct malloc_type *type, int flags)",
        page=PAGE_NAME,
        source=SOURCE,
    )
    def malloc_aligned(self, size: int, alignment: int, kind: int, flags: int) -> int:
        if alignment & (alignment - 1) or not 0 < alignment <= 4096:
            raise self.kernel.panic(f"malloc_aligned: wrong align {alignment:#x} size {size:#x}")
        bucket = 1 << (max(size, alignment, 1) - 1).bit_length() if size < 4096 else size
        return self.allocate(size, self.type_of(kind), flags, bucket_of(max(bucket, 16)))

    def allocate(self, size: int, kind: Type, flags: int, bucket: int = 0) -> int:
        """Memory of a type; the address, or 0 if there is none and the flags forbid to wait."""
        self.check_flags(kind, flags)
        bucket = bucket or bucket_of(size)
        # Taken before anything can be interrupted: afterwards the processor has another's frames.
        thread, place = current_thread(), self.kernel.backtrace()
        if flags & NOWAIT and self.kernel.failing("malloc"):
            return 0
        block = self.kernel.heap.allocate(size, bucket)
        while block is None:
            if flags & NOWAIT:
                return 0
            self.kernel.threads.block(f"vmwait: {size} bytes of {kind}")
            block = self.kernel.heap.allocate(size, bucket)
        block.owner, block.allocated, block.allocated_at = kind, thread.name, place
        self.count(kind, bucket)
        if flags & ZERO:
            self.kernel.engine.poke(block.address, bytes(bucket))
        return block.address

    def check_flags(self, kind: Type, flags: int) -> None:
        """Whether memory may be allocated here, in this way."""
        kernel, thread = self.kernel, current_thread()
        if flags & (NOWAIT | WAITOK) not in (NOWAIT, WAITOK):
            kernel.console.say(6, f"Bad malloc flags: {flags & (NOWAIT | WAITOK):x}\n")
            kernel.report(
                "malloc", f"Bad malloc flags: {flags:#x}: exactly one of M_WAITOK and M_NOWAIT", kernel.here()
            )
        if thread.critical:
            raise kernel.panic("malloc: called with spinlock or critical section held")
        if flags & WAITOK:
            if thread.interrupt:
                raise kernel.panic("malloc(M_WAITOK) in interrupt context")
            if thread.no_sleeping:
                raise kernel.panic("malloc(M_WAITOK) with sleeping prohibited")
            kernel.witness.warn(f'malloc(M_WAITOK) of "{kind.name}"')

    # Freeing.

    @serves("void free(void *addr, struct malloc_type *type)", page=PAGE_NAME, source=SOURCE)
    def free(self, address: int, kind: int) -> None:
        if address:
            self._free(self._block("free", address), kind)

    @serves("void zfree(void *addr, struct malloc_type *type)", page=PAGE_NAME, source=SOURCE)
    def zfree(self, address: int, kind: int) -> None:
        if address:
            block = self._block("zfree", address)
            self.kernel.engine.poke(address, bytes(block.bucket))
            self._free(block, kind)

    def _block(self, function: str, address: int) -> Block:
        block = self.kernel.heap.live.get(address)
        if block is not None:
            return block
        gone = self.kernel.heap.freed(address)
        if gone is not None:
            about = self.kernel.heap.about(gone)
            raise self.kernel.panic(f"Duplicate free of {address:#x} from zone malloc-{gone.bucket}: {about}")
        raise self.kernel.panic(
            f"{function}: address {address:#x}({address & -4096:#x}) has not been allocated"
        )

    def _free(self, block: Block, address: int) -> None:
        kernel, thread = self.kernel, current_thread()
        if thread.critical:
            raise kernel.panic("free: called with spinlock or critical section held")
        kind = self.type_of(address)
        if isinstance(block.owner, Type) and block.owner is not kind:
            kernel.report(
                "malloc",
                f"{block.size} bytes of {block.owner} are freed as of {kind}",
                (*kernel.here(), *kernel.heap.about(block).split("\n")),
            )
        kind.frees += 1
        kind.freed += block.bucket
        block.freed, block.freed_at = thread.name, kernel.backtrace()
        kernel.locks.forget(block.address, block.address + block.bucket)
        kernel.heap.release(block)

    # Changing the size.

    @serves(
        "void *realloc(void *addr, size_t size, struct malloc_type *type, int flags)",
        page=PAGE_NAME,
        source=SOURCE,
    )
    def realloc(self, address: int, size: int, kind: int, flags: int) -> int:
        found = self.type_of(kind)
        if not address:
            return self.allocate(size, found, flags)
        self.check_flags(found, flags)
        block = self._block("realloc", address)
        has = block.bucket
        if size <= has and (size > has >> 1 or has == BUCKETS[0]):
            self.kernel.heap.resize(block, size)
            return address
        fresh = self.allocate(size, found, flags)
        if fresh:
            engine = self.kernel.engine
            engine.poke(fresh, engine.peek(address, min(size, block.bucket)))
            self._free(block, kind)
        return fresh

    @serves(
        "void *reallocf(void *addr, size_t size, struct malloc_type *type, int flags)",
        page=PAGE_NAME,
        source=SOURCE,
    )
    def reallocf(self, address: int, size: int, kind: int, flags: int) -> int:
        fresh = self.realloc(address, size, kind, flags)
        if not fresh and address:
            self.free(address, kind)
        return fresh

    @serves("size_t malloc_size(size_t size)", page=PAGE_NAME, source=SOURCE)
    def malloc_size(self, size: int) -> int:
        return bucket_of(size)

    @serves("size_t malloc_usable_size(const void *addr)", page=PAGE_NAME, source=SOURCE)
    def malloc_usable_size(self, address: int) -> int:
        if not address:
            return 0
        block = self._block("malloc_usable_size", address)
        self.kernel.heap.resize(block, block.bucket)
        return block.bucket
