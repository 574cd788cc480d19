"""sx(9): locks that many may share or one have alone, and that may be held while sleeping.

Sources: sx(9), sys/kern/kern_sx.c.
"""

from __future__ import annotations

from typing import Final

from kmi.kernels.simulated.scheduler import Wake
from kmi.machines.freebsd.kpi.locks import DUPOK, NEW, RECURSABLE, UPGRADABLE, WITNESS, Kind, Lock, Where
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves
from kmi.machines.freebsd.threads import current_thread

__all__ = ["SharedExclusive"]

PAGE: Final = "sx(9)"
SOURCE: Final = "sys/kern/kern_sx.c"
OPT_DUPOK, OPT_NOWITNESS, OPT_RECURSE, OPT_NEW, INTERRUPTIBLE = 0x01, 0x04, 0x20, 0x40, 0x40


class SharedExclusive(Part):
    """The kernel's sx locks."""

    def _word(self, address: int) -> int:
        return address + self.kernel.layouts["sx"].fields["sx_lock"].offset

    def _find(self, address: int, call: str, where: Where) -> Lock:
        return self.kernel.locks.find(address, (Kind.SX,), call, self._word(address), where)

    @serves("void sx_init_flags(struct sx *sx, const char *description, int opts)", page=PAGE, source=SOURCE)
    def sx_init_flags(self, address: int, name: int, options: int) -> None:
        flags = UPGRADABLE | (RECURSABLE if options & OPT_RECURSE else 0)
        flags |= (0 if options & OPT_NOWITNESS else WITNESS) | (DUPOK if options & OPT_DUPOK else 0)
        flags |= NEW if options & OPT_NEW else 0
        self.kernel.locks.create(address, Kind.SX, self.string(name), "", flags, self._word(address))
        self.record("lock_object", address)["lo_name"] = name

    @serves("void sx_sysinit(const void *arg)", page=PAGE, source=SOURCE)
    def sx_sysinit(self, argument: int) -> None:
        given = self.record("sx_args", argument)
        self.sx_init_flags(given["sa_sx"], given["sa_desc"], given["sa_flags"])

    @serves("void sx_destroy(struct sx *sx)", page=PAGE, source=SOURCE)
    def sx_destroy(self, address: int) -> None:
        self.kernel.locks.destroy(self._find(address, "sx_destroy", self.kernel.locks.where(0, 0)))

    def _take(
        self,
        address: int,
        options: int,
        file: int,
        line: int,
        exclusive: bool,
        call: str,
        attempt: bool = False,
    ) -> Wake | None:
        locks = self.kernel.locks
        where = locks.where(file, line)
        lock = self._find(address, call, where)
        return locks.take(
            lock, where, exclusive=exclusive, attempt=attempt, interruptible=bool(options & INTERRUPTIBLE)
        )

    @serves("int _sx_xlock(struct sx *sx, int opts, const char *file, int line)", page=PAGE, source=SOURCE)
    def xlock(self, address: int, options: int, file: int, line: int) -> int:
        return self.kernel.interrupted(self._take(address, options, file, line, True, "sx_xlock"))

    @serves("int _sx_slock(struct sx *sx, int opts, const char *file, int line)", page=PAGE, source=SOURCE)
    def slock(self, address: int, options: int, file: int, line: int) -> int:
        return self.kernel.interrupted(self._take(address, options, file, line, False, "sx_slock"))

    @serves("int sx_try_xlock_(struct sx *sx, const char *file, int line)", page=PAGE, source=SOURCE)
    def try_xlock(self, address: int, file: int, line: int) -> int:
        return int(self._take(address, 0, file, line, True, "sx_try_xlock", attempt=True) is None)

    @serves("int sx_try_slock_(struct sx *sx, const char *file, int line)", page=PAGE, source=SOURCE)
    def try_slock(self, address: int, file: int, line: int) -> int:
        return int(self._take(address, 0, file, line, False, "sx_try_slock", attempt=True) is None)

    def _held(self, address: int, file: int, line: int, exclusive: bool, call: str) -> Lock:
        locks = self.kernel.locks
        where = locks.where(file, line)
        lock = self._find(address, call, where)
        thread = current_thread()
        if exclusive and lock.owner is not thread:
            raise self.kernel.panic(f"Lock {lock} not exclusively locked @ {locks.place(where)}.")
        if not exclusive and not lock.readers:
            raise self.kernel.panic(f"Lock {lock} not locked @ {locks.place(where)}.")
        return lock

    @serves("void _sx_xunlock(struct sx *sx, const char *file, int line)", page=PAGE, source=SOURCE)
    def xunlock(self, address: int, file: int, line: int) -> None:
        self.kernel.locks.give_back(self._held(address, file, line, True, "sx_xunlock"))

    @serves("void _sx_sunlock(struct sx *sx, const char *file, int line)", page=PAGE, source=SOURCE)
    def sunlock(self, address: int, file: int, line: int) -> None:
        lock = self._held(address, file, line, False, "sx_sunlock")
        if current_thread() not in lock.readers:
            raise self.kernel.panic(
                f"Lock {lock} not locked @ {self.kernel.locks.place(self.kernel.locks.where(file, line))}."
            )
        self.kernel.locks.give_back(lock, exclusive=False)

    @serves("int sx_try_upgrade_(struct sx *sx, const char *file, int line)", page=PAGE, source=SOURCE)
    def try_upgrade(self, address: int, file: int, line: int) -> int:
        lock = self._held(address, file, line, False, "sx_try_upgrade")
        if lock.readers != {current_thread(): 1}:
            return 0
        self.kernel.locks.change(lock, True)
        return 1

    @serves("void sx_downgrade_(struct sx *sx, const char *file, int line)", page=PAGE, source=SOURCE)
    def downgrade(self, address: int, file: int, line: int) -> None:
        lock = self._held(address, file, line, True, "sx_downgrade")
        if lock.recursed:
            raise self.kernel.panic(
                f"Lock {lock} recursed @ {self.kernel.locks.place(self.kernel.locks.where(file, line))}."
            )
        self.kernel.locks.change(lock, False)

    @serves(
        "void _sx_assert(const struct sx *sx, int what, const char *file, int line)", page=PAGE, source=SOURCE
    )
    def check(self, address: int, what: int, file: int, line: int) -> None:
        where = self.kernel.locks.where(file, line)
        self.kernel.locks.check(self._find(address, "sx_assert", where), what, where)
