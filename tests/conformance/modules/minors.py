"""Two devices of one kind, each a small store of bytes with a position."""

from errno import ENODATA
from typing import Final

from kmi import Module, Parameter, error, module
from kmi.device import CharDevice, File, FileOperations
from kmi.ioctl import IO, Request
from kmi.sync import Mutex
from kmi.uio import Uio

SIZE: Final = 16
POSITION: Final = IO("m", 1)


class Store(FileOperations):
    def __init__(self) -> None:
        self.kept = Mutex(bytearray(2 * SIZE))

    def read(self, file: File, data: Uio) -> None:
        with self.kept as kept:
            start = min(data.offset, SIZE)
            first = file.minor * SIZE
            data.put(bytes(kept[first + start : first + SIZE]))

    def write(self, file: File, data: Uio) -> None:
        with self.kept as kept:
            start = min(data.offset, SIZE)
            first = file.minor * SIZE
            data.get_into(kept, first + start, first + SIZE)

    def seek(self, file: File, offset: int, whence: int) -> int:
        if whence == 3:
            return -1
        return file.seek_within(SIZE, offset, whence)

    def ioctl(self, file: File, request: Request) -> int:
        if request.command == POSITION:
            return file.position
        return file.minor


class Silent(FileOperations):
    pass


@module(license="GPL", description="two devices of one kind")
class Minors(Module):
    count = Parameter(2, "how many")
    second = Parameter("", "another kind of devices")
    fail = Parameter(False, "fail after all were made")

    def __init__(self) -> None:
        self.stores = CharDevice("store", self.count, Store(), 0o640)
        self.others = CharDevice(self.second if self.second != "" else "others", 1, Silent())
        if self.fail:
            raise error(ENODATA)
