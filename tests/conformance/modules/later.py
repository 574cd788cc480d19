"""Timers, work and threads: what they did is asked for by ioctls, and waited for by a read.

A read gives one byte when the count of what was asked for has come to its goal.
"""

from errno import EINVAL, ENOTTY
from typing import Final

from kmi import Module, Parameter, error, info, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import IO, Request
from kmi.sync import Condition, Mutex, SpinLock
from kmi.thread import Stopped, Thread
from kmi.time import sleep_ms
from kmi.timer import Timer
from kmi.uio import Uio
from kmi.work import DelayedWork, Work

ONCE: Final = IO("l", 1)
PERIODIC: Final = IO("l", 2)
CANCEL: Final = IO("l", 3)
QUEUE: Final = IO("l", 4)
DELAYED: Final = IO("l", 5)
DROP: Final = IO("l", 6)
FLUSH: Final = IO("l", 7)
FLUSHED: Final = IO("l", 8)
DONE: Final = IO("l", 9)
TICKS: Final = IO("l", 10)
AGAIN: Final = IO("l", 11)
FAIL: Final = IO("l", 12)
HOLD: Final = IO("l", 13)
STOPPING: Final = IO("l", 14)
ROUNDS: Final = IO("l", 15)
PULL: Final = IO("l", 16)


class Ticks:
    def __init__(self) -> None:
        self.count: int = 0
        self.last: int = -1
        self.notes: list[int] = []


class Done:
    def __init__(self) -> None:
        self.count: int = 0
        self.goal: int = 0
        self.again: int = 0
        self.fail: bool = False
        self.held: bool = False
        self.rounds: int = 0


class Later(FileOperations):
    def __init__(self, early: bool) -> None:
        self.ticks = SpinLock(Ticks())
        self.done = Mutex(Done())
        self.changed = Condition(self.done)
        self.timer = Timer(self.tick)
        self.work = Work(self.run)
        self.delayed = DelayedWork(self.run_delayed)
        self.thread = Thread(self.main, "kmi-later")
        self.early = Work(self.begin)
        if early:
            self.timer.start(1)
            self.early.queue()

    def tick(self) -> None:
        with self.ticks as ticks:
            ticks.count += 1
            ticks.notes.append(ticks.count)      # memory, without sleep
            if 0 <= ticks.last <= ticks.count:
                self.timer.cancel()
        self.work.queue()

    def begin(self) -> None:
        info("later: begun")

    def run(self) -> None:
        with self.ticks as ticks:
            ticked = ticks.count
        with self.done as done:
            while done.held:
                self.changed.wait_for(1000)
            # Of several ticks, two may be seen at once and ask twice to be run.
            done.count = ticked if ticked > 0 else done.count + 1
            if done.again > 0:
                done.again -= 1
                self.work.queue()
            self.changed.notify_all()
            if done.fail:
                raise IndexError("work that fails")

    def run_delayed(self) -> None:
        with self.done as done:
            done.count += 100
            self.changed.notify_all()

    def main(self) -> None:
        try:
            while True:
                with self.done as done:
                    done.rounds += 1
                    self.changed.notify_all()
                sleep_ms(1)
        except Stopped:
            info(f"later: stopped {'in time' if self.thread.stopping() else 'too early'}")
            try:
                sleep_ms(3_600_000)              # ends at once, again
            except Stopped:
                with self.done as done:
                    done.rounds = 0
                    self.changed.wait()          # and this one, too

    def ioctl(self, file: File, request: Request) -> int:
        command, value = request.command, request.value
        if command == ONCE:
            self.timer.start(value)
            return 0
        if command == PERIODIC:
            with self.ticks as ticks:
                ticks.last = value
            self.timer.start(0, period=1)
            return 0
        if command == CANCEL:
            return 1 if self.timer.cancel() else 0
        if command == QUEUE:
            return 1 if self.work.queue() else 0
        if command == DELAYED:
            return 1 if self.delayed.queue(value) else 0
        if command == DROP:
            return (1 if self.work.cancel() else 0) + (2 if self.delayed.cancel() else 0)
        if command == FLUSH:
            self.work.flush()
            return 0
        if command == FLUSHED:
            self.delayed.flush()
            return 0
        if command == DONE:
            with self.done as done:
                return done.count
        if command == TICKS:
            with self.ticks as ticks:
                return ticks.count
        if command == ROUNDS:
            with self.done as done:
                while done.rounds < value:
                    self.changed.wait()
            return 0
        if command == STOPPING:
            return 1 if self.thread.stopping() else 0
        with self.done as done:
            if command == AGAIN:
                done.again = value
            elif command == FAIL:
                done.fail = value > 0
            elif command == HOLD:
                done.held = value > 0
                self.changed.notify_all()
            elif command == PULL:
                done.goal = value
            else:
                raise error(ENOTTY)
        return 0

    def read(self, file: File, data: Uio) -> None:
        with self.done as done:
            if done.goal == 0:
                raise error(EINVAL)
            while done.count < done.goal:
                self.changed.wait()
        data.put(b".")


@module(license="GPL", description="timers, work and threads")
class LaterModule(Module):
    early = Parameter(False, "arm and queue in __init__")
    beyond = Parameter(False, "register a device name that is taken")

    def __init__(self) -> None:
        self.device = MiscDevice("later", Later(self.early))
        if self.beyond:
            info("later: fails")
        self.second = MiscDevice("later" if self.beyond else "later2", FileOperations())
