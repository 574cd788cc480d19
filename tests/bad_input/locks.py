# expect: KMI0604 at 26
# expect: KMI0611 at 27
# expect: KMI0702 at 34
# expect: KMI0802 at 36
# expect: KMI0805 at 37
# expect: KMI0608 at 38
# expect: KMI0607 at 46
# expect: KMI0801 at 50
"""Everything that can be done wrongly with locks, in one device."""

from dataclasses import dataclass

from kmi import Module, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.sync import Condition, Mutex, SpinLock
from kmi.uio import Uio


@dataclass
class Entry:
    count: int = 0


class Device(FileOperations):
    def __init__(self, start: bytearray) -> None:
        self.number = Mutex(1)
        self.given = Mutex(start)
        self.kept = Mutex(bytearray())
        self.fast = SpinLock(bytearray())
        self.filled = Condition(self.kept)

    def read(self, file: File, data: Uio) -> None:
        with self.fast as fast:
            data.put(fast)
        with self.kept as kept:
            self.size()
        self.filled.wait()
        kept.append(1)

    def size(self) -> int:
        with self.kept as kept:
            return len(kept)

    def write(self, file: File, data: Uio) -> None:
        with self.kept as kept:
            kept = bytearray(data.get(10))

    def one(self) -> None:
        with self.kept:
            with self.given:
                pass

    def other(self) -> None:
        with self.given:
            with self.kept:
                pass


@module(license="GPL", description="locks")
class Locks(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("locks", Device(bytearray()))
