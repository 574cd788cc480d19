"""Numbers from text, and bytes from hexadecimal text."""

from kmi.integers import u8
from kmi.runtime.characters import value_of
from kmi.runtime.pieces import left_end, right_end, space
from kmi.unsafe import Pointer, unsafe

LEAST = -(1 << 63)


def from_hex(text: str) -> bytearray:
    """The bytes that pairs of digits stand for, with space between them or not."""
    result = bytearray()
    result._reserve(text._size // 2)
    at = 0
    data = text._data()
    with unsafe("what is read is before the end, or the NUL behind it"):
        while at < text._size:
            if space(data, text._size, at, False) > 0:
                at += 1
                continue
            high = value_of(data[at])
            low = value_of(data[at + 1]) if high < 16 else 0
            if high >= 16 or low >= 16:
                wrong = text._position(at if high >= 16 else at + 1)
                raise ValueError(f"non-hexadecimal number found in fromhex() arg at position {wrong}")
            result.append(high * 16 + low)
            at += 2
    return result


def of_text(text: str, base: int) -> int:
    """`int(text, base)`."""
    first, last = _bounds(text._data(), text._size, True)
    value, good = _parse(text._data(), first, last, base)
    if not good:
        raise ValueError(f"invalid literal for int() with base {base}: {text!r}")
    return value


def of_bytes(data: bytes, base: int) -> int:
    """`int(data, base)` of bytes."""
    first, last = _bounds(data._data(), data._length, False)
    value, good = _parse(data._data(), first, last, base)
    if not good:
        raise ValueError(f"invalid literal for int() with base {base}: {data!r}")
    return value


def _bounds(data: Pointer[u8], size: int, wide: bool) -> tuple[int, int]:
    first = left_end(data, size, wide)
    return (first, right_end(data, size, first, wide))


def _parse(data: Pointer[u8], first: int, last: int, base: int) -> tuple[int, bool]:
    """The number that stands there, and whether one does."""
    if base != 0 and (base < 2 or base > 36):
        raise ValueError("int() base must be >= 2 and <= 36, or 0")
    at = first
    negative = False
    with unsafe("what is read is before the last one"):
        if at < last and (data[at] == 43 or data[at] == 45):
            negative = data[at] == 45
            at += 1
        prefix = 10
        if at + 1 < last and data[at] == 48:
            letter = data[at + 1] | 32
            prefix = 16 if letter == 120 else 8 if letter == 111 else 2 if letter == 98 else 10
        zeroes = base == 0 and prefix == 10 and at + 1 < last and data[at] == 48
        if prefix != 10 and (base == 0 or base == prefix):
            at += 2
            base = prefix
            if at < last and data[at] == 95:
                at += 1
        elif base == 0:
            base = 10
        value = 0  # as a negative number: there is one more of those
        between = True
        while at < last:
            if data[at] == 95:
                if between:
                    return (0, False)
                between = True
            else:
                digit = value_of(data[at])
                if digit >= base or (zeroes and digit > 0):
                    return (0, False)
                between = False
                if value * base - digit < LEAST:
                    raise OverflowError("value does not fit 64 bits")
                value = value * base - digit
            at += 1
    if not negative and value == LEAST:
        raise OverflowError("value does not fit 64 bits")
    return (value if negative else -value, not between)
