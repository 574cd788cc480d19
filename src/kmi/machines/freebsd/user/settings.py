"""Settings as files: where tests that run on every kernel look for parameters and attributes.

    /sys/module/echo/parameters/capacity     is      hw.echo.capacity
    /sys/class/misc/echo/level               is      dev.echo.level

FreeBSD has no such files: what reads and writes them here is what sysctl(8) would do, which makes a number of
the text before it asks the kernel.

Invariants: a file is shown and stored whole; a write is one store.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.errors import EACCES, EINVAL, EIO, ENODEV, ENOENT, ENOTTY, KernelError
from kmi.machines.freebsd.kpi.kenv import number_of
from kmi.machines.freebsd.kpi.scratch import Scratch
from kmi.machines.freebsd.kpi.sysctl import CTLTYPE, STRING, WRITABLE, Oid, SysctlTree
from kmi.machines.freebsd.kpi.sysctl_handlers import SIZES
from kmi.machines.freebsd.kpi.uio import READ, Uios
from kmi.machines.freebsd.layouts import Record
from kmi.machines.freebsd.threads import current_thread
from kmi.machines.freebsd.user.flags import FREAD, FWRITE
from kmi.machines.freebsd.user.sysctl import numbers, sysctl

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["SettingFile", "setting_of", "settings_in"]

MOST: Final = 1 << 16
U8: Final = 0xA
READY: Final = 0x1 | 0x4 | 0x40
_PARAMETER = re.compile(r"/sys/module/(\w+)/parameters/?(\w*)$")
_ATTRIBUTE = re.compile(r"/sys/class/\w+/([\w-]+?)/?([^/]*)$")
_NUMBERED = re.compile(r"/sys/class/([\w-]+)/\1(\d+)/?([^/]*)$")


def _path(path: str) -> tuple[str, str] | None:
    """A file's node in the tree of settings, and its name there; '' of a directory."""
    if found := _PARAMETER.match(path):
        return f"hw.{found[1]}", found[2]
    if found := _NUMBERED.match(path):
        return f"dev.{found[1]}.{found[2]}", found[3]
    if found := _ATTRIBUTE.match(path):
        return f"dev.{found[1]}", found[2]
    return None


def setting_of(kernel: Kernel, path: str) -> Oid | None:
    """The setting that a path stands for."""
    place = _path(path)
    oid = kernel.part(SysctlTree).find(".".join(place)) if place is not None and place[1] else None
    return None if oid is None or oid.is_node else oid


def settings_in(kernel: Kernel, path: str) -> list[str] | None:
    """The names of the settings in a directory."""
    place = _path(path.rstrip("/"))
    if place is None:
        return None
    node = kernel.part(SysctlTree).find(".".join(part for part in place if part))
    return None if node is None or not node.is_node else sorted(one.name for one in node.children.values())


class SettingFile:
    """An open file that is a setting."""

    device = None

    def __init__(self, kernel: Kernel, path: str, flags: int) -> None:
        oid = setting_of(kernel, path)
        if oid is None:
            raise KernelError(ENOENT)
        self.kernel = kernel
        self.flags = flags
        self.position = 0
        self.is_parameter = path.startswith("/sys/module/")
        self._name = numbers(oid)
        self._kind = oid.kind
        self._shown = b""
        if (self.writable and not self._kind & WRITABLE) or (self.readable and not self._kind >> 31):
            raise KernelError(EACCES)

    def hold(self) -> SettingFile:
        """One descriptor or running call more."""
        return self

    def drop(self) -> None:
        """One less."""

    @property
    def readable(self) -> bool:
        return bool(self.flags & FREAD)

    @property
    def writable(self) -> bool:
        return bool(self.flags & FWRITE)

    def transfer(self, uio: Record) -> int:
        """Show or store the setting: an errno."""
        if uio["uio_rw"] == READ:
            return self._read(uio)
        return self._write(uio)

    def _read(self, uio: Record) -> int:
        if not uio["uio_offset"]:
            asked = self._ask(None)
            self._shown = self._text(asked)
        with self.kernel.part(Scratch).lent(max(len(self._shown), 1)) as at:
            self.kernel.engine.write(at, self._shown)
            return self.kernel.part(Uios).uiomove_frombuf(at, len(self._shown), uio.address)

    def _write(self, uio: Record) -> int:
        size = uio["uio_resid"]
        if not size:
            return 0
        taken = min(size, MOST)
        with self.kernel.part(Scratch).lent(taken) as at:
            if status := self.kernel.part(Uios).move(at, taken, uio, faults=True):
                return status
            data = self.kernel.engine.read(at, taken).partition(b"\0")[0]
        self._ask(self._stored(data))
        return 0

    def _ask(self, new: bytes | None) -> bytes:
        memory = current_thread().memory
        assert memory is not None
        asked = sysctl(self.kernel, memory, self._name, MOST if new is None else None, new)
        if asked.error:
            raise KernelError(ENODEV if asked.error == ENOENT else asked.error)
        return asked.data

    def _text(self, data: bytes) -> bytes:
        """A value as a file shows it."""
        kind = self._kind & CTLTYPE
        if kind == STRING:
            text = data.partition(b"\0")[0]
            return text + b"\n"  # as sysctl(8) ends what it prints
        if kind not in SIZES:
            raise KernelError(EIO)
        if kind == U8 and self.is_parameter:
            return b"Y\n" if any(data) else b"N\n"
        return b"%d\n" % int.from_bytes(data, "little", signed=SIZES[kind] < 0)

    def _stored(self, data: bytes) -> bytes:
        """The value that a text says."""
        kind = self._kind & CTLTYPE
        if kind == STRING:
            return data
        text = data.decode("utf-8", "replace").strip()
        truths = {"y": 1, "yes": 1, "on": 1, "t": 1, "true": 1, "n": 0, "no": 0, "off": 0, "f": 0, "false": 0}
        value = truths.get(text.lower()) if kind == U8 else None
        value = number_of(text) if value is None else value
        if kind not in SIZES or value is None:
            raise KernelError(EINVAL)
        size = SIZES[kind]
        low, high = (-1 << 8 * -size - 1, 1 << 8 * -size - 1) if size < 0 else (0, 1 << 8 * size)
        if not low <= value < high:
            raise KernelError(EINVAL)
        return (value & (1 << 8 * abs(size)) - 1).to_bytes(abs(size), "little")

    def ioctl(self, command: int, data: int) -> int:
        """No setting knows any."""
        return ENOTTY

    def poll(self, events: int) -> int:
        """Always ready."""
        return events & READY
