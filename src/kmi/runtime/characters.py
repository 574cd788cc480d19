"""What kind of characters bytes are, in ASCII; upper and lower case, padding, digits of bytes and numbers."""

from kmi.integers import u8
from kmi.runtime.memory import copy, fill
from kmi.unsafe import Pointer, cast, inline, unsafe

DIGIT = 1
LOWER = 2
UPPER = 4
SPACE = 8


@inline
def kind(byte: int) -> int:
    """What a character is; 0: none of these."""
    if 48 <= byte <= 57:
        return DIGIT
    if 97 <= byte <= 122:
        return LOWER
    if 65 <= byte <= 90:
        return UPPER
    return SPACE if byte == 32 or 9 <= byte <= 13 else 0


def only(data: Pointer[u8], size: int, kinds: int) -> bool:
    """Whether there are characters, all of these kinds."""
    at = 0
    with unsafe("the size is the caller's"):
        while at < size:
            if kind(data[at]) & kinds == 0:
                return False
            at += 1
    return size > 0


def cased(data: Pointer[u8], size: int, wanted: int, other: int) -> bool:
    """Whether there are letters of the wanted case, and none of the other."""
    found = False
    at = 0
    with unsafe("the size is the caller's"):
        while at < size:
            here = kind(data[at])
            if here & other != 0:
                return False
            if here & wanted != 0:
                found = True
            at += 1
    return found


def ascii(data: Pointer[u8], size: int) -> bool:
    """Whether every byte is below 128."""
    at = 0
    with unsafe("the size is the caller's"):
        while at < size:
            if data[at] >= 128:
                return False
            at += 1
    return True


def recase(to: Pointer[u8], data: Pointer[u8], size: int, wanted: int) -> None:
    """Copies bytes, letters of the wanted case (LOWER, UPPER) in the other one."""
    at = 0
    with unsafe("both are of the caller's size"):
        while at < size:
            byte = data[at]
            if kind(byte) & wanted != 0:
                byte = byte ^ 32
            to[at] = byte
            at += 1


def pad(to: Pointer[u8], data: Pointer[u8], size: int, left: int, right: int, by: u8) -> None:
    """Copies bytes, with so many of another one before and behind them."""
    with unsafe("the caller has made room"):
        fill(cast(Pointer[None], to), by, left)
        copy(cast(Pointer[None], to + left), cast(Pointer[None], data), size)
        fill(cast(Pointer[None], to + (left + size)), by, right)


def spare_left(size: int, width: int) -> int:
    """How much of the room goes before a text that is centred, as CPython has it."""
    spare = width - size
    return spare // 2 + (spare & width & 1)


def hexadecimal(to: Pointer[u8], data: Pointer[u8], size: int, between: Pointer[u8]) -> None:
    """Two digits for each byte; what `between` points at between them, if it is not null."""
    at = 0
    out = 0
    with unsafe("the caller has made room"):
        while at < size:
            if at > 0 and between is not None:
                to[out] = between[0]
                out += 1
            to[out] = _digit(data[at] >> 4)
            to[out + 1] = _digit(data[at] & 15)
            out += 2
            at += 1


@inline
def _digit(value: int) -> u8:
    return value + 48 if value < 10 else value + 87


def value_of(byte: int) -> int:
    """The value of a digit in a base up to 36; 36 where it is none."""
    here = kind(byte)
    if here == DIGIT:
        return byte - 48
    if here == LOWER:
        return byte - 87
    return byte - 55 if here == UPPER else 36
