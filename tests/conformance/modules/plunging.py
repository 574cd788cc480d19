"""Recursion in a timer's callback, which Linux runs on a stack of the processor's."""

from kmi import Module, module
from kmi.atomic import Atomic
from kmi.completion import Completion
from kmi.device import File, FileOperations, MiscDevice
from kmi.timer import Timer
from kmi.uio import Uio


class Plunge(FileOperations):
    def __init__(self) -> None:
        self.rounds: Atomic[int] = Atomic(0)
        self.deep: Atomic[int] = Atomic(0)
        self.done = Completion()
        self.timer = Timer(self.tick)
        self.timer.start(1)

    def down(self, left: int) -> int:
        if left == 0:
            return 0
        below = self.down(left - 1)
        # the pieces of a text stand on the stack: some hundred bytes a call
        text = f"{left} {below} {left * 3} {below * 5} {left * 7} {below * 9} {left * 11} {below * 13}"
        return below + (1 if text.startswith(f"{left} ") else 100)

    def tick(self) -> None:
        self.rounds.store(self.down(5))
        try:
            self.down(1_000_000)
        except RecursionError:
            self.deep.store(1)
        self.done.complete_all()

    def read(self, file: File, data: Uio) -> None:
        self.done.wait()
        data.put(f"{self.rounds.load()} {self.deep.load()}".encode())


@module(license="GPL", description="recursion in softirqs")
class Plunging(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("plunging", Plunge())
