"""User processes and their system calls: `kmi.kernels.userspace` for kernels in this process.

Each call runs in a kernel thread of its own; a call made directly is started and waited for. Signals: SIGUSR1
is handled without SA_RESTART, SIGUSR2 with it; a few are ignored; the others end the process.
"""

import errno
import fcntl
import os
import signal
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

from kmi.errors import error
from kmi.kernels.simulated.races import Races
from kmi.kernels.simulated.scheduler import Scheduler, State, Thread
from kmi.kernels.simulated.user.files import Failed
from kmi.kernels.simulated.user.mappings import Mappings
from kmi.kernels.simulated.user.memory import Memory
from kmi.kernels.simulated.user.syscalls import CALLS, MOST_DESCRIPTORS

__all__ = ["Errno", "Home", "SimulatedCall", "SimulatedProcess", "SystemCallsOf"]

R = TypeVar("R")

PATIENCE: Final = 30.0
IGNORED: Final = (signal.SIGCHLD, signal.SIGURG, signal.SIGWINCH, signal.SIGCONT)
STOPS: Final = (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)


class Home(Protocol):
    """The kernel of a process."""

    @property
    def scheduler(self) -> Scheduler:
        """Lets its threads run."""

    @property
    def races(self) -> Races:
        """Knows what happens before what."""

    def process(self, files: dict[int, Any] | None = None) -> "SimulatedProcess":
        """A new process, with these files open."""

    def directory(self, path: str) -> list[str]:
        """The names in a directory."""


class SystemCallsOf(Protocol):
    """The calls of one process on its kernel's side: a method each, and the descriptors."""

    memory: Memory
    mappings: Mappings
    files: dict[int, Any]

    def file(self, fd: int) -> Any:
        """The open file of a descriptor."""

    def install(self, file: Any, lowest: int = 3) -> int:
        """The lowest free descriptor, now of this file."""

    def close_all(self) -> None:
        """Close every descriptor."""


class SimulatedCall(Generic[R]):
    """A system call in flight."""

    def __init__(self, process: "SimulatedProcess", thread: Thread) -> None:
        self._process = process
        self._thread = thread

    def wait_blocked(self, timeout: float = PATIENCE) -> None:
        scheduler = self._thread.scheduler
        scheduler.run_until(
            lambda: self._thread.done
            or (self._thread.state is State.BLOCKED and (self._thread.interruptible or scheduler.settled()))
        )
        if self._thread.done:
            raise AssertionError(f"{self._thread.name} ended instead of sleeping")
        scheduler.races.joined(self._thread)

    def done(self) -> bool:
        if self._thread.done:
            self._thread.scheduler.races.joined(self._thread)
        return self._thread.done

    def result(self, timeout: float = PATIENCE) -> R:
        self._thread.scheduler.run_until(lambda: self._thread.done)
        self._thread.scheduler.races.joined(self._thread)
        if self._thread.failure is not None:
            raise self._thread.failure
        if isinstance(self._thread.value, Errno):
            raise error(self._thread.value)
        value: R = self._thread.value  # type: ignore[assignment]
        return value


class Errno(int):
    """A call's failure, kept as a number, so that it keeps nothing of the module alive."""


class SimulatedProcess:
    """One user process with its own descriptor table."""

    calls_in_flight: tuple[str, ...] = CALLS
    """The names of the calls that `start` takes."""

    def __init__(self, kernel: Home, pid: int, calls: SystemCallsOf) -> None:
        self.pid = pid
        self._kernel = kernel
        self._calls = calls
        self._pending: list[int] = []
        self._thread: Thread | None = None
        self._ended = False

    # The calls.

    def open(self, path: str, flags: int = os.O_RDWR, mode: int = 0o600) -> int:
        try:
            return self._now_int("open", path, flags, mode)
        except OSError as failed:
            failed.filename = path  # as CPython's own open says it
            raise

    def close(self, fd: int) -> None:
        self._now("close", fd)

    def dup(self, fd: int) -> int:
        self._may_call()
        return self._calls.install(self._calls.file(fd))

    def read(
        self, fd: int, length: int, *, address: int | None = None, fault_after: int | None = None
    ) -> bytes:
        result: bytes = self._now("read", fd, length, address=address, fault_after=fault_after)
        return result

    def write(
        self,
        fd: int,
        data: bytes,
        *,
        length: int | None = None,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> int:
        memoryview(data)  # a str is a TypeError here, not somewhere below
        return self._now_int("write", fd, data, length=length, address=address, fault_after=fault_after)

    def pread(self, fd: int, length: int, offset: int) -> bytes:
        result: bytes = self._now("read", fd, length, offset=offset)
        return result

    def pwrite(self, fd: int, data: bytes, offset: int) -> int:
        return self._now_int("write", fd, data, offset=offset)

    def readv(self, fd: int, lengths: Sequence[int], *, fault_after: int | None = None) -> list[bytes]:
        result: list[bytes] = self._now("readv", fd, lengths, fault_after=fault_after)
        return result

    def writev(self, fd: int, parts: Sequence[bytes], *, fault_after: int | None = None) -> int:
        return self._now_int("writev", fd, parts, fault_after=fault_after)

    def lseek(self, fd: int, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._now_int("lseek", fd, offset, whence)

    def read_file(self, path: str) -> bytes:
        fd = self.open(path, os.O_RDONLY)
        try:
            return b"".join(iter(lambda: self.read(fd, 1 << 16), b""))
        finally:
            self.close(fd)

    def write_file(self, path: str, data: bytes) -> None:
        fd = self.open(path, os.O_WRONLY | os.O_TRUNC)
        try:
            self.write(fd, data)
        finally:
            self.close(fd)

    def list_directory(self, path: str) -> list[str]:
        self._may_call()
        return self._kernel.directory(path)

    def ioctl(
        self,
        fd: int,
        request: int,
        argument: bytes | int = 0,
        *,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> tuple[int, bytes]:
        result: tuple[int, bytes] = self._now(
            "ioctl", fd, request, argument, address=address, fault_after=fault_after
        )
        return result

    def fcntl(self, fd: int, command: int, argument: int = 0) -> int:
        self._may_call()
        file = self._calls.file(fd)
        if command == fcntl.F_GETFL:
            return int(file.flags)
        if command == fcntl.F_SETFL:
            changeable = os.O_NONBLOCK | os.O_APPEND
            file.flags = file.flags & ~changeable | argument & changeable
            return 0
        if command == fcntl.F_DUPFD:
            if not 0 <= argument < MOST_DESCRIPTORS:
                raise error(errno.EINVAL)
            return self._calls.install(file, argument)
        raise error(errno.EINVAL)

    def poll(self, fds: Sequence[tuple[int, int]], timeout_ms: int = 0) -> list[tuple[int, int]]:
        result: list[tuple[int, int]] = self._now("poll", fds, timeout_ms)
        return result

    def mmap(self, fd: int, length: int, protection: int = 3, flags: int = 1, offset: int = 0) -> int:
        return self._now_int("mmap", fd, length, protection, flags, offset)

    def munmap(self, address: int, length: int) -> None:
        self._now("munmap", address, length)

    def peek(self, address: int, length: int) -> bytes:
        data = self._calls.memory.copy_in(address, length)
        if len(data) < length:
            raise error(errno.EFAULT)
        return data

    def poke(self, address: int, data: bytes) -> None:
        if self._calls.memory.copy_out(address, data) < len(data):
            raise error(errno.EFAULT)

    # Signals, children, the end.

    def signal(self, signum: int) -> None:
        if self._ended:
            raise error(errno.ESRCH)
        if signum in IGNORED or signum == 0:
            return
        if signum in STOPS:
            raise NotImplementedError("processes of the simulated kernel cannot be stopped")
        signal.Signals(signum)  # ValueError for a number that is no signal
        in_flight = self._thread is not None and not self._thread.done
        if signum not in (signal.SIGUSR1, signal.SIGUSR2) and not in_flight:
            self.end()
        elif in_flight:
            assert self._thread is not None
            self._interrupt(self._thread, signum)

    def fork(self) -> "SimulatedProcess":
        self._may_call()
        for file in self._calls.files.values():
            file.hold()
        child = self._kernel.process(dict(self._calls.files))
        self._calls.mappings.copy_to(child._calls.mappings)
        return child

    def end(self) -> None:
        if self._ended:
            return
        thread = self._thread
        if thread is not None and not thread.done:
            self._interrupt(thread, signal.SIGKILL)
            self._kernel.scheduler.run_until(lambda: thread.done)
        if thread is not None:
            self._kernel.races.joined(thread)
        self._exit()

    def _interrupt(self, thread: Thread, signum: int) -> None:
        """A signal that has a handler, or ends the process, comes while a call runs."""
        self._pending.append(signum)
        self._kernel.scheduler.signal(thread)

    def start(self, name: str, /, *arguments: Any, **options: Any) -> Any:
        self._may_call()
        if name not in self.calls_in_flight:
            raise ValueError(f"no call named {name!r} can be started: {', '.join(self.calls_in_flight)} can")
        call = getattr(self._calls, name)
        self._pending.clear()
        thread = self._kernel.scheduler.spawn(
            f"{name} by process {self.pid}", lambda: self._body(lambda: call(*arguments, **options))
        )
        self._thread = thread
        self._began(thread)
        return SimulatedCall[Any](self, thread)

    # How a call runs.

    def _now(self, name: str, *arguments: object, **options: object) -> Any:
        return self.start(name, *arguments, **options).result()

    def _now_int(self, name: str, *arguments: object, **options: object) -> int:
        value = self._now(name, *arguments, **options)
        assert isinstance(value, int)
        return value

    def _may_call(self) -> None:
        if self._ended:
            raise RuntimeError(f"process {self.pid} has ended")
        if self._thread is not None and not self._thread.done:
            raise RuntimeError(f"process {self.pid} is in a call: two calls at once are two processes")
        if self._thread is not None:
            self._kernel.races.joined(self._thread)  # a process's calls come one after the other

    def _began(self, thread: Thread) -> None:
        """A call's thread was made; it has not run."""

    def _body(self, call: Callable[[], object]) -> object:
        """One call, begun again for as long as signals restart it."""
        while True:
            try:
                result: object = call()
            except Failed as failed:
                if failed.restart and self._restarts():
                    continue
                result = Errno(failed.number)
            except OSError as raised:
                assert raised.errno is not None
                result = Errno(raised.errno)
            if self._dies():
                self._ended = True
                self._calls.close_all()
                return Errno(errno.ESRCH)
            return result

    def _dies(self) -> bool:
        return any(signum not in (signal.SIGUSR1, signal.SIGUSR2) for signum in self._pending)

    def _restarts(self) -> bool:
        """Whether the signals that ended a wait let the call begin again; they count as handled then."""
        if not self._pending or min(self._pending) != signal.SIGUSR2 or self._dies():
            return False
        self._pending.clear()
        assert self._thread is not None
        self._thread.signalled = False
        return True

    def _exit(self) -> None:
        if self._ended:
            return
        self._ended = True
        thread = self._kernel.scheduler.spawn(f"end of process {self.pid}", self._calls.close_all)
        self._began(thread)
        self._kernel.scheduler.run_until(lambda: thread.done)
        self._kernel.races.joined(thread)
        if thread.failure is not None:
            raise thread.failure

