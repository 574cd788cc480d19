"""critical_enter(9), spinlocks and pinning: a thread that keeps its processor.

Sources: critical_enter(9), sys/kern/kern_switch.c, sys/amd64/amd64/machdep.c (spinlock_enter).
"""

from __future__ import annotations

from typing import Final

from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves
from kmi.machines.freebsd.threads import current_thread

__all__ = ["Critical"]

PAGE: Final = "critical_enter(9)"
SOURCE: Final = "sys/kern/kern_switch.c"


class Critical(Part):
    """Critical sections."""

    @serves("void critical_enter_KBI(void)", page=PAGE, source=SOURCE)
    def enter(self) -> None:
        self.kernel.locks.enter(current_thread())

    @serves("void critical_exit_KBI(void)", page=PAGE, source=SOURCE)
    def leave(self) -> None:
        self.kernel.locks.leave(current_thread())
        self.kernel.threads.preempt()

    @serves("void critical_exit_preempt(void)", page=PAGE, source=SOURCE)
    def owes(self) -> None:
        self.kernel.threads.preempt()

    @serves("void spinlock_enter(void)", page="mutex(9)", source="sys/amd64/amd64/machdep.c")
    def spin_enter(self) -> None:
        self.kernel.locks.enter(current_thread())

    @serves("void spinlock_exit(void)", page="mutex(9)", source="sys/amd64/amd64/machdep.c")
    def spin_leave(self) -> None:
        self.kernel.locks.leave(current_thread())
        self.kernel.threads.preempt()
