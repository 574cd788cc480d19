"""A box of at most three tokens: a write puts one in for each byte, a read takes one for each byte asked for.

Both block: who takes waits while the box is empty, who puts while it is full.
"""

from dataclasses import dataclass
from typing import Final

from kmi import Module, module
from kmi.device import File, FileOperations, MiscDevice, Poll, PollTable
from kmi.sync import Condition, Mutex
from kmi.uio import Uio

MOST: Final = 3


@dataclass
class Box:
    tokens: int = 0


class Tokens(FileOperations):
    def __init__(self) -> None:
        self.box = Mutex(Box())
        self.put = Condition(self.box)
        self.taken = Condition(self.box)

    def read(self, file: File, data: Uio) -> None:
        with self.box as box:
            while data.remaining > 0:
                while box.tokens == 0:
                    if file.nonblocking:
                        raise BlockingIOError
                    self.put.wait()
                data.put(b"*")
                box.tokens -= 1
                self.taken.notify()

    def write(self, file: File, data: Uio) -> None:
        with self.box as box:
            while data.remaining > 0:
                while box.tokens == MOST:
                    if file.nonblocking:
                        raise BlockingIOError
                    self.taken.wait()
                data.skip(1)
                box.tokens += 1
                self.put.notify()

    def poll(self, file: File, table: PollTable) -> Poll:
        table.wait(self.put)
        table.wait(self.taken)
        with self.box as box:
            ready = Poll(0)
            if box.tokens > 0:
                ready |= Poll.IN
            if box.tokens < MOST:
                ready |= Poll.OUT
            return ready


@module(license="GPL", description="at most three tokens")
class TokensModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("tokens", Tokens(), mode=0o666)
