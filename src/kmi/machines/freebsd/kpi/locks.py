"""What all of the kernel's locks have in common: a `struct lock_object`, an owner or readers, and who waits.

Each lock that a module has initialised is known by its address; the words of its struct are written as the
kernel would, for macros such as mtx_owned() read them.

Sources: sys/sys/lock.h, sys/kern/subr_lock.c, locking(9).

Invariants: a lock that may be held while sleeping is taken only where a thread may sleep; what waits for a
spin lock keeps its processor.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmi.kernels.simulated.scheduler import Wake
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.threads import KernelThread, current_thread

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Kind", "Lock", "Locks", "Where"]

INITIALIZED, WITNESS, RECURSABLE, SLEEPABLE, UPGRADABLE, DUPOK, NEW = (
    0x10000, 0x20000, 0x80000, 0x100000, 0x200000, 0x400000, 0x20000000,
)  # fmt: skip
"""Flags of a lock_object: LO_*."""


@dataclass(frozen=True)
class Class:
    """A class of locks."""

    index: int
    name: str
    spin: bool = False
    sleepable: bool = False
    free: int = 0
    """Its word while nobody holds it."""
    destroyed: int = 4


class Kind(enum.Enum):
    """The classes, as lock_classes[] has them."""

    SPIN = Class(0, "spin mutex", spin=True)
    MUTEX = Class(1, "sleep mutex")
    SX = Class(2, "sx", sleepable=True, free=1, destroyed=6)
    RM = Class(3, "rm")
    RM_SLEEPABLE = Class(4, "sleepable rm", sleepable=True)
    RW = Class(5, "rw", free=1, destroyed=6)


@dataclass(frozen=True)
class Where:
    """Where a lock was taken, as the caller says it, and by which calls."""

    file: int
    line: int
    calls: tuple[int, ...]


class Lock:
    """A lock of a module's, or of the kernel's."""

    def __init__(self, address: int, kind: Kind, name: str, type: str, flags: int, word: int) -> None:
        self.address = address
        """Of its lock_object."""
        self.kind = kind
        self.name = name
        self.type = type
        """What WITNESS knows it as: locks of one type have one place in the order."""
        self.flags = flags
        self.word = word
        """The address of the word that says who holds it; 0 if none does."""
        self.owner: KernelThread | None = None
        self.recursed = 0
        self.readers: dict[KernelThread, int] = {}
        self._queue: list[KernelThread] = []
        """Who waits, which the message of a deadlock asks for."""
        self.writers = 0
        """How many of them want it for themselves."""

    @property
    def sleepable(self) -> bool:
        """Whether it may be held while sleeping."""
        return self.kind.value.sleepable

    @property
    def recursable(self) -> bool:
        """Whether its owner may take it again."""
        return bool(self.flags & RECURSABLE)

    def free_for(self, thread: KernelThread, exclusive: bool) -> bool:
        """Whether the thread can have it now."""
        if exclusive:
            return self.owner is None and not self.readers
        if self.owner is not None:
            return False
        # Readers let a waiting writer pass, unless they hold such a lock already.
        return not self.writers or any(
            lock.kind is self.kind and thread in lock.readers
            for lock in thread.held
            if isinstance(lock, Lock)
        )

    def __str__(self) -> str:
        return f"({self.kind.value.name}) {self.name}"


class Locks(Part):
    """All locks that are initialised."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._known: dict[int, Lock] = {}

    def where(self, file: int, line: int) -> Where:
        """The place of the call that is served."""
        return Where(file, line, tuple(self.kernel.backtrace()[:6]))

    def place(self, where: Where) -> str:
        """The same for a message: the line of Python, if the call came from one."""
        if nearest := self.kernel.source.nearest(where.calls):
            return nearest
        return f"{self.string(where.file)}:{where.line}" if where.file else "the kernel"

    # Making and ending.

    def create(self, address: int, kind: Kind, name: str, type: str, flags: int, word: int) -> Lock:
        """Initialise a lock_object, and its word."""
        known = self._known.get(address)
        record = self.record("lock_object", address)
        if not flags & NEW and record["lo_flags"] & INITIALIZED and known is not None:
            raise self.kernel.panic(f'lock "{name}" {address:#x} already initialized')
        flags |= INITIALIZED | (SLEEPABLE if kind.value.sleepable else 0)
        record["lo_flags"] = flags & ~NEW | kind.value.index << 24
        record["lo_data"] = 0
        record["lo_witness"] = 0
        lock = self._known[address] = Lock(address, kind, name, type or name, flags, word)
        self.show(lock)
        return lock

    def destroy(self, lock: Lock) -> None:
        """It may not be used any more."""
        if lock.owner is not None or lock.readers:
            held = lock.owner or next(iter(lock.readers))
            raise self.kernel.panic(f"lock {lock} is destroyed while {held.name} holds it")
        if lock._queue:
            raise self.kernel.panic(f"lock {lock} is destroyed while {lock._queue[0].name} waits for it")
        record = self.record("lock_object", lock.address)
        record["lo_flags"] = record["lo_flags"] & ~INITIALIZED
        if lock.word:
            self.kernel.engine.write(lock.word, lock.kind.value.destroyed.to_bytes(8, "little"))
        del self._known[lock.address]

    def forget(self, first: int, last: int) -> None:
        """Memory is freed; locks in it, which nobody has destroyed, are no more."""
        for address in [address for address in self._known if first <= address < last]:
            del self._known[address]

    def find(self, address: int, kinds: tuple[Kind, ...], call: str, word: int, where: Where) -> Lock:
        """The lock of a class at an address; panics with INVARIANTS' words if there is none."""
        lock = self._known.get(address)
        noun = {Kind.SX: "sx", Kind.RW: "rwlock", Kind.RM: "rmlock"}.get(kinds[0], "mutex")
        if lock is None:
            value = int.from_bytes(self.kernel.engine.read(word, 8), "little") if word else 0
            if value == kinds[0].value.destroyed:
                raise self.kernel.panic(f"{call}() of destroyed {noun} @ {self.place(where)}")
            raise self.kernel.panic(f"{call}() of a {noun} that was never initialized @ {self.place(where)}")
        if lock.kind not in kinds:
            raise self.kernel.panic(f"{call}() of {lock.kind.value.name} {lock.name} @ {self.place(where)}")
        return lock

    def at(self, address: int) -> Lock | None:
        """The lock at an address, of whatever class."""
        return self._known.get(address)

    # Taking and giving back.

    def take(
        self,
        lock: Lock,
        where: Where,
        *,
        exclusive: bool = True,
        attempt: bool = False,
        duplicates: bool = False,
        interruptible: bool = False,
    ) -> Wake | None:
        """Take a lock. None if the thread has it; else why not: an attempt failed, or a signal came."""
        kernel, thread = self.kernel, current_thread()
        if lock.kind.value.spin:
            self.enter(thread)
        kernel.threads.preempt()
        kernel.witness.check(thread, lock, where, exclusive=exclusive, attempt=attempt, duplicates=duplicates)
        if exclusive and lock.owner is thread:
            if attempt and not lock.recursable:
                if lock.kind.value.spin:
                    self.leave(thread)
                return Wake.TIMEOUT
            if not lock.recursable:
                noun = "mutex" if lock.kind in (Kind.MUTEX, Kind.SPIN) else lock.kind.value.name
                first = kernel.witness.taken(thread, lock)
                lines = (f"taken first at {self.place(first)}",) if first else ()
                raise kernel.panic(
                    f"recursed on non-recursive {noun} {lock.name} @ {self.place(where)}", lines
                )
            lock.recursed += 1
            self.show(lock)
            kernel.witness.took(thread, lock, where, exclusive)
            return None
        while not lock.free_for(thread, exclusive):
            if attempt:
                if lock.kind.value.spin:
                    self.leave(thread)
                return Wake.TIMEOUT
            if lock.sleepable:
                kernel.may_sleep(lock.address)
            why = self._wait(lock, thread, exclusive, interruptible)
            if interruptible and why is not Wake.NOTIFIED:
                return why
        if exclusive:
            lock.owner = thread
            kernel.threads.races.acquire(lock)
            kernel.threads.races.acquire(lock, "readers")
        else:
            lock.readers[thread] = lock.readers.get(thread, 0) + 1
            kernel.threads.races.acquire(lock)
        thread.held.append(lock)
        self.show(lock)
        kernel.witness.took(thread, lock, where, exclusive)
        return None

    def _wait(self, lock: Lock, thread: KernelThread, exclusive: bool, interruptible: bool) -> Wake:
        lock._queue.append(thread)
        lock.writers += exclusive
        self.show(lock)
        try:
            return self.kernel.threads.block(f"the lock {lock}", interruptible)
        finally:
            lock._queue.remove(thread)
            lock.writers -= exclusive

    def give_back(self, lock: Lock, *, exclusive: bool = True, interrupt: bool = True) -> None:
        """Give a lock back that the running thread holds; `interrupt`: another thread may run at once."""
        kernel, thread = self.kernel, current_thread()
        kernel.witness.gave_back(thread, lock)
        if exclusive and lock.recursed:
            lock.recursed -= 1
        else:
            if exclusive:
                kernel.threads.races.release(lock)
                lock.owner = None
            else:
                kernel.threads.races.release(lock, "readers")
                lock.readers[thread] -= 1
                if not lock.readers[thread]:
                    del lock.readers[thread]
            at = len(thread.held) - 1 - thread.held[::-1].index(lock)
            del thread.held[at]
            self.wake(lock)
        self.show(lock)
        if lock.kind.value.spin:
            self.leave(thread)
        if interrupt:
            kernel.threads.preempt()

    def wake(self, lock: Lock) -> None:
        """Let those who wait see whether they can have it."""
        waiting = list(lock._queue)
        self.kernel.threads.random.shuffle(waiting)
        for thread in waiting:
            self.kernel.threads.wake(thread)

    def change(self, lock: Lock, exclusive: bool) -> None:
        """Make the running thread's read lock, the only one, a write lock, or its write lock a read lock."""
        thread = current_thread()
        races = self.kernel.threads.races
        if exclusive:
            lock.readers.clear()
            lock.owner = thread
            races.acquire(lock, "readers")
        else:
            races.release(lock)
            lock.owner = None
            lock.readers[thread] = 1
            self.wake(lock)
        self.kernel.witness.changed(thread, lock, exclusive)
        self.show(lock)

    def check(self, lock: Lock, what: int, where: Where) -> None:
        """What an assertion of LA_* says has to hold for the running thread."""
        thread = current_thread()
        mine, shared = lock.owner is thread, thread in lock.readers
        wrong = ""
        match what & 0x7:
            case 0:
                wrong = "locked" if mine or shared else ""
            case 1:
                wrong = "not locked" if not (mine or shared) else ""
            case 2:
                wrong = "not share-locked" if not shared else ""
            case 4:
                wrong = "not exclusively locked" if not mine else ""
            case _:
                wrong = f"asserted to be {what:#x}, which says nothing"
        if not wrong and what & 0x8 and not lock.recursed:
            wrong = "not recursed"
        if not wrong and what & 0x10 and lock.recursed:
            wrong = "recursed"
        if wrong:
            raise self.kernel.panic(f"Lock {lock} {wrong} @ {self.place(where)}.")

    def enter(self, thread: KernelThread) -> None:
        """Begin a critical section."""
        thread.critical += 1
        thread.record["td_critnest"] = thread.critical

    def leave(self, thread: KernelThread) -> None:
        """End one."""
        if not thread.critical:
            raise self.kernel.panic("critical_exit: td_critnest == 0")
        thread.critical -= 1
        thread.record["td_critnest"] = thread.critical

    def show(self, lock: Lock) -> None:
        """Write the lock's words, as the kernel has them."""
        record = self.record("lock_object", lock.address)
        if record["lo_data"] != lock.recursed and lock.kind is not Kind.RM:
            record["lo_data"] = lock.recursed
        if not lock.word:
            return
        waiting = 0 if not lock._queue else 2 if lock.kind in (Kind.MUTEX, Kind.SPIN) else 4
        if lock.kind in (Kind.MUTEX, Kind.SPIN):
            value = lock.owner.td | waiting | (lock.recursed > 0) if lock.owner is not None else 0
        elif lock.owner is not None:
            value = lock.owner.td | waiting | (0x10 if lock.recursed else 0)
        else:
            value = sum(lock.readers.values()) << 5 | 1 | waiting
        self.kernel.engine.write(lock.word, value.to_bytes(8, "little"))
