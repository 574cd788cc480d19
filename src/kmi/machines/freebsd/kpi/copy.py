"""copy(9), fetch(9), store(9), casuword(9): the memory of the running thread's process.

A thread of the kernel has no user memory: all of these fail in it. Sources: the manual pages,
sys/amd64/amd64/copyout.c, sys/amd64/amd64/support.S, sys/kern/subr_uio.c.

Invariants: user memory is not mapped for the kernel's code, so what touches it without these faults, as with
SMAP; a copy that faults has copied what lies before the fault.
"""

from __future__ import annotations

from typing import Final

from kmi.machines.freebsd.errors import EFAULT, ENAMETOOLONG
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves
from kmi.machines.freebsd.threads import current_thread

__all__ = ["USER_END", "Copying"]

SOURCE: Final = "sys/amd64/amd64/support.S"
STORES: Final = "sys/kern/subr_uio.c"
USER_END: Final = 0x8000_0000_0000 - 4096
"""VM_MAXUSER_ADDRESS_LA48."""
MINUS_ONE: Final = -1


class Copying(Part):
    """Copies between the kernel and user space."""

    def copy_in(self, source: int, target: int, size: int) -> int:
        """Copy from user space; an errno."""
        memory = current_thread().memory
        if source < 0 or source + size > USER_END:
            return EFAULT
        self.kernel.threads.preempt()
        at = 0
        while at < size:
            data = memory.copy_in(source + at, size - at) if memory is not None else b""
            if not data:
                return EFAULT
            self.kernel.engine.write(target + at, data)
            at += len(data)
        return 0

    def copy_out(self, source: int, target: int, size: int) -> int:
        """Copy to user space; an errno."""
        memory = current_thread().memory
        if target < 0 or target + size > USER_END:
            return EFAULT
        self.kernel.threads.preempt()
        at = 0
        data = memoryview(self.kernel.engine.read(source, size)) if size else memoryview(b"")
        while at < size:
            count = memory.copy_out(target + at, data[at:]) if memory is not None else 0
            if not count:
                return EFAULT
            at += count
        return 0

    @serves("int copyin(const void *uaddr, void *kaddr, size_t len)", page="copy(9)", source=SOURCE)
    def copyin(self, source: int, target: int, size: int) -> int:
        self.kernel.witness_warn("copyin")
        return self.copy_in(source, target, size)

    @serves("int copyin_nofault(const void *uaddr, void *kaddr, size_t len)", page="copy(9)", source=STORES)
    def copyin_nofault(self, source: int, target: int, size: int) -> int:
        return self.copy_in(source, target, size)

    @serves("int copyout(const void *kaddr, void *uaddr, size_t len)", page="copy(9)", source=SOURCE)
    def copyout(self, source: int, target: int, size: int) -> int:
        self.kernel.witness_warn("copyout")
        return self.copy_out(source, target, size)

    @serves("int copyout_nofault(const void *kaddr, void *uaddr, size_t len)", page="copy(9)", source=STORES)
    def copyout_nofault(self, source: int, target: int, size: int) -> int:
        return self.copy_out(source, target, size)

    @serves(
        "int copyinstr(const void *uaddr, void *kaddr, size_t len, size_t *done)",
        page="copy(9)",
        source=SOURCE,
    )
    def copyinstr(self, source: int, target: int, size: int, done: int) -> int:
        self.kernel.witness_warn("copyinstr")
        memory = current_thread().memory
        status, taken = ENAMETOOLONG, b""
        while len(taken) < size:
            at = source + len(taken)
            part = memory.copy_in(at, size - len(taken)) if memory is not None and at < USER_END else b""
            if not part:
                status = EFAULT
                break
            head, nul, _ = part.partition(b"\0")
            taken += head + nul
            if nul:
                status = 0
                break
        if taken:
            self.kernel.engine.write(target, taken)
        if done and status != EFAULT:
            self.kernel.engine.write(done, len(taken).to_bytes(8, "little"))
        return status

    # fetch(9) and store(9): one value, whole or not at all.

    def fetch(self, source: int, size: int) -> int | None:
        """A value in user space; None where it cannot be read."""
        memory = current_thread().memory
        data = memory.copy_in(source, size) if memory is not None and source + size <= USER_END else b""
        return int.from_bytes(data, "little") if len(data) == size else None

    def _store(self, target: int, value: int, size: int) -> int:
        memory = current_thread().memory
        if memory is None or target + size > USER_END or len(memory.copy_in(target, size)) < size:
            return MINUS_ONE
        data = (value & (1 << 8 * size) - 1).to_bytes(size, "little")
        return 0 if memory.copy_out(target, data) == size else MINUS_ONE

    def _fetch_into(self, source: int, target: int, size: int) -> int:
        value = self.fetch(source, size)
        if value is None:
            return MINUS_ONE
        self.kernel.engine.write(target, value.to_bytes(size, "little"))
        return 0

    @serves("int fubyte(volatile const void *base)", page="fetch(9)", source=SOURCE)
    def fubyte(self, source: int) -> int:
        value = self.fetch(source, 1)
        return MINUS_ONE if value is None else value

    @serves("int fuword16(volatile const void *base)", page="fetch(9)", source=SOURCE)
    def fuword16(self, source: int) -> int:
        value = self.fetch(source, 2)
        return MINUS_ONE if value is None else value

    @serves("int32_t fuword32(volatile const void *base)", page="fetch(9)", source=STORES)
    def fuword32(self, source: int) -> int:
        value = self.fetch(source, 4)
        return MINUS_ONE if value is None else value

    @serves("int64_t fuword64(volatile const void *base)", page="fetch(9)", source=STORES)
    @serves("long fuword(volatile const void *base)", page="fetch(9)", source=STORES)
    def fuword(self, source: int) -> int:
        value = self.fetch(source, 8)
        return MINUS_ONE if value is None else value

    @serves("int fueword32(volatile const void *base, int32_t *val)", page="fetch(9)", source=SOURCE)
    def fueword32(self, source: int, target: int) -> int:
        return self._fetch_into(source, target, 4)

    @serves("int fueword64(volatile const void *base, int64_t *val)", page="fetch(9)", source=SOURCE)
    @serves("int fueword(volatile const void *base, long *val)", page="fetch(9)", source=SOURCE)
    def fueword(self, source: int, target: int) -> int:
        return self._fetch_into(source, target, 8)

    @serves("int subyte(volatile void *base, int byte)", page="store(9)", source=SOURCE)
    def subyte(self, target: int, value: int) -> int:
        return self._store(target, value, 1)

    @serves("int suword16(volatile void *base, int word)", page="store(9)", source=SOURCE)
    def suword16(self, target: int, value: int) -> int:
        return self._store(target, value, 2)

    @serves("int suword32(volatile void *base, int32_t word)", page="store(9)", source=SOURCE)
    def suword32(self, target: int, value: int) -> int:
        return self._store(target, value, 4)

    @serves("int suword64(volatile void *base, int64_t word)", page="store(9)", source=SOURCE)
    @serves("int suword(volatile void *base, long word)", page="store(9)", source=SOURCE)
    def suword(self, target: int, value: int) -> int:
        return self._store(target, value, 8)

    def _compare_and_set(self, base: int, old: int, seen: int, new: int, size: int) -> int:
        found = self.fetch(base, size)
        if found is None:
            return MINUS_ONE
        self.kernel.engine.write(seen, found.to_bytes(size, "little"))
        if found != old & (1 << 8 * size) - 1:
            return 1
        return self._store(base, new, size)

    @serves(
        "int casueword32(volatile uint32_t *base, uint32_t oldval, uint32_t *oldvalp, uint32_t newval)",
        page="casuword(9)",
        source=SOURCE,
    )
    def casueword32(self, base: int, old: int, seen: int, new: int) -> int:
        return self._compare_and_set(base, old, seen, new, 4)

    @serves(
        "int casueword(volatile u_long *p, u_long oldval, u_long *oldvalp, u_long newval)",
        page="casuword(9)",
        source=SOURCE,
    )
    def casueword(self, base: int, old: int, seen: int, new: int) -> int:
        return self._compare_and_set(base, old, seen, new, 8)
