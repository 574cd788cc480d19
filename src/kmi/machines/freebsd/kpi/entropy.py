"""random(9): numbers that nobody can guess, but for who knows the seed of the model.

Sources: random(9), sys/libkern/arc4random.c, sys/libkern/arc4random_uniform.c, sys/libkern/random.c.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Entropy"]

PAGE: Final = "random(9)"
SOURCE: Final = "sys/libkern/arc4random.c"


class Entropy(Part):
    """The generators of random numbers; what they give does not change the schedule."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._random = random.Random(kernel.seed ^ 0x5EED)

    @serves("uint32_t arc4random(void)", page=PAGE, source=SOURCE)
    def arc4random(self) -> int:
        return self._random.getrandbits(32)

    @serves("uint32_t arc4random_uniform(uint32_t bound)", page=PAGE, source=SOURCE)
    def arc4random_uniform(self, bound: int) -> int:
        return self._random.randrange(bound) if bound > 1 else 0

    @serves("void arc4random_buf(void *buf, size_t len)", page=PAGE, source=SOURCE)
    def arc4random_buf(self, buffer: int, size: int) -> None:
        self.kernel.engine.write(buffer, self._random.randbytes(size))

    @serves("void arc4rand(void *ptr, u_int length, int reseed)", page=PAGE, source=SOURCE)
    def arc4rand(self, buffer: int, size: int, reseed: int) -> None:
        self.kernel.engine.write(buffer, self._random.randbytes(size))

    @serves("void read_random(void *buf, u_int len)", page=PAGE, source="sys/dev/random/randomdev.c")
    def read_random(self, buffer: int, size: int) -> None:
        self.kernel.engine.write(buffer, self._random.randbytes(size))

    @serves("u_long random(void)", page=PAGE, source="sys/libkern/random.c")
    def random(self) -> int:
        return self._random.getrandbits(31)

    @serves("uint32_t prng32(void)", page="prng(9)", source="sys/kern/subr_prng.c")
    def prng32(self) -> int:
        return self._random.getrandbits(32)

    @serves("uint32_t prng32_bounded(uint32_t bound)", page="prng(9)", source="sys/kern/subr_prng.c")
    def prng32_bounded(self, bound: int) -> int:
        return self._random.randrange(bound) if bound > 1 else 0

    @serves("uint64_t prng64(void)", page="prng(9)", source="sys/kern/subr_prng.c")
    def prng64(self) -> int:
        return self._random.getrandbits(64)
