"""Random bytes for whoever reads; what is written is thrown away."""

from kmi import Module, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.random import random_bytes
from kmi.uio import Uio

CHUNK = 256


class Source(FileOperations):
    def read(self, file: File, data: Uio) -> None:
        while data.remaining > 0:
            data.put(random_bytes(min(data.remaining, CHUNK)))

    def write(self, file: File, data: Uio) -> None:
        data.skip(data.remaining)


@module(license="GPL", description="random bytes")
class RandomModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("random_bytes", Source(), mode=0o666)
