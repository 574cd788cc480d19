"""Where things are in the modelled kernel's address space.

    regions = Regions(engine)
    regions.static(112)               # zeroed memory that stays: a struct of the kernel's
    regions.gate()                    # an address for a function that Python serves

Invariants: regions do not overlap, and what lies between them is not mapped.
"""

from __future__ import annotations

from typing import Final

from kmi.machines.cpu.engine import GATE, PAGE, Engine

__all__ = ["DIRECT_MAP", "KERNEL_MAP", "KERNEL_MAP_SIZE", "Regions"]

GATES: Final = 0xFFFF_FFFF_8020_0000
MOST_GATES: Final = 4096
DATA: Final = 0xFFFF_FFFF_8180_0000
DATA_SIZE: Final = 8 << 20
MODULES: Final = 0xFFFF_FFFF_8220_0000
"""Where modules are linked: within 2 GiB of the end, as the kernel's code model wants it."""
STACKS: Final = 0xFFFF_FE00_4000_0000
DIRECT_MAP: Final = 0xFFFF_F800_0000_0000
"""Where physical address 0 is: all physical memory is mapped from here on."""
KERNEL_MAP: Final = 0xFFFF_FE08_0000_0000
"""Where what is larger than a page is mapped, whose pages lie anywhere."""
KERNEL_MAP_SIZE: Final = 512 << 20


class Regions:
    """The layout of a kernel's memory."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        engine.gates(GATES, MOST_GATES)
        engine.map(DATA, DATA_SIZE)
        self._gates = 0
        self._data = DATA
        self._modules = MODULES
        self._stacks: list[int] = []
        self._next_stack = STACKS
        self.returned = self.gate()
        """The gate to which the outermost call returns."""

    def gate(self) -> int:
        """A new gate."""
        if self._gates == MOST_GATES:
            raise ValueError("no room for more functions of the kernel")
        self._gates += 1
        return GATES + GATE * (self._gates - 1)

    def static(self, size: int) -> int:
        """Zeroed memory that is never given back."""
        at = self._data
        self._data += -(-size // 64) * 64
        if self._data > DATA + DATA_SIZE:
            raise ValueError("the modelled kernel's own data is full")
        return at

    def text(self, data: str) -> int:
        """A string of the kernel's, ended by a NUL."""
        encoded = data.encode() + b"\0"
        at = self.static(len(encoded))
        self.engine.write(at, encoded)
        return at

    def module(self, size: int = 0) -> int:
        """Where the next module goes; a page that is never mapped lies between two."""
        at = self._modules
        self._modules += -(-size // PAGE) * PAGE + PAGE if size else 0
        return at

    def stack(self, size: int) -> int:
        """A stack, with nothing mapped below it: running out of it is a fault."""
        if self._stacks:
            return self._stacks.pop()
        at = self._next_stack
        self._next_stack += size + PAGE
        self.engine.map(at, size)
        return at

    def give_back_stack(self, at: int, size: int) -> None:
        """A stack that no thread runs on any more."""
        self.engine.write(at, bytes(size))
        self._stacks.append(at)
