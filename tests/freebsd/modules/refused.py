"""Refuses to be loaded in one of several ways, after it made what it has."""

from errno import EXDEV

from kmi import Module, Parameter, module
from kmi.device import FileOperations, MiscDevice
from kmi.errors import error
from kmi.freebsd.malloc import M_WAITOK, MallocType
from kmi.freebsd.sysctl import Number
from kmi.sync import Mutex


class Nothing(FileOperations):
    pass


class Speed(FileOperations):
    def __init__(self, path: str) -> None:
        self.type = MallocType("kmi_refused", "of a module that is refused")
        self.kept = Mutex(self.type.allocate(100, M_WAITOK))
        self.speed = Number(path, "any", 1)


@module(license="Dual BSD/GPL", description="is refused")
class Refused(Module):
    how = Parameter("raise", "how it is refused")

    def __init__(self) -> None:
        how = self.how
        self.first = MiscDevice("refused", Nothing())
        self.speed = Speed(how if how.startswith("hw") else "hw.refused.speed")
        self.second = MiscDevice("refused" if how == "taken" else how, Nothing())
        if how == "raise":
            raise error(EXDEV)
