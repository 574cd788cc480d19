"""Time and random numbers, one ioctl for each question."""

from errno import ENOTTY
from typing import Final

from kmi import Module, error, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import IO, Request
from kmi.random import random_below, random_bytes
from kmi.sync import SpinLock
from kmi.time import Deadline, monotonic_ns, sleep_ms
from kmi.uio import Uio

SLEEP: Final = IO("m", 1)
SLEPT: Final = IO("m", 2)
FORWARD: Final = IO("m", 3)
DEADLINE: Final = IO("m", 4)
BELOW: Final = IO("m", 5)
SPUN: Final = IO("m", 6)
CAUGHT: Final = IO("m", 7)


class Key:
    def __init__(self) -> None:
        self.drawn: int = 0


class Moments(FileOperations):
    def __init__(self) -> None:
        self.key = SpinLock(Key())

    def ioctl(self, file: File, request: Request) -> int:
        command, value = request.command, request.value
        if command == SLEEP:
            sleep_ms(value)
            return 0
        if command == CAUGHT:
            try:
                sleep_ms(value)
            except InterruptedError:
                return 1
            return 0
        if command == SLEPT:
            began = monotonic_ns()
            sleep_ms(value)
            return 1 if monotonic_ns() - began >= value * 1_000_000 else 0
        if command == FORWARD:
            last = monotonic_ns()
            for _ in range(value):
                now = monotonic_ns()
                if now < last:
                    return 0
                last = now
            return 1
        if command == DEADLINE:
            before = monotonic_ns()
            deadline = Deadline(value)
            passed, left = deadline.passed, deadline.left_ms
            early = monotonic_ns() - before < value * 1_000_000  # a busy computer may stand still meanwhile
            if early and (passed or not 0 < left <= value):
                return 0
            sleep_ms(value)
            return 1 if deadline.passed and deadline.left_ms == 0 else 0
        if command == BELOW:
            return random_below(value - 1)
        if command == SPUN:
            with self.key as key:           # where nothing may sleep, not even for memory
                key.drawn = random_below(1 << 62)
                return len(random_bytes(value)) + (0 if monotonic_ns() > 0 else 1)
        raise error(ENOTTY)

    def read(self, file: File, data: Uio) -> None:
        data.put(random_bytes(data.remaining))


@module(license="GPL", description="time and random numbers")
class MomentsModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("moments", Moments())
        sleep_ms(-1)
        sleep_ms(1)
