"""A device that remembers the last lines written to it: a module of several files.

    $ echo one > /dev/ring; echo two > /dev/ring
    $ cat /dev/ring
    one
    two

`ring.py` is the container, `lines.py` cuts what is written into lines, and this file makes a device of both.
A package is one kernel module: it is checked, run and built by its directory.
"""

from kmi import Module, Parameter, info, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.sync import Mutex
from kmi.uio import Uio

from .lines import Splitter
from .ring import Ring


class Kept:
    """What the lock guards: the last lines, and the beginning of the next."""

    def __init__(self, capacity: int) -> None:
        self.lines: Ring[bytes] = Ring(capacity)
        self.splitter = Splitter()


class RingDevice(FileOperations):
    def __init__(self, capacity: int) -> None:
        self.kept = Mutex(Kept(capacity))

    def write(self, file: File, data: Uio) -> None:
        text = data.get(data.remaining)
        with self.kept as kept:
            for line in kept.splitter.feed(text):
                kept.lines.push(line)

    def read(self, file: File, data: Uio) -> None:
        with self.kept as kept:
            text = b"".join([line + b"\n" for line in kept.lines])
        data.put(text[file.position :])


@module(license="GPL", description="remembers the last lines", name="ring")
class RingModule(Module):
    capacity = Parameter(4, "how many lines are remembered", minimum=1, maximum=1000)

    def __init__(self) -> None:
        self.device = MiscDevice("ring", RingDevice(self.capacity))
        info(f"ring: remembers {self.capacity} lines")
