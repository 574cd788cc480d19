"""sema(9): counting semaphores.

Sources: sema(9), sys/kern/kern_sema.c.
"""

from __future__ import annotations

from typing import Final

from kmi.machines.freebsd import errors
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves

__all__ = ["Semaphores"]

PAGE: Final = "sema(9)"
SOURCE: Final = "sys/kern/kern_sema.c"


class Semaphores(Part):
    """Semaphores, whose state is in their structs."""

    def _value(self, address: int, change: int = 0) -> int:
        at = address + self.kernel.layouts["sema"].fields["sema_value"].offset
        value = int.from_bytes(self.kernel.engine.read(at, 4), "little", signed=True) + change
        if change:
            self.kernel.engine.write(at, value.to_bytes(4, "little", signed=True))
        return value

    @serves("void sema_init(struct sema *sema, int value, const char *description)", page=PAGE, source=SOURCE)
    def sema_init(self, address: int, value: int, name: int) -> None:
        if value < 0:
            raise self.kernel.panic("sema_init(): negative value")
        self.kernel.engine.write(address, bytes(self.kernel.layouts["sema"].size))
        self.record("sema", address)["sema_cv.cv_description"] = name
        self.record("sema", address)["sema_value"] = value

    @serves("void sema_destroy(struct sema *sema)", page=PAGE, source=SOURCE)
    def sema_destroy(self, address: int) -> None:
        if self.kernel.sleeping.waiting(address):
            raise self.kernel.panic("sema_destroy(): waiters")

    @serves("void _sema_post(struct sema *sema, const char *file, int line)", page=PAGE, source=SOURCE)
    def _sema_post(self, address: int, file: int, line: int) -> None:
        self._value(address, 1)
        self.kernel.threads.races.release(self)
        self.kernel.sleeping.wake(address, one=True)
        self.kernel.threads.preempt()

    def _wait(self, address: int, timeout: int | None) -> int:
        name = self.string(self.record("sema", address)["sema_cv.cv_description"])
        self.kernel.witness.warn(f'Waiting on "{name}"')
        deadline = None if timeout is None else self.kernel.threads.now + timeout
        while self._value(address) == 0:
            left = None if deadline is None else max(deadline - self.kernel.threads.now, 0)
            number = self.kernel.sleeping.wait(address, name, None, catch=False, timeout=left, relock=False)
            if number and not self._value(address):
                return errors.EWOULDBLOCK
        self._value(address, -1)
        self.kernel.threads.races.acquire(self)
        return 0

    @serves("void _sema_wait(struct sema *sema, const char *file, int line)", page=PAGE, source=SOURCE)
    def _sema_wait(self, address: int, file: int, line: int) -> None:
        self._wait(address, None)

    @serves(
        "int _sema_timedwait(struct sema *sema, int timo, const char *file, int line)",
        page=PAGE,
        source=SOURCE,
    )
    def _sema_timedwait(self, address: int, ticks: int, file: int, line: int) -> int:
        return self._wait(address, ticks * self.kernel.clock.tick_ns)

    @serves("int _sema_trywait(struct sema *sema, const char *file, int line)", page=PAGE, source=SOURCE)
    def _sema_trywait(self, address: int, file: int, line: int) -> int:
        if not self._value(address):
            return 0
        self._value(address, -1)
        self.kernel.threads.races.acquire(self)
        return 1

    @serves("int sema_value(struct sema *sema)", page=PAGE, source=SOURCE)
    def sema_value(self, address: int) -> int:
        return self._value(address)
