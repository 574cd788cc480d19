# expect: KMI0606 at 18
# expect: KMI0609 at 24
# expect: KMI0605 at 30
# expect: KMI0606 at 31
"""Locks and registrations that are not where they belong."""

from kmi import Module, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.sync import Mutex
from kmi.uio import Uio


class Device(FileOperations):
    def __init__(self) -> None:
        self.bytes = Mutex(bytearray())

    def read(self, file: File, data: Uio) -> None:
        lock = self.bytes
        Keeper(data)


class Keeper:
    def __init__(self, data: Uio) -> None:
        self.data = data


@module(license="GPL", description="places")
class Places(Module):
    def __init__(self) -> None:
        device = MiscDevice("places", Device())
        self.all = [device]
