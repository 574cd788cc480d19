"""Files of /sys: a value as text, shown when it is read and stored when it is written.

    /sys/module/echo/parameters/capacity

Invariants: a file is shown and stored whole, at most a page of it; a write is one store; once what it shows
is gone, descriptors of it are good for nothing but closing.
"""

import errno
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kmi.errors import error
from kmi.kernels.simulated.device import PollTable
from kmi.kernels.simulated.pages import Area
from kmi.kernels.simulated.scheduler import current
from kmi.kernels.simulated.uio import Segment, Uio
from kmi.kernels.simulated.user.files import OpenFile, usable
from kmi.kernels.simulated.user.memory import Memory

if TYPE_CHECKING:
    from kmi.kernels.simulated.kernel import SimulatedKernel

__all__ = ["SysfsEntry", "SysfsFile"]

PAGE: Final = 4096
POLL_READY: Final = 0x1 | 0x4 | 0x40 | 0x100


@dataclass
class SysfsEntry:
    """What a path of /sys stands for; without `show` or `store` it cannot be read or written."""

    show: Callable[[], str] | None
    store: Callable[[str], None] | None
    live: bool = True


class SysfsFile(OpenFile):
    """What descriptors of a file of /sys refer to."""

    def __init__(self, kernel: "SimulatedKernel", entry: SysfsEntry, flags: int) -> None:
        self.kernel = kernel
        self.flags = flags
        self.position = 0
        self.references = 0
        self._entry = entry
        self._shown = b""
        if (self.readable and entry.show is None) or (self.writable and entry.store is None):
            raise error(errno.EACCES)

    def drop(self) -> None:
        self.references -= 1

    def read(self, memory: Memory, segments: Sequence[Segment], offset: int | None = None) -> int:
        if not self.readable:
            raise error(errno.EBADF)
        current().scheduler.preempt()
        start = self.position if offset is None else offset
        if start == 0:
            self._check()
            assert self._entry.show is not None
            self._shown = self._entry.show().encode()[: PAGE - 1]
        data = Uio(memory, usable(segments), start, to_user=True)
        if data.remaining and start < len(self._shown):
            data.put(self._shown[start:])
        if offset is None:
            self.position += data.progress
        return data.progress

    def write(self, memory: Memory, segments: Sequence[Segment], offset: int | None = None) -> int:
        if not self.writable:
            raise error(errno.EBADF)
        current().scheduler.preempt()
        data = Uio(memory, usable(segments), 0, to_user=False)
        self._check()
        if not data.remaining:
            return 0
        try:
            taken = data.get(PAGE)
        except MemoryError:
            raise error(errno.ENOMEM) from None
        assert self._entry.store is not None
        try:
            text = taken.partition(b"\0")[0].decode()
        except UnicodeDecodeError:
            raise error(errno.EINVAL, "text is not valid UTF-8") from None
        self._entry.store(text)
        if offset is None:
            self.position += len(taken)
        return len(taken)

    def seek(self, offset: int, whence: int) -> int:
        if whence not in (os.SEEK_SET, os.SEEK_CUR):
            raise error(errno.EINVAL)
        offset += self.position if whence == os.SEEK_CUR else 0
        if offset < 0:
            raise error(errno.EINVAL)
        self.position = offset
        return offset

    def mmap(self, area: Area) -> memoryview:
        raise error(errno.ENODEV)

    def ioctl(self, memory: Memory, command: int, value: int) -> int:
        raise error(errno.ENOTTY)

    def poll(self, table: PollTable) -> int:
        return POLL_READY

    def _check(self) -> None:
        if not self._entry.live:
            raise error(errno.ENODEV)
