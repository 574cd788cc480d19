"""Atomic, PerCpu and Published: what many threads change or read without a lock."""

from dataclasses import dataclass
from errno import ENOTTY
from typing import Final

from kmi import Module, error, info, module, u8, u32
from kmi.atomic import Atomic
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import IO, Request
from kmi.percpu import PerCpu
from kmi.rcu import Published

ADD: Final = IO("a", 1)
TOTAL: Final = IO("a", 2)
TAKE: Final = IO("a", 3)
SMALL: Final = IO("a", 4)
FLAG: Final = IO("a", 5)
BITS: Final = IO("a", 6)
COUNT: Final = IO("a", 7)
COUNTED: Final = IO("a", 8)
SUM: Final = IO("a", 9)
REPLACE: Final = IO("a", 10)
KEEP: Final = IO("a", 11)
BIG: Final = IO("a", 12)
BORN: Final = IO("a", 13)


@dataclass(frozen=True)
class Range:
    """Both numbers are the same, in every one that was ever published."""

    low: int
    high: int


class Ending:
    """Says when it ends."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        info(f"ended {self.number}")


class Counts(FileOperations):
    def __init__(self) -> None:
        self.plain = Atomic(0)
        self.small: Atomic[u8] = Atomic(250)
        self.bits: Atomic[u32] = Atomic(0xF0F0)
        self.busy = Atomic(False)
        self.many = PerCpu()
        self.range = Published(Range(0, 0))
        self.ending = Published(Ending(0))

    def ioctl(self, file: File, request: Request) -> int:
        command, value = request.command, request.value
        if command == ADD:
            for _ in range(value):
                self.plain.fetch_add(1)
            return 0
        if command == TOTAL:
            return self.plain.load()
        if command == TAKE:
            while True:
                old = self.plain.load()
                if old == 0:
                    raise BlockingIOError
                if self.plain.compare_exchange(old, old - 1):
                    return old
        if command == SMALL:
            return self.small.fetch_add(3)
        if command == FLAG:
            return 1 if self.busy.exchange(value == 1) else 0
        if command == BITS:
            self.bits.fetch_or(0xF)
            self.bits.fetch_and(0xFFF)
            self.bits.fetch_xor(0xFF)
            return self.bits.load()
        return self.more(command, value)

    def more(self, command: int, value: int) -> int:
        if command == COUNT:
            for _ in range(value):
                self.many.add(2)
                self.many.add(-1)
            return 0
        if command == BIG:
            for _ in range(8):
                self.many.add(0x4000000000000000)
            for _ in range(8):
                self.many.add(-0x4000000000000000)
            return 0
        if command == COUNTED:
            return self.many.sum()
        if command == SUM:
            with self.range.read() as range_:
                if range_.low != range_.high:
                    raise ValueError("a reader saw half of a range")
                return range_.high
        if command == REPLACE:
            self.range.replace(Range(value, value))
            return 0
        if command == KEEP:
            with self.ending.read() as ending:
                number = ending.number
            self.ending.replace(Ending(value))
            info(f"kept {ending.number}")
            return number
        if command == BORN:
            self.ending.replace(Ending(value))
            info(f"replaced by {value}")
            return 0
        raise error(ENOTTY)


@module(license="GPL", description="numbers and objects without a lock")
class CountsModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("counts", Counts())
