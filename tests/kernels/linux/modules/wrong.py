"""Copies the wrong way round."""

from kmi import Module, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.uio import Uio


class Wrong(FileOperations):
    def read(self, file: File, data: Uio) -> None:
        data.get(1)

    def write(self, file: File, data: Uio) -> None:
        data.put(b"x")


@module(license="GPL", description="wrong", name="wrong")
class WrongModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("wrong", Wrong())
