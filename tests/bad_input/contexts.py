# expect: KMI0701 at 21
# expect: KMI0702 at 23
# expect: KMI0701 at 28
"""Sleeping under a spin lock, near and far."""

from kmi import Module, module
from kmi.device import File, FileOperations
from kmi.ioctl import Request
from kmi.sync import Condition, Mutex, SpinLock
from kmi.uio import Uio


class Device(FileOperations):
    def __init__(self) -> None:
        self.fast = SpinLock(bytearray())
        self.slow = Mutex(bytearray())
        self.filled = Condition(self.slow)

    def read(self, file: File, data: Uio) -> None:
        with self.fast as fast:
            with self.slow as slow:
                slow.append(1)
            fast.extend(data.get(10))

    def write(self, file: File, data: Uio) -> None:
        with self.fast as fast:
            if len(fast) == 0:
                self.refill()

    def refill(self) -> None:
        self.really_refill()

    def really_refill(self) -> None:
        with self.slow as slow:
            while len(slow) == 0:
                self.filled.wait()

    def ioctl(self, file: File, request: Request) -> int:
        with self.slow as slow:
            with self.fast as fast:
                fast.extend(bytes(slow))
        return 0


@module(license="GPL", description="contexts")
class Contexts(Module):
    pass
