"""Time, which is virtual: it passes when no thread can run, and a little with what is executed.

Sources: microuptime(9), microtime(9), tvtohz(9), delay(9), sys/kern/kern_tc.c, sys/kern/kern_clock.c.

Invariant: the variables of the kernel agree with its functions whenever code runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["HZ", "Clock"]

HZ: Final = 1000
SECOND: Final = 1_000_000_000
BOOTED: Final = 1_767_225_600
"""When the machine started: 2026-01-01 00:00:00 UTC."""
LOOKS: Final = (0, 100, 1_000, 50_000)
"""Nanoseconds that a look at the clock may take: none too, for two looks may see the same."""
FIRST_TICK: Final = 0x7FFF_FFFF - HZ * 60 * 10
"""What `ticks` is at the start, so that it overflows after ten minutes."""
SOURCE: Final = "sys/kern/kern_tc.c"


class Clock(Part):
    """The clocks of the kernel."""

    tick_ns = SECOND // HZ
    tick_sbt = (1 << 32) // HZ

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._at: dict[str, tuple[int, int]] = {}
        self._shown = -1

    def data(self) -> dict[str, int]:
        sizes = {
            "time_second": 8, "time_uptime": 8, "ticks": 4, "ticksl": 8, "hz": 4, "tick": 4, "tick_sbt": 8,
            "tick_bt": 16, "stathz": 4, "profhz": 4, "boottime": 16, "cold": 4, "sbt_timethreshold": 8,
            "tc_tick_sbt": 8, "sbt_tickthreshold": 8,
        }  # fmt: skip
        addresses = {name: self.kernel.regions.static(size) for name, size in sizes.items()}
        self._at = {name: (addresses[name], size) for name, size in sizes.items()}
        self._set("hz", HZ)
        self._set("tick", 1_000_000 // HZ)
        self._set("tick_sbt", self.tick_sbt)
        self._set("tick_bt", (1 << 64) // HZ << 64)
        self._set("tc_tick_sbt", self.tick_sbt)
        self._set("stathz", 127)
        self._set("profhz", 8128)
        self._set("boottime", BOOTED)
        self.kernel.threads.passed = self._show
        self._show()
        return addresses

    def _set(self, name: str, value: int) -> None:
        address, size = self._at[name]
        self.kernel.engine.poke(address, (value & (1 << 8 * size) - 1).to_bytes(size, "little"))

    def _show(self) -> None:
        now = self.uptime_ns()
        tick = now // self.tick_ns
        if tick == self._shown:
            return
        self._shown = tick
        self._set("ticksl", FIRST_TICK + tick)
        self._set("ticks", FIRST_TICK + tick)
        self._set("time_uptime", now // SECOND)
        self._set("time_second", BOOTED + now // SECOND)

    def uptime_ns(self) -> int:
        """Nanoseconds since the start, of which a second was over before the first module came."""
        return SECOND + self.kernel.threads.now

    def wall_ns(self) -> int:
        """Nanoseconds since 1970."""
        return BOOTED * SECOND + self.uptime_ns()

    def _look(self) -> None:
        threads = self.kernel.threads
        threads.preempt()
        threads.spend(threads.random.choice(LOOKS))

    # Time since the start.

    def _up(self, exact: bool) -> int:
        self._look()
        now = self.uptime_ns()
        return now if exact else now // self.tick_ns * self.tick_ns

    @serves("sbintime_t sbinuptime(void)", page="sbinuptime(9)", source=SOURCE)
    def sbinuptime(self) -> int:
        return (self._up(True) << 32) // SECOND

    @serves("sbintime_t getsbinuptime(void)", page="sbinuptime(9)", source=SOURCE)
    def getsbinuptime(self) -> int:
        return (self._up(False) << 32) // SECOND

    def _store(self, address: int, nanoseconds: int, form: str) -> None:
        seconds, rest = divmod(nanoseconds, SECOND)
        fraction = {"bin": (rest << 64) // SECOND, "nano": rest, "micro": rest // 1000}[form]
        self.kernel.engine.write(address, seconds.to_bytes(8, "little") + fraction.to_bytes(8, "little"))

    @serves("void binuptime(struct bintime *bt)", page="binuptime(9)", source=SOURCE)
    def binuptime(self, address: int) -> None:
        self._store(address, self._up(True), "bin")

    @serves("void getbinuptime(struct bintime *bt)", page="binuptime(9)", source=SOURCE)
    def getbinuptime(self, address: int) -> None:
        self._store(address, self._up(False), "bin")

    @serves("void nanouptime(struct timespec *tsp)", page="nanouptime(9)", source=SOURCE)
    def nanouptime(self, address: int) -> None:
        self._store(address, self._up(True), "nano")

    @serves("void getnanouptime(struct timespec *tsp)", page="nanouptime(9)", source=SOURCE)
    def getnanouptime(self, address: int) -> None:
        self._store(address, self._up(False), "nano")

    @serves("void microuptime(struct timeval *tvp)", page="microuptime(9)", source=SOURCE)
    def microuptime(self, address: int) -> None:
        self._store(address, self._up(True), "micro")

    @serves("void getmicrouptime(struct timeval *tvp)", page="microuptime(9)", source=SOURCE)
    def getmicrouptime(self, address: int) -> None:
        self._store(address, self._up(False), "micro")

    # Time of day.

    @serves("void bintime(struct bintime *bt)", page="bintime(9)", source=SOURCE)
    def bintime(self, address: int) -> None:
        self._store(address, BOOTED * SECOND + self._up(True), "bin")

    @serves("void getbintime(struct bintime *bt)", page="bintime(9)", source=SOURCE)
    def getbintime(self, address: int) -> None:
        self._store(address, BOOTED * SECOND + self._up(False), "bin")

    @serves("void nanotime(struct timespec *tsp)", page="nanotime(9)", source=SOURCE)
    def nanotime(self, address: int) -> None:
        self._store(address, BOOTED * SECOND + self._up(True), "nano")

    @serves("void getnanotime(struct timespec *tsp)", page="nanotime(9)", source=SOURCE)
    def getnanotime(self, address: int) -> None:
        self._store(address, BOOTED * SECOND + self._up(False), "nano")

    @serves("void microtime(struct timeval *tvp)", page="microtime(9)", source=SOURCE)
    def microtime(self, address: int) -> None:
        self._store(address, BOOTED * SECOND + self._up(True), "micro")

    @serves("void getmicrotime(struct timeval *tvp)", page="microtime(9)", source=SOURCE)
    def getmicrotime(self, address: int) -> None:
        self._store(address, BOOTED * SECOND + self._up(False), "micro")

    @serves("void getboottime(struct timeval *boottime)", page="microtime(9)", source=SOURCE)
    def getboottime(self, address: int) -> None:
        self._store(address, BOOTED * SECOND, "micro")

    @serves("int tvtohz(struct timeval *tv)", page="tvtohz(9)", source="sys/kern/kern_clock.c")
    def tvtohz(self, address: int) -> int:
        data = self.kernel.engine.read(address, 16)
        seconds, micro = (int.from_bytes(data[at : at + 8], "little", signed=True) for at in (0, 8))
        if micro < 0:
            seconds, micro = seconds - 1, micro + 1_000_000
        if seconds < 0:
            return 1  # as tvtohz does with a time that is negative
        return min(seconds * HZ + -(-micro * HZ // 1_000_000) + 1, 0x7FFF_FFFF)

    @serves("void DELAY(int usec)", page="delay(9)", source="sys/x86/x86/delay.c")
    def delay(self, microseconds: int) -> None:
        self.kernel.threads.spend(max(microseconds, 0) * 1000)
        self.kernel.threads.preempt()
