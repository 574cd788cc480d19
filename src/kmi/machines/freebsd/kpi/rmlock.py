"""rmlock(9): locks that are nearly always read, each reader with a tracker of its own.

Sources: rmlock(9), sys/kern/kern_rmlock.c.
"""

from __future__ import annotations

from typing import Final

from kmi.machines.freebsd.kpi.locks import DUPOK, NEW, RECURSABLE, WITNESS, Kind, Lock, Where
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves
from kmi.machines.freebsd.threads import current_thread

__all__ = ["ReadMostly"]

PAGE: Final = "rmlock(9)"
SOURCE: Final = "sys/kern/kern_rmlock.c"
OPT_NOWITNESS, OPT_RECURSE, OPT_SLEEPABLE, OPT_NEW, OPT_DUPOK = 0x1, 0x2, 0x4, 0x8, 0x10
KINDS: Final = (Kind.RM, Kind.RM_SLEEPABLE)


class ReadMostly(Part):
    """The kernel's rmlocks."""

    def _find(self, address: int, call: str, where: Where) -> Lock:
        return self.kernel.locks.find(address, KINDS, call, 0, where)

    @serves("void rm_init_flags(struct rmlock *rm, const char *name, int opts)", page=PAGE, source=SOURCE)
    def rm_init_flags(self, address: int, name: int, options: int) -> None:
        flags = (RECURSABLE if options & OPT_RECURSE else 0) | (0 if options & OPT_NOWITNESS else WITNESS)
        flags |= (DUPOK if options & OPT_DUPOK else 0) | (NEW if options & OPT_NEW else 0)
        kind = Kind.RM_SLEEPABLE if options & OPT_SLEEPABLE else Kind.RM
        self.kernel.locks.create(address, kind, self.string(name), "", flags, 0)
        self.record("lock_object", address)["lo_name"] = name

    @serves("void rm_init(struct rmlock *rm, const char *name)", page=PAGE, source=SOURCE)
    def rm_init(self, address: int, name: int) -> None:
        self.rm_init_flags(address, name, 0)

    @serves("void rm_sysinit(const void *arg)", page=PAGE, source=SOURCE)
    def rm_sysinit(self, argument: int) -> None:
        data = self.kernel.engine.read(argument, 20)
        words = [int.from_bytes(data[at : at + 8], "little") for at in (0, 8)]
        self.rm_init_flags(words[0], words[1], int.from_bytes(data[16:], "little"))

    @serves("void rm_destroy(struct rmlock *rm)", page=PAGE, source=SOURCE)
    def rm_destroy(self, address: int) -> None:
        self.kernel.locks.destroy(self._find(address, "rm_destroy", self.kernel.locks.where(0, 0)))

    @serves("int rm_wowned(const struct rmlock *rm)", page=PAGE, source=SOURCE)
    def rm_wowned(self, address: int) -> int:
        lock = self.kernel.locks.at(address)
        return int(lock is not None and lock.owner is current_thread())

    @serves("void _rm_wlock_debug(struct rmlock *rm, const char *file, int line)", page=PAGE, source=SOURCE)
    def wlock(self, address: int, file: int, line: int) -> None:
        where = self.kernel.locks.where(file, line)
        self.kernel.locks.take(self._find(address, "rm_wlock", where), where)

    @serves("void _rm_wunlock_debug(struct rmlock *rm, const char *file, int line)", page=PAGE, source=SOURCE)
    def wunlock(self, address: int, file: int, line: int) -> None:
        where = self.kernel.locks.where(file, line)
        lock = self._find(address, "rm_wunlock", where)
        if lock.owner is not current_thread():
            raise self.kernel.panic(f"Lock {lock} not exclusively locked @ {self.kernel.locks.place(where)}.")
        self.kernel.locks.give_back(lock)

    @serves(
        "int _rm_rlock_debug(struct rmlock *rm, struct rm_priotracker *tracker, int trylock, "
        "const char *file, int line)",
        page=PAGE,
        source=SOURCE,
    )
    def rlock(self, address: int, tracker: int, attempt: int, file: int, line: int) -> int:
        where, thread = self.kernel.locks.where(file, line), current_thread()
        lock = self._find(address, "rm_rlock", where)
        if thread in lock.readers and not lock.recursable:
            raise self.kernel.panic(
                f"rm_rlock: recursed on non-recursive rmlock {lock.name} @ {self.kernel.locks.place(where)}"
            )
        taken = self.kernel.locks.take(lock, where, exclusive=False, attempt=bool(attempt))
        if taken is None:
            # A reader must not sleep, unless the lock lets it: it is pinned, and in the way of writers.
            thread.no_sleeping += lock.kind is Kind.RM
            record = self.record("rm_priotracker", tracker)
            record["rmp_rmlock"], record["rmp_thread"] = address, thread.td
        return int(taken is None)

    @serves(
        "void _rm_runlock_debug(struct rmlock *rm, struct rm_priotracker *tracker, const char *file, "
        "int line)",
        page=PAGE,
        source=SOURCE,
    )
    def runlock(self, address: int, tracker: int, file: int, line: int) -> None:
        where, thread = self.kernel.locks.where(file, line), current_thread()
        lock = self._find(address, "rm_runlock", where)
        if thread not in lock.readers or self.record("rm_priotracker", tracker)["rmp_rmlock"] != address:
            raise self.kernel.panic(f"Lock {lock} not locked @ {self.kernel.locks.place(where)}.")
        thread.no_sleeping -= lock.kind is Kind.RM
        self.kernel.locks.give_back(lock, exclusive=False)

    @serves(
        "void _rm_assert(const struct rmlock *rm, int what, const char *file, int line)",
        page=PAGE,
        source=SOURCE,
    )
    def check(self, address: int, what: int, file: int, line: int) -> None:
        where = self.kernel.locks.where(file, line)
        self.kernel.locks.check(self._find(address, "rm_assert", where), what, where)
