"""Commands of ioctl, in all directions."""

from errno import ENOTTY
from typing import Final

from kmi import Module, Struct, error, i16, module, u8, u32, u64
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import IO, IOR, IOW, IOWR, Request
from kmi.sync import Mutex


class Record(Struct):
    large: u64
    small: u8
    reserved: u8
    signed: i16
    middle: u32


class Other(Struct):
    only: u32


class Last:
    def __init__(self) -> None:
        self.sum: int = 0


NUMBER: Final = IO("r", 1)
LOAD: Final = IOR("r", 2, Record)
STORE: Final = IOW("r", 3, Record)
DOUBLE: Final = IOWR("r", 4, Record)
WRONG_SIZE: Final = IOWR("r", 5, Other)
WRONG_WAY: Final = IOR("r", 6, Record)
LATER: Final = IO("r", 7)
NEGATIVE: Final = IO("r", 8)
PROBE: Final = IO("r", 9)


class Records(FileOperations):
    def __init__(self) -> None:
        self.last = Mutex(Last())

    def ioctl(self, file: File, request: Request) -> int:
        command = request.command
        if command == NUMBER:
            return request.value * 2
        if command == LOAD:
            with self.last as last:
                request.put(Record(large=last.sum, small=1, reserved=0, signed=-2, middle=3))
            return 0
        if command == STORE:
            record = request.get(Record)
            with self.last as last:
                last.sum = record.large + record.small + record.signed + record.middle
            return 0
        if command == DOUBLE:
            record = request.get(Record)
            record.large *= 2
            request.put(record)
            return 5
        if command == WRONG_SIZE or command == WRONG_WAY:
            request.get(Record)
            return 0
        if command == LATER:
            raise NotImplementedError
        if command == NEGATIVE:
            return 0 - request.value
        if command == PROBE:
            raise OSError(ENOTTY, "nothing to probe")
        raise error(ENOTTY)


@module(license="GPL", description="commands of ioctl")
class RecordsModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("records", Records())
