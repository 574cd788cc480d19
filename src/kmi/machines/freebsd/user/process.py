"""User processes: `kmi.kernels.userspace` for the modelled FreeBSD.

Each call runs in a thread of the kernel that is the process's `struct thread`. Signals are the host's, of
which SIGUSR1 has a handler without SA_RESTART and SIGUSR2 one with it: a sleep with PCATCH that one ends
gives EINTR or ERESTART (sys/kern/subr_sleepqueue.c), and a call that ends in ERESTART is made again.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kmi.errors import error
from kmi.kernels.simulated.races import Races
from kmi.kernels.simulated.scheduler import Scheduler, Thread
from kmi.kernels.simulated.user.process import Errno, SimulatedProcess
from kmi.machines.freebsd.errors import EINTR, ERESTART, KernelError, to_host
from kmi.machines.freebsd.kpi.make_dev import Devices
from kmi.machines.freebsd.kpi.names import SYSTEM
from kmi.machines.freebsd.layouts import Record
from kmi.machines.freebsd.threads import KernelThread
from kmi.machines.freebsd.user.settings import settings_in
from kmi.machines.freebsd.user.syscalls import CALLS, SystemCalls
from kmi.machines.freebsd.user.sysctl import Asked

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Process", "UserSpace"]


class Process(SimulatedProcess):
    """A process: `struct proc`, one `struct thread`, descriptors, memory."""

    calls_in_flight = CALLS

    def __init__(self, home: UserSpace, pid: int, calls: SystemCalls) -> None:
        super().__init__(home, pid, calls)
        self.kernel = kernel = home.kernel
        layouts, static = kernel.layouts, kernel.regions.static
        self._td = static(layouts["thread"].size)
        proc = Record(kernel.engine, layouts["proc"], static(layouts["proc"].size))
        proc["p_pid"], proc["p_ucred"] = pid, kernel.threads.credentials
        kernel.engine.write(proc.at("p_comm"), b"test\0")
        td = Record(kernel.engine, layouts["thread"], self._td)
        td["td_proc"], td["td_tid"] = proc.address, 100_000 + pid

    def fcntl(self, fd: int, command: int, argument: int = 0) -> int:
        return self._now_int("fcntl", fd, command, argument)

    # sysctl(3)

    def sysctl(self, name: Sequence[int], room: int | None = None, new: bytes | None = None) -> Asked:
        """sysctl(2) of a name in numbers; `room` bytes for the old value, without it only its length."""
        asked = self._now("sysctl", list(name), room, new)
        assert isinstance(asked, Asked)
        return asked

    def sysctlbyname(self, name: str, room: int | None = None, new: bytes | None = None) -> Asked:
        """sysctlbyname(3)."""
        asked = self._now("sysctlbyname", name, room, new)
        assert isinstance(asked, Asked)
        return asked

    def sysctlnametomib(self, name: str, room: int = 24) -> tuple[int, list[int]]:
        """sysctlnametomib(3), with room for so many numbers: 0 or FreeBSD's errno, and the numbers."""
        asked = self.sysctl((0, 3), 4 * room, name.encode())
        data = asked.data
        return asked.error, [int.from_bytes(data[at : at + 4], "little") for at in range(0, len(data), 4)]

    # How a call runs.

    def _began(self, thread: Thread) -> None:
        assert isinstance(thread, KernelThread)
        thread.td = self._td
        thread.memory = self._calls.memory

    def _interrupt(self, thread: Thread, signum: int) -> None:
        super()._interrupt(thread, signum)
        assert isinstance(thread, KernelThread)
        # The lowest signal is delivered first; one that ends the process has no handler to say EINTR.
        thread.interrupted = EINTR if min(self._pending) == signal.SIGUSR1 else ERESTART

    def _body(self, call: Callable[[], object]) -> object:
        while True:
            result: object
            try:
                result = call()
            except KernelError as failed:
                if failed.number == ERESTART and not self._dies():
                    self._handled()
                    continue
                result = Errno(to_host(failed.number))
            except OSError as raised:
                assert raised.errno is not None
                result = Errno(raised.errno)
            self._returning()
            if self._dies():
                self._ended = True
                self._calls.close_all()
                return Errno(to_host(3))
            return result

    def _returning(self) -> None:
        """The call is over: WITNESS looks whether it holds a lock yet."""
        assert self._thread is not None and isinstance(self._calls, SystemCalls)
        self._calls.kernel.witness.returning(self._thread.name.partition(" ")[0])

    def _handled(self) -> None:
        """The handlers of the signals that came have run."""
        self._pending.clear()
        assert isinstance(self._thread, KernelThread)
        self._thread.signalled = False
        self._thread.interrupted = EINTR
        self._thread.scheduler.preempt()


class UserSpace:
    """All processes of a kernel."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.processes: list[Process] = []

    @property
    def scheduler(self) -> Scheduler:
        return self.kernel.threads

    @property
    def races(self) -> Races:
        return self.kernel.threads.races

    def process(self, files: dict[int, Any] | None = None) -> Process:
        """A new process, with these files open."""
        calls = SystemCalls(self.kernel, {} if files is None else files)
        process = Process(self, 100 + len(self.processes), calls)
        self.processes.append(process)
        return process

    def directory(self, path: str) -> list[str]:
        """The names in a directory of /dev."""
        if (settings := settings_in(self.kernel, path)) is not None:
            return settings
        whole = path.rstrip("/") + "/"
        names = [f"/dev/{name}" for name in (*self.kernel.part(Devices).named, *SYSTEM)]
        found = {name.removeprefix(whole).split("/")[0] for name in names if name.startswith(whole)}
        if not found:
            raise error(2)
        return sorted(found)

    def end(self) -> None:
        """End every process."""
        for process in self.processes:
            process.end()
