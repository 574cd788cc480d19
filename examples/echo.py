"""A device that gives back what was written to it, oldest first.

    $ echo hello > /dev/echo
    $ head -c 6 /dev/echo
    hello

It keeps at most `capacity` bytes. Reading from an empty device waits, and so does writing to a full one,
unless the file is non-blocking. A write takes what there is room for and says how much that was.
"""

from kmi import Module, Parameter, info, module
from kmi.device import File, FileOperations, MiscDevice, Poll, PollTable
from kmi.sync import Condition, Mutex
from kmi.uio import Uio


class Echo(FileOperations):
    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.kept = Mutex(bytearray())
        self.filled = Condition(self.kept)
        self.drained = Condition(self.kept)

    def write(self, file: File, data: Uio) -> None:
        with self.kept as kept:
            while len(kept) == self.capacity:
                if file.nonblocking:
                    raise BlockingIOError
                self.drained.wait()
            kept.extend(data.get(self.capacity - len(kept)))
            self.filled.notify_all()

    def read(self, file: File, data: Uio) -> None:
        with self.kept as kept:
            while len(kept) == 0:
                if file.nonblocking:
                    raise BlockingIOError
                self.filled.wait()
            given = data.put(kept)                # a fault leaves the rest where it was
            del kept[:given]
            self.drained.notify_all()

    def poll(self, file: File, table: PollTable) -> Poll:
        table.wait(self.filled)
        table.wait(self.drained)
        ready = Poll(0)
        with self.kept as kept:
            if len(kept) > 0:
                ready |= Poll.IN | Poll.RDNORM
            if len(kept) < self.capacity:
                ready |= Poll.OUT | Poll.WRNORM
        return ready


@module(license="GPL", description="gives back what was written")
class EchoModule(Module):
    capacity = Parameter(4096, "bytes kept at most", minimum=1, maximum=1 << 20)

    def __init__(self) -> None:
        self.device = MiscDevice("echo", Echo(self.capacity))
        info(f"echo: keeps up to {self.capacity} bytes")
