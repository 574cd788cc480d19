"""Slices with steps: reading, storing, deleting, ends of every kind."""

from kmi import info


class Loud:
    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        info(f"{self.number} dies")


def read(items: list[int], text: str, data: bytes) -> None:
    ends = [-100, -6, -5, -4, -1, 0, 1, 2, 4, 5, 6, 100]
    total = 0
    for start in ends:
        for stop in ends:
            for step in [1, 2, 3, 7, -1, -2, -3, -7, 9223372036854775807, -9223372036854775808]:
                part = items[start:stop:step]
                for item in part:
                    total = (total * 7 + item) % 1000000007
                total = total * 10 + len(text[start:stop:step]) + len(data[start:stop:step])
                total %= 1000000007
        total += len(items[start::2]) * 3 + len(items[:start:-1]) * 5
    info(f"{len(items)} {total}")
    info(f"{items[::-1]} {text[::-1]!r} {data[::-1]} {items[::2]} {text[1::2]!r} {data[-1::-2]}")
    info(f"{items[9223372036854775807::-1]} {text[-9223372036854775808::2]!r}")


def stored() -> None:
    items = [0, 1, 2, 3, 4, 5, 6, 7]
    items[::2] = [10, 20, 30, 40]
    items[::-3] = [1, 2, 3]
    info(f"{items}")
    items[1:3:1] = [9, 9, 9]
    items[::-1] = items
    info(f"{items}")
    del items[::3]
    del items[-1::-2]
    del items[5:1:2]
    info(f"{items}")
    buffer = bytearray(b"abcdefgh")
    buffer[::2] = b"ABCD"
    buffer[7:0:-3] = b"xyz"
    info(f"{buffer} {buffer[::-2]} {buffer[::3]}")
    del buffer[1::2]
    del buffer[::-3]
    info(f"{buffer}")
    for step in [-(1 << 63), (1 << 63) - 1]:
        del buffer[::step]
        del items[1::step]
        info(f"{buffer} {items} {buffer[::step]} {items[::step]}")
    try:
        items[::2] = [1]
    except ValueError as error:
        info(f"{error}")
    try:
        buffer[::2] = b"123456"
    except ValueError as error:
        info(f"{error}")
    zero = 0
    for _ in range(1):
        try:
            info(f"{items[::zero]}")
        except ValueError as error:
            info(f"{error}")


def emptied(start: int, step: int) -> None:
    buffer = bytearray(b"abcdefgh")
    try:
        buffer[start::step] = b""
        info(f"{buffer}")
        buffer[start::step] = bytearray()
        info(f"{buffer}")
        with memoryview(buffer):
            del buffer[9::step]
            info("nothing to take away")
            buffer[9::step] = b""
    except BufferError as error:
        info(f"{error}")
    items = [1, 2, 3]
    try:
        items[::step] = []
    except ValueError as error:
        info(f"{error}")
    info(f"{items}")


def dying() -> None:
    items = [Loud(1), Loud(2), Loud(3), Loud(4), Loud(5)]
    items[::2] = [Loud(6), Loud(7), Loud(8)]
    info("stored")
    del items[1::2]
    info("deleted")
    kept = items[::-2]
    items.clear()
    info(f"{len(kept)}")


def main() -> None:
    read([], "", b"")
    read([1], "x", b"x")
    read([1, 2, 3, 4, 5], "aéxyz", b"abcde")
    read([1, 2, 3, 4, 5, 6], "abcdef", b"ab\x00def")
    stored()
    for step in [1, 2, 3, -1, -2]:
        emptied(2, step)
    dying()
