"""Records: C layout, orders of bytes, records and arrays within records; packing, unpacking, equality."""

from typing import Annotated, Self

from kmi import Struct, i16, i64, info, u8, u16, u32
from kmi.integers import be16, be32, le64

COUNT = 3


class Plain(Struct):
    left: u16
    right: u16 = 7


class Point(Struct):
    x: i16
    y: i16


class Header(Struct):
    magic: be32
    origin: Point
    name: Annotated[bytes, 6]
    ports: Annotated[list[be16], COUNT]
    path: Annotated[list[Point], 2]
    reserved: u32
    total: le64
    tail: i64
    small: Annotated[list[u8], 4]
    last: u32 = 9


def make() -> Header:
    path = [Point(3, 4), Point(5, -6)]
    return Header(0x01020304, Point(-1, 2), b"abcdef", [1, 2, 0xFFFE], path, 0, 1 << 63, -7, [1, 2, 3, 4])


class Maker:
    def __init__(self, count: int) -> None:
        self.count = count

    @classmethod
    def five(cls) -> Self:
        made = cls(0)
        made.count = 5
        return made


def plain() -> None:
    pair = Plain(1)
    data = pair.pack()
    info(f"{data!r} {Plain.unpack(data).right} {Plain.SIZE} {pair}")
    try:
        info(f"{Plain.unpack(data[1:]).left}")
    except ValueError as error:
        info(f"{error}")
    other = Plain(1, 8)
    info(f"{pair == Plain(1)} {pair == other} {pair != other}")
    info(f"{other in [pair]} {other in [pair, Plain(1, 8)]}")
    info(f"{Maker.five().count}")


def main() -> None:
    plain()
    one = make()
    data = one.pack()
    info(f"{data!r} {Header.SIZE} {one.SIZE} {len(data)}")
    two = Header.unpack(data)
    info(f"{two.magic} {two.origin.x} {two.origin.y} {two.name!r} {two.ports} {two.path[1].y}")
    info(f"{two.total} {two.tail} {two.small} {two.last}")
    info(f"{one}")
    info(f"{one == two} {one != two} {one.origin == Point(-1, 2)} {one is two}")
    two.origin.x = 5
    inner = two.origin
    inner.y = 9
    info(f"{one == two} {two.origin.y} {two.pack() == data}")
    two.origin = one.origin
    info(f"{one == two} {two.origin is one.origin}")
    two.ports.append(4)
    try:
        two.pack()
    except ValueError as error:
        info(f"{error}")
    two.ports.pop()
    two.name = b"abc"
    try:
        two.pack()
    except ValueError as error:
        info(f"{error}")
    try:
        Header.unpack(data[1:])
    except ValueError as error:
        info(f"{error}")
    try:
        two.magic = two.total
    except OverflowError as error:
        info(f"{error}")
    try:
        two.ports[0] = two.total
    except OverflowError as error:
        info(f"{error}")
