"""rwlock(9): many readers or one writer, none of whom sleeps.

Sources: rwlock(9), sys/kern/kern_rwlock.c.
"""

from __future__ import annotations

from typing import Final

from kmi.machines.freebsd.kpi.locks import DUPOK, NEW, RECURSABLE, UPGRADABLE, WITNESS, Kind, Lock, Where
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves
from kmi.machines.freebsd.threads import current_thread

__all__ = ["ReaderWriter"]

PAGE: Final = "rwlock(9)"
SOURCE: Final = "sys/kern/kern_rwlock.c"
OPT_DUPOK, OPT_NOWITNESS, OPT_RECURSE, OPT_NEW = 0x01, 0x04, 0x10, 0x20


class ReaderWriter(Part):
    """The kernel's rwlocks."""

    def _object(self, cookie: int) -> int:
        return cookie - self.kernel.layouts["rwlock"].fields["rw_lock"].offset

    def _find(self, cookie: int, call: str, where: Where) -> Lock:
        return self.kernel.locks.find(self._object(cookie), (Kind.RW,), call, cookie, where)

    @serves(
        "void _rw_init_flags(volatile uintptr_t *c, const char *name, int opts)", page=PAGE, source=SOURCE
    )
    def init(self, cookie: int, name: int, options: int) -> None:
        flags = UPGRADABLE | (RECURSABLE if options & OPT_RECURSE else 0)
        flags |= (0 if options & OPT_NOWITNESS else WITNESS) | (DUPOK if options & OPT_DUPOK else 0)
        flags |= NEW if options & OPT_NEW else 0
        address = self._object(cookie)
        self.kernel.locks.create(address, Kind.RW, self.string(name), "", flags, cookie)
        self.record("lock_object", address)["lo_name"] = name

    @serves("void rw_sysinit(const void *arg)", page=PAGE, source=SOURCE)
    def rw_sysinit(self, argument: int) -> None:
        given = self.record("rw_args", argument)
        word = given["ra_rw"] + self.kernel.layouts["rwlock"].fields["rw_lock"].offset
        self.init(word, given["ra_desc"], given["ra_flags"])

    @serves("void _rw_destroy(volatile uintptr_t *c)", page=PAGE, source=SOURCE)
    def destroy(self, cookie: int) -> None:
        self.kernel.locks.destroy(self._find(cookie, "rw_destroy", self.kernel.locks.where(0, 0)))

    @serves("int _rw_wowned(const volatile uintptr_t *c)", page=PAGE, source=SOURCE)
    def wowned(self, cookie: int) -> int:
        lock = self.kernel.locks.at(self._object(cookie))
        return int(lock is not None and lock.owner is current_thread())

    def _take(
        self, cookie: int, file: int, line: int, exclusive: bool, call: str, attempt: bool = False
    ) -> int:
        where = self.kernel.locks.where(file, line)
        lock = self._find(cookie, call, where)
        return int(self.kernel.locks.take(lock, where, exclusive=exclusive, attempt=attempt) is None)

    def _held(self, cookie: int, file: int, line: int, exclusive: bool, call: str) -> Lock:
        locks = self.kernel.locks
        where = locks.where(file, line)
        lock, thread = self._find(cookie, call, where), current_thread()
        if exclusive and lock.owner is not thread:
            raise self.kernel.panic(f"Lock {lock} not exclusively locked @ {locks.place(where)}.")
        if not exclusive and thread not in lock.readers:
            raise self.kernel.panic(f"Lock {lock} not locked @ {locks.place(where)}.")
        return lock

    @serves(
        "void _rw_wlock_cookie(volatile uintptr_t *c, const char *file, int line)", page=PAGE, source=SOURCE
    )
    def wlock(self, cookie: int, file: int, line: int) -> None:
        self._take(cookie, file, line, True, "rw_wlock")

    @serves("int __rw_try_wlock(volatile uintptr_t *c, const char *file, int line)", page=PAGE, source=SOURCE)
    def try_wlock(self, cookie: int, file: int, line: int) -> int:
        return self._take(cookie, file, line, True, "rw_try_wlock", attempt=True)

    @serves(
        "void _rw_wunlock_cookie(volatile uintptr_t *c, const char *file, int line)", page=PAGE, source=SOURCE
    )
    def wunlock(self, cookie: int, file: int, line: int) -> None:
        self.kernel.locks.give_back(self._held(cookie, file, line, True, "rw_wunlock"))

    @serves("void __rw_rlock(volatile uintptr_t *c, const char *file, int line)", page=PAGE, source=SOURCE)
    def rlock(self, cookie: int, file: int, line: int) -> None:
        self._take(cookie, file, line, False, "rw_rlock")

    @serves("int __rw_try_rlock(volatile uintptr_t *c, const char *file, int line)", page=PAGE, source=SOURCE)
    def try_rlock(self, cookie: int, file: int, line: int) -> int:
        return self._take(cookie, file, line, False, "rw_try_rlock", attempt=True)

    @serves(
        "void _rw_runlock_cookie(volatile uintptr_t *c, const char *file, int line)", page=PAGE, source=SOURCE
    )
    def runlock(self, cookie: int, file: int, line: int) -> None:
        lock = self._held(cookie, file, line, False, "rw_runlock")
        self.kernel.locks.give_back(lock, exclusive=False)

    @serves(
        "int __rw_try_upgrade(volatile uintptr_t *c, const char *file, int line)", page=PAGE, source=SOURCE
    )
    def try_upgrade(self, cookie: int, file: int, line: int) -> int:
        lock = self._held(cookie, file, line, False, "rw_try_upgrade")
        if lock.readers != {current_thread(): 1}:
            return 0
        self.kernel.locks.change(lock, True)
        return 1

    @serves(
        "void __rw_downgrade(volatile uintptr_t *c, const char *file, int line)", page=PAGE, source=SOURCE
    )
    def downgrade(self, cookie: int, file: int, line: int) -> None:
        lock = self._held(cookie, file, line, True, "rw_downgrade")
        if lock.recursed:
            where = self.kernel.locks.where(file, line)
            raise self.kernel.panic(f"Lock {lock} recursed @ {self.kernel.locks.place(where)}.")
        self.kernel.locks.change(lock, False)

    @serves(
        "void __rw_assert(const volatile uintptr_t *c, int what, const char *file, int line)",
        page=PAGE,
        source=SOURCE,
    )
    def check(self, cookie: int, what: int, file: int, line: int) -> None:
        where = self.kernel.locks.where(file, line)
        self.kernel.locks.check(self._find(cookie, "rw_assert", where), what, where)
