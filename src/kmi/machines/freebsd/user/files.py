"""Open files of devices: between a system call and a driver's method.

Sources: sys/fs/devfs/devfs_vnops.c, sys/kern/vfs_vnops.c.

Invariants: a method runs while its device has the thread counted, and with the file as the thread's
`td_fpop`; the last use of a file calls d_close, if it is the device's last or the driver tracks them, and
then the destructor of its private data.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.errors import (
    EINTR,
    EINVAL,
    ENODEV,
    ENOENT,
    ENOIOCTL,
    ENOTTY,
    ENXIO,
    ERESTART,
    KernelError,
)
from kmi.machines.freebsd.kpi.cdevpriv import Private
from kmi.machines.freebsd.kpi.make_dev import Device, Devices
from kmi.machines.freebsd.kpi.scratch import Scratch
from kmi.machines.freebsd.kpi.uio import READ
from kmi.machines.freebsd.kpi.vm import VmObject, VmObjects
from kmi.machines.freebsd.layouts import Record
from kmi.machines.freebsd.serve import narrowed
from kmi.machines.freebsd.threads import current_thread
from kmi.machines.freebsd.user.flags import FNONBLOCK, FREAD, FWRITE

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["DeviceFile", "Mapped"]

S_IFCHR: Final = 0o020000
MOST: Final = (1 << 31) - 1
"""DEVFS_IOSIZE_MAX."""
FLASTCLOSE: Final = 0x2_0000
POLLSTANDARD: Final = 0x1FF
READABLE_WRITABLE: Final = 0x1 | 0x4 | 0x40


class Mapped:
    """What a mapping of a process holds: the file, and the object whose pages it shows."""

    def __init__(self, kernel: Kernel, file: DeviceFile, thing: VmObject, offset: int) -> None:
        self.kernel = kernel
        self.file = file
        self.object = thing
        self.offset = offset
        self.references = 0

    def hold(self) -> Mapped:
        """One mapping more."""
        self.references += 1
        self.file.hold()
        return self

    def drop(self) -> None:
        """One less."""
        self.references -= 1
        if not self.references:
            self.kernel.part(VmObjects).let_go(self.object)
        self.file.drop()


class DeviceFile:
    """A `struct file` of a device."""

    def __init__(self, kernel: Kernel, device: Device, flags: int) -> None:
        self.kernel = kernel
        self.device = device
        size = kernel.layouts["file"].size
        self.record = Record(kernel.engine, kernel.layouts["file"], kernel.part(Scratch).take(size))
        self.record["f_data"], self.record["f_cred"] = device.address, kernel.threads.credentials
        self.flags = flags
        self.references = 0
        self.private: Private | None = None

    @property
    def flags(self) -> int:
        """`f_flag`: FREAD, FWRITE, O_NONBLOCK as FreeBSD has them."""
        return self.record["f_flag"]

    @flags.setter
    def flags(self, flags: int) -> None:
        self.record["f_flag"] = flags

    @property
    def position(self) -> int:
        """`f_offset`."""
        return self.record["f_offset"]

    @position.setter
    def position(self, offset: int) -> None:
        self.record["f_offset"] = offset

    # How long it lives.

    @classmethod
    def open(cls, kernel: Kernel, name: str, flags: int) -> DeviceFile:
        """Open the device of a name. The caller has to `hold` the file."""
        device = kernel.part(Devices).find(name)
        if device is None:
            raise KernelError(ENOENT)
        file = cls(kernel, device, flags)
        file._count(1)
        try:
            with file._inside() as devsw:
                status = file._method(devsw, "open", flags, S_IFCHR, current_thread().td)
                if status and file.private is not None:
                    file.private.end(kernel)
        except KernelError:
            file._gone()
            raise
        if status:
            file._gone()
            raise KernelError(EINTR if status == ERESTART else status)
        return file

    def hold(self) -> DeviceFile:
        """One descriptor or running call more."""
        self.references += 1
        return self

    def drop(self) -> None:
        """One less; the last one closes the file."""
        self.references -= 1
        self.kernel.threads.races.release(self, "dropped")
        if self.references:
            return
        self.kernel.threads.races.acquire(self, "dropped")
        with self._named():
            status = self._close()
        if self.private is not None:
            self.private.end(self.kernel)
        self._gone()
        if status:
            raise KernelError(EINTR if status == ERESTART else status)

    def _gone(self) -> None:
        self._count(-1)
        self.kernel.part(Scratch).give_back(self.record.address, self.record.layout.size)

    def _count(self, change: int) -> None:
        self.device.opened += change
        self.device.record["si_usecount"] += change

    def _close(self) -> int:
        """devfs_close: an errno."""
        devices = self.kernel.part(Devices)
        devsw = devices.enter(self.device)
        if not devsw:
            return ENXIO
        try:
            last = self.device.opened == 1
            if not last and not devices.tracks_close(devsw):
                return 0
            flags = self.flags | (FLASTCLOSE if last else 0)
            return self._method(devsw, "close", flags, S_IFCHR, current_thread().td)
        finally:
            devices.leave(self.device)

    # Calling methods.

    @contextmanager
    def _inside(self) -> Iterator[int]:
        """The running thread is in a method of the device: the driver's table."""
        devices = self.kernel.part(Devices)
        devsw = devices.enter(self.device)
        if not devsw:
            raise KernelError(ENXIO)
        try:
            with self._named():
                yield devsw
        finally:
            devices.leave(self.device)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """The file is the running thread's `td_fpop`."""
        thread = current_thread()
        before, thread.file = thread.file, self
        thread.record["td_fpop"] = self.record.address
        try:
            yield
        finally:
            thread.file = before
            thread.record["td_fpop"] = before.record.address if isinstance(before, DeviceFile) else 0

    def _method(self, devsw: int, name: str, *arguments: int) -> int:
        """Call a method: an errno, or what d_poll gives."""
        method = self.kernel.part(Devices).method(devsw, name)
        if method == -1:
            return ENXIO
        if not method:
            return 0 if name in ("open", "close") else ENODEV
        result = self.kernel.threads.call(method, (self.device.address, *arguments))
        return narrowed(result, -32)

    # What a process does with it.

    @property
    def readable(self) -> bool:
        return bool(self.flags & FREAD)

    @property
    def writable(self) -> bool:
        return bool(self.flags & FWRITE)

    def transfer(self, uio: Record) -> int:
        """d_read or d_write, by the uio's direction: an errno."""
        if uio["uio_resid"] > MOST:
            return EINVAL
        name = "read" if uio["uio_rw"] == READ else "write"
        with self._inside() as devsw:
            return self._method(devsw, name, uio.address, self.flags & FNONBLOCK)

    def ioctl(self, command: int, data: int) -> int:
        """d_ioctl: an errno."""
        with self._inside() as devsw:
            status = self._method(devsw, "ioctl", command, data, self.flags, current_thread().td)
        return ENOTTY if status == ENOIOCTL else status

    def mmap(self, offset: int, size: int, protection: int) -> Mapped:
        """d_mmap_single: the object that is mapped, with a count for the mapping, and where in it."""
        with self._inside() as devsw, self.kernel.part(Scratch).lent(16) as place:
            self.kernel.engine.write(place, offset.to_bytes(8, "little"))
            status = self._method(devsw, "mmap_single", place, size, place + 8, protection)
            if status == ENODEV:  # then old_dev_pager_ctor asks d_mmap of each page, and says EINVAL for none
                if self.kernel.part(Devices).method(devsw, "mmap"):
                    raise self.kernel.panic("the model maps what d_mmap_single gives, not what d_mmap does")
                status = EINVAL
            if status:
                raise KernelError(status)
            words = self.kernel.engine.read(place, 16)
        found = self.kernel.part(VmObjects).object(int.from_bytes(words[8:], "little"))
        return Mapped(self.kernel, self, found, int.from_bytes(words[:8], "little"))

    def poll(self, events: int) -> int:
        """d_poll: what it is ready for."""
        with self._inside() as devsw:
            if not self.kernel.part(Devices).method(devsw, "poll"):
                return 0x20 if events & ~POLLSTANDARD else events & READABLE_WRITABLE
            return self._method(devsw, "poll", events, current_thread().td)
