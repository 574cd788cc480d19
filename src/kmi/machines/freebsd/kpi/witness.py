"""WITNESS: in which order locks are taken, and what may not be done while some are held.

    lock order reversal:
     1st 0xfffff80000123440 a (a, sleep mutex) @ two.py:10 in Two_read
     2nd 0xfffff80000123480 b (b, sleep mutex) @ two.py:11 in Two_read

Sources: witness(4), sys/kern/subr_witness.c.

Invariant: what is reported was attempted; an order that was once refused is not reported again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmi.machines.freebsd.kpi.locks import DUPOK, WITNESS, Lock, Where
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.threads import KernelThread, current_thread

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Held", "Witness"]


@dataclass
class Held:
    """A lock that a thread holds, and since where."""

    lock: Lock
    where: Where
    exclusive: bool
    recursed: int = 0


class Witness(Part):
    """The order of all locks."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._after: dict[str, dict[str, tuple[Where, Where]]] = {}
        """By a type of locks: those that were taken while one of it was held."""
        self._reported: set[tuple[str, str]] = set()

    def held(self, thread: KernelThread) -> list[Held]:
        """What a thread holds, the oldest first."""
        return thread.witnessed

    def taken(self, thread: KernelThread, lock: Lock) -> Where | None:
        """Where the thread took a lock first."""
        return next((held.where for held in thread.witnessed if held.lock is lock), None)

    # What locks tell.

    def check(
        self,
        thread: KernelThread,
        lock: Lock,
        where: Where,
        *,
        exclusive: bool,
        attempt: bool = False,
        duplicates: bool = False,
    ) -> None:
        """A thread is about to take a lock: panics where it never may, reports where the order is wrong."""
        kernel = self.kernel
        spin = lock.kind.value.spin
        if thread.critical and not spin:
            raise kernel.panic(
                "acquiring blockable sleep lock with spinlock or critical section held "
                f"{lock} @ {kernel.locks.place(where)}"
            )
        if lock.sleepable and not attempt and thread.no_sleeping:
            kernel.report(
                "sleep",
                f"acquiring sleepable lock {lock} with sleeping prohibited @ {kernel.locks.place(where)}",
                self._context(thread),
            )
        held = [h for h in thread.witnessed if h.lock.kind.value.spin == spin]
        if not held:
            return
        for instance in held:
            if instance.lock is lock:
                if exclusive != instance.exclusive:
                    said = "share->excl" if exclusive else "excl->share"
                    raise kernel.panic(said, (
                        f"{'exclusive' if instance.exclusive else 'shared'} lock of {lock} @ "
                        f"{kernel.locks.place(instance.where)}",
                        f"then {'exclusively' if exclusive else 'shared'} @ {kernel.locks.place(where)}",
                    ))  # fmt: skip
                return
        if attempt or not lock.flags & WITNESS:
            return
        last = held[-1]
        if last.lock.type == lock.type:
            if not (duplicates or lock.flags & DUPOK):
                self._say(
                    f'acquiring duplicate lock of same type: "{lock.type}"',
                    (f" 1st {last.lock.name} @ {kernel.locks.place(last.where)}",
                     f" 2nd {lock.name} @ {kernel.locks.place(where)}"),
                    (lock.type, lock.type),
                )  # fmt: skip
            return
        for instance in reversed(held):
            before = instance.lock
            if not before.flags & WITNESS:
                continue
            if lock.sleepable and not before.sleepable:
                self._reversal(instance, lock, where, " (sleepable after non-sleepable)")
                return
            if before.type != lock.type and self._leads(lock.type, before.type):
                self._reversal(instance, lock, where, "")
                return
        if last.lock.flags & WITNESS:
            known = self._after.setdefault(last.lock.type, {})
            known.setdefault(lock.type, (last.where, where))

    def _leads(self, first: str, last: str) -> bool:
        """Whether a lock of the last type was taken, directly or not, while one of the first was held."""
        seen, todo = {first}, [first]
        while todo:
            for following in self._after.get(todo.pop(), ()):
                if following == last:
                    return True
                if following not in seen:
                    seen.add(following)
                    todo.append(following)
        return False

    def _reversal(self, held: Held, lock: Lock, where: Where, why: str) -> None:
        before, place = held.lock, self.kernel.locks.place
        lines = [
            f" 1st {before.address:#x} {before.name} ({before.type}, {before.kind.value.name}) @ "
            f"{place(held.where)}",
            f" 2nd {lock.address:#x} {lock.name} ({lock.type}, {lock.kind.value.name}) @ {place(where)}",
        ]
        established = self._after.get(lock.type, {}).get(before.type)
        if established is not None:
            lines.append(f"lock order {lock.type} -> {before.type} established at:")
            lines += [f"    {line}" for line in self.kernel.places(list(established[1].calls))]
        elif not why:
            lines.append(f"lock order {lock.type} -> {before.type} was established in several steps")
        lines.append(f"lock order {before.type} -> {lock.type} attempted at:")
        lines += [f"    {line}" for line in self.kernel.places(list(where.calls))]
        self._say(f"lock order reversal:{why}", tuple(lines), (before.type, lock.type))

    def _say(self, title: str, lines: tuple[str, ...], key: tuple[str, str]) -> None:
        if key in self._reported:
            return
        self._reported.add(key)
        self.kernel.report("witness", title, lines)
        for line in (title, *lines):
            self.kernel.console.say(6, line + "\n")

    def took(self, thread: KernelThread, lock: Lock, where: Where, exclusive: bool) -> None:
        """A thread has a lock now, perhaps once more."""
        for held in thread.witnessed:
            if held.lock is lock:
                held.recursed += 1
                return
        thread.witnessed.append(Held(lock, where, exclusive))

    def gave_back(self, thread: KernelThread, lock: Lock) -> None:
        """It gave it back."""
        for held in thread.witnessed:
            if held.lock is lock:
                if held.recursed:
                    held.recursed -= 1
                else:
                    thread.witnessed.remove(held)
                return

    def changed(self, thread: KernelThread, lock: Lock, exclusive: bool) -> None:
        """A lock was upgraded or downgraded."""
        for held in thread.witnessed:
            if held.lock is lock:
                held.exclusive = exclusive

    # What may not be done now.

    def _context(self, thread: KernelThread) -> tuple[str, ...]:
        return (
            f"in {thread.name}",
            *(f"at {place}" for place in self.kernel.places(self.kernel.backtrace())),
        )

    def warn(self, doing: str, interlock: Lock | None = None, sleepable: bool = False) -> bool:
        """Report if locks are held with which one may not do this; `sleepable`: with no lock at all."""
        thread = current_thread()
        bad = [
            held
            for held in thread.witnessed
            if held.lock is not interlock
            and held.lock.flags & WITNESS
            and (sleepable or not held.lock.sleepable)
        ]
        if not bad:
            return False
        which = "" if sleepable else "non-sleepable "
        title = f"{doing} with the following {which}locks held:"
        lines = [self.line(held) for held in bad]
        for line in (title, *lines):
            self.kernel.console.say(6, line + "\n")
        self.kernel.report("witness", title, (*lines, *self._context(thread)))
        return True

    def line(self, held: Held) -> str:
        """A lock that is held, as `show locks` says it."""
        lock = held.lock
        mode = "exclusive" if held.exclusive else "shared"
        kind = f" ({lock.type})" if lock.type != lock.name else ""
        return (
            f"{mode} {lock.kind.value.name} {lock.name}{kind} r = {held.recursed} ({lock.address:#x}) "
            f"locked @ {self.kernel.locks.place(held.where)}"
        )

    def returning(self, call: str) -> None:
        """A system call, or a thread, ends: it may hold nothing."""
        if self.warn(f"System call {call} returning", sleepable=True):
            thread = current_thread()
            raise self.kernel.panic(
                f"witness_warn: {call} returning", tuple(self.line(held) for held in thread.witnessed)
            )
