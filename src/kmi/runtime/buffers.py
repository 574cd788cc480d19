"""What `bytes`, `bytearray` and `str` share: searching, comparing and hashing plain memory.

Every function is given memory that its caller owns, and the number of bytes there.
"""

from kmi.integers import i64, u8, u64, usize, wrapping
from kmi.runtime.memory import compare
from kmi.unsafe import Pointer, c_function, cast, unsafe

END = (1 << 63) - 1
"""The stop of a slice that has none."""


@c_function("kmi_hash")
def _hash(data: Pointer[None], size: usize) -> u64: ...


@c_function("kmi_utf8_length")
def code_points(data: Pointer[u8], size: usize) -> usize:
    """How many code points a piece of valid UTF-8 has."""
    ...


@c_function("kmi_utf8_valid")
def is_utf8(data: Pointer[u8], size: usize) -> bool:
    """Whether it is UTF-8 without surrogates and without a form longer than needed."""
    ...


def clamp(index: int, length: int) -> int:
    """The position of a slice's end, as Python counts it: from the end where negative, and never outside."""
    if index < 0:
        at = index + length
        return 0 if at < 0 else at
    return length if index > length else index


def stepping(start: int | None, stop: int | None, step: int, length: int) -> tuple[int, int]:
    """Of a slice with a step: the first position, and how many there are. ValueError of a step of 0."""
    if step == 0:
        raise ValueError("slice step cannot be zero")
    back = 1 if step < 0 else 0
    low = length - 1 if back else 0
    if start is not None:
        low = _bound(start, length, back)
    high = -1 if back else length
    if stop is not None:
        high = _bound(stop, length, back)
    if back:
        count = (low - high - 1) // -step + 1 if high < low else 0
    else:
        count = (high - low - 1) // step + 1 if low < high else 0
    return low, count


def _bound(index: int, length: int, back: int) -> int:
    """An end of a slice that goes back (1) or forth (0), brought to where the items are."""
    if index < 0:
        at = index + length
        return at if at >= 0 else -back
    return index if index < length else length - back


def gather(to: Pointer[u8], source: Pointer[u8], step: int, count: int) -> None:
    """Copies so many bytes that stand a step apart."""
    at = 0
    with unsafe("the caller says how many there are"):
        while at < count:
            to[at] = source[at * step]
            at += 1


def equal(left: Pointer[u8], left_size: int, right: Pointer[u8], right_size: int) -> bool:
    """Whether both are the same bytes."""
    if left_size != right_size:
        return False
    if left_size == 0:
        return True
    with unsafe("both sizes are the caller's"):
        return compare(cast(Pointer[None], left), cast(Pointer[None], right), left_size) == 0


def less(left: Pointer[u8], left_size: int, right: Pointer[u8], right_size: int) -> bool:
    """Whether the left one comes first, byte by byte, a beginning before what it begins."""
    shorter = left_size if left_size < right_size else right_size
    if shorter > 0:
        with unsafe("both sizes are the caller's"):
            order = compare(cast(Pointer[None], left), cast(Pointer[None], right), shorter)
            if order != 0:
                return order < 0
    return left_size < right_size


def find(data: Pointer[u8], size: int, wanted: Pointer[u8], wanted_size: int, start: int) -> int:
    """Where the wanted bytes first are, at `start` or later; -1 if nowhere."""
    at = start
    with unsafe("each comparison ends before the data does"):
        while at + wanted_size <= size:
            if wanted_size == 0:
                return at
            if data[at] == wanted[0]:
                if compare(cast(Pointer[None], data + at), cast(Pointer[None], wanted), wanted_size) == 0:
                    return at
            at += 1
    return -1


def count(data: Pointer[u8], size: int, wanted: Pointer[u8], wanted_size: int) -> int:
    """How often the wanted bytes are there without overlapping."""
    if wanted_size == 0:
        return size + 1
    found = 0
    at = find(data, size, wanted, wanted_size, 0)
    while at >= 0:
        found += 1
        at = find(data, size, wanted, wanted_size, at + wanted_size)
    return found


def starts(data: Pointer[u8], size: int, prefix: Pointer[u8], prefix_size: int) -> bool:
    """Whether the data begins so."""
    if prefix_size > size:
        return False
    return equal(data, prefix_size, prefix, prefix_size)


def ends(data: Pointer[u8], size: int, suffix: Pointer[u8], suffix_size: int) -> bool:
    """Whether the data ends so."""
    if suffix_size > size:
        return False
    with unsafe("the suffix is not longer than the data"):
        return equal(data + (size - suffix_size), suffix_size, suffix, suffix_size)


def hashed(data: Pointer[u8], size: int) -> int:
    """A hash of the bytes; the same for equal bytes, and that is all that is promised."""
    with unsafe("the size is the caller's"):
        return wrapping(i64, _hash(cast(Pointer[None], data), size))


def byte(value: int) -> u8:
    """A value as a byte; ValueError, as of every built-in, where it is none."""
    if value < 0 or value > 255:
        raise ValueError("byte must be in range(0, 256)")
    return value
