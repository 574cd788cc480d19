"""mutex(9): what a thread holds without sleeping; under spin mutexes it keeps its processor, too.

Sources: mutex(9), sys/kern/kern_mutex.c.
"""

from __future__ import annotations

from typing import Final

from kmi.machines.freebsd.kpi.locks import DUPOK, NEW, RECURSABLE, WITNESS, Kind, Lock
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves
from kmi.machines.freebsd.threads import current_thread

__all__ = ["Mutexes"]

PAGE: Final = "mutex(9)"
SOURCE: Final = "sys/kern/kern_mutex.c"
SPIN, RECURSE, NOWITNESS, MTX_NEW, LOP_DUPOK = 0x1, 0x4, 0x8, 0x40, 0x10


class Mutexes(Part):
    """The kernel's mutexes."""

    giant: int

    def data(self) -> dict[str, int]:
        self.giant = self.kernel.regions.static(self.kernel.layouts["mtx"].size)
        return {"Giant": self.giant}

    def begun(self) -> None:
        self._create(self.giant, "Giant", "", RECURSE)

    def _object(self, cookie: int) -> int:
        """The struct of which the word is a member."""
        return cookie - self.kernel.layouts["mtx"].fields["mtx_lock"].offset

    def _create(self, address: int, name: str, type: str, options: int) -> Lock:
        flags = (RECURSABLE if options & RECURSE else 0) | (0 if options & NOWITNESS else WITNESS)
        flags |= (NEW if options & MTX_NEW else 0) | (DUPOK if options & LOP_DUPOK else 0)
        word = address + self.kernel.layouts["mtx"].fields["mtx_lock"].offset
        kind = Kind.SPIN if options & SPIN else Kind.MUTEX
        return self.kernel.locks.create(address, kind, name, type, flags, word)

    @serves(
        "void _mtx_init(volatile uintptr_t *c, const char *name, const char *type, int opts)",
        page=PAGE,
        source=SOURCE,
    )
    def _mtx_init(self, cookie: int, name: int, type: int, options: int) -> None:
        address = self._object(cookie)
        self._create(address, self.string(name), self.string(type) if type else "", options)
        self.record("lock_object", address)["lo_name"] = name

    @serves("void mtx_sysinit(const void *arg)", page=PAGE, source=SOURCE)
    def mtx_sysinit(self, argument: int) -> None:
        given = self.record("mtx_args", argument)
        word = given["ma_mtx"] + self.kernel.layouts["mtx"].fields["mtx_lock"].offset
        self._mtx_init(word, given["ma_desc"], 0, given["ma_opts"])

    @serves("void _mtx_destroy(volatile uintptr_t *c)", page=PAGE, source=SOURCE)
    def _mtx_destroy(self, cookie: int) -> None:
        locks = self.kernel.locks
        where = locks.where(0, 0)
        lock = locks.find(self._object(cookie), (Kind.MUTEX, Kind.SPIN), "mtx_destroy", cookie, where)
        if lock.owner is current_thread():
            if lock.recursed:
                raise self.kernel.panic(f"mtx_destroy: mutex {lock.name} is recursed")
            locks.give_back(lock, interrupt=False)
        locks.destroy(lock)

    def _take(
        self, cookie: int, options: int, file: int, line: int, kind: Kind, call: str, attempt: bool = False
    ) -> int:
        locks = self.kernel.locks
        where = locks.where(file, line)
        lock = locks.find(self._object(cookie), (kind,), call, cookie, where)
        duplicates = bool(options & LOP_DUPOK)
        if options & RECURSE and lock.owner is current_thread():
            lock.flags |= RECURSABLE
        return int(locks.take(lock, where, attempt=attempt, duplicates=duplicates) is None)

    def _give(self, cookie: int, file: int, line: int, kind: Kind, call: str) -> None:
        locks = self.kernel.locks
        where = locks.where(file, line)
        lock = locks.find(self._object(cookie), (kind,), call, cookie, where)
        if lock.owner is not current_thread():
            raise self.kernel.panic(f"mutex {lock.name} not owned at {locks.place(where)}")
        locks.give_back(lock)

    @serves(
        "void __mtx_lock_flags(volatile uintptr_t *c, int opts, const char *file, int line)",
        page=PAGE,
        source=SOURCE,
    )
    def lock(self, cookie: int, options: int, file: int, line: int) -> None:
        self._take(cookie, options, file, line, Kind.MUTEX, "mtx_lock")

    @serves(
        "void __mtx_unlock_flags(volatile uintptr_t *c, int opts, const char *file, int line)",
        page=PAGE,
        source=SOURCE,
    )
    def unlock(self, cookie: int, options: int, file: int, line: int) -> None:
        self._give(cookie, file, line, Kind.MUTEX, "mtx_unlock")

    @serves(
        "int _mtx_trylock_flags_(volatile uintptr_t *c, int opts, const char *file, int line)",
        page=PAGE,
        source=SOURCE,
    )
    def trylock(self, cookie: int, options: int, file: int, line: int) -> int:
        return self._take(cookie, options, file, line, Kind.MUTEX, "mtx_trylock", attempt=True)

    @serves(
        "void __mtx_lock_spin_flags(volatile uintptr_t *c, int opts, const char *file, int line)",
        page=PAGE,
        source=SOURCE,
    )
    def lock_spin(self, cookie: int, options: int, file: int, line: int) -> None:
        self._take(cookie, options, file, line, Kind.SPIN, "mtx_lock_spin")

    @serves(
        "void __mtx_unlock_spin_flags(volatile uintptr_t *c, int opts, const char *file, int line)",
        page=PAGE,
        source=SOURCE,
    )
    def unlock_spin(self, cookie: int, options: int, file: int, line: int) -> None:
        self._give(cookie, file, line, Kind.SPIN, "mtx_unlock_spin")

    @serves(
        "int __mtx_trylock_spin_flags(volatile uintptr_t *c, int opts, const char *file, int line)",
        page=PAGE,
        source=SOURCE,
    )
    def trylock_spin(self, cookie: int, options: int, file: int, line: int) -> int:
        return self._take(cookie, options, file, line, Kind.SPIN, "mtx_trylock_spin", attempt=True)

    @serves(
        "void __mtx_assert(const volatile uintptr_t *c, int what, const char *file, int line)",
        page=PAGE,
        source=SOURCE,
    )
    def check(self, cookie: int, what: int, file: int, line: int) -> None:
        locks = self.kernel.locks
        where = locks.where(file, line)
        lock = locks.find(self._object(cookie), (Kind.MUTEX, Kind.SPIN), "mtx_assert", cookie, where)
        mine = lock.owner is current_thread()
        wrong = ""
        if what & 4:
            wrong = "not owned" if not mine else ""
            wrong = wrong or ("recursed" if what & 0x10 and lock.recursed else "")
            wrong = wrong or ("unrecursed" if what & 8 and not lock.recursed else "")
        elif mine:
            wrong = "owned"
        if wrong:
            raise self.kernel.panic(f"mutex {lock.name} {wrong} at {locks.place(where)}")
