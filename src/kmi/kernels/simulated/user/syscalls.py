"""System calls, on the kernel's side: what a process's thread runs.

Invariants: a call holds the files that it uses, so that closing them meanwhile is safe; the buffers that it
brought are mapped for as long as it runs.
"""

import errno
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from kmi.errors import error
from kmi.kernels.simulated.pages import Area
from kmi.kernels.simulated.uio import Segment
from kmi.kernels.simulated.user.files import OpenFile
from kmi.kernels.simulated.user.mappings import Mappings
from kmi.kernels.simulated.user.memory import MOST_MAPPED, PAGE, TASK_SIZE, Buffer, Memory
from kmi.kernels.simulated.user.polling import poll as poll_files
from kmi.kernels.simulated.user.sysfs import SysfsFile

if TYPE_CHECKING:
    from kmi.kernels.simulated.kernel import SimulatedKernel

__all__ = ["CALLS", "MOST_DESCRIPTORS", "SystemCalls", "Using", "check_vector"]


class Held(Protocol):
    """A file that descriptors and calls hold."""

    def drop(self) -> None:
        """One holder less."""


F = TypeVar("F", bound=Held)

CALLS: Final = (
    "open", "close", "read", "write", "readv", "writev", "lseek", "ioctl", "poll", "mmap", "munmap",
)  # fmt: skip
"""The calls that run in a thread, and may be in flight."""

MOST_DESCRIPTORS: Final = 1024
MOST_SEGMENTS: Final = 1024
_KEPT: Final = os.O_ACCMODE | os.O_NONBLOCK | os.O_APPEND
MAP_SHARED, PROT_WRITE = 1, 2
FIOCLEX, FIONCLEX, FIONBIO = 0x5451, 0x5450, 0x5421


class SystemCalls:
    """The calls of one process, and its descriptor table."""

    def __init__(self, kernel: "SimulatedKernel", files: dict[int, OpenFile]) -> None:
        self.kernel = kernel
        self.files = files
        self.memory = Memory()
        self.mappings = Mappings(self.memory)

    # Descriptors.

    def file(self, fd: int) -> OpenFile:
        """The open file of a descriptor; EBADF if there is none."""
        if fd not in self.files:
            raise error(errno.EBADF)
        return self.files[fd]

    def install(self, file: OpenFile, lowest: int = 3) -> int:
        """The lowest free descriptor, now of this file; EMFILE if there is none."""
        for fd in range(lowest, MOST_DESCRIPTORS):
            if fd not in self.files:
                self.files[fd] = file.hold()
                return fd
        raise error(errno.EMFILE)

    def close_all(self) -> None:
        """Close every descriptor, in an order that no kernel promises: the seed decides."""
        self.mappings.end()
        descriptors = sorted(self.files)
        self.kernel.scheduler.random.shuffle(descriptors)
        for fd in descriptors:
            self.files.pop(fd).drop()

    # The calls.

    def open(self, path: str, flags: int = os.O_RDWR, mode: int = 0o600) -> int:
        entry = self.kernel.entries.get(path)
        node = self.kernel.node(path) if entry is None else None
        if flags & os.O_CREAT and flags & os.O_EXCL:
            raise error(errno.EEXIST)
        if flags & os.O_DIRECTORY:
            raise error(errno.ENOTDIR)
        if len(self.files) >= MOST_DESCRIPTORS - 3:
            raise error(errno.EMFILE)
        if node is None:
            assert entry is not None
            return self.install(SysfsFile(self.kernel, entry, flags & _KEPT))
        return self.install(OpenFile.open(self.kernel, node, flags & _KEPT))

    def close(self, fd: int) -> None:
        file = self.file(fd)
        del self.files[fd]
        file.drop()

    def read(
        self,
        fd: int,
        length: int,
        address: int | None = None,
        fault_after: int | None = None,
        offset: int | None = None,
    ) -> bytes:
        if offset is not None and offset < 0:
            raise error(errno.EINVAL)
        with Using(self.file(fd).hold(), self.memory) as using:
            buffer = using.map(bytes(min(max(length, 0), MOST_MAPPED)), fault_after)
            start = buffer.address if address is None else address
            count = using.file.read(self.memory, [Segment(start, length)], offset)
            return bytes(buffer.data[:count]) if address is None else bytes(count)

    def write(
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
        with Using(self.file(fd).hold(), self.memory) as using:
            start = using.map(data, fault_after).address if address is None else address
            segment = Segment(start, len(data) if length is None else length)
            return using.file.write(self.memory, [segment], offset)

    def readv(self, fd: int, lengths: Sequence[int], fault_after: int | None = None) -> list[bytes]:
        with Using(self.file(fd).hold(), self.memory) as using:
            check_vector(lengths)
            buffers, segments = using.map_all([(length, b"") for length in lengths], fault_after)
            left = using.file.read(self.memory, segments)
        filled = []
        for buffer in buffers:
            if part := bytes(buffer.data[:left]):
                filled.append(part)
                left -= len(part)
        return filled

    def writev(self, fd: int, parts: Sequence[bytes], fault_after: int | None = None) -> int:
        with Using(self.file(fd).hold(), self.memory) as using:
            check_vector([len(part) for part in parts])
            _, segments = using.map_all([(len(part), part) for part in parts], fault_after)
            return using.file.write(self.memory, segments)

    def mmap(self, fd: int, length: int, protection: int = 3, flags: int = 1, offset: int = 0) -> int:
        if length <= 0 or offset % PAGE or offset < 0:
            raise error(errno.EINVAL)
        private, writable = not flags & MAP_SHARED, bool(protection & PROT_WRITE)
        with Using(self.file(fd).hold(), self.memory) as using:
            if not using.file.readable or (writable and not private and not using.file.writable):
                raise error(errno.EACCES)
            whole = (length + PAGE - 1) // PAGE * PAGE
            view = using.file.mmap(Area(whole, offset, writable, private))
            return self.mappings.add(using.file, view, writable)

    def munmap(self, address: int, length: int) -> None:
        if length <= 0 or address % PAGE or not 0 <= address <= TASK_SIZE - length:
            raise error(errno.EINVAL)
        self.mappings.remove(address, length)

    def lseek(self, fd: int, offset: int, whence: int = os.SEEK_SET) -> int:
        with Using(self.file(fd).hold(), self.memory) as using:
            return using.file.seek(offset, whence)

    def ioctl(
        self,
        fd: int,
        request: int,
        argument: bytes | int = 0,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> tuple[int, bytes]:
        with Using(self.file(fd).hold(), self.memory) as using:
            if request in (FIOCLEX, FIONCLEX):  # the kernel's own, which no device sees
                return 0, b""
            if isinstance(argument, int) or address is not None:
                bare = argument if address is None and isinstance(argument, int) else address or 0
                if request == FIONBIO:
                    raise error(errno.EFAULT)
                return using.file.ioctl(self.memory, request, bare), b""
            buffer = using.map(argument, fault_after)
            if request == FIONBIO:
                on = os.O_NONBLOCK if any(buffer.data[:4]) else 0
                using.file.flags = using.file.flags & ~os.O_NONBLOCK | on
                return 0, bytes(buffer.data)
            result = using.file.ioctl(self.memory, request, buffer.address)
            return result, bytes(buffer.data)

    def poll(self, fds: Sequence[tuple[int, int]], timeout_ms: int = 0) -> list[tuple[int, int]]:
        files = {fd: self.files[fd].hold() for fd, _ in fds if fd in self.files}
        try:
            ready = poll_files(files, fds, timeout_ms)
        finally:
            for file in files.values():
                file.drop()
        if ready is None:
            raise error(errno.EINTR)
        return ready


class Using(Generic[F]):
    """A file in use by a call, which holds it, and the buffers that the call brought."""

    def __init__(self, file: F, memory: Memory) -> None:
        self.file = file
        self._memory = memory
        self._buffers: list[Buffer] = []

    def map(self, data: bytes, room: int | None = None) -> Buffer:
        self._buffers.append(self._memory.map(data, room))
        return self._buffers[-1]

    def map_all(
        self, parts: Sequence[tuple[int, bytes]], room: int | None
    ) -> tuple[list[Buffer], list[Segment]]:
        """Map buffers, each given by its length and first bytes; `room`: only so many bytes of all."""
        left = MOST_MAPPED if room is None else room
        buffers, segments = [], []
        for length, data in parts:
            size = min(length, left)
            left -= size
            buffers.append(self.map(data[:size].ljust(size, b"\0")))
            segments.append(Segment(buffers[-1].address, length))
        return buffers, segments

    def __enter__(self) -> "Using[F]":
        return self

    def __exit__(self, *raised: object) -> None:
        for buffer in self._buffers:
            self._memory.unmap(buffer)
        self.file.drop()


def check_vector(lengths: Sequence[int]) -> None:
    """EINVAL for more segments, or longer ones, than readv(2) and writev(2) take."""
    if len(lengths) > MOST_SEGMENTS or any(not 0 <= length < 1 << 63 for length in lengths):
        raise error(errno.EINVAL)
