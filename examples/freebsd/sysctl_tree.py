"""A tree of settings, as sysctl(8) shows and sets them.

    # sysctl hw.pump
    hw.pump.speed: 100
    hw.pump.mode: off
    hw.pump.starts: 0
    # sysctl hw.pump.mode=on
"""

from dataclasses import dataclass
from errno import EINVAL

from kmi import info, module
from kmi.device import FileOperations
from kmi.errors import error
from kmi.freebsd.module import EventModule
from kmi.freebsd.sysctl import Number, Procedure
from kmi.sync import Mutex


@dataclass
class Switch:
    running: bool


class Pump(FileOperations):
    def __init__(self) -> None:
        self.switch = Mutex(Switch(False))
        self.speed = Number("hw.pump.speed", "litres an hour", 100, minimum=0, maximum=500)
        self.mode = Procedure("hw.pump.mode", "on or off", self.show_mode, self.store_mode)
        self.starts = Number("hw.pump.starts", "how often it was started", 0, writable=False)
        self.about = Procedure("hw.pump.about", "what it does at the moment", self.show_about)

    def show_mode(self) -> str:
        with self.switch as switch:
            return "on" if switch.running else "off"

    def store_mode(self, text: str) -> None:
        if text not in ("on", "off"):
            raise error(EINVAL)
        with self.switch as switch:
            if text == "on" and not switch.running:
                self.starts.store(self.starts.value + 1)
            switch.running = text == "on"

    def show_about(self) -> str:
        with self.switch as switch:
            speed = self.speed.value if switch.running else 0
        return f"pumps {speed} litres an hour"


@module(license="Dual BSD/GPL", description="a tree of settings", version="1.0")
class SysctlTree(EventModule):
    def __init__(self) -> None:
        self.pump = Pump()
        info("sysctl_tree: loaded")
