# expect: KMI0310 at 12
# expect: KMI0310 at 15
# expect: KMI0310 at 18
"""Callbacks that are not what the kernel will call."""

from kmi import Module, module
from kmi.device import File, FileOperations
from kmi.uio import Uio


class Device(FileOperations):
    def read(self, file: File) -> None:
        pass

    def write(self, file: File, data: Uio) -> int:
        return 1

    def ioctl(self, file: File, request: int) -> int:
        return request


@module(license="GPL", description="overrides")
class Overrides(Module):
    pass
