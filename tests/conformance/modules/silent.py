"""A device that does nothing but exist; its name and mode are parameters."""

from kmi import Module, Parameter, module
from kmi.device import FileOperations, MiscDevice


@module(license="GPL", description="a device that does nothing", name="silent")
class Silent(Module):
    device_name = Parameter("silent", "its name in /dev")
    mode = Parameter(0o600, "its permissions")

    def __init__(self) -> None:
        self.device = MiscDevice(self.device_name, FileOperations(), self.mode)
