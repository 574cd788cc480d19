"""Records with records, arrays and orders of bytes in them, by ioctl."""

from errno import ENOTTY
from typing import Annotated, Final

from kmi import Module, Struct, error, i16, module, u64
from kmi.device import File, FileOperations, MiscDevice
from kmi.integers import be16, be32, le64
from kmi.ioctl import IOR, IOW, IOWR, Request
from kmi.sync import Mutex


class Point(Struct):
    x: i16
    y: i16


class Header(Struct):
    magic: be32
    origin: Point
    name: Annotated[bytes, 8]
    total: le64
    ports: Annotated[list[be16], 3]
    path: Annotated[list[Point], 2]
    reserved: Annotated[bytes, 2]
    last: u64


class Last:
    def __init__(self) -> None:
        self.packed: bytes = b""


STORE: Final = IOW("h", 1, Header)
LOAD: Final = IOR("h", 2, Header)
TURN: Final = IOWR("h", 3, Header)
SHORT: Final = IOR("h", 4, Header)


class Headers(FileOperations):
    def __init__(self) -> None:
        self.last = Mutex(Last())

    def ioctl(self, file: File, request: Request) -> int:
        if request.command == STORE:
            packed = request.get(Header).pack()
            with self.last as last:
                last.packed = packed
            return 0
        if request.command == LOAD:
            with self.last as last:
                packed = last.packed
            request.put(Header.unpack(packed))
            return 0
        if request.command == TURN:
            header = request.get(Header)
            header.magic += 1
            header.origin.x, header.origin.y = header.origin.y, header.origin.x
            header.name = header.name[::-1]
            header.ports.reverse()
            header.path[0], header.path[1] = header.path[1], header.path[0]
            request.put(header)
            return len(header.path)
        if request.command == SHORT:
            point = Point(1, 2)
            request.put(Header(1, point, b"short", 2, [1, 2, 3], [point, point], bytes(2), 3))
            return 0
        raise error(ENOTTY)


@module(license="GPL", description="records of records")
class HeadersModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("headers", Headers())
