# expect: KMI0309 at 14
# expect: KMI0602 at 15
# expect: KMI0601 at 18
"""The first device that everybody writes: it counts, without a lock."""

from kmi import Module, info, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.uio import Uio


class Counter(FileOperations):
    def __init__(self) -> None:
        self.count = 0
        self.log = []
        self.lines: list[bytes] = []

    def read(self, file: File, data: Uio) -> None:
        self.count += 1
        data.put(b"one more\n")

    def write(self, file: File, data: Uio) -> None:
        self.lines.append(data.get(100))
        self.count = 0


@module(license="GPL", description="counts")
class CounterModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("counter", Counter())
        info("counter: ready")
