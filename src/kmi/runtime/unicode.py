"""Text from bytes and bytes from text, and what CPython says of what is none.

    b"a\\xff".decode()    UnicodeDecodeError, and its message names the byte and its position
"""

from kmi.integers import u8
from kmi.runtime.buffers import is_utf8
from kmi.unsafe import Pointer, unsafe


def decode(data: Pointer[u8], size: int, encoding: str) -> str:
    """The text of bytes in an encoding that is UTF-8 or ASCII."""
    name = encoding.lower().replace("_", "-")
    if name == "ascii" or name == "us-ascii":
        at = 0
        with unsafe("the size is the caller's"):
            while at < size:
                if data[at] >= 128:
                    raise UnicodeDecodeError(
                        f"'ascii' codec can't decode byte {data[at]:#04x} in position {at}: "
                        "ordinal not in range(128)"
                    )
                at += 1
    elif name != "utf-8" and name != "utf8":
        raise LookupError(f"unknown encoding: {encoding}")
    else:
        with unsafe("the size is the caller's"):
            valid = is_utf8(data, size)
        if not valid:
            _refuse(data, size)
    return str.__from_memory__(data, size)


def _refuse(data: Pointer[u8], size: int) -> None:
    """Says what is wrong with bytes that are no UTF-8, and where."""
    at = 0
    with unsafe("what is read is before the end"):
        while at < size:
            first = data[at]
            if first < 0x80:
                at += 1
                continue
            width = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
            if first < 0xC2 or first > 0xF4:
                _byte(first, at, "invalid start byte")
            good = 1
            while good < width and at + good < size:
                here = data[at + good]
                low = 0x80
                high = 0xBF
                if good == 1:
                    low = 0xA0 if first == 0xE0 else 0x90 if first == 0xF0 else 0x80
                    high = 0x9F if first == 0xED else 0x8F if first == 0xF4 else 0xBF
                if here < low or here > high:
                    break
                good += 1
            if good == width:
                at += width
                continue
            why = "unexpected end of data" if at + good == size else "invalid continuation byte"
            if good == 1:
                _byte(first, at, why)
            raise UnicodeDecodeError(
                f"'utf-8' codec can't decode bytes in position {at}-{at + good - 1}: {why}"
            )


def _byte(value: int, at: int, why: str) -> None:
    raise UnicodeDecodeError(f"'utf-8' codec can't decode byte {value:#04x} in position {at}: {why}")


def encode(text: str, encoding: str) -> bytes:
    """The bytes of text in an encoding that is UTF-8 or ASCII."""
    name = encoding.lower().replace("_", "-")
    if name == "utf-8" or name == "utf8":
        return bytes.__from_memory__(text._data(), text._size)
    if name != "ascii" and name != "us-ascii":
        raise LookupError(f"unknown encoding: {encoding}")
    if text._size == text._length:
        return bytes.__from_memory__(text._data(), text._size)
    first = 0
    while text._point(first) < 128:
        first += 1
    last = first
    while last + 1 < len(text) and text._point(last + 1) >= 128:
        last += 1
    if first == last:
        raise UnicodeEncodeError(
            f"'ascii' codec can't encode character {_escaped(text._point(first))} in position {first}: "
            "ordinal not in range(128)"
        )
    raise UnicodeEncodeError(
        f"'ascii' codec can't encode characters in position {first}-{last}: ordinal not in range(128)"
    )


def _escaped(point: int) -> str:
    if point < 0x100:
        return f"'\\x{point:02x}'"
    return f"'\\u{point:04x}'" if point < 0x10000 else f"'\\U{point:08x}'"
