"""System calls, on the kernel's side: what a process's thread runs.

Sources: sys/kern/sys_generic.c, sys/kern/kern_descrip.c, sys/kern/vfs_syscalls.c.

Invariants: a call holds the files that it uses, so that closing them meanwhile is safe; the buffers that it
brought are mapped for as long as it runs. What a driver says goes through as it is, but that progress that
was made is not lost to a signal.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from kmi.errors import error
from kmi.kernels.simulated.uio import Segment
from kmi.kernels.simulated.user.mappings import Mappings
from kmi.kernels.simulated.user.memory import MOST_MAPPED, Memory
from kmi.kernels.simulated.user.syscalls import MOST_DESCRIPTORS, Using, check_vector
from kmi.machines.cpu.engine import PAGE
from kmi.machines.freebsd.errors import (
    EACCES,
    EBADF,
    EEXIST,
    EINTR,
    EINVAL,
    ENODEV,
    ENOENT,
    ENOTDIR,
    ENOTTY,
    ERESTART,
    EWOULDBLOCK,
    KernelError,
)
from kmi.machines.freebsd.kpi.copy import USER_END, Copying
from kmi.machines.freebsd.kpi.scratch import Scratch
from kmi.machines.freebsd.kpi.uio import READ, USERSPACE, WRITE
from kmi.machines.freebsd.layouts import Record
from kmi.machines.freebsd.threads import current_thread
from kmi.machines.freebsd.user import flags as own
from kmi.machines.freebsd.user import sysctl as settings
from kmi.machines.freebsd.user.files import DeviceFile
from kmi.machines.freebsd.user.polling import poll as poll_files
from kmi.machines.freebsd.user.settings import SettingFile
from kmi.machines.freebsd.user.sysctl import Asked

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["CALLS", "OpenFile", "SystemCalls"]

OpenFile = DeviceFile | SettingFile
"""What descriptors refer to."""

CALLS: Final = (
    "open", "close", "read", "write", "readv", "writev", "lseek", "ioctl", "poll", "fcntl", "mmap", "munmap",
    "sysctl", "sysctlbyname",
)  # fmt: skip
"""The calls that run in a thread, and may be in flight."""
MOST_BYTES: Final = (1 << 63) - 1
"""SSIZE_MAX, what a read or write may be asked for."""
MAP_SHARED, PROT_READ, PROT_WRITE = 1, 1, 2
SETTABLE: Final = own.FNONBLOCK | own.FAPPEND


class SystemCalls:
    """The calls of one process, and its descriptor table."""

    def __init__(self, kernel: Kernel, files: dict[int, OpenFile]) -> None:
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
        self.kernel.threads.random.shuffle(descriptors)
        for fd in descriptors:
            try:
                self.files.pop(fd).drop()
            except KernelError:
                pass  # nobody is left to be told

    # The calls.

    def open(self, path: str, flags: int = os.O_RDWR, mode: int = 0o600) -> int:
        folder, _, name = path.partition("/dev/")
        if not path.startswith("/sys/") and (folder or not name):
            raise KernelError(ENOENT)
        if flags & os.O_CREAT and flags & os.O_EXCL:
            raise KernelError(EEXIST)
        if flags & os.O_DIRECTORY == os.O_DIRECTORY:
            raise KernelError(ENOTDIR)
        if flags & os.O_ACCMODE == os.O_ACCMODE:
            raise KernelError(EINVAL)
        if len(self.files) >= MOST_DESCRIPTORS - 3:
            raise error(errno.EMFILE)
        if path.startswith("/sys/"):
            return self.install(SettingFile(self.kernel, path, own.open_flags(flags)))
        return self.install(DeviceFile.open(self.kernel, name, own.open_flags(flags)))

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
        with self._using(fd) as using:
            buffer = using.map(bytes(min(max(length, 0), MOST_MAPPED)), fault_after)
            start = buffer.address if address is None else address
            count = self._transfer(using.file, [Segment(start, length)], READ, offset)
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
        with self._using(fd) as using:
            start = using.map(data, fault_after).address if address is None else address
            segment = Segment(start, len(data) if length is None else length)
            return self._transfer(using.file, [segment], WRITE, offset)

    def readv(self, fd: int, lengths: Sequence[int], fault_after: int | None = None) -> list[bytes]:
        with self._using(fd) as using:
            check_vector(lengths)
            buffers, segments = using.map_all([(length, b"") for length in lengths], fault_after)
            left = self._transfer(using.file, segments, READ, None)
        filled = []
        for buffer in buffers:
            if part := bytes(buffer.data[:left]):
                filled.append(part)
                left -= len(part)
        return filled

    def writev(self, fd: int, parts: Sequence[bytes], fault_after: int | None = None) -> int:
        with self._using(fd) as using:
            check_vector([len(part) for part in parts])
            _, segments = using.map_all([(len(part), part) for part in parts], fault_after)
            return self._transfer(using.file, segments, WRITE, None)

    def mmap(self, fd: int, length: int, protection: int = 3, flags: int = 1, offset: int = 0) -> int:
        """devfs_mmap_f and vm_mmap_cdev: devices have no private mappings."""
        if length <= 0:
            raise KernelError(EINVAL)
        with self._using(fd) as using:
            file = using.file
            writes = bool(protection & PROT_WRITE)
            shared = bool(flags & MAP_SHARED)
            if not file.readable and protection & PROT_READ or writes and shared and not file.writable:
                raise KernelError(EACCES)
            if not isinstance(file, DeviceFile):
                raise KernelError(ENODEV)
            if not shared or offset % PAGE:
                raise KernelError(EINVAL)
            whole = -(-length // PAGE) * PAGE
            mapped = file.mmap(offset, whole, protection)
            view = memoryview(mapped.object.memory)[mapped.offset : mapped.offset + whole]
            return self.mappings.add(mapped, view, writes)

    def munmap(self, address: int, length: int) -> None:
        if length <= 0 or address % PAGE or not 0 <= address <= USER_END - length:
            raise KernelError(EINVAL)
        self.mappings.remove(address, length)

    def lseek(self, fd: int, offset: int, whence: int = os.SEEK_SET) -> int:
        """vn_seek: no driver hears of it; a device has no size, and may be at a negative offset."""
        with self._using(fd) as using:
            file = using.file
            if whence == os.SEEK_CUR:
                offset += file.position
            elif whence not in (os.SEEK_SET, os.SEEK_END):
                raise KernelError(EINVAL)
            file.position = offset
            return offset

    def ioctl(
        self,
        fd: int,
        request: int,
        argument: bytes | int = 0,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> tuple[int, bytes]:
        with self._using(fd) as using:
            command = own.request(request)
            if isinstance(argument, int) or address is not None:
                bare = argument if address is None and isinstance(argument, int) else address or 0
                return self._ioctl(using.file, command, bare & (1 << 64) - 1), b""
            buffer = using.map(argument, fault_after)
            return self._ioctl(using.file, command, buffer.address), bytes(buffer.data)

    def fcntl(self, fd: int, command: int, argument: int = 0) -> int:
        file = self.file(fd)
        if command == fcntl.F_GETFL:
            return own.host_flags(file.flags)
        if command == fcntl.F_SETFL:
            return self._set_flags(file, own.open_flags(argument) & SETTABLE)
        if command == fcntl.F_DUPFD:
            if not 0 <= argument < MOST_DESCRIPTORS:
                raise KernelError(EINVAL)
            return self.install(file, argument)
        raise KernelError(EINVAL)

    def poll(self, fds: Sequence[tuple[int, int]], timeout_ms: int = 0) -> list[tuple[int, int]]:
        files = {fd: self.files[fd].hold() for fd, _ in fds if fd in self.files}
        try:
            return poll_files(self.kernel, files, fds, timeout_ms)
        finally:
            for file in files.values():
                file.drop()

    def sysctl(self, name: Sequence[int], room: int | None, new: bytes | None) -> Asked:
        return settings.sysctl(self.kernel, self.memory, name, room, new)

    def sysctlbyname(self, name: str, room: int | None, new: bytes | None) -> Asked:
        return settings.by_name(self.kernel, self.memory, name, room, new)

    # What they have in common.

    def _using(self, fd: int) -> Using[OpenFile]:
        return Using(self.file(fd).hold(), self.memory)

    @contextmanager
    def _uio(self, segments: Sequence[Segment], direction: int, offset: int) -> Iterator[Record]:
        layouts = self.kernel.layouts
        size = layouts["uio"].size
        with self.kernel.part(Scratch).lent(size + 16 * len(segments)) as at:
            uio = Record(self.kernel.engine, layouts["uio"], at)
            uio["uio_iov"], uio["uio_iovcnt"] = at + size, len(segments)
            uio["uio_offset"], uio["uio_resid"] = offset, sum(segment.length for segment in segments)
            uio["uio_segflg"], uio["uio_rw"] = USERSPACE, direction
            uio["uio_td"] = current_thread().td
            packed = b"".join(
                (s.address & (1 << 64) - 1).to_bytes(8, "little") + s.length.to_bytes(8, "little")
                for s in segments
            )
            self.kernel.engine.write(at + size, packed)
            yield uio

    def _transfer(
        self, file: OpenFile, segments: Sequence[Segment], direction: int, offset: int | None
    ) -> int:
        """dofileread and dofilewrite: how many bytes."""
        if not (file.readable if direction == READ else file.writable):
            raise KernelError(EBADF)
        total = sum(segment.length for segment in segments)
        if total > MOST_BYTES or any(segment.length < 0 for segment in segments):
            raise KernelError(EINVAL)
        if direction == READ and not total:
            return 0
        with self._uio(segments, direction, file.position if offset is None else offset) as uio:
            status = file.transfer(uio)
            moved = total - uio["uio_resid"]
            if offset is None:
                file.position = uio["uio_offset"]
        if status and not (moved and status in (ERESTART, EINTR, EWOULDBLOCK)):
            raise KernelError(status)
        return moved

    def _ioctl(self, file: OpenFile, command: int, argument: int) -> int:
        """sys_ioctl: the argument is copied in and out by what the command's number says; what it gives."""
        td = current_thread().record
        td["td_uretoff.tdu_retval"] = 0  # an array of two, of which a driver may set the first
        size = command >> 16 & own.IOCPARM_MAX - 1
        void, out, into = command & own.IOC_VOID, command & own.IOC_OUT, command & own.IOC_IN
        if not (void or out or into) or ((out or into) and not size) or (void and size not in (0, 4)):
            raise KernelError(ENOTTY)
        with self.kernel.part(Scratch).lent(max(size, 8)) as data:
            if void:
                self.kernel.engine.write(data, argument.to_bytes(8, "little"))
            elif into:
                self._check(self.kernel.part(Copying).copy_in(argument, data, size))
            self._command(file, command, data)
            if out and not void:
                self._check(self.kernel.part(Copying).copy_out(data, argument, size))
        return td["td_uretoff.tdu_retval"] & 0xFFFF_FFFF

    def _command(self, file: OpenFile, command: int, data: int) -> None:
        """kern_ioctl: what is about any file is done here, and some of it told to the driver."""
        if command in (own.FCLEX, own.FIONCLEX):
            return
        if command == own.FIONBIO:
            on = any(self.kernel.engine.read(data, 4))
            file.flags = file.flags & ~own.FNONBLOCK | (own.FNONBLOCK if on else 0)
        self._check(file.ioctl(command, data))

    def _set_flags(self, file: OpenFile, flags: int) -> int:
        """F_SETFL: a driver hears whether its file blocks, and may refuse."""
        before = file.flags
        file.flags = before & ~SETTABLE | flags
        if (before ^ file.flags) & own.FNONBLOCK:
            with self.kernel.part(Scratch).lent(8) as data:
                self.kernel.engine.write(data, (flags & own.FNONBLOCK).to_bytes(4, "little"))
                if status := file.ioctl(own.FIONBIO, data):
                    file.flags = before
                    raise KernelError(status)
        return 0

    @staticmethod
    def _check(status: int) -> None:
        if status:
            raise KernelError(status)
