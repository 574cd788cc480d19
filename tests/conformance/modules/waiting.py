"""Mutex, SpinLock and Condition: counters that several processes change, wait for and poll."""

from errno import ENOTTY
from typing import Final

from kmi import Module, error, module
from kmi.device import File, FileOperations, MiscDevice, Poll, PollTable
from kmi.ioctl import IO, Request
from kmi.sync import Condition, Mutex, SpinLock
from kmi.uio import Uio

ADD: Final = IO("w", 1)
WAIT: Final = IO("w", 2)
WAIT_FOR: Final = IO("w", 3)
ONE: Final = IO("w", 4)
SPIN: Final = IO("w", 5)
SPUN: Final = IO("w", 6)
CAUGHT: Final = IO("w", 7)
OWN: Final = IO("w", 8)
COUNT: Final = IO("w", 9)
SPOIL: Final = IO("w", 10)


class Counter:
    def __init__(self) -> None:
        self.value: int = 0


class Waiting(FileOperations):
    def __init__(self) -> None:
        self.counter = Mutex(Counter())
        self.changed = Condition(self.counter)
        self.spun = SpinLock(Counter())

    def ioctl(self, file: File, request: Request) -> int:
        command = request.command
        if command == ADD:
            with self.counter as counter:
                counter.value += request.value
                self.changed.notify_all()
            return 0
        if command == ONE:
            with self.counter as counter:
                counter.value += 1
                self.changed.notify()
            return 0
        if command == COUNT:
            with self.counter as counter:
                return counter.value
        if command == WAIT:
            with self.counter as counter:
                while counter.value == 0:
                    self.changed.wait()
                counter.value -= 1
            return 0
        if command == WAIT_FOR:
            with self.counter as counter:
                if counter.value == 0 and not self.changed.wait_for(request.value):
                    raise TimeoutError
                return counter.value
        if command == CAUGHT:
            with self.counter as counter:
                try:
                    self.changed.wait()
                except InterruptedError:
                    counter.value += 100
            return 1
        if command == SPOIL:
            with self.counter as counter:
                counter.value = -1
            return 0
        if command == OWN:
            raise InterruptedError
        if command == SPIN:
            for _ in range(request.value):
                with self.spun as spun:
                    spun.value += 1
            return 0
        if command == SPUN:
            with self.spun as spun:
                return spun.value
        raise error(ENOTTY)

    def read(self, file: File, data: Uio) -> None:
        with self.counter as counter:
            while data.remaining > 0:
                while counter.value == 0:
                    if file.nonblocking:
                        raise BlockingIOError
                    self.changed.wait()
                data.put(b"!")
                counter.value -= 1

    def poll(self, file: File, table: PollTable) -> Poll:
        table.wait(self.changed)
        with self.counter as counter:
            if counter.value < 0:
                raise ValueError
            return Poll.IN if counter.value > 0 else Poll(0)


@module(license="GPL", description="locks and waiting")
class WaitingModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("waiting", Waiting())
