# mypy: disable-error-code="empty-body"
"""Commands of ioctl, and what a call of it brings.

    GET: Final = IOR("s", 1, Taken)

    def ioctl(self, file: File, request: Request) -> int:
        if request.command == GET:
            request.put(Taken(count=3))
            return 0
        raise OSError(ENOTTY, "no such command")

The numbers are the platform's: a C program's `_IOR('s', 1, struct taken)` is the same command. See ioctl(2);
Linux: include/uapi/asm-generic/ioctl.h, Documentation/userspace-api/ioctl/ioctl-number.rst.
"""

from typing import TypeVar

from kmi.interface import context, provided, raises, sleeps
from kmi.struct import Struct

__all__ = ["IO", "IOR", "IOW", "IOWR", "Request"]

T = TypeVar("T", bound=Struct)


@provided
def IO(group: str, number: int) -> int:
    """The command without an argument, or with a bare number: C's `_IO`. Constant: group is one ASCII
    character, number 0 to 255."""
    ...


@provided
def IOR(group: str, number: int, kind: type[Struct]) -> int:
    """The command that gives the caller a record: C's `_IOR`."""
    ...


@provided
def IOW(group: str, number: int, kind: type[Struct]) -> int:
    """The command that takes a record from the caller: C's `_IOW`."""
    ...


@provided
def IOWR(group: str, number: int, kind: type[Struct]) -> int:
    """The command that takes a record and gives one back: C's `_IOWR`."""
    ...


@provided
class Request:
    """One call of ioctl: the command and its argument. Borrowed: valid until the callback returns."""

    @property
    def command(self) -> int:
        """The command, as the caller passed it: 0 to 2**32 - 1."""
        ...

    @property
    def value(self) -> int:
        """The bare argument, for commands that carry a number: 0 to 2**64 - 1."""
        ...

    @context("process")
    @sleeps
    @raises(OSError)
    def get(self, kind: type[T]) -> T:
        """The record that the caller passed, copied in.

        Raises OSError EINVAL if the command does not take a record of that size from the caller, EFAULT if
        the argument is not the address of one.
        """
        ...

    @context("process")
    @sleeps
    @raises(OSError, ValueError)
    def put(self, value: Struct) -> None:
        """Copy a record out to the caller.

        Raises OSError EINVAL if the command does not give the caller a record of that size, EFAULT if the
        argument is not an address where one can be put; ValueError where `Struct.pack` does.
        """
        ...
