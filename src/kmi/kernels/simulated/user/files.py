"""Device nodes and open files: between a system call and the module's callback.

A node comes into being when its device is registered and is live when the whole module is; an open file
counts its descriptors and the calls that use it, and is closed when both are gone.

Invariants: no callback runs before the module is whole or after `close`; nothing of the module's exceptions
remains after a callback; progress that was made is never lost to a wait that ended.
"""

import errno
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kmi.errors import error
from kmi.kernels.simulated.boundary import forget
from kmi.kernels.simulated.device import Device, File, PollTable
from kmi.kernels.simulated.ioctl import Request
from kmi.kernels.simulated.lent import take_back
from kmi.kernels.simulated.pages import Area
from kmi.kernels.simulated.scheduler import current
from kmi.kernels.simulated.uio import Segment, Uio
from kmi.kernels.simulated.user.memory import TASK_SIZE, Memory

if TYPE_CHECKING:
    from kmi.kernels.simulated.kernel import SimulatedKernel

__all__ = ["Failed", "Node", "OpenFile", "Users"]

R = TypeVar("R")

MAX_RW_COUNT: Final = 0x7FFF_F000
"""The most bytes that one read or write moves."""
POLL_ERR: Final = 0x008
SEEK_MAX: Final = 4
"""The largest `whence` that lseek(2) lets through to a file."""
SHORT: Final = (errno.EINTR, errno.EAGAIN, errno.EFAULT)
"""The errnos that, after progress, are a short count instead."""


@dataclass
class Users:
    """How many uses of a module there are; it unloads when there are none."""

    count: int = 0
    whole: bool = False
    """All registrations are live."""
    going: bool = False
    """It is being unloaded: nobody new may use it."""


class Failed(Exception):
    """A callback ended with an exception: its errno, and whether a signal's handler may restart the call."""

    def __init__(self, number: int, restart: bool) -> None:
        super().__init__(os.strerror(number))
        self.number = number
        self.restart = restart


@dataclass
class Node:
    """A name in /dev."""

    name: str
    device: Device[Any]
    minor: int
    users: Users
    live: bool = False


@dataclass
class OpenFile:
    """What descriptors refer to."""

    kernel: "SimulatedKernel"
    node: Node
    flags: int
    state: Any = None
    position: int = 0
    references: int = 0

    @classmethod
    def open(cls, kernel: "SimulatedKernel", node: Node, flags: int) -> "OpenFile":
        """Open a device: run its callback. The caller has to `hold` the file."""
        if not node.live:
            raise error(errno.ENXIO)
        if node.users.going:
            raise error(errno.ENODEV)
        try:
            kernel.allocator.point("an open file")
        except MemoryError:
            raise error(errno.ENOMEM) from None
        node.users.count += 1
        opened = cls(kernel, node, flags)
        kernel.races.acquire(node.device)
        thread = current()
        thread.opening = True
        try:
            opened.state = opened._call(opened._lent, node.device.operations.open)
        except Failed as failed:
            node.users.count -= 1
            raise failed
        finally:
            thread.opening = False
        kernel.races.release(opened)
        return opened

    # How long it lives.

    def hold(self) -> "OpenFile":
        """One descriptor or running call more."""
        self.references += 1
        return self

    def drop(self) -> None:
        """One less; the last one closes the file."""
        self.references -= 1
        self.kernel.races.release(self, "dropped")
        if self.references:
            return
        self.kernel.races.acquire(self, "dropped")
        thread = current()
        thread.uninterruptible_depth += 1
        try:
            self._lent(self.node.device.operations.close)
        except Exception as raised:
            self.kernel.log_error(raised)
            forget(raised)
        finally:
            thread.uninterruptible_depth -= 1
        self.state = None
        self.node.users.count -= 1

    # What a process does with it.

    @property
    def readable(self) -> bool:
        return self.flags & os.O_ACCMODE in (os.O_RDONLY, os.O_RDWR)

    @property
    def writable(self) -> bool:
        return self.flags & os.O_ACCMODE in (os.O_WRONLY, os.O_RDWR)

    def read(self, memory: Memory, segments: Sequence[Segment], offset: int | None = None) -> int:
        """Read into the segments; how many bytes. `offset`: there, leaving the position alone."""
        if not self.readable:
            raise error(errno.EBADF)
        return self._transfer(self.node.device.operations.read, memory, segments, offset, to_user=True)

    def write(self, memory: Memory, segments: Sequence[Segment], offset: int | None = None) -> int:
        """Write the segments; how many bytes. `offset`: there, leaving the position alone."""
        if not self.writable:
            raise error(errno.EBADF)
        return self._transfer(self.node.device.operations.write, memory, segments, offset, to_user=False)

    def ioctl(self, memory: Memory, command: int, value: int) -> int:
        """Make an ioctl; the callback's result."""
        request = Request(memory, command & 0xFFFF_FFFF, value & 0xFFFF_FFFF_FFFF_FFFF)
        result = self._call(self._checked_ioctl, request, ioctl=True)
        return result

    def mmap(self, area: Area) -> memoryview:
        """Map the file; what the process sees in the area."""
        callback = self.node.device.operations.mmap
        try:
            self._call(self._lent, callback, area)
        finally:
            mapped = area.mapped
            take_back(area, callback)
        if mapped is None:
            raise error(errno.ENODEV)
        return mapped

    def seek(self, offset: int, whence: int) -> int:
        """Move the file's position; the new one."""
        if not 0 <= whence <= SEEK_MAX:
            raise error(errno.EINVAL)
        self.position = self._call(self._checked_seek, offset, whence)
        return self.position

    def poll(self, table: PollTable) -> int:
        """What the file is ready for."""
        table.lent_to = self.node.device.operations.poll
        try:
            return int(self._call(self._lent, table.lent_to, table))
        except Failed:
            return POLL_ERR

    def _checked_seek(self, offset: int, whence: int) -> int:
        result = self._lent(self.node.device.operations.seek, offset, whence)
        if not 0 <= result < 1 << 63:
            raise OverflowError(f"{result} is no position in a file")
        return int(result)

    def _checked_ioctl(self, request: Request) -> int:
        callback = self.node.device.operations.ioctl
        try:
            result = self._lent(callback, request)
        finally:
            take_back(request, callback)
        if not 0 <= result < 1 << 31:
            raise OverflowError(f"{result} does not fit the result of an ioctl")
        return int(result)

    def _transfer(
        self,
        callback: Callable[[File[Any], Uio], None],
        memory: Memory,
        segments: Sequence[Segment],
        offset: int | None,
        to_user: bool,
    ) -> int:
        segments = usable(segments)
        if not segments:
            return 0
        data = Uio(memory, segments, self.position if offset is None else offset, to_user)
        try:
            self._call(self._lent, callback, data)
        except Failed as failed:
            if not (data.progress and failed.number in SHORT):
                raise failed
        finally:
            progress = data.progress
            take_back(data, callback)
        if offset is None:
            self.position += progress
        return progress

    def _lent(self, callback: Callable[..., R], *arguments: object) -> R:
        """Run a callback with a view of the file, which is its own until it returns."""
        view = self._view()
        try:
            return callback(view, *arguments)
        finally:
            take_back(view, callback)

    def _view(self) -> File[Any]:
        return File(
            bool(self.flags & os.O_NONBLOCK),
            self.readable,
            self.writable,
            self.node.minor,
            self.position,
            self.state,
        )

    def _call(self, callback: Callable[..., R], *arguments: object, ioctl: bool = False) -> R:
        """Run a callback of the module; Failed if it raised."""
        self.kernel.races.acquire(self)
        try:
            return callback(*arguments)
        except Exception as raised:
            number = self.kernel.errno_of(raised, ioctl)
            restart = bool(getattr(raised, "kmi_restart", False))
            forget(raised)
        raise Failed(number, restart)


def usable(segments: Sequence[Segment]) -> list[Segment]:
    """The segments as a read or write takes them: checked, cut to what one call moves, without empty ones."""
    for segment in segments:
        if segment.address + segment.length > TASK_SIZE or segment.address < 0 or segment.length < 0:
            raise error(errno.EFAULT)
    room, taken = MAX_RW_COUNT, []
    for segment in segments:
        length = min(segment.length, room)
        if length:
            taken.append(Segment(segment.address, length))
            room -= length
    return taken
