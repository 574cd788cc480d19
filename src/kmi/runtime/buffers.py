"""What `bytes`, `bytearray` and `str` share: searching, comparing and hashing plain memory.

Every function is given memory that its caller owns, and the number of bytes there.
"""

from kmi.integers import i64, u8, u64, usize, wrapping
from kmi.runtime.memory import compare, find_byte
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


def scatter(to: Pointer[u8], source: Pointer[u8], step: int, count: int) -> None:
    """Copies so many bytes to places a step apart."""
    at = 0
    with unsafe("the caller says how many there are"):
        while at < count:
            to[at * step] = source[at]
            at += 1


def leave_out(data: Pointer[u8], size: int, first: int, step: int, count: int) -> None:
    """Moves the other bytes together when so many go that stand a step apart, forth or back."""
    if count == 1:
        step = 1  # whatever it is: the smallest of all has no opposite
    elif step < 0:
        first += (count - 1) * step
        step = -step
    dropped = 0
    at = first
    to = first
    with unsafe("all positions are inside"):
        while at < size:
            if dropped < count and at == first + dropped * step:
                dropped += 1
            else:
                data[to] = data[at]
                to += 1
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
    if wanted_size == 0:
        return at if at <= size else -1
    with unsafe("each search and comparison ends before the data does"):
        while at + wanted_size <= size:
            there = find_byte(cast(Pointer[None], data + at), wanted[0], size - wanted_size + 1 - at)
            if there is None:
                return -1
            at = cast(usize, there) - cast(usize, data)
            if compare(there, cast(Pointer[None], wanted), wanted_size) == 0:
                return at
            at += 1
    return -1


def rfind(data: Pointer[u8], size: int, wanted: Pointer[u8], wanted_size: int) -> int:
    """Where the wanted bytes last are; -1 if nowhere."""
    at = size - wanted_size
    with unsafe("each comparison is inside"):
        while at >= 0:
            if wanted_size == 0 or data[at] == wanted[0]:
                if equal(data + at, wanted_size, wanted, wanted_size):
                    return at
            at -= 1
    return -1


def find_between(
    data: Pointer[u8], size: int, wanted: Pointer[u8], wanted_size: int, start: int, stop: int
) -> int:
    """Where the wanted bytes first are inside of a slice; -1 if nowhere."""
    first = clamp(start, size)
    if start > size:
        return -1
    return find(data, clamp(stop, size), wanted, wanted_size, first)


def rfind_between(
    data: Pointer[u8], size: int, wanted: Pointer[u8], wanted_size: int, start: int, stop: int
) -> int:
    """Where the wanted bytes last are inside of a slice; -1 if nowhere."""
    first = clamp(start, size)
    at = -1 if start > size else rfind(data, clamp(stop, size), wanted, wanted_size)
    return at if at >= first else -1


def count_between(
    data: Pointer[u8], size: int, wanted: Pointer[u8], wanted_size: int, start: int, stop: int
) -> int:
    """How often the wanted bytes are inside of a slice without overlapping."""
    at = clamp(start, size)
    last = clamp(stop, size)
    if start > size or at > last:
        return 0
    if wanted_size == 0:
        return last - at + 1
    found = 0
    at = find(data, last, wanted, wanted_size, at)
    while at >= 0:
        found += 1
        at = find(data, last, wanted, wanted_size, at + wanted_size)
    return found


def stands_at(
    data: Pointer[u8], size: int, wanted: Pointer[u8], wanted_size: int, start: int, stop: int, end: bool
) -> bool:
    """Whether a slice begins, or ends, with the wanted bytes."""
    first = clamp(start, size)
    last = clamp(stop, size)
    if start > size or wanted_size > last - first:
        return False
    with unsafe("the wanted bytes are not more than the slice has"):
        return equal(data + (last - wanted_size if end else first), wanted_size, wanted, wanted_size)


def has_byte(data: Pointer[u8], size: int, wanted: u8) -> bool:
    """Whether one of the bytes is this one."""
    if size == 0:
        return False
    with unsafe("the size is the caller's"):
        return find_byte(cast(Pointer[None], data), wanted, size) is not None


def hashed(data: Pointer[u8], size: int) -> int:
    """A hash of the bytes; the same for equal bytes, and that is all that is promised."""
    with unsafe("the size is the caller's"):
        return wrapping(i64, _hash(cast(Pointer[None], data), size))


def byte(value: int) -> u8:
    """A value as a byte; ValueError, as of every built-in, where it is none."""
    if value < 0 or value > 255:
        raise ValueError("byte must be in range(0, 256)")
    return value
