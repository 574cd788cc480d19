"""Two devices, and a load that can fail at each stage."""

from errno import ENODATA

from kmi import Module, Parameter, error, info, module
from kmi.device import FileOperations, MiscDevice
from kmi.sync import Mutex


class Witness:
    """An object whose only task is not to leak."""

    def __init__(self) -> None:
        self.numbers = [1, 2, 3]


@module(license="GPL", description="a load in stages")
class Stages(Module):
    fail_before = Parameter(False, "fail before the first device")
    fail_between = Parameter(False, "fail between the devices")
    fail_after = Parameter(False, "fail after the second device")
    second = Parameter("stage-two", "the name of the second device")

    def __init__(self) -> None:
        self.witness = Mutex(Witness())
        if self.fail_before:
            raise error(ENODATA)
        self.first_device = MiscDevice("stage-one", FileOperations())
        if self.fail_between:
            raise error(ENODATA)
        self.second_device = MiscDevice(self.second, FileOperations())
        if self.fail_after:
            raise error(ENODATA)
        info("stages: whole")
