"""uio(9): moving data between the kernel and what a read or a write named.

Sources: uio(9), sys/kern/subr_uio.c.

Invariants: base, length, residue and offset advance only by what was moved whole, segment by segment; a
segment that faulted stays as it was, those before it are consumed.
"""

from __future__ import annotations

from typing import Final

from kmi.machines.freebsd.errors import EINVAL
from kmi.machines.freebsd.kpi.copy import Copying
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.layouts import Record
from kmi.machines.freebsd.serve import serves

__all__ = ["READ", "USERSPACE", "WRITE", "Uios"]

SOURCE: Final = "sys/kern/subr_uio.c"
USERSPACE, SYSSPACE, NOCOPY = 0, 1, 2
READ, WRITE = 0, 1
IOVEC: Final = 16


class Uios(Part):
    """Moving data by a `struct uio`."""

    def move(self, buffer: int, count: int, uio: Record, *, faults: bool) -> int:
        """Move that many bytes, or what is left; an errno."""
        kernel = self.kernel
        copying = kernel.part(Copying)
        kind, out = uio["uio_segflg"], uio["uio_rw"] == READ
        if kind == USERSPACE and faults:
            kernel.witness_warn("uiomove()")
        while count > 0 and uio["uio_resid"]:
            at = uio["uio_iov"]
            base, length = self._segment(at)
            amount = min(length, count)
            if not amount:
                if uio["uio_iovcnt"] <= 0:
                    raise kernel.panic("uiomove_faultflag: uio_resid is more than the iovecs have")
                uio["uio_iov"] = at + IOVEC
                uio["uio_iovcnt"] -= 1
                continue
            if kind == USERSPACE:
                status = (
                    copying.copy_out(buffer, base, amount) if out else copying.copy_in(base, buffer, amount)
                )
                if status:
                    return status
            elif kind == SYSSPACE:
                source, target = (buffer, base) if out else (base, buffer)
                kernel.engine.write(target, kernel.engine.read(source, amount))
            self.advance(uio, at, base, length, amount)
            buffer += amount
            count -= amount
        return 0

    def _segment(self, at: int) -> tuple[int, int]:
        data = self.kernel.engine.read(at, IOVEC)
        return int.from_bytes(data[:8], "little"), int.from_bytes(data[8:], "little")

    def advance(self, uio: Record, at: int, base: int, length: int, amount: int) -> None:
        """Count a part of a segment as moved."""
        left = (base + amount).to_bytes(8, "little") + (length - amount).to_bytes(8, "little")
        self.kernel.engine.write(at, left)
        uio["uio_resid"] -= amount
        uio["uio_offset"] += amount

    @serves("int uiomove(void *cp, int n, struct uio *uio)", page="uio(9)", source=SOURCE)
    def uiomove(self, buffer: int, count: int, uio: int) -> int:
        return self.move(buffer, count, self.record("uio", uio), faults=True)

    @serves("int uiomove_nofault(void *cp, int n, struct uio *uio)", page="uio(9)", source=SOURCE)
    def uiomove_nofault(self, buffer: int, count: int, uio: int) -> int:
        record = self.record("uio", uio)
        if record["uio_segflg"] != USERSPACE:
            raise self.kernel.panic("uiomove_nofault: the uio is not of user space")
        return self.move(buffer, count, record, faults=False)

    @serves("int uiomove_frombuf(void *buf, int buflen, struct uio *uio)", page="uio(9)", source=SOURCE)
    def uiomove_frombuf(self, buffer: int, size: int, uio: int) -> int:
        record = self.record("uio", uio)
        offset, residue = record["uio_offset"], record["uio_resid"]
        if offset < 0 or residue < 0 or size < 0:
            return EINVAL
        if size <= offset:
            return 0
        count = min(residue, size - offset, (1 << 31) - 1)
        return self.move(buffer + offset, count, record, faults=True)

    @serves("void uioadvance(struct uio *uio, size_t off)", page="uio(9)", source=SOURCE)
    def uioadvance(self, uio: int, amount: int) -> None:
        record = self.record("uio", uio)
        if amount > record["uio_resid"]:
            raise self.kernel.panic("uioadvance: more than uio_resid")
        while amount:
            at = record["uio_iov"]
            base, length = self._segment(at)
            part = min(length, amount)
            self.advance(record, at, base, length, part)
            amount -= part
            if part == length and amount:
                record["uio_iov"] = at + IOVEC
                record["uio_iovcnt"] -= 1
