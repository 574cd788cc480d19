"""User space in a test: the few system calls that every kernel offers, under one type.

A test says what user programs do and never where they run::

    p = kernel.process()
    fd = p.open("/dev/semaphore", os.O_RDWR)
    call = p.start("read", fd, 1)          # a call in flight
    call.wait_blocked()                    # it really sleeps in the kernel
    kernel.process().write(...)
    assert call.result() == b"\\0"

The simulated kernel and the machines implement the same protocols. Invariants:

- A failing call raises ``OSError`` (or its subclass) with the errno; nothing else means "the kernel said no".
- A process makes one call at a time; ``start`` while a call is in flight is a ``RuntimeError``. Two calls at
  once are two processes.
- Descriptors start at 3, lowest free number first, as in any Unix process.
- Every buffer ends at an unmapped page, so a kernel that reads or writes too far meets EFAULT.
- Constants are Linux's: ``os.O_*``, ``select.POLL*``, ``signal.SIG*`` and ``mmap.PROT_*`` of the host.
- A process has a handler for SIGUSR1 that does nothing and does not restart calls, and one for SIGUSR2 that
  does nothing and restarts them (``SA_RESTART``).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal, Protocol, TypeVar, overload

T_co = TypeVar("T_co", covariant=True)

#: Seconds after which a wait in a test gives up, unless the test says otherwise: a hang is rare, a busy
#: computer that emulates a slow kernel is not.
PATIENCE = 120.0

#: The most bytes of a buffer that are really mapped; what lies beyond of a longer one faults.
MOST_MAPPED = 1 << 20


class Call(Protocol[T_co]):
    """A system call in flight, made by one process.

    Waits that take longer than ``timeout`` seconds end with the machine's or simulator's own time-out error.
    """

    def wait_blocked(self, timeout: float = PATIENCE) -> None:
        """Return when the process really sleeps inside the call; ``AssertionError`` if the call ended."""
        ...

    def done(self) -> bool:
        """Whether the call has returned or failed."""
        ...

    def result(self, timeout: float = PATIENCE) -> T_co:
        """The call's value, waited for; the call's ``OSError`` is raised here. May be asked again."""
        ...


class UserProcess(Protocol):
    """One user process with its own descriptor table.

    Buffers. ``address=`` passes that raw number as the pointer, not a buffer's address (0, 1, an address
    in the kernel's half); what a call writes there cannot be seen, so a ``read`` then gives that many zero
    bytes. ``length=`` is the length told to the kernel when it differs from the buffer's. ``fault_after=n``
    maps only the first n bytes of the buffer, or of all buffers together; touching what follows faults.
    """

    @property
    def pid(self) -> int:
        """The process's number in its kernel."""
        ...

    def open(self, path: str, flags: int = os.O_RDWR, mode: int = 0o600) -> int:
        """Open ``path``; the descriptor. An OSError says the path."""
        ...

    def close(self, fd: int) -> None:
        """Close a descriptor."""
        ...

    def dup(self, fd: int) -> int:
        """A second descriptor, the lowest free, of the same open file."""
        ...

    def read(
        self, fd: int, length: int, *, address: int | None = None, fault_after: int | None = None
    ) -> bytes:
        """Read at most ``length`` bytes; the length may be any number that fits a register."""
        ...

    def write(
        self,
        fd: int,
        data: bytes,
        *,
        length: int | None = None,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> int:
        """Write ``data``; how many bytes were taken."""
        ...

    def pread(self, fd: int, length: int, offset: int) -> bytes:
        """Read at an offset, leaving the file's position alone."""
        ...

    def pwrite(self, fd: int, data: bytes, offset: int) -> int:
        """Write at an offset, leaving the file's position alone."""
        ...

    def readv(self, fd: int, lengths: Sequence[int], *, fault_after: int | None = None) -> list[bytes]:
        """Read into several buffers at once; the parts really filled, each cut to what it got.

        At most 63 of the buffers may have a length other than 0.
        """
        ...

    def writev(self, fd: int, parts: Sequence[bytes], *, fault_after: int | None = None) -> int:
        """Write several buffers at once, of which at most 63 have bytes; how many were taken in all."""
        ...

    def lseek(self, fd: int, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the file's position; the new one."""
        ...

    def read_file(self, path: str) -> bytes:
        """All of a file: opened, read to its end and closed, as `cat` does."""
        ...

    def write_file(self, path: str, data: bytes) -> None:
        """Write a file in one piece: opened, written and closed, as `echo` does."""
        ...

    def list_directory(self, path: str) -> list[str]:
        """The names in a directory, in no order, without ``.`` and ``..``."""
        ...

    def ioctl(
        self,
        fd: int,
        request: int,
        argument: bytes | int = 0,
        *,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> tuple[int, bytes]:
        """Make an ioctl; its value, and the argument's bytes after it (none for a number or ``address=``)."""
        ...

    def fcntl(self, fd: int, command: int, argument: int = 0) -> int:
        """Make an fcntl with a number as argument, such as ``F_SETFL``; its value."""
        ...

    def poll(self, fds: Sequence[tuple[int, int]], timeout_ms: int = 0) -> list[tuple[int, int]]:
        """Poll ``(fd, events)`` pairs; ``(fd, revents)`` of those that are ready. -1 waits without end."""
        ...

    def mmap(
        self, fd: int, length: int, protection: int = 3, flags: int = 1, offset: int = 0
    ) -> int:
        """Map the file (read and write, shared, if nothing else is said); the address."""
        ...

    def munmap(self, address: int, length: int) -> None:
        """Take a mapping away."""
        ...

    def peek(self, address: int, length: int) -> bytes:
        """The bytes at ``address``; EFAULT where nothing is mapped."""
        ...

    def poke(self, address: int, data: bytes) -> None:
        """Store bytes at ``address``; EFAULT where nothing is mapped."""
        ...

    def signal(self, signum: int) -> None:
        """Send the process a signal, from outside, also while a call is in flight."""
        ...

    def fork(self) -> UserProcess:
        """A child that shares every open file of this process."""
        ...

    def end(self) -> None:
        """Kill the process, close what it had open and wait until it is gone. Twice is harmless."""
        ...

    @overload
    def start(
        self,
        name: Literal["read"],
        fd: int,
        length: int,
        /,
        *,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> Call[bytes]: ...
    @overload
    def start(
        self,
        name: Literal["write"],
        fd: int,
        data: bytes,
        /,
        *,
        length: int | None = None,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> Call[int]: ...
    @overload
    def start(
        self,
        name: Literal["ioctl"],
        fd: int,
        request: int,
        argument: bytes | int = 0,
        /,
        *,
        address: int | None = None,
        fault_after: int | None = None,
    ) -> Call[tuple[int, bytes]]: ...
    @overload
    def start(
        self, name: Literal["open"], path: str, flags: int = os.O_RDWR, mode: int = 0o600, /
    ) -> Call[int]: ...
    @overload
    def start(self, name: Literal["close"], fd: int, /) -> Call[None]: ...
    @overload
    def start(
        self, name: Literal["poll"], fds: Sequence[tuple[int, int]], timeout_ms: int = 0, /
    ) -> Call[list[tuple[int, int]]]: ...
    @overload
    def start(
        self, name: Literal["readv"], fd: int, lengths: Sequence[int], /, *, fault_after: int | None = None
    ) -> Call[list[bytes]]: ...
    @overload
    def start(
        self, name: Literal["writev"], fd: int, parts: Sequence[bytes], /, *, fault_after: int | None = None
    ) -> Call[int]: ...
    def start(self, name: str, /, *arguments: object, **options: object) -> Call[object]:
        """Begin the named call, with that method's arguments by position, and return at once."""
        ...
