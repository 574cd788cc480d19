"""Where text and bytes come apart: split, lines, strip, partition; as positions in plain memory.

What is found is a list of pairs laid flat: where each piece begins and ends. UTF-8 comes apart at the same
bytes as the text that it is, so `str` and `bytes` share all of it; `wide` says which of them asks, for text
has more kinds of space and of line ends.
"""

from kmi.integers import u8
from kmi.runtime.buffers import find, rfind
from kmi.runtime.memory import copy
from kmi.unsafe import Pointer, cast, unsafe


def space(data: Pointer[u8], size: int, at: int, wide: bool) -> int:
    """How many bytes the space at a position takes; 0 where there is none."""
    with unsafe("what is read is before the end"):
        first = data[at]
        if first == 32 or 9 <= first <= 13:
            return 1
        if not wide or first < 28:
            return 0
        if first < 0x80:
            return 1 if first <= 31 else 0
        if first == 0xC2 and at + 1 < size:
            return 2 if data[at + 1] == 0x85 or data[at + 1] == 0xA0 else 0
        if at + 2 < size:
            point = (first & 15) << 12 | (data[at + 1] & 63) << 6 | data[at + 2] & 63
            if first & 0xF0 == 0xE0 and (
                point == 0x1680
                or 0x2000 <= point <= 0x200A
                or 0x2028 <= point <= 0x2029
                or point == 0x202F
                or point == 0x205F
                or point == 0x3000
            ):
                return 3
    return 0


def _before(data: Pointer[u8], at: int) -> int:
    """Where the code point, or byte, begins that ends at a position."""
    begin = at - 1
    with unsafe("it is valid UTF-8, or every byte counts by itself and stands alone"):
        while begin > 0 and at - begin < 4 and data[begin] & 0xC0 == 0x80:
            begin -= 1
    return begin


def _space_before(data: Pointer[u8], size: int, at: int, wide: bool) -> int:
    """How many bytes the space takes that ends at a position; 0 where there is none."""
    begin = _before(data, at) if wide else at - 1
    taken = space(data, size, begin, wide)
    return taken if begin + taken == at else 0


def left_end(data: Pointer[u8], size: int, wide: bool) -> int:
    """Where the space at the beginning ends."""
    at = 0
    while at < size:
        taken = space(data, size, at, wide)
        if taken == 0:
            break
        at += taken
    return at


def right_end(data: Pointer[u8], size: int, first: int, wide: bool) -> int:
    """Where the space at the end begins, not before a position."""
    at = size
    while at > first:
        taken = _space_before(data, size, at, wide)
        if taken == 0:
            break
        at -= taken
    return at


def split_spaces(data: Pointer[u8], size: int, most: int, wide: bool) -> list[int]:
    """The pieces between runs of space, at most so many and the rest; -1: all."""
    found: list[int] = []
    at = left_end(data, size, wide)
    while at < size:
        if most == 0:
            found.append(at)
            found.append(size)
            return found
        found.append(at)
        while at < size and space(data, size, at, wide) == 0:
            at += 1
        found.append(at)
        most -= 1
        while at < size:
            taken = space(data, size, at, wide)
            if taken == 0:
                break
            at += taken
    return found


def rsplit_spaces(data: Pointer[u8], size: int, most: int, wide: bool) -> list[int]:
    """The same from the end."""
    found: list[int] = []
    first = left_end(data, size, wide)
    at = right_end(data, size, first, wide)
    while at > first:
        if most == 0:
            found.append(at)
            found.append(0)
            break
        found.append(at)
        while at > first and _space_before(data, size, at, wide) == 0:
            at = _before(data, at) if wide else at - 1
        found.append(at)
        most -= 1
        at = right_end(data, at, first, wide)
    found.reverse()
    return found


def split(data: Pointer[u8], size: int, by: Pointer[u8], by_size: int, most: int) -> list[int]:
    """The pieces between separators, at most so many and the rest; -1: all."""
    if by_size == 0:
        raise ValueError("empty separator")
    found = [0]
    at = find(data, size, by, by_size, 0) if most != 0 else -1
    while at >= 0:
        found.append(at)
        found.append(at + by_size)
        most -= 1
        at = find(data, size, by, by_size, at + by_size) if most != 0 else -1
    found.append(size)
    return found


def rsplit(data: Pointer[u8], size: int, by: Pointer[u8], by_size: int, most: int) -> list[int]:
    """The same from the end."""
    if by_size == 0:
        raise ValueError("empty separator")
    found = [size]
    at = rfind(data, size, by, by_size) if most != 0 else -1
    while at >= 0:
        found.append(at + by_size)
        found.append(at)
        most -= 1
        at = rfind(data, at, by, by_size) if most != 0 else -1
    found.append(0)
    found.reverse()
    return found


def lines(data: Pointer[u8], size: int, keepends: bool, wide: bool) -> list[int]:
    """The lines, with what ends them or without."""
    found: list[int] = []
    at = 0
    first = 0
    while at < size:
        taken = _line_end(data, size, at, wide)
        if taken == 0:
            at += 1
            continue
        found.append(first)
        found.append(at + taken if keepends else at)
        at += taken
        first = at
    if first < size:
        found.append(first)
        found.append(size)
    return found


def _line_end(data: Pointer[u8], size: int, at: int, wide: bool) -> int:
    """How many bytes the end of a line at a position takes; 0 where there is none."""
    with unsafe("what is read is before the end"):
        first = data[at]
        if first == 13:
            return 2 if at + 1 < size and data[at + 1] == 10 else 1
        if first == 10:
            return 1
        if not wide:
            return 0
        if first == 11 or first == 12 or 28 <= first <= 30:
            return 1
        if first == 0xC2 and at + 1 < size and data[at + 1] == 0x85:
            return 2
        if first == 0xE2 and at + 2 < size and data[at + 1] == 0x80:
            return 3 if data[at + 2] == 0xA8 or data[at + 2] == 0xA9 else 0
    return 0


def left_of(data: Pointer[u8], size: int, some: Pointer[u8], some_size: int, wide: bool) -> int:
    """Where the beginning ends that is made of these characters alone."""
    at = 0
    while at < size:
        taken = _width(data, at, wide)
        with unsafe("the character is before the end"):
            if find(some, some_size, data + at, taken, 0) < 0:
                break
        at += taken
    return at


def right_of(data: Pointer[u8], size: int, first: int, some: Pointer[u8], some_size: int, wide: bool) -> int:
    """Where the end begins that is made of these characters alone, not before a position."""
    at = size
    while at > first:
        begin = _before(data, at) if wide else at - 1
        with unsafe("the character is before the end"):
            if find(some, some_size, data + begin, at - begin, 0) < 0:
                break
        at = begin
    return at


def _width(data: Pointer[u8], at: int, wide: bool) -> int:
    if not wide:
        return 1
    with unsafe("the position is before the end"):
        first = data[at]
    return 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4


def replaced(
    data: Pointer[u8], size: int, old: Pointer[u8], old_size: int, count: int, characters: int
) -> int:
    """How many pieces are replaced, at most `count`; -1: all. A text has so many characters."""
    found = 0
    if old_size == 0:
        found = characters + 1
        return count if 0 <= count < found else found
    at = 0
    while count != found:
        at = find(data, size, old, old_size, at)
        if at < 0:
            break
        found += 1
        at += old_size
    return found


def replace(
    to: Pointer[u8],
    data: Pointer[u8],
    size: int,
    old: Pointer[u8],
    old_size: int,
    new: Pointer[u8],
    new_size: int,
    count: int,
    wide: bool,
) -> None:
    """Copies the data, the first so many pieces replaced."""
    at = 0
    out = 0
    with unsafe("the caller has counted, and made room"):
        while count > 0:
            there = at if old_size == 0 else find(data, size, old, old_size, at)
            copy(cast(Pointer[None], to + out), cast(Pointer[None], data + at), there - at)
            out += there - at
            copy(cast(Pointer[None], to + out), cast(Pointer[None], new), new_size)
            out += new_size
            at = there + old_size
            count -= 1
            if old_size == 0 and at < size:
                taken = _width(data, at, wide)
                copy(cast(Pointer[None], to + out), cast(Pointer[None], data + at), taken)
                at += taken
                out += taken
        copy(cast(Pointer[None], to + out), cast(Pointer[None], data + at), size - at)
