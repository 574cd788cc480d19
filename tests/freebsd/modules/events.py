"""A module that is told of FreeBSD's events: it vetoes, it counts what goes wrong."""

from dataclasses import dataclass
from errno import EBUSY

from kmi import info, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.freebsd.malloc import M_NOWAIT, M_USE_RESERVE, default_allocator
from kmi.freebsd.module import EventModule, depends
from kmi.sync import Mutex
from kmi.uio import Uio


@dataclass
class Wish:
    wanted: bool


class Box(FileOperations):
    def __init__(self) -> None:
        self.wish = Mutex(Wish(True))

    def write(self, file: File, data: Uio) -> None:
        taken = data.get(data.remaining)
        if taken == b"give up":
            with self.wish as wish:
                wish.wanted = False
        elif taken == b"bug":
            info(f"{taken[len(taken)]}")
        elif taken == b"much":
            info(f"{len(bytearray(1 << 20))}")


@depends("memory", minimum=2, preferred=2, maximum=3)
@default_allocator(M_NOWAIT | M_USE_RESERVE)
@module(license="Dual BSD/GPL", description="is told of events", version="7.1")
class Events(EventModule):
    def __init__(self) -> None:
        self.box = Box()
        self.device = MiscDevice("events", self.box)

    def quiesce(self) -> None:
        with self.box.wish as wish:
            if wish.wanted:
                raise OSError(EBUSY, "it is wanted")

    def shutdown(self) -> None:
        info("events: the system goes down")
        raise OSError(EBUSY, "nobody listens")

    def on_error(self, line: int, errno: int) -> None:
        info(f"events: line {line} failed")

    def on_exhausted(self, size: int) -> None:
        info(f"events: no {size} bytes")
