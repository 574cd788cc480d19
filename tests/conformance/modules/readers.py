"""RwLock, RawSpinLock and Completion: readers that meet under a lock, and those who wait for them."""

from errno import ENOTTY
from typing import Final

from kmi import Module, error, module
from kmi.completion import Completion
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import IO, Request
from kmi.sync import RawSpinLock, RwLock

READ_AND_WAIT: Final = IO("r", 1)
READ_AND_COMPLETE: Final = IO("r", 2)
WRITE: Final = IO("r", 3)
BOTH: Final = IO("r", 4)
RAW: Final = IO("r", 5)
RAW_SUM: Final = IO("r", 6)
WAIT: Final = IO("r", 7)
WAIT_FOR: Final = IO("r", 8)
COMPLETE: Final = IO("r", 9)
COMPLETE_ALL: Final = IO("r", 10)
REINIT: Final = IO("r", 11)
RAISE_READING: Final = IO("r", 12)
RAISE_WRITING: Final = IO("r", 13)
CAUGHT: Final = IO("r", 14)


class Pair:
    """Two numbers that are the same whenever nobody writes."""

    def __init__(self) -> None:
        self.left: int = 0
        self.right: int = 0


class Numbers:
    def __init__(self) -> None:
        self.items: list[int] = [0, 0, 0, 0]


class Readers(FileOperations):
    def __init__(self) -> None:
        self.pair = RwLock(Pair())
        self.raw = RawSpinLock(Numbers())
        self.met = Completion()

    def ioctl(self, file: File, request: Request) -> int:
        command, value = request.command, request.value
        if command == READ_AND_WAIT:
            with self.pair.read() as pair:
                self.met.wait()
                return pair.left
        if command == READ_AND_COMPLETE:
            with self.pair.read() as pair:
                self.met.complete()
                return pair.left
        if command == WRITE:
            with self.pair.write() as pair:
                pair.left += value
                for _ in range(3):
                    pair.left += 1
                pair.right = pair.left
                return pair.left
        if command == BOTH:
            with self.pair.read() as pair:
                if pair.left != pair.right:
                    raise ValueError("a reader saw a write half-way")
                return pair.right
        if command == RAISE_READING:
            with self.pair.read() as pair:
                raise BlockingIOError
        if command == RAISE_WRITING:
            with self.pair.write() as pair:
                pair.left += value
                raise BlockingIOError
        return self.more(command, value)

    def more(self, command: int, value: int) -> int:
        if command == RAW:
            for _ in range(value):
                with self.raw as numbers:
                    for index in range(len(numbers.items)):
                        numbers.items[index] += 1
            return 0
        if command == RAW_SUM:
            total = 0
            with self.raw as numbers:
                for number in numbers.items:
                    total += number
            return total
        if command == WAIT:
            self.met.wait()
            return 0
        if command == WAIT_FOR:
            return 1 if self.met.wait_for(value) else 0
        if command == COMPLETE:
            self.met.complete()
            return 0
        if command == COMPLETE_ALL:
            self.met.complete_all()
            return 0
        if command == REINIT:
            self.met.reinit()
            return 0
        if command == CAUGHT:
            try:
                self.met.wait()
            except InterruptedError:
                return 1
            return 0
        raise error(ENOTTY)


@module(license="GPL", description="readers, writers, and waiting for what is done")
class ReadersModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("readers", Readers())
