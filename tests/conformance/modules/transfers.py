"""Uio, every way of using it: the ioctl chooses what the next reads and writes do."""

from errno import EINVAL
from typing import Final

from kmi import Module, error, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import IO, Request
from kmi.sync import Mutex
from kmi.uio import Uio

CHOOSE: Final = IO("t", 1)

WHOLE: Final = 0
PIECES: Final = 1
INTO: Final = 2
SKIP: Final = 3
REST: Final = 4
RAISES: Final = 5
TOO_FAR: Final = 6
NOTHING: Final = 7
OFFSET: Final = 8


class Kept:
    def __init__(self) -> None:
        self.way: int = WHOLE
        self.data = bytearray()


class Transfers(FileOperations):
    def __init__(self) -> None:
        self.kept = Mutex(Kept())

    def ioctl(self, file: File, request: Request) -> int:
        with self.kept as kept:
            if request.command == CHOOSE:
                kept.way = request.value
                return 0
        raise error(EINVAL)

    def write(self, file: File, data: Uio) -> None:
        with self.kept as kept:
            if kept.way == PIECES:
                while data.remaining > 0:
                    kept.data.extend(data.get(3))
            elif kept.way == INTO:
                buffer = bytearray(8)
                count = data.get_into(buffer, 2, 6)
                kept.data.extend(buffer[2 : 2 + count])
            elif kept.way == SKIP:
                data.skip(2)
                kept.data.extend(data.get(2))
            elif kept.way == RAISES:
                data.skip(1)
                raise BlockingIOError
            elif kept.way == TOO_FAR:
                data.skip(data.remaining + 1)
            elif kept.way == REST:
                data.skip(data.remaining)
            elif kept.way == NOTHING:
                return
            else:
                kept.data.extend(data.get(data.remaining))

    def read(self, file: File, data: Uio) -> None:
        with self.kept as kept:
            if kept.way == PIECES:
                for index in range(len(kept.data)):
                    data.put(kept.data[index : index + 1])
            elif kept.way == OFFSET:
                data.put(bytes([data.offset]))
            elif kept.way == REST:
                data.skip(data.remaining)
            else:
                data.put(kept.data)


@module(license="GPL", description="every way of moving bytes")
class TransfersModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("transfers", Transfers())
