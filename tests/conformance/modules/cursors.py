"""Open files with a state of their own."""

from errno import EBUSY
from typing import Final

from kmi import Module, error, info, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import IO, Request
from kmi.sync import Mutex
from kmi.uio import Uio

MODES: Final = IO("c", 1)
TAKE: Final = IO("c", 2)
OPENED: Final = IO("c", 3)
BREAK: Final = IO("c", 4)


class Position:
    def __init__(self) -> None:
        self.next: int = 0
        self.broken: bool = False


class Cursor:
    def __init__(self, number: int) -> None:
        self.number = number
        self.position = Mutex(Position())


class Total:
    def __init__(self) -> None:
        self.opened: int = 0
        self.refuse: bool = False


class Cursors(FileOperations[Cursor]):
    def __init__(self) -> None:
        self.total = Mutex(Total())

    def open(self, file: File[None]) -> Cursor:
        if not file.readable:
            raise PermissionError
        with self.total as total:
            if total.opened == 5:
                raise error(EBUSY)
            cursor = Cursor(total.opened + 1)
            total.opened += 1
            return cursor

    def close(self, file: File[Cursor]) -> None:
        with file.state.position as position:
            info(f"file {file.state.number} closed at {position.next}")
            if position.broken:
                raise ValueError("cannot be closed well")

    def read(self, file: File[Cursor], data: Uio) -> None:
        with file.state.position as position:
            data.put(bytes([file.state.number, position.next]))
            position.next += 1

    def ioctl(self, file: File[Cursor], request: Request) -> int:
        if request.command == MODES:
            modes = 0
            if file.readable:
                modes += 1
            if file.writable:
                modes += 2
            if file.nonblocking:
                modes += 4
            return modes
        if request.command == OPENED:
            with self.total as total:
                return total.opened
        if request.command == BREAK:
            with file.state.position as position:
                position.broken = True
            return 0
        return file.state.number


@module(license="GPL", description="open files with state")
class CursorsModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("cursors", Cursors(), 0o644)
