# mypy: disable-error-code="empty-body"
"""The user's side of a read or write.

    def read(self, file: File, data: Uio) -> None:
        data.put(b"hello\\n")

A Uio is what the caller of `read(2)` or `write(2)` passed: so many bytes of its memory, which are written or
read once, forward only. The call returns the progress made: how far `remaining` went down.

A fault: bytes before the bad address are copied and count as progress. If any were, the call ends with a
short count; if none were, OSError EFAULT is raised. So is it at the next put or get at the bad address.
See read(2) and write(2); Linux: `struct iov_iter` (include/linux/uio.h).
"""

from kmi.interface import context, provided, raises, sleeps

__all__ = ["Uio"]


@provided
class Uio:
    """The user's memory of one read or write, with a position that only goes forward.

    Borrowed: valid until the callback returns, and never stored. Copying takes the lock of the caller's
    address space, so it may sleep: not under a SpinLock.
    """

    @property
    def remaining(self) -> int:
        """How many bytes the caller still offers (write) or has room for (read); never negative."""
        ...

    @property
    def offset(self) -> int:
        """The position in the file at which the call began, plus the progress made. Devices may ignore it."""
        ...

    @context("process")
    @sleeps
    @raises(OSError, ValueError)
    def put(self, data: bytes | bytearray | memoryview) -> int:
        """Copy to the user as much of `data` as there is room for, and return how many bytes that was.

        Raises OSError EFAULT if the user's memory is bad and nothing could be copied, ValueError in a write.
        """
        ...

    @context("process")
    @sleeps
    @raises(OSError, MemoryError, ValueError)
    def get(self, limit: int) -> bytes:
        """Take up to `limit` bytes from the user: fewer only if no more remain or at a fault.

        Raises OSError EFAULT if nothing could be taken, MemoryError if there is no memory for them (nothing
        is taken then), ValueError if `limit` is negative, and in a read.
        """
        ...

    @context("process")
    @sleeps
    @raises(OSError, IndexError, ValueError)
    def get_into(self, buffer: bytearray, start: int, stop: int) -> int:
        """Take bytes from the user into `buffer[start:stop]`, and return how many; allocates nothing.

        Raises IndexError unless 0 <= start <= stop <= len(buffer), OSError EFAULT if nothing could be taken,
        ValueError in a read.
        """
        ...

    @raises(ValueError)
    def skip(self, count: int) -> None:
        """Count so many bytes as progress, untouched; ValueError if negative or beyond `remaining`."""
        ...
