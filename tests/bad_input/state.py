# expect: KMI0603 at 15
# expect: KMI0603 at 23
"""The state of an open file that two threads can use at once."""

from kmi import Module, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.uio import Uio


class Cursor:
    def __init__(self) -> None:
        self.position = 0


class Log(FileOperations[Cursor]):
    def open(self, file: File[None]) -> Cursor:
        return Cursor()

    def read(self, file: File[Cursor], data: Uio) -> None:
        file.state.position += data.put(b"log")


class Raw(FileOperations[bytearray]):
    def open(self, file: File[None]) -> bytearray:
        return bytearray(16)


@module(license="GPL", description="states")
class States(Module):
    def __init__(self) -> None:
        self.log = MiscDevice("log", Log())
        self.raw = MiscDevice("raw", Raw())
