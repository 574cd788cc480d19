"""Atomic numbers: every width, and what does not fit."""

from kmi import i8, i64, info, u8, u16, u32, u64
from kmi.atomic import Atomic


class Numbers:
    def __init__(self) -> None:
        self.plain = Atomic(5)
        self.tiny: Atomic[u8] = Atomic(250)
        self.signed: Atomic[i8] = Atomic(-128)
        self.half: Atomic[u16] = Atomic(65535)
        self.word: Atomic[u32] = Atomic(0)
        self.wide: Atomic[u64] = Atomic(0xFFFFFFFFFFFFFFF0)
        self.long: Atomic[i64] = Atomic(-0x8000000000000000)
        self.flag = Atomic(False)


def plain() -> None:
    numbers = Numbers()
    info(f"{numbers.plain.load()} {numbers.plain.fetch_add(3)} {numbers.plain.fetch_sub(10)}")
    info(f"{numbers.plain.load()} {numbers.plain.exchange(77)} {numbers.plain.load()}")
    numbers.plain.store(-9)
    info(f"{numbers.plain.compare_exchange(-9, 12)} {numbers.plain.compare_exchange(-9, 13)}")
    info(f"{numbers.plain.fetch_and(10)} {numbers.plain.fetch_or(3)} {numbers.plain.fetch_xor(-1)}")
    info(f"{numbers.plain.load()}")


def widths() -> None:
    numbers = Numbers()
    info(f"{numbers.tiny.fetch_add(5)} {numbers.tiny.load()}")
    try:
        numbers.tiny.fetch_add(1)
    except OverflowError as error:
        info(f"{error}")
    info(f"{numbers.tiny.fetch_sub(255)} {numbers.tiny.load()}")
    try:
        numbers.tiny.fetch_sub(1)
    except OverflowError as error:
        info(f"{error} {numbers.tiny.load()}")
    info(f"{numbers.signed.fetch_add(100)} {numbers.signed.fetch_add(100)} {numbers.signed.load()}")
    try:
        numbers.signed.fetch_sub(-56)
    except OverflowError as error:
        info(f"{error} {numbers.signed.load()}")
    info(f"{numbers.half.compare_exchange(65535, 1)} {numbers.half.fetch_xor(0xFF)} {numbers.half.load()}")
    info(f"{numbers.word.fetch_or(0x80000000)} {numbers.word.fetch_add(0x7FFFFFFF)} {numbers.word.load()}")
    info(f"{numbers.signed.fetch_xor(-1)} {numbers.signed.load()} {numbers.signed.fetch_and(-2)}")


def ends() -> None:
    numbers = Numbers()
    info(f"{numbers.wide.fetch_add(15)} {numbers.wide.load()}")
    try:
        numbers.wide.fetch_add(1)
    except OverflowError as error:
        info(f"{error} {numbers.wide.load()}")
    info(f"{numbers.wide.compare_exchange(0xFFFFFFFFFFFFFFFF, 0)} {numbers.wide.load()}")
    try:
        numbers.wide.fetch_sub(1)
    except OverflowError as error:
        info(f"{error}")
    try:
        numbers.long.fetch_sub(1)
    except OverflowError as error:
        info(f"{error} {numbers.long.load()}")
    info(f"{numbers.long.fetch_add(0x7FFFFFFFFFFFFFFF)} {numbers.long.load()}")


def flags() -> None:
    numbers = Numbers()
    info(f"{numbers.flag.exchange(True)} {numbers.flag.load()}")
    info(f"{numbers.flag.compare_exchange(False, True)} {numbers.flag.compare_exchange(True, False)}")
    info(f"{numbers.flag.fetch_or(True)} {numbers.flag.fetch_and(False)} {numbers.flag.load()}")
    numbers.flag.store(True)
    info(f"{numbers.flag.fetch_xor(True)} {numbers.flag.load()}")


def too_large() -> None:
    numbers = Numbers()
    numbers.tiny.store(200 + len("x" * 56))


def main() -> None:
    plain()
    widths()
    ends()
    flags()
    too_large()
