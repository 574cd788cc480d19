"""A heart that beats: each read waits for the next beat, and says how many there were.

A timer's callback may not sleep, so it only counts; a work item, which may, tells those who wait.
"""

from kmi import Module, Parameter, module
from kmi.device import File, FileOperations, MiscDevice, Poll, PollTable
from kmi.sync import Condition, Mutex, SpinLock
from kmi.timer import Timer
from kmi.uio import Uio
from kmi.work import Work


class Count:
    def __init__(self) -> None:
        self.beats: int = 0


class Heart(FileOperations):
    def __init__(self, period: int) -> None:
        self.beaten = SpinLock(Count())       # by the timer
        self.told = Mutex(Count())            # to readers
        self.beat = Condition(self.told)
        self.telling = Work(self.tell)
        self.timer = Timer(self.tick)
        self.timer.start(period, period)

    def tick(self) -> None:
        with self.beaten as beaten:
            beaten.beats += 1
        self.telling.queue()

    def tell(self) -> None:
        with self.beaten as beaten:
            beats = beaten.beats
        with self.told as told:
            told.beats = beats
            self.beat.notify_all()

    def read(self, file: File, data: Uio) -> None:
        with self.told as told:
            before = told.beats
            while told.beats == before:
                if file.nonblocking:
                    raise BlockingIOError
                self.beat.wait()
            beats = told.beats
        data.put(f"{beats}\n".encode())

    def poll(self, file: File, table: PollTable) -> Poll:
        table.wait(self.beat)
        return Poll(0)


@module(license="GPL", description="a heart that beats")
class TimersModule(Module):
    period = Parameter(100, "milliseconds between two beats", minimum=1, maximum=3_600_000)

    def __init__(self) -> None:
        self.device = MiscDevice("heart", Heart(self.period), mode=0o444)
