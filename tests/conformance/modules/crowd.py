"""Thirteen devices, so that there is a while in which some are there and the last is not yet."""

from kmi import Module, Parameter, module
from kmi.device import FileOperations, MiscDevice


@module(license="GPL", description="many devices")
class Crowd(Module):
    last = Parameter("crowd-last", "the name of the last device")

    def __init__(self) -> None:
        self.device_0 = MiscDevice("crowd-0", FileOperations())
        self.device_1 = MiscDevice("crowd-1", FileOperations())
        self.device_2 = MiscDevice("crowd-2", FileOperations())
        self.device_3 = MiscDevice("crowd-3", FileOperations())
        self.device_4 = MiscDevice("crowd-4", FileOperations())
        self.device_5 = MiscDevice("crowd-5", FileOperations())
        self.device_6 = MiscDevice("crowd-6", FileOperations())
        self.device_7 = MiscDevice("crowd-7", FileOperations())
        self.device_8 = MiscDevice("crowd-8", FileOperations())
        self.device_9 = MiscDevice("crowd-9", FileOperations())
        self.device_10 = MiscDevice("crowd-10", FileOperations())
        self.device_11 = MiscDevice("crowd-11", FileOperations())
        self.device_last = MiscDevice(self.last, FileOperations())
