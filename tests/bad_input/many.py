# expect: KMI0202 at 12
# expect: KMI0601 at 22
# expect: KMI0201 at 23
# expect: KMI0301 at 25
# expect: KMI0102 at 29
# expect: KMI0302 at 30
"""Six mistakes that have nothing to do with each other."""

from kmi import Module, info, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.sync import Mutex
from kmi.sink import Drain
from kmi.uio import Uio


class Counter(FileOperations):
    def __init__(self) -> None:
        self.reads = 0
        self.kept = Mutex(bytearray())

    def read(self, file: File, data: Uio) -> None:
        self.reads += 1
        data.put(hello)

    def write(self, file: File, data) -> None:
        data.skip(1)

    def total(self) -> int:
        squares = (n * n for n in range(3))
        return "many"


@module(license="GPL", description="counts")
class CounterModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("counter", Counter())
        info("counter: ready")
