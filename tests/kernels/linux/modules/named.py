"""A device with the name that the loader gives."""

from kmi import Module, Parameter, module
from kmi.device import FileOperations, MiscDevice


@module(license="GPL", description="a device of any name", name="named")
class Named(Module):
    device_name = Parameter("named", "its name in /dev")

    def __init__(self) -> None:
        self.device = MiscDevice(self.device_name, FileOperations())
