# mypy: disable-error-code="empty-body"
"""Devices in /dev, and the files that processes open on them.

    class Zero(FileOperations):
        def read(self, file: File, data: Uio) -> None:
            data.put(bytes(data.remaining))

    self.device = MiscDevice("zero", Zero())            # /dev/zero
    self.devices = CharDevice("zero", 2, Zero())        # /dev/zero0 and /dev/zero1

Operations are inert objects; a registration makes them live. What `open` returns is the file's own typed
state: `class Log(FileOperations[Cursor])` finds it as `file.state: Cursor` in every other callback.

Callbacks run in process context and may sleep, many at once: state shared between files belongs in a lock.
An exception that leaves one becomes the errno of the system call (see `kmi.errors`).

What the calls mean to a process is POSIX: open(2), close(2), read(2), write(2), ioctl(2), lseek(2), poll(2).
Linux: `struct file_operations` (include/linux/fs.h), `misc_register()`, `alloc_chrdev_region()`.
"""

from typing import Generic

from typing_extensions import TypeVar

from kmi.interface import context, provided, raises, sleeps
from kmi.ioctl import Request
from kmi.pages import Area
from kmi.poll import Poll
from kmi.sync import Condition
from kmi.uio import Uio

__all__ = ["CharDevice", "File", "FileOperations", "MiscDevice", "Poll", "PollTable", "Registration"]

S = TypeVar("S", default=None)


@provided
class Registration:
    """Something that the module offers to the kernel: a place with one owner.

    Made in `Module.__init__` it becomes live, in order, after `__init__` has returned. Until the last
    one of the module is live, opening any of its devices gives ENXIO. They end in reverse order at unload.
    """


@provided
class File(Generic[S]):
    """An open file, as the device's callbacks see it. Borrowed: valid until the callback returns."""

    @property
    def nonblocking(self) -> bool:
        """Whether this call may not block: O_NONBLOCK (open(2)), or the call itself asks for it, as
        RWF_NOWAIT does (preadv2(2)). May differ by call."""
        ...

    @property
    def readable(self) -> bool:
        """Whether the file was opened for reading."""
        ...

    @property
    def writable(self) -> bool:
        """Whether the file was opened for writing."""
        ...

    @property
    def minor(self) -> int:
        """Which device of a CharDevice the file was opened on, from 0 on; 0 on a MiscDevice."""
        ...

    @property
    def position(self) -> int:
        """The file's position: what reads and writes moved it by, or where `seek` put it. Calls that bring a
        position of their own, as pread(2) does, leave it alone: in a read or write ask `Uio.offset`."""
        ...

    @raises(OSError)
    def seek_within(self, size: int, offset: int, whence: int) -> int:
        """Where a seek leads in a file of that many bytes: 0 to `size`, for `FileOperations.seek` to return.

        Raises OSError EINVAL if that is elsewhere, or `whence` is not one of SEEK_SET, SEEK_CUR, SEEK_END.
        """
        ...

    @property
    def state(self) -> S:
        """What `open` returned for this file."""
        ...


@provided
class FileOperations(Generic[S]):
    """What a device does when a process uses it. Subclasses override what they support.

    `S` is the type of the state of each open file; left out, files have none.
    """

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def open(self, file: File[None]) -> S:
        """Called by open(2). What it returns is `file.state`. By default: None, the open succeeds."""
        ...

    @context("process")
    @sleeps
    def close(self, file: File[S]) -> None:
        """Called once, when the last descriptor of the file is gone and no call uses it. By default nothing.

        What it raises is logged, and the file is closed all the same. Waits here cannot be interrupted.
        """
        ...

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def read(self, file: File[S], data: Uio) -> None:
        """Called by read(2) and its like; the call returns the progress made on `data`. A length of 0
        returns before this is called. By default: OSError EINVAL."""
        ...

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def write(self, file: File[S], data: Uio) -> None:
        """Called by write(2) and its like; the call returns the progress made on `data`. A length of 0
        returns before this is called. By default: OSError EINVAL."""
        ...

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def ioctl(self, file: File[S], request: Request) -> int:
        """Called by ioctl(2); returns the call's result, 0 to 2**31 - 1. By default: OSError ENOTTY."""
        ...

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def seek(self, file: File[S], offset: int, whence: int) -> int:
        """Called by lseek(2); returns the file's new position, 0 to 2**63 - 1. `whence` is one of the
        constants SEEK_SET, SEEK_CUR, SEEK_END and so on of `os`. By default: OSError ESPIPE.

        A device of a fixed size returns `file.seek_within(size, offset, whence)`.
        """
        ...

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def mmap(self, file: File[S], area: Area) -> None:
        """Called by mmap(2): maps something into all of `area`. By default, and where it maps nothing:
        OSError ENODEV. The file stays open until its last mapping is gone.

        The process's address space is locked meanwhile, as it is for copies from and to it, so no sleeping
        lock is taken here.
        """
        ...

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def poll(self, file: File[S], table: "PollTable") -> Poll:
        """Called by poll(2), select(2) and epoll; first tells `table` what to wait for, then returns what is
        ready now. An uncaught exception is Poll.ERR. By default: readable and writable."""
        ...


@provided
class PollTable:
    """The polling call, as it collects what to wait for. Borrowed: valid until the callback returns."""

    @context("process")
    @sleeps
    def wait(self, condition: Condition) -> None:
        """Call `poll` again after the condition is notified. Call this before looking at the state.

        The condition has to be one of the operations or of the file's state, which live as long as the file.
        """
        ...


@provided
class MiscDevice(Registration, Generic[S]):
    """A character device of its own: /dev/NAME."""

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def __init__(self, name: str, operations: FileOperations[S], mode: int = 0o600) -> None:
        """A device of that name, serviced by `operations`, with the permissions `mode` (octal, 0 to 0o777).

        Raises OSError EINVAL for a name that is empty, `.` or `..`, or has a `/`, `!` or NUL, or a bad mode.
        When it becomes live the load fails with EEXIST if the name is taken, by whatever there is in /dev.
        Linux opens one MiscDevice at a time of all that there are: an `open` that takes long delays others.
        """
        ...


@provided
class CharDevice(Registration, Generic[S]):
    """Several character devices of one kind: /dev/NAME0, /dev/NAME1 and so on, which live and go together.

    `file.minor` says which one a file was opened on. Their opens do not wait for each other's.
    """

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def __init__(self, name: str, count: int, operations: FileOperations[S], mode: int = 0o600) -> None:
        """So many devices, 1 to 256, serviced by `operations`, each with the permissions `mode`.

        Raises OSError EINVAL as MiscDevice does, and for a bad count. When they become live the load fails
        with EEXIST if one of the names is taken, or `name` itself by another kind of devices; then none of
        them is left.
        """
        ...
