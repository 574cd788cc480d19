"""Records, ioctl commands, enums: what is computed while checking."""

from enum import IntEnum, IntFlag, auto

from kmi import Struct, u8, u16, u32
from kmi.ioctl import IOR, IOWR


class Pair(Struct):
    left: u16
    right: u16 = 7


class Wide(Struct):
    most: u32
    rest: u32


class Mode(IntEnum):
    SLOW = 1
    FAST = auto()


class Bits(IntFlag):
    IN = 1
    OUT = 4


GET = IOR("s", 1, Pair)
BOTH = IOWR("s", number=2, kind=Wide)


def commands(command: int) -> bytes:
    if command == GET:
        return Pair(1).pack()
    return bytes(Pair.SIZE + Wide.SIZE)


def flags(bits: Bits, mode: Mode) -> u8:
    bits |= Bits.OUT
    if Bits.IN in bits and mode == Mode.FAST:
        return bits & ~Bits.IN
    return Mode.SLOW


def unpacked(data: bytes) -> int:
    return Pair.unpack(data).left
