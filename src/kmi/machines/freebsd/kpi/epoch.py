"""epoch(9): sections that never wait, and those who wait until all that began before are over.

Sources: epoch(9), sys/kern/subr_epoch.c.

Invariants: who is in a section does not sleep; a callback runs, and epoch_wait(9) returns, when no section is
left that began before it was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves
from kmi.machines.freebsd.threads import KernelThread, current_thread

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Epochs"]

PAGE: Final = "epoch(9)"
SOURCE: Final = "sys/kern/subr_epoch.c"
PREEMPT: Final = 0x1


@dataclass(eq=False)
class Section:
    """A thread that is in an epoch; once, however deep."""

    thread: KernelThread
    depth: int = 1


@dataclass(eq=False)
class Epoch:
    """A `struct epoch`."""

    address: int
    name: str
    preemptible: bool
    sections: list[Section] = field(default_factory=list)
    callbacks: int = 0
    """How many have not run yet."""


class Epochs(Part):
    """All epochs."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._epochs: dict[int, Epoch] = {}

    def data(self) -> dict[str, int]:
        found = {}
        for name, preemptible in {
            "global_epoch": False,
            "global_epoch_preempt": True,
            "net_epoch_preempt": True,
        }.items():
            found[name] = self.kernel.regions.static(8)
            made = self._make(name, preemptible)
            self.kernel.engine.write(found[name], made.address.to_bytes(8, "little"))
        return found

    def _make(self, name: str, preemptible: bool) -> Epoch:
        epoch = Epoch(self.kernel.regions.static(64), name, preemptible)
        self._epochs[epoch.address] = epoch
        return epoch

    def _epoch(self, address: int, call: str) -> Epoch:
        epoch = self._epochs.get(address)
        if epoch is None:
            raise self.kernel.panic(f"{call}: there is no epoch at {address:#x}")
        return epoch

    @serves("struct epoch *epoch_alloc(const char *name, int flags)", page=PAGE, source=SOURCE)
    def epoch_alloc(self, name: int, flags: int) -> int:
        self.kernel.witness.warn("epoch_alloc")
        return self._make(self.string(name), bool(flags & PREEMPT)).address

    @serves("void epoch_free(struct epoch *epoch)", page=PAGE, source=SOURCE)
    def epoch_free(self, address: int) -> None:
        epoch = self._epoch(address, "epoch_free")
        self.epoch_drain_callbacks(address)
        if epoch.sections:
            raise self.kernel.panic(
                f"epoch_free: {epoch.sections[0].thread.name} is in the epoch {epoch.name}"
            )
        del self._epochs[address]

    # Sections.

    def _mine(self, epoch: Epoch) -> Section | None:
        thread = current_thread()
        return next((section for section in epoch.sections if section.thread is thread), None)

    def _enter(self, address: int, preemptible: bool) -> None:
        epoch, thread = self._epoch(address, "epoch_enter"), current_thread()
        if epoch.preemptible is not preemptible:
            raise self.kernel.panic(f"epoch_enter: the epoch {epoch.name} is entered the other way")
        if preemptible:
            thread.no_sleeping += 1
        else:
            self.kernel.locks.enter(thread)
        mine = self._mine(epoch)
        if mine is not None:
            mine.depth += 1
        else:
            epoch.sections.append(Section(thread))
            self.kernel.threads.races.acquire(epoch)
        self.kernel.threads.preempt()

    def _leave(self, address: int, preemptible: bool) -> None:
        epoch, thread = self._epoch(address, "epoch_exit"), current_thread()
        mine = self._mine(epoch)
        if mine is None:
            raise self.kernel.panic(f"epoch_exit: the thread is not in the epoch {epoch.name}")
        mine.depth -= 1
        if not mine.depth:
            epoch.sections.remove(mine)
            self.kernel.threads.races.release(epoch, "readers")
            self.kernel.sleeping.wake(epoch.address)
        if preemptible:
            thread.no_sleeping -= 1
        else:
            self.kernel.locks.leave(thread)
        self.kernel.threads.preempt()

    @serves("void _epoch_enter_preempt(struct epoch *epoch, void *et)", page=PAGE, source=SOURCE)
    def enter_preempt(self, address: int, tracker: int) -> None:
        self._enter(address, True)

    @serves("void _epoch_exit_preempt(struct epoch *epoch, void *et)", page=PAGE, source=SOURCE)
    def exit_preempt(self, address: int, tracker: int) -> None:
        self._leave(address, True)

    @serves("void epoch_enter(struct epoch *epoch)", page=PAGE, source=SOURCE)
    def epoch_enter(self, address: int) -> None:
        self._enter(address, False)

    @serves("void epoch_exit(struct epoch *epoch)", page=PAGE, source=SOURCE)
    def epoch_exit(self, address: int) -> None:
        self._leave(address, False)

    @serves("int in_epoch(struct epoch *epoch)", page=PAGE, source=SOURCE)
    def in_epoch(self, address: int) -> int:
        return int(self._mine(self._epoch(address, "in_epoch")) is not None)

    # Waiting.

    def _grace(self, epoch: Epoch) -> None:
        """Wait until every section that there is now is over."""
        before = list(epoch.sections)
        while any(section in epoch.sections for section in before):
            self.kernel.sleeping.wait(epoch.address, "epoch", None, catch=False, timeout=None, relock=False)
        self.kernel.threads.races.acquire(epoch, "readers")

    def _wait(self, address: int, call: str) -> None:
        epoch = self._epoch(address, call)
        self.kernel.witness.warn(f"{call}() can be long running")
        if self._mine(epoch) is not None:
            raise self.kernel.panic(f"{call}() called in the middle of an epoch section of the same epoch")
        self.kernel.may_sleep(address)
        self.kernel.threads.races.release(epoch)
        self.kernel.threads.preempt()
        self._grace(epoch)

    @serves("void epoch_wait(struct epoch *epoch)", page=PAGE, source=SOURCE)
    def epoch_wait(self, address: int) -> None:
        self._wait(address, "epoch_wait")

    @serves("void epoch_wait_preempt(struct epoch *epoch)", page=PAGE, source=SOURCE)
    def epoch_wait_preempt(self, address: int) -> None:
        self._wait(address, "epoch_wait_preempt")

    @serves(
        "void epoch_call(struct epoch *epoch, void *callback, struct epoch_context *ctx)",
        page=PAGE,
        source=SOURCE,
    )
    def epoch_call(self, address: int, callback: int, context: int) -> None:
        epoch, threads = self._epoch(address, "epoch_call"), self.kernel.threads
        epoch.callbacks += 1
        threads.races.release(epoch)

        def later() -> None:
            self._grace(epoch)
            threads.call(callback, (context,))
            epoch.callbacks -= 1
            self.kernel.sleeping.wake(epoch.address)

        spawned = threads.spawn("epoch", later)
        assert isinstance(spawned, KernelThread)
        spawned.unattended = True
        threads.preempt()

    @serves("void epoch_drain_callbacks(struct epoch *epoch)", page=PAGE, source=SOURCE)
    def epoch_drain_callbacks(self, address: int) -> None:
        epoch = self._epoch(address, "epoch_drain_callbacks")
        self.kernel.witness.warn("epoch_drain_callbacks")
        while epoch.callbacks:
            self.kernel.sleeping.wait(epoch.address, "drain", None, catch=False, timeout=None, relock=False)
