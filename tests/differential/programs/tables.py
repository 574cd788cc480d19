"""Constant tuples of integers, indexed by what is computed: from both ends, outside, of every width."""

from typing import Final

from kmi import info, u64

BYTES = (0, 1, 255, 17)
SIGNED = (-1, -128, 127)
SHORTS = (0xFFFF, 0, 258)
NEGATIVE = (-32768, 32767)
WORDS: Final = (0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5)
LONGS = (-1, 0xFFFFFFFF)
GREAT = (0xFFFFFFFFFFFFFFFF, 0x428A2F98D728AE22)
LEAST = (-(1 << 63), (1 << 63) - 1)
HUGE = (0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF, -0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF - 1, 1 << 64)
ONE = (42,)


class Table:
    VALUES = (3, 1, 4, 1, 5)

    def at(self, index: int) -> int:
        return self.VALUES[index] + Table.VALUES[index - 1]


def get(index: int) -> str:
    try:
        return f"{WORDS[index]:x}"
    except IndexError:
        return "outside"


def inside() -> None:
    total = 0
    for i in range(len(WORDS)):
        total += WORDS[i]
    info(f"{total}")
    for i in range(8):
        total ^= WORDS[i & 3] + BYTES[i % 4] + ONE[i % 1]
    info(f"{total}")
    for i in range(-4, 4):
        info(f"{WORDS[i]} {BYTES[i]}")
    for i in range(-2, 2):
        info(f"{SIGNED[i]} {SHORTS[i]} {NEGATIVE[i]} {LONGS[i]} {LEAST[i]}")
        whole: u64 = GREAT[i]
        info(f"{whole} {GREAT[i] * 2} {HUGE[i] // 3}")
    table = Table()
    for i in range(-3, 4):
        info(f"{table.at(i)}")


def outside() -> None:
    for i in [-6, -5, -4, 3, 4, 1 << 40]:
        info(get(i))
    for i in range(6):
        try:
            info(f"{ONE[i - 3]}")
        except IndexError:
            info("no")


def fails() -> None:
    index = 7
    for step in range(3):
        index += step
    info(f"{ONE[index]}")


def overflows() -> None:
    for i in range(2):
        value: int = GREAT[1 - i]
        info(f"{value}")


def order() -> None:
    log: list[int] = []

    total = WORDS[note(log, 1)] + BYTES[note(log, 2)] * SHORTS[note(log, 0)]
    info(f"{total} {len(log)} {log[0]} {log[1]} {log[2]}")


def note(log: list[int], value: int) -> int:
    log.append(value)
    return value


def main() -> None:
    inside()
    outside()
    order()
    try:
        overflows()
    except OverflowError as error:
        info(f"{error}")
    fails()
