"""User processes and their system calls: `kmi.testing.userspace` for the simulated kernel.

Each call runs in a kernel thread of its own; a call made directly is started and waited for. Signals: SIGUSR1
is handled without SA_RESTART, SIGUSR2 with it; a few are ignored; the others end the process.
"""

import errno
import fcntl
import os
import signal
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from kmi.errors import error
from kmi.kernels.simulated.files import Failed, OpenFile
from kmi.kernels.simulated.memory import TASK_SIZE, Buffer, Memory
from kmi.kernels.simulated.polling import poll
from kmi.kernels.simulated.scheduler import State, Thread
from kmi.kernels.simulated.uio import Segment

if TYPE_CHECKING:
    from kmi.kernels.simulated.kernel import SimulatedKernel

__all__ = ["SimulatedCall", "SimulatedProcess"]

R = TypeVar("R")

PATIENCE: Final = 30.0
MOST_DESCRIPTORS: Final = 1024
MOST_SEGMENTS: Final = 1024
IGNORED: Final = (signal.SIGCHLD, signal.SIGURG, signal.SIGWINCH, signal.SIGCONT)
STOPS: Final = (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
_KEPT: Final = os.O_ACCMODE | os.O_NONBLOCK | os.O_APPEND
FIOCLEX, FIONCLEX, FIONBIO = 0x5451, 0x5450, 0x5421


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

    def done(self) -> bool:
        return self._thread.done

    def result(self, timeout: float = PATIENCE) -> R:
        self._thread.scheduler.run_until(lambda: self._thread.done)
        if self._thread.error is not None:
            raise self._thread.error
        if isinstance(self._thread.value, _Errno):
            raise error(self._thread.value)
        value: R = self._thread.value  # type: ignore[assignment]
        return value


class _Errno(int):
    """A call's failure, kept as a number, so that it keeps nothing of the module alive."""


class SimulatedProcess:
    """One user process with its own descriptor table."""

    def __init__(self, kernel: "SimulatedKernel", pid: int, files: dict[int, OpenFile] | None = None) -> None:
        self.pid = pid
        self._kernel = kernel
        self._files = {} if files is None else files
        self._memory = Memory()
        self._pending: list[int] = []
        self._thread: Thread | None = None
        self._ended = False

    # The calls.

    def open(self, path: str, flags: int = os.O_RDWR, mode: int = 0o600) -> int:
        return self._now_int("open", path, flags, mode)

    def close(self, fd: int) -> None:
        self._now("close", fd)

    def dup(self, fd: int) -> int:
        self._may_call()
        return self._install(self._file(fd))

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
        return self._now_int("write", fd, data, length=length, address=address, fault_after=fault_after)

    def pread(self, fd: int, length: int, offset: int) -> bytes:
        result: bytes = self._now("read", fd, length, offset=offset)
        return result

    def pwrite(self, fd: int, data: bytes, offset: int) -> int:
        return self._now_int("write", fd, data, offset=offset)

    def readv(self, fd: int, lengths: Sequence[int]) -> list[bytes]:
        result: list[bytes] = self._now("readv", fd, lengths)
        return result

    def writev(self, fd: int, parts: Sequence[bytes]) -> int:
        return self._now_int("writev", fd, parts)

    def lseek(self, fd: int, offset: int, whence: int = os.SEEK_SET) -> int:
        self._may_call()
        self._file(fd)
        raise error(errno.ESPIPE)

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
        file = self._file(fd)
        if command == fcntl.F_GETFL:
            return file.flags
        if command == fcntl.F_SETFL:
            changeable = os.O_NONBLOCK | os.O_APPEND
            file.flags = file.flags & ~changeable | argument & changeable
            return 0
        if command == fcntl.F_DUPFD:
            if not 0 <= argument < MOST_DESCRIPTORS:
                raise error(errno.EINVAL)
            return self._install(file, argument)
        raise error(errno.EINVAL)

    def poll(self, fds: Sequence[tuple[int, int]], timeout_ms: int = 0) -> list[tuple[int, int]]:
        result: list[tuple[int, int]] = self._now("poll", fds, timeout_ms)
        return result

    def mmap(self, fd: int, length: int, protection: int = 3, flags: int = 1, offset: int = 0) -> int:
        self._may_call()
        file = self._file(fd)
        if length <= 0 or offset % 4096:
            raise error(errno.EINVAL)
        if not file.readable or (flags & 1 and protection & 2 and not file.writable):
            raise error(errno.EACCES)
        raise error(errno.ENODEV)  # no device can be mapped yet

    def munmap(self, address: int, length: int) -> None:
        self._may_call()
        if length <= 0 or address % 4096 or not 0 <= address <= TASK_SIZE - length:
            raise error(errno.EINVAL)

    def peek(self, address: int, length: int) -> bytes:
        data = self._memory.copy_in(address, length)
        if len(data) < length:
            raise error(errno.EFAULT)
        return data

    def poke(self, address: int, data: bytes) -> None:
        if self._memory.copy_out(address, data) < len(data):
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
            self._pending.append(signum)
            self._kernel.scheduler.signal(self._thread)

    def fork(self) -> "SimulatedProcess":
        self._may_call()
        for file in self._files.values():
            file.hold()
        return self._kernel.process(dict(self._files))

    def end(self) -> None:
        if self._ended:
            return
        thread = self._thread
        if thread is not None and not thread.done:
            self._pending.append(signal.SIGKILL)
            self._kernel.scheduler.signal(thread)
            self._kernel.scheduler.run_until(lambda: thread.done)
        self._exit()

    def start(self, name: str, /, *arguments: Any, **options: Any) -> Any:
        self._may_call()
        calls: dict[str, Callable[..., object]] = {
            "open": self._open,
            "close": self._close,
            "read": self._read,
            "write": self._write,
            "readv": self._readv,
            "writev": self._writev,
            "ioctl": self._ioctl,
            "poll": self._poll,
        }
        if name not in calls:
            raise ValueError(f"no call named {name!r} can be started: {', '.join(calls)} can")
        call = calls[name]
        self._pending.clear()
        thread = self._kernel.scheduler.spawn(
            f"{name} by process {self.pid}", lambda: self._body(lambda: call(*arguments, **options))
        )
        self._thread = thread
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

    def _body(self, call: Callable[[], object]) -> object:
        """One call, begun again for as long as signals restart it."""
        while True:
            try:
                result: object = call()
            except Failed as failed:
                if failed.restart and self._restarts():
                    continue
                result = _Errno(failed.number)
            except OSError as raised:
                assert raised.errno is not None
                result = _Errno(raised.errno)
            if self._dies():
                self._ended = True
                self._close_all()
                return _Errno(errno.ESRCH)
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
        thread = self._kernel.scheduler.spawn(f"end of process {self.pid}", self._close_all)
        self._kernel.scheduler.run_until(lambda: thread.done)
        if thread.error is not None:
            raise thread.error

    def _close_all(self) -> None:
        for fd in sorted(self._files):
            self._files.pop(fd).drop()

    # Descriptors.

    def _file(self, fd: int) -> OpenFile:
        if fd not in self._files:
            raise error(errno.EBADF)
        return self._files[fd]

    def _install(self, file: OpenFile, lowest: int = 3) -> int:
        for fd in range(lowest, MOST_DESCRIPTORS):
            if fd not in self._files:
                self._files[fd] = file.hold()
                return fd
        raise error(errno.EMFILE)

    # The calls, as a thread makes them.

    def _open(self, path: str, flags: int = os.O_RDWR, mode: int = 0o600) -> int:
        node = self._kernel.node(path)
        if flags & os.O_CREAT and flags & os.O_EXCL:
            raise error(errno.EEXIST)
        if flags & os.O_DIRECTORY:
            raise error(errno.ENOTDIR)
        if len(self._files) >= MOST_DESCRIPTORS - 3:
            raise error(errno.EMFILE)
        return self._install(OpenFile.open(self._kernel, node, flags & _KEPT))

    def _close(self, fd: int) -> None:
        file = self._file(fd)
        del self._files[fd]
        file.drop()

    def _read(
        self,
        fd: int,
        length: int,
        address: int | None = None,
        fault_after: int | None = None,
        offset: int | None = None,
    ) -> bytes:
        if offset is not None and offset < 0:
            raise error(errno.EINVAL)
        with _Using(self, fd) as using:
            buffer = using.map(bytes(min(max(length, 0), MOST_MAPPED_OF_CALL)), fault_after)
            start = buffer.address if address is None else address
            count = using.file.read(self._memory, [Segment(start, length)], offset)
            return bytes(buffer.data[:count]) if address is None else bytes(count)

    def _write(
        self,
        fd: int,
        data: bytes,
        length: int | None = None,
        address: int | None = None,
        fault_after: int | None = None,
        offset: int | None = None,
    ) -> int:
        if offset is not None and offset < 0:
            raise error(errno.EINVAL)
        with _Using(self, fd) as using:
            start = using.map(data, fault_after).address if address is None else address
            segment = Segment(start, len(data) if length is None else length)
            return using.file.write(self._memory, [segment], offset)

    def _readv(self, fd: int, lengths: Sequence[int]) -> list[bytes]:
        with _Using(self, fd) as using:
            _check_vector(lengths)
            buffers = [using.map(bytes(length)) for length in lengths]
            left = using.file.read(self._memory, [Segment(b.address, len(b.data)) for b in buffers])
        filled = []
        for buffer in buffers:
            if not left:
                break
            filled.append(bytes(buffer.data[:left]))
            left -= len(filled[-1])
        return filled

    def _writev(self, fd: int, parts: Sequence[bytes]) -> int:
        with _Using(self, fd) as using:
            _check_vector([len(part) for part in parts])
            buffers = [using.map(part) for part in parts]
            return using.file.write(self._memory, [Segment(b.address, len(b.data)) for b in buffers])

    def _ioctl(
        self,
        fd: int,
        request: int,
        argument: bytes | int = 0,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> tuple[int, bytes]:
        with _Using(self, fd) as using:
            if request in (FIOCLEX, FIONCLEX):  # the kernel's own, which no device sees
                return 0, b""
            if isinstance(argument, int) or address is not None:
                bare = argument if address is None and isinstance(argument, int) else address or 0
                if request == FIONBIO:
                    raise error(errno.EFAULT)
                return using.file.ioctl(self._memory, request, bare), b""
            buffer = using.map(argument, fault_after)
            if request == FIONBIO:
                on = os.O_NONBLOCK if any(buffer.data[:4]) else 0
                using.file.flags = using.file.flags & ~os.O_NONBLOCK | on
                return 0, bytes(buffer.data)
            result = using.file.ioctl(self._memory, request, buffer.address)
            return result, bytes(buffer.data)

    def _poll(self, fds: Sequence[tuple[int, int]], timeout_ms: int = 0) -> list[tuple[int, int]]:
        files = {fd: self._files[fd].hold() for fd, _ in fds if fd in self._files}
        try:
            ready = poll(files, fds, timeout_ms)
        finally:
            for file in files.values():
                file.drop()
        if ready is None:
            raise error(errno.EINTR)
        return ready


MOST_MAPPED_OF_CALL: Final = 1 << 20


class _Using:
    """A file in use by a call, and the buffers that the call brought."""

    def __init__(self, process: SimulatedProcess, fd: int) -> None:
        self.file = process._file(fd).hold()
        self._memory = process._memory
        self._buffers: list[Buffer] = []

    def map(self, data: bytes, room: int | None = None) -> Buffer:
        self._buffers.append(self._memory.map(data, room))
        return self._buffers[-1]

    def __enter__(self) -> "_Using":
        return self

    def __exit__(self, *raised: object) -> None:
        for buffer in self._buffers:
            self._memory.unmap(buffer)
        self.file.drop()


def _check_vector(lengths: Sequence[int]) -> None:
    if len(lengths) > MOST_SEGMENTS or any(length < 0 for length in lengths):
        raise error(errno.EINVAL)
