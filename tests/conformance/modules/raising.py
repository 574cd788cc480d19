"""Exceptions that leave the module, one for each number."""

from errno import EBUSY, EINTR, ENODEV

from kmi import Module, error, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import Request
from kmi.uio import Uio


class Refused(ValueError):
    """An exception of the module's own."""


class Jammed(OSError):
    """Another one."""


def throw(number: int) -> None:
    if number == 1:
        raise BlockingIOError
    if number == 2:
        raise ChildProcessError
    if number == 3:
        raise BrokenPipeError
    if number == 4:
        raise ConnectionAbortedError
    if number == 5:
        raise ConnectionRefusedError
    if number == 6:
        raise ConnectionResetError
    if number == 7:
        raise FileExistsError
    if number == 8:
        raise FileNotFoundError
    if number == 9:
        raise InterruptedError
    if number == 10:
        raise IsADirectoryError
    if number == 11:
        raise NotADirectoryError
    if number == 12:
        raise PermissionError
    if number == 13:
        raise ProcessLookupError
    if number == 14:
        raise TimeoutError
    if number == 15:
        raise MemoryError
    if number == 16:
        raise NotImplementedError
    if number == 17:
        raise ValueError
    if number == 18:
        raise OSError(EBUSY, "busy")
    if number == 19:
        raise error(ENODEV)
    if number == 20:
        raise PermissionError(EBUSY, "not what it seems")
    if number == 21:
        raise Refused("own")
    if number == 22:
        raise Jammed(EBUSY, "own")
    if number == 23:
        raise error(EINTR)
    if number == 24:
        raise OverflowError("on purpose")
    if number == 25:
        raise RuntimeError("broken")
    if number == 26:
        raise OSError(4 - number, "negative, so not an errno")
    if number == 27:
        raise OSError(number + 485, "a kernel's own")
    if number == 28:
        raise OSError((number << 32) + EBUSY, "too large")
    if number == 29:
        raise OSError(29 - number, "none")
    if number == 31:
        raise PermissionError(number << 20, "not known to users")


class Raising(FileOperations):
    def ioctl(self, file: File, request: Request) -> int:
        throw(request.value)
        return 0

    def write(self, file: File, data: Uio) -> None:
        throw(data.remaining)
        data.skip(data.remaining)

    def read(self, file: File, data: Uio) -> None:
        try:
            throw(data.remaining)
        except OSError as raised:
            if raised.errno == EBUSY:
                raise error(ENODEV) from raised
            raise
        finally:
            data.skip(0)
        data.skip(data.remaining)


@module(license="GPL", description="exceptions that leave the module")
class RaisingModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("raising", Raising())
