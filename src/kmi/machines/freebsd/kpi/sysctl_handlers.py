"""The handlers of sysctl(9), and where a request's data come from and go to.

Sources: sysctl(9), sys/kern/kern_sysctl.c.

Invariant: a request that asks for the old value and is given too little room gets the first bytes of it and
ENOMEM, and what it wanted to write is not written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kmi.machines.freebsd.errors import EINVAL, ENOMEM, EPERM
from kmi.machines.freebsd.kpi.copy import Copying
from kmi.machines.freebsd.kpi.kenv import Environment, number_of
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.kpi.scratch import Scratch
from kmi.machines.freebsd.kpi.sysctl import CTLTYPE, STRING, TUNABLE, WRITABLE, Oid, SysctlTree
from kmi.machines.freebsd.layouts import Record
from kmi.machines.freebsd.serve import narrowed, serves
from kmi.machines.freebsd.threads import current_thread

__all__ = ["SIZES", "Handlers"]

SOURCE: Final = "sys/kern/kern_sysctl.c"
PAGE: Final = "sysctl(9)"
ARGUMENTS: Final = "(struct sysctl_oid *oidp, void *arg1, intmax_t arg2, struct sysctl_req *req)"
WIRED: Final = 2
SIZES: Final = {
    2: -4, 4: -8, 6: 4, 7: -8, 8: 8, 9: 8, 0xA: 1, 0xB: 2, 0xC: -1, 0xD: -2, 0xE: -4, 0xF: 4,
}  # fmt: skip
"""The bytes of each type of number, negative where it is signed."""


class Handlers(Part):
    """What is done for a request."""

    @contextmanager
    def request(self, old: int, room: int, new: int, length: int, *, kernel: bool) -> Iterator[Record]:
        """A `struct sysctl_req`: of a process, or of the kernel itself."""
        side = "kernel" if kernel else "user"
        functions = self.kernel.symbol(f"sysctl_old_{side}"), self.kernel.symbol(f"sysctl_new_{side}")
        with self.kernel.part(Scratch).lent(self.kernel.layouts["sysctl_req"].size) as at:
            record = self.record("sysctl_req", at)
            record["td"], record["lock"] = current_thread().td, 1
            record["oldptr"], record["oldlen"], record["validlen"] = old, room, room
            record["newptr"], record["newlen"] = new, length
            record["oldfunc"], record["newfunc"] = functions[0] or 0, functions[1] or 0
            yield record

    # Where data come from and go to.

    def _out(self, request: Record, source: int, size: int, *, kernel: bool) -> int:
        done = request["oldidx"]
        request["oldidx"] = done + size
        if not request["oldptr"]:
            return 0
        wired = request["lock"] == WIRED
        if not kernel and not wired:
            self.kernel.witness_warn("sysctl_old_user()")
        part = max(min(size, request["validlen"] - done), 0)
        target = request["oldptr"] + done
        if part and kernel:
            self.kernel.engine.write(target, self.kernel.engine.read(source, part))
        elif part and (status := self.kernel.part(Copying).copy_out(source, target, part)):
            return status
        return ENOMEM if part < size else 0

    def _in(self, request: Record, target: int, size: int, *, kernel: bool) -> int:
        if not request["newptr"]:
            return 0
        done = request["newidx"]
        if request["newlen"] - done < size:
            return EINVAL
        source = request["newptr"] + done
        status = 0
        if kernel:
            self.kernel.engine.write(target, self.kernel.engine.read(source, size))
        else:
            self.kernel.witness_warn("sysctl_new_user()")
            status = self.kernel.part(Copying).copy_in(source, target, size)
        request["newidx"] = done + size
        return status

    @serves("int sysctl_old_user(struct sysctl_req *req, const void *p, size_t l)", page=PAGE, source=SOURCE)
    def sysctl_old_user(self, request: int, source: int, size: int) -> int:
        return self._out(self.record("sysctl_req", request), source, size, kernel=False)

    @serves("int sysctl_new_user(struct sysctl_req *req, void *p, size_t l)", page=PAGE, source=SOURCE)
    def sysctl_new_user(self, request: int, target: int, size: int) -> int:
        return self._in(self.record("sysctl_req", request), target, size, kernel=False)

    @serves(
        "int sysctl_old_kernel(struct sysctl_req *req, const void *p, size_t l)", page=PAGE, source=SOURCE
    )
    def sysctl_old_kernel(self, request: int, source: int, size: int) -> int:
        return self._out(self.record("sysctl_req", request), source, size, kernel=True)

    @serves("int sysctl_new_kernel(struct sysctl_req *req, void *p, size_t l)", page=PAGE, source=SOURCE)
    def sysctl_new_kernel(self, request: int, target: int, size: int) -> int:
        return self._in(self.record("sysctl_req", request), target, size, kernel=True)

    @serves("int sysctl_wire_old_buffer(struct sysctl_req *req, size_t len)", page=PAGE, source=SOURCE)
    def sysctl_wire_old_buffer(self, request: int, size: int) -> int:
        record = self.record("sysctl_req", request)
        if record["lock"] != WIRED and record["oldptr"]:
            record["lock"] = WIRED
            record["validlen"] = min(record["oldlen"], size) if size else record["oldlen"]
        return 0

    def give(self, request: Record, data: bytes) -> int:
        """SYSCTL_OUT of bytes."""
        with self.kernel.part(Scratch).lent(max(len(data), 1)) as at:
            self.kernel.engine.write(at, data)
            call = (request.address, at, len(data))
            return narrowed(self.kernel.threads.call(request["oldfunc"], call), -32)

    def take(self, request: Record, size: int) -> bytes | int:
        """SYSCTL_IN of bytes, or an errno."""
        with self.kernel.part(Scratch).lent(max(size, 1)) as at:
            status = narrowed(self.kernel.threads.call(request["newfunc"], (request.address, at, size)), -32)
            return status or self.kernel.engine.read(at, size)

    # Numbers.

    def _number(self, place: int, value: int, request: Record, size: int, *, truth: bool = False) -> int:
        data = self.kernel.engine.read(place, size) if place else (
            (value & (1 << 8 * size) - 1).to_bytes(size, "little")
        )  # fmt: skip
        status = self.give(request, bytes([int(any(data))]) if truth else data)
        if status or not request["newptr"]:
            return status
        if not place:
            return EPERM
        taken = self.take(request, size)
        if isinstance(taken, int):
            return taken
        self.kernel.engine.write(place, bytes([int(any(taken))]) if truth else taken)
        return 0

    @serves(f"int sysctl_handle_bool{ARGUMENTS}", page=PAGE, source=SOURCE)
    def sysctl_handle_bool(self, oid: int, place: int, value: int, request: int) -> int:
        return self._number(place, value, self.record("sysctl_req", request), 1, truth=True)

    @serves(f"int sysctl_handle_8{ARGUMENTS}", page=PAGE, source=SOURCE)
    def sysctl_handle_8(self, oid: int, place: int, value: int, request: int) -> int:
        return self._number(place, value, self.record("sysctl_req", request), 1)

    @serves(f"int sysctl_handle_16{ARGUMENTS}", page=PAGE, source=SOURCE)
    def sysctl_handle_16(self, oid: int, place: int, value: int, request: int) -> int:
        return self._number(place, value, self.record("sysctl_req", request), 2)

    @serves(f"int sysctl_handle_32{ARGUMENTS}", page=PAGE, source=SOURCE)
    @serves(f"int sysctl_handle_int{ARGUMENTS}", page=PAGE, source=SOURCE)
    def sysctl_handle_int(self, oid: int, place: int, value: int, request: int) -> int:
        return self._number(place, value, self.record("sysctl_req", request), 4)

    @serves(f"int sysctl_handle_64{ARGUMENTS}", page=PAGE, source=SOURCE)
    @serves(f"int sysctl_handle_long{ARGUMENTS}", page=PAGE, source=SOURCE)
    def sysctl_handle_long(self, oid: int, place: int, value: int, request: int) -> int:
        return self._number(place, value, self.record("sysctl_req", request), 8)

    # Strings and structs.

    @serves(f"int sysctl_handle_string{ARGUMENTS}", page=PAGE, source=SOURCE)
    def sysctl_handle_string(self, address: int, place: int, size: int, request: int) -> int:
        req, engine = self.record("sysctl_req", request), self.kernel.engine
        kind = self.record("sysctl_oid", address)["oid_kind"]
        text = self.string(place).encode("utf-8", "surrogateescape") + b"\0"
        if not kind & (WRITABLE | TUNABLE) or not size:
            size = len(text)
        status = self.give(req, text)
        if status or not req["newptr"]:
            return status
        left = req["newlen"] - req["newidx"]
        if left >= size or left < 0:
            return EINVAL
        taken = self.take(req, left) if left else b""
        if isinstance(taken, int):
            return taken
        engine.write(place, taken + b"\0")
        return 0

    @serves(f"int sysctl_handle_opaque{ARGUMENTS}", page=PAGE, source=SOURCE)
    def sysctl_handle_opaque(self, oid: int, place: int, size: int, request: int) -> int:
        req = self.record("sysctl_req", request)
        status = self.give(req, self.kernel.engine.read(place, size))
        if status or not req["newptr"]:
            return status
        taken = self.take(req, size)
        if isinstance(taken, int):
            return taken
        self.kernel.engine.write(place, taken)
        return 0

    # Tunables.

    def fetch(self, oid: Oid) -> None:
        """Write what the kernel's environment has for it, through its handler."""
        text = self.kernel.part(Environment).values.get(oid.path)
        if text is None:
            return
        kind = oid.kind & CTLTYPE
        if kind == STRING:
            data = text.encode("utf-8", "surrogateescape")
        elif kind in SIZES and (value := number_of(text)) is not None:
            size = abs(SIZES[kind])
            data = (value & (1 << 8 * size) - 1).to_bytes(size, "little")
        else:
            self.kernel.console.say(6, f"Setting sysctl {oid.path} failed: {EINVAL}\n")
            return
        with self.kernel.part(Scratch).lent(len(data) + 1) as at:
            self.kernel.engine.write(at, data + b"\0")
            with self.request(0, 0, at, len(data), kernel=True) as request:
                first, second = oid.record["oid_arg1"], oid.record["oid_arg2"]
                status = self.kernel.part(SysctlTree).run(
                    oid, oid.record["oid_handler"], (first, second), request
                )
        if status:
            self.kernel.console.say(6, f"Setting sysctl {oid.path} failed: {status}\n")
