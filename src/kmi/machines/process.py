"""A process in a guest, and its calls: ``kmi.kernels.userspace`` on a real kernel.

Each method writes down one system call (number, arguments, buffers) for the agent, which makes it in a
process of the guest's own; nothing is emulated here. A call that the process is still in is a ``GuestCall``.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from kmi.kernels.userspace import MOST_MAPPED, PATIENCE
from kmi.machines.agent import Agent
from kmi.machines.outcomes import ProcessEnded
from kmi.machines.wire import SYSCALL, Buffer, Op, Out, Reply, encode, taking

T = TypeVar("T")

_POLLFD = struct.Struct("<ihh")


def _none(value: int, body: bytes) -> None:
    return None


def _value(value: int, body: bytes) -> int:
    return value


def _both(value: int, body: bytes) -> tuple[int, bytes]:
    return value, body


def _iovec(lengths: Sequence[int]) -> bytes:
    """An array of `struct iovec` whose addresses the agent puts in; those of length 0 keep NULL."""
    return b"".join(struct.pack("<QQ", 0, length) for length in lengths)


def _mapped(lengths: Sequence[int], fault_after: int | None) -> list[int]:
    """How much of each of several buffers is mapped."""
    left = MOST_MAPPED if fault_after is None else fault_after
    sizes = []
    for length in lengths:
        sizes.append(min(length, left))
        left -= sizes[-1]
    return sizes


def _entries(body: bytes) -> Iterator[str]:
    """The names in an array of `struct linux_dirent64` (``include/linux/dirent.h``)."""
    at = 0
    while at < len(body):
        length = struct.unpack_from("<H", body, at + 16)[0]
        yield os.fsdecode(body[at + 19 : at + length].partition(b"\0")[0])
        at += length


class GuestCall(Generic[T]):
    """A system call in flight in a guest's process (``kmi.kernels.userspace.Call``)."""

    def __init__(
        self, process: GuestProcess, what: str, ticket: int, decode: Callable[[int, bytes], T]
    ) -> None:
        self._process = process
        self._agent = process.agent
        self._what = f"process {process.pid} was in {what}"
        self._name = what
        self._ticket = ticket
        self._decode = decode
        self._reply: Reply | None = None

    def wait_blocked(self, timeout: float = PATIENCE) -> None:
        """Return when the process sleeps in the call, as /proc says; ``AssertionError`` if the call ended."""
        blocked = False
        if not self.done():
            ticket = self._agent.ask(Op.BLOCKED, self._process.number)
            reply = self._agent.reply(ticket, f"{self._what}, to block", timeout)
            blocked = not reply.ended and reply.value == 1
        if not blocked:
            try:
                outcome = f"returned {self.result(timeout)!r}"
            except (OSError, ProcessEnded) as error:
                outcome = f"failed: {error}"
            raise AssertionError(f"{self._name} did not block but {outcome}")

    def done(self) -> bool:
        """Whether the call has returned, failed, or ended with its process."""
        return self._reply is not None or self._agent.arrived(self._ticket)

    def result(self, timeout: float = PATIENCE) -> T:
        """The call's value, waited for; its ``OSError`` is raised here."""
        if self._reply is None:
            self._reply = self._agent.reply(self._ticket, self._what, timeout)
        reply = self._reply
        if reply.ended:
            raise ProcessEnded(self._process.pid, reply.value)
        if -4096 < reply.value < 0:
            raise OSError(-reply.value, f"{os.strerror(-reply.value)} (in {self._name})")
        return self._decode(reply.value, reply.body)


class GuestProcess:
    """A process of the guest (``kmi.kernels.userspace.UserProcess``)."""

    def __init__(
        self,
        agent: Agent,
        number: int,
        pid: int,
        fork: Callable[[GuestProcess], GuestProcess],
        release: Callable[[int], None],
    ) -> None:
        self.agent = agent
        self.number = number
        self._pid = pid
        self._fork = fork
        self._release = release
        self._ended = False
        self._current: GuestCall[Any] | None = None

    @property
    def pid(self) -> int:
        """The process's number in the guest."""
        return self._pid

    @property
    def idle(self) -> bool:
        """Whether the process can make a call: it lives, and none is in flight."""
        return not self._ended and (self._current is None or self._current.done())

    def call(
        self,
        name: str,
        arguments: Sequence[int | Buffer],
        decode: Callable[[int, bytes], T],
        nested: Sequence[Buffer] = (),
    ) -> GuestCall[T]:
        """Begin any system call that ``wire.SYSCALL`` knows; the rest of this class is built on it."""
        if self._ended:
            raise RuntimeError(f"process {self.pid} was ended; it can make no {name}")
        if not self.idle:
            raise RuntimeError(f"process {self.pid} is in a call; a second one needs a second process")
        ticket = self.agent.ask(Op.CALL, self.number, encode(SYSCALL[name], arguments, nested))
        call = GuestCall(self, name, ticket, decode)
        self._current = call
        return call

    # Each call twice: _name begins it, name waits for it.

    def _open(self, path: str, flags: int = os.O_RDWR, mode: int = 0o600) -> GuestCall[int]:
        return self.call("open", [taking(os.fsencode(path) + b"\0"), flags, mode], _value)

    def open(self, path: str, flags: int = os.O_RDWR, mode: int = 0o600) -> int:
        try:
            return self._open(path, flags, mode).result()
        except OSError as failed:
            failed.filename = path  # as CPython's own open says it
            raise

    def _close(self, fd: int) -> GuestCall[None]:
        return self.call("close", [fd], _none)

    def close(self, fd: int) -> None:
        self._close(fd).result()

    def dup(self, fd: int) -> int:
        return self.call("dup", [fd], _value).result()

    def _read(
        self, fd: int, length: int, *, address: int | None = None, fault_after: int | None = None
    ) -> GuestCall[bytes]:
        if address is not None:
            return self.call("read", [fd, address, length], lambda value, body: bytes(value))
        mapped = min(length, MOST_MAPPED if fault_after is None else fault_after)
        return self.call("read", [fd, Buffer(mapped, out=Out.RESULT), length], lambda value, body: body)

    def read(
        self, fd: int, length: int, *, address: int | None = None, fault_after: int | None = None
    ) -> bytes:
        return self._read(fd, length, address=address, fault_after=fault_after).result()

    def _write(
        self,
        fd: int,
        data: bytes,
        *,
        length: int | None = None,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> GuestCall[int]:
        memoryview(data)  # a str is a TypeError here, not somewhere below
        pointer = taking(data, fault_after) if address is None else address
        return self.call("write", [fd, pointer, len(data) if length is None else length], _value)

    def write(
        self,
        fd: int,
        data: bytes,
        *,
        length: int | None = None,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> int:
        return self._write(fd, data, length=length, address=address, fault_after=fault_after).result()

    def pread(self, fd: int, length: int, offset: int) -> bytes:
        buffer = Buffer(min(length, MOST_MAPPED), out=Out.RESULT)
        return self.call("pread", [fd, buffer, length, offset], lambda value, body: body).result()

    def pwrite(self, fd: int, data: bytes, offset: int) -> int:
        return self.call("pwrite", [fd, taking(data), len(data), offset], _value).result()

    def _readv(
        self, fd: int, lengths: Sequence[int], *, fault_after: int | None = None
    ) -> GuestCall[list[bytes]]:
        mapped = _mapped(lengths, fault_after)

        def decode(value: int, body: bytes) -> list[bytes]:
            # All that is mapped came back; of it, `value` bytes were filled, in order.
            parts, at, left = [], 0, value
            for size in mapped:
                parts.append(body[at : at + min(size, left)])
                at += size
                left -= min(size, left)
            return [part for part in parts if part]

        nested = [
            Buffer(size, out=Out.ALL, inside=(0, 16 * index))
            for index, (length, size) in enumerate(zip(lengths, mapped, strict=True))
            if length
        ]
        return self.call("readv", [fd, taking(_iovec(lengths)), len(lengths)], decode, nested)

    def readv(self, fd: int, lengths: Sequence[int], *, fault_after: int | None = None) -> list[bytes]:
        return self._readv(fd, lengths, fault_after=fault_after).result()

    def _writev(self, fd: int, parts: Sequence[bytes], *, fault_after: int | None = None) -> GuestCall[int]:
        lengths = [len(part) for part in parts]
        nested = [
            Buffer(size, part[:size], inside=(0, 16 * index))
            for index, (part, size) in enumerate(zip(parts, _mapped(lengths, fault_after), strict=True))
            if part
        ]
        return self.call("writev", [fd, taking(_iovec(lengths)), len(parts)], _value, nested)

    def writev(self, fd: int, parts: Sequence[bytes], *, fault_after: int | None = None) -> int:
        return self._writev(fd, parts, fault_after=fault_after).result()

    def lseek(self, fd: int, offset: int, whence: int = os.SEEK_SET) -> int:
        return self.call("lseek", [fd, offset, whence], _value).result()

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
        fd = self.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            size = 1 << 15
            names: list[str] = []
            while True:
                buffer = Buffer(size, out=Out.RESULT)
                _, body = self.call("getdents64", [fd, buffer, size], _both).result()
                if not body:
                    return [name for name in names if name not in (".", "..")]
                names += _entries(body)
        finally:
            self.close(fd)

    def _ioctl(
        self,
        fd: int,
        request: int,
        argument: bytes | int = 0,
        *,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> GuestCall[tuple[int, bytes]]:
        if address is not None or isinstance(argument, int):
            number = argument if isinstance(argument, int) else 0
            return self.call("ioctl", [fd, request, number if address is None else address], _both)
        taken = taking(argument, fault_after)
        return self.call("ioctl", [fd, request, Buffer(taken.mapped, taken.content, Out.ALL)], _both)

    def ioctl(
        self,
        fd: int,
        request: int,
        argument: bytes | int = 0,
        *,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> tuple[int, bytes]:
        return self._ioctl(fd, request, argument, address=address, fault_after=fault_after).result()

    def fcntl(self, fd: int, command: int, argument: int = 0) -> int:
        return self.call("fcntl", [fd, command, argument], _value).result()

    def _poll(self, fds: Sequence[tuple[int, int]], timeout_ms: int = 0) -> GuestCall[list[tuple[int, int]]]:
        def decode(value: int, body: bytes) -> list[tuple[int, int]]:
            return [(fd, revents) for fd, _, revents in _POLLFD.iter_unpack(body) if revents]

        array = b"".join(_POLLFD.pack(fd, events, 0) for fd, events in fds)
        return self.call("poll", [Buffer(len(array), array, Out.ALL), len(fds), timeout_ms], decode)

    def poll(self, fds: Sequence[tuple[int, int]], timeout_ms: int = 0) -> list[tuple[int, int]]:
        return self._poll(fds, timeout_ms).result(PATIENCE + max(0, timeout_ms) / 1000)

    def mmap(self, fd: int, length: int, protection: int = 3, flags: int = 1, offset: int = 0) -> int:
        return self.call("mmap", [0, length, protection, flags, fd, offset], _value).result()

    def munmap(self, address: int, length: int) -> None:
        self.call("munmap", [address, length], _none).result()

    def peek(self, address: int, length: int) -> bytes:
        # Through a pipe: the kernel reads the memory in the process's name, with EFAULT instead of a signal.
        return self._through_pipe(length, lambda ends, size, at: self._peek(ends, address + at, size))

    def poke(self, address: int, data: bytes) -> None:
        self._through_pipe(
            len(data), lambda ends, size, at: self._poke(ends, address + at, data[at : at + size])
        )

    def _through_pipe(self, length: int, move: Callable[[tuple[int, int], int, int], bytes]) -> bytes:
        _, body = self.call("pipe2", [Buffer(8, out=Out.ALL), os.O_NONBLOCK], _both).result()
        first, second = struct.unpack("<ii", body)
        try:
            steps = range(0, length, 4096)
            return b"".join(move((first, second), min(4096, length - at), at) for at in steps)
        finally:
            self.close(first)
            self.close(second)

    def _peek(self, ends: tuple[int, int], address: int, length: int) -> bytes:
        if self.call("write", [ends[1], address, length], _value).result() != length:
            raise OSError(errno.EFAULT, os.strerror(errno.EFAULT))
        return self.read(ends[0], length)

    def _poke(self, ends: tuple[int, int], address: int, data: bytes) -> bytes:
        self.write(ends[1], data)
        if self.call("read", [ends[0], address, len(data)], _value).result() != len(data):
            raise OSError(errno.EFAULT, os.strerror(errno.EFAULT))
        return b""

    def signal(self, signum: int) -> None:
        ticket = self.agent.ask(Op.SIGNAL, self.number, struct.pack("<i", signum))
        reply = self.agent.reply(ticket, f"signal {signum} was sent to process {self.pid}", PATIENCE)
        if reply.ended:
            raise ProcessEnded(self.pid, reply.value)
        if reply.value < 0:
            raise OSError(-reply.value, os.strerror(-reply.value))

    def fork(self) -> GuestProcess:
        if not self.idle:
            raise RuntimeError(f"process {self.pid} is in a call, or was ended; it cannot fork now")
        return self._fork(self)

    def end(self) -> None:
        if not self._ended:
            self._ended = True
            ticket = self.agent.ask(Op.END, self.number)
            self.agent.reply(ticket, f"process {self.pid} was killed", PATIENCE)
            self._release(self.number)

    def start(self, name: str, /, *arguments: Any, **options: Any) -> GuestCall[Any]:
        """Begin ``open``, ``close``, ``read``, ``write``, ``readv``, ``writev``, ``ioctl`` or ``poll``."""
        begin: dict[str, Callable[..., GuestCall[Any]]] = {
            "open": self._open,
            "close": self._close,
            "read": self._read,
            "write": self._write,
            "readv": self._readv,
            "writev": self._writev,
            "ioctl": self._ioctl,
            "poll": self._poll,
        }
        if name not in begin:
            raise ValueError(f"{name} cannot be started; {', '.join(begin)} can")
        return begin[name](*arguments, **options)
