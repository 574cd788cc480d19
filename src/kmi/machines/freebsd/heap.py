"""The memory that malloc(9) and its like give out, each byte of which knows whether it may be touched.

    heap = Heap(engine, random)
    block = heap.allocate(100, 128)          # 100 bytes of a bucket of 128; None if there is no memory
    heap.release(block)

What is up to a page small comes from pages of the direct map, the rest from the kernel map, whose pages lie
anywhere in physical memory. Behind each block lies some that nobody has, and what was freed is not given out
again soon, so that an access too far, and one too late, is noticed: it is a fault that names the block.

Source: sys/kern/kern_malloc.c, sys/vm/uma_core.c, sys/kern/subr_asan.c (what is marked when).

Invariant: a byte is good exactly while it belongs to a block that is allocated, up to the size that was asked
for; malloc_usable_size(9) makes the rest of the bucket good.
"""

from __future__ import annotations

import mmap
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from kmi.machines.cpu.engine import PAGE, Engine
from kmi.machines.freebsd.memory import DIRECT_MAP, KERNEL_MAP, KERNEL_MAP_SIZE
from kmi.machines.freebsd.physical import RUNS, Physical

__all__ = ["BUCKETS", "Block", "Heap", "bucket_of"]

BUCKETS: Final = (
    16, 32, 64, 128, 256, 384, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536,
)  # fmt: skip
"""The sizes of malloc's zones."""
SMALL: Final = 2048
"""Up to here several blocks share a page."""
GUARD: Final = 16
KEPT: Final = 24
"""How many freed blocks of a size wait before one of them is given out again."""
JUNK: Final = (0xDEADC0DE).to_bytes(4, "little")
"""What freed memory is filled with, as by a kernel with INVARIANTS."""
GOOD: Final = tuple(b"\1" * size for size in range(65))


def bucket_of(size: int) -> int:
    """How much an allocation of that size really takes: a bucket, or whole pages."""
    for bucket in BUCKETS:
        if size <= bucket:
            return bucket
    return -(-size // PAGE) * PAGE


@dataclass(slots=True, eq=False)
class Block:
    """A piece of memory that was given out."""

    address: int
    size: int
    """What was asked for, in bytes."""
    bucket: int
    """What there is."""
    owner: Any = None
    """Whose it is, for who asked: of malloc, its type."""
    allocated: str = ""
    """By whom, and where the calls came from: return addresses."""
    allocated_at: list[int] = field(default_factory=list)
    freed: str = ""
    freed_at: list[int] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    """Its physical pages, of a large one."""
    contiguous: bool = False
    live: bool = True


class _Arena:
    """A range of addresses, and which of its bytes are good."""

    def __init__(self, base: int, size: int) -> None:
        self.base = base
        self.end = base + size
        self.good = mmap.mmap(-1, size)  # which takes memory only where something was marked


class Heap:
    """All memory that can be given out."""

    def __init__(self, engine: Engine, random: random.Random) -> None:
        self.engine = engine
        self.random = random
        self.physical = Physical(random)
        self.live: dict[int, Block] = {}
        self._gone: dict[int, Block] = {}
        self._free: dict[int, list[int]] = {}
        self._resting: dict[int, deque[Block]] = {}
        self._next = KERNEL_MAP
        self._pages: dict[int, int] = {}
        """The physical page of each page of the kernel map."""
        self.seen: Callable[[int, int, bool], None] | None = None
        """Is told of each good access."""
        self.describe: Callable[[list[int]], tuple[str, ...]] = lambda at: tuple(f"{a:#x}" for a in at)
        self._arenas = [_Arena(DIRECT_MAP + first, last - first) for first, last in RUNS]
        self._kernel = _Arena(KERNEL_MAP, KERNEL_MAP_SIZE)
        for arena in self._arenas:
            engine.map(arena.base, arena.end - arena.base)
        self._arenas.append(self._kernel)
        for arena in self._arenas:
            engine.watch(arena.base, arena.end - 1, self._looker(arena))

    def _looker(self, arena: _Arena) -> Callable[[int, int, bool], str | None]:
        base, good = arena.base, arena.good

        def look(address: int, size: int, write: bool) -> str | None:
            at = address - base
            if good[at : at + size] == (GOOD[size] if size < 65 else b"\1" * size):
                if self.seen is not None:
                    self.seen(address, size, write)
                return None
            return self._wrong(address, size)

        return look

    # Giving out, and taking back.

    def allocate(self, size: int, bucket: int) -> Block | None:
        """A block; None if there is no memory left."""
        pages: list[int] = []
        address = self._small(bucket) if bucket <= SMALL else self._large(bucket, pages)
        if address is None:
            return None
        block = Block(address, size, bucket, pages=pages)
        self._gone.pop(address, None)
        self.live[address] = block
        self._mark(address, size, 1)
        return block

    def contiguous(
        self, size: int, low: int, high: int, alignment: int, boundary: int, asked: int
    ) -> Block | None:
        """Whole pages that are contiguous in physical memory; see `Physical.contiguous`."""
        at = self.physical.contiguous(size // PAGE, low, high, alignment, boundary)
        if at is None:
            return None
        block = Block(DIRECT_MAP + at, asked, size, contiguous=True)
        self._gone.pop(block.address, None)
        self.live[block.address] = block
        self._mark(block.address, size, 1)
        return block

    def release(self, block: Block) -> None:
        """Take a block back."""
        del self.live[block.address]
        self._gone[block.address] = block
        self._mark(block.address, block.bucket, 0)
        self.engine.poke(block.address, JUNK * (block.bucket // 4))
        block.live = False
        if block.contiguous:
            self.physical.give_back(block.address - DIRECT_MAP, block.bucket // PAGE)
            return
        resting = self._resting.setdefault(block.bucket, deque())
        resting.append(block)
        if len(resting) > KEPT:
            at = self.random.randrange(len(resting) // 2 + 1)
            again = resting[at]
            del resting[at]
            self._give_up(again)

    def _give_up(self, block: Block) -> None:
        """What was freed long ago can be given out again."""
        for page in block.pages:
            self.physical.give_back(page)
        self._free.setdefault(block.bucket, []).append(block.address)

    def resize(self, block: Block, size: int) -> None:
        """Another size of the same bucket was asked for."""
        block.size = size
        self._mark(block.address, block.bucket, 0)
        self._mark(block.address, size, 1)

    def _small(self, bucket: int) -> int | None:
        free = self._free.setdefault(bucket, [])
        if not free:
            page = self.physical.page()
            if page is None:
                return None
            address = DIRECT_MAP + page
            self.engine.poke(address, JUNK * (PAGE // 4))
            alignment = bucket & -bucket
            stride = -(-(bucket + GUARD) // alignment) * alignment
            # Never at the end of the page, whose neighbour may be another's.
            free.extend(range(address, address + PAGE - bucket - GUARD + 1, stride))
            self.random.shuffle(free)
        return free.pop()

    def _large(self, bucket: int, pages: list[int]) -> int | None:
        for _ in range(bucket // PAGE):
            page = self.physical.page()
            if page is None:
                for taken in pages:
                    self.physical.give_back(taken)
                pages.clear()
                return None
            pages.append(page)
        free = self._free.get(bucket)
        if free:
            address = free.pop()
        else:
            address = self._next
            if address + bucket > KERNEL_MAP + KERNEL_MAP_SIZE:
                for taken in pages:
                    self.physical.give_back(taken)
                pages.clear()
                return None
            self._next += bucket + PAGE
            self.engine.map(address, bucket)
            self.engine.poke(address, JUNK * (bucket // 4))
        for number, page in enumerate(pages):
            self._pages[address + number * PAGE] = page
        return address

    # Asking.

    def physical_address(self, address: int) -> int | None:
        """Where in physical memory an address is; None of one that is not mapped here."""
        if address >= KERNEL_MAP:
            page = self._pages.get(address & -PAGE)
            return None if page is None else page + address % PAGE
        return address - DIRECT_MAP

    def near(self, address: int) -> Block | None:
        """The block that an address is in or just behind, allocated or freed."""
        best: Block | None = None
        for blocks in (self.live, self._gone):
            for block in blocks.values():
                reach = max(block.bucket, block.size) + GUARD + PAGE
                if block.address - GUARD <= address < block.address + reach and (
                    best is None or abs(address - block.address) < abs(address - best.address)
                ):
                    best = block
        return best

    def freed(self, address: int) -> Block | None:
        """The block that began at an address, and was freed."""
        return self._gone.get(address)

    def _wrong(self, address: int, size: int) -> str:
        block = self.near(address)
        if block is None:
            return "memory that nobody has allocated"
        what = self.about(block)
        into = address - block.address
        if not block.live and 0 <= into < block.bucket:
            return f"use after free, {into} bytes into {what}"
        if into < 0:
            return f"{-into} bytes before {what}"
        if into + size > block.size > into:
            return f"across the end of {what}"
        return f"{into - block.size} bytes behind the end of {what}"

    def about(self, block: Block) -> str:
        """A block, for a message: whose it is, and who allocated and freed it, where."""
        lines = [f"{block.size} bytes of {block.owner or 'the kernel'}"]
        if block.allocated:
            lines.append(f"allocated by {block.allocated}")
            lines += [f"    at {place}" for place in self.describe(block.allocated_at)]
        if block.freed:
            lines.append(f"freed by {block.freed}")
            lines += [f"    at {place}" for place in self.describe(block.freed_at)]
        return "\n    ".join(lines)

    def _mark(self, address: int, size: int, good: int) -> None:
        for arena in self._arenas:
            if arena.base <= address < arena.end:
                at = address - arena.base
                arena.good[at : at + size] = bytes((good,)) * size
