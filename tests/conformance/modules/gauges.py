"""Attributes and counters of a device."""

from kmi import Module, Parameter, module
from kmi.attribute import Attribute, Counter
from kmi.device import CharDevice, File, FileOperations, MiscDevice
from kmi.sync import Mutex
from kmi.uio import Uio


class Level:
    def __init__(self) -> None:
        self.text: str = "low"
        self.length: int = 0


class Gauge(FileOperations):
    def __init__(self, name: str) -> None:
        self.level = Mutex(Level())
        self.reads = Counter("reads")
        self.bytes_read = Counter("bytes")
        self.shown = Attribute("level", self.show_level, self.store_level)
        self.long = Attribute("long", self.show_long, self.store_long)
        self.named = Attribute(name, self.show_named)

    def read(self, file: File, data: Uio) -> None:
        count = data.put(bytes(data.remaining))
        self.reads.add()
        self.bytes_read.add(count)

    def write(self, file: File, data: Uio) -> None:
        self.bytes_read.add(-self.bytes_read.value)
        data.skip(data.remaining)

    def show_level(self) -> str:
        with self.level as level:
            return level.text

    def store_level(self, text: str) -> None:
        if text == "":
            raise ValueError("no level")
        if text == "none":
            raise PermissionError
        with self.level as level:
            level.text = text

    def show_long(self) -> str:
        with self.level as level:
            return "x" * level.length

    def store_long(self, text: str) -> None:
        with self.level as level:
            level.length = len(text)

    def show_named(self) -> str:
        return "two\nlines\n"


class Plain(FileOperations):
    pass


@module(license="GPL", description="attributes and counters")
class Gauges(Module):
    named = Parameter("named", "the name of an attribute")

    def __init__(self) -> None:
        self.gauge = MiscDevice("gauge", Gauge(self.named))
        self.dials = CharDevice("dial", 2, Gauge("other"))
        self.plain = MiscDevice("plain", Plain())
