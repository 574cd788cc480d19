"""The processors of the machine, and what each has for itself: pcpu(9), counter(9), smp(9).

Sources: counter(9), sys/kern/subr_counter.c, sys/kern/subr_smp.c, sys/amd64/include/pcpu.h.

Invariant: what belongs to a processor lies as far from `__pcpu[0]` on each as on the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Processors"]

PAGE: Final = "counter(9)"
SOURCE: Final = "sys/kern/subr_counter.c"
STRIDE: Final = 4096
"""UMA_PCPU_ALLOC_SIZE: from a processor's data to the next one's."""


class Processors(Part):
    """Counters of which each processor has a part."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._free: list[int] = []
        self._taken: set[int] = set()

    def data(self) -> dict[str, int]:
        threads, static, write = self.kernel.threads, self.kernel.regions.static, self.kernel.engine.write
        count = threads.processors
        found = {"__pcpu": threads.data}
        for name, value in {
            "mp_ncpus": count,
            "mp_maxid": count - 1,
            "smp_started": 1,
            "smp_cpus": count,
        }.items():
            found[name] = static(4)
            write(found[name], value.to_bytes(4, "little"))
        found["all_cpus"] = static(128)
        write(found["all_cpus"], ((1 << count) - 1).to_bytes(8, "little"))
        found["cpuid_to_pcpu"] = static(8 * 1024)
        for number in range(count):
            address = threads.data + number * STRIDE
            write(found["cpuid_to_pcpu"] + 8 * number, address.to_bytes(8, "little"))
        return found

    @serves("uint64_t *counter_u64_alloc(int flags)", page=PAGE, source=SOURCE)
    def counter_u64_alloc(self, flags: int) -> int:
        kernel = self.kernel
        if flags & 0x1 and kernel.failing("counter_u64_alloc"):
            return 0
        if not flags & 0x1:
            kernel.witness.warn("counter_u64_alloc")
        if not self._free:
            area = kernel.regions.static(STRIDE * kernel.threads.processors)
            self._free = [area + at - kernel.threads.data for at in range(STRIDE - 8, -8, -8)]
        counter = self._free.pop()
        self._taken.add(counter)
        self._zero(counter)
        return counter

    def _places(self, counter: int) -> list[int]:
        if counter not in self._taken:
            raise self.kernel.panic(f"counter_u64: there is no counter {counter:#x}")
        first = self.kernel.threads.data + counter
        return [first + number * STRIDE for number in range(self.kernel.threads.processors)]

    def _zero(self, counter: int) -> None:
        for place in self._places(counter):
            self.kernel.engine.write(place, bytes(8))

    @serves("void counter_u64_free(uint64_t *c)", page=PAGE, source=SOURCE)
    def counter_u64_free(self, counter: int) -> None:
        if counter:
            self._places(counter)
            self._taken.remove(counter)
            self._free.insert(0, counter)

    @serves("void counter_u64_zero(uint64_t *c)", page=PAGE, source=SOURCE)
    def counter_u64_zero(self, counter: int) -> None:
        self._zero(counter)

    @serves("uint64_t counter_u64_fetch(uint64_t *c)", page=PAGE, source=SOURCE)
    def counter_u64_fetch(self, counter: int) -> int:
        self.kernel.threads.preempt()
        read = self.kernel.engine.read
        return (
            sum(int.from_bytes(read(place, 8), "little") for place in self._places(counter)) & (1 << 64) - 1
        )
