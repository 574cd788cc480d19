"""selrecord(9): how a driver's d_poll says who waits, and how it wakes them.

Sources: selrecord(9), sys/kern/sys_generic.c.

Invariant: a wake-up after a thread was recorded is never lost, also before it sleeps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmi.kernels.simulated.scheduler import Thread, Wake
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves
from kmi.machines.freebsd.threads import KernelThread, current_thread

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Poller", "Selecting"]

SOURCE: Final = "sys/kern/sys_generic.c"
PAGE: Final = "selrecord(9)"


class Poller:
    """A thread in poll(2), or in another call that waits for what is ready."""

    def __init__(self, selecting: Selecting, thread: KernelThread) -> None:
        self.selecting = selecting
        self.thread = thread
        self.pending = False
        """It was woken since it last looked."""
        self.recorded: set[int] = set()

    def __enter__(self) -> Poller:
        self.selecting.pollers[self.thread] = self
        return self

    def __exit__(self, *raised: object) -> None:
        self.clear()
        del self.selecting.pollers[self.thread]

    def clear(self) -> None:
        """Nobody is to wake it any more."""
        for address in self.recorded:
            self.selecting.forget(address, self)
        self.recorded.clear()

    def wait(self, timeout: int | None) -> Wake:
        """Sleep until one wakes it."""
        if self.pending:
            return Wake.NOTIFIED
        return self.selecting.kernel.threads.block("select", interruptible=True, timeout=timeout)


class Selecting(Part):
    """Who waits for what in poll(2)."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self.pollers: dict[Thread, Poller] = {}
        self._waiting: dict[int, list[Poller]] = {}
        """Those that are recorded, by the address of the `struct selinfo`."""

    def forget(self, address: int, poller: Poller) -> None:
        """A thread waits there no more."""
        waiting = self._waiting.get(address, [])
        if poller in waiting:
            waiting.remove(poller)
            self._mark(address, waiting)

    def _mark(self, address: int, waiting: list[Poller]) -> None:
        """Let SEL_WAITING see whether anyone waits."""
        if not waiting:
            self._waiting.pop(address, None)
        first = waiting[0].thread.td if waiting else 0
        self.kernel.engine.write(address, first.to_bytes(8, "little"))

    @serves("void selrecord(struct thread *selector, struct selinfo *sip)", page=PAGE, source=SOURCE)
    def selrecord(self, thread: int, address: int) -> None:
        running = current_thread()
        poller = self.pollers.get(running)
        if poller is None or thread != running.td:
            raise self.kernel.panic("curthread: NULL td_sel")
        waiting = self._waiting.setdefault(address, [])
        if poller not in waiting:
            waiting.append(poller)
            poller.recorded.add(address)
            self._mark(address, waiting)

    @serves("void selwakeup(struct selinfo *sip)", page=PAGE, source=SOURCE)
    @serves("void seldrain(struct selinfo *sip)", page=PAGE, source=SOURCE)
    def selwakeup(self, address: int) -> None:
        waiting = self._waiting.pop(address, None)
        if not waiting:
            return
        for poller in waiting:
            poller.recorded.discard(address)
            poller.pending = True
            self.kernel.threads.races.release(self, str(address))
            self.kernel.threads.wake(poller.thread)
        self._mark(address, [])

    @serves("void selwakeuppri(struct selinfo *sip, int pri)", page=PAGE, source=SOURCE)
    def selwakeuppri(self, address: int, priority: int) -> None:
        self.selwakeup(address)

    @serves("void seltdfini(struct thread *td)", page=PAGE, source=SOURCE)
    def seltdfini(self, thread: int) -> None:
        """A thread ends: poll(2) has let go of all that it recorded already."""
