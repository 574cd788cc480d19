"""A mailbox with one slot: a write waits until it is empty, a read until there is a letter.

    $ echo hello > /dev/mailbox     # the second one waits for a reader
    $ cat /dev/mailbox              # waits for a letter

A read with less room than the letter gets its beginning. The slot is under a mutex, since whoever copies to
or from a user may sleep; the two conditions hand it over. The totals are under a spin lock: they take a few
instructions.
"""

from dataclasses import dataclass
from errno import EMSGSIZE, ENOTTY
from typing import Final

from kmi import Module, Struct, error, module, u64
from kmi.device import File, FileOperations, MiscDevice, Poll, PollTable
from kmi.ioctl import IOR, Request
from kmi.sync import Condition, Mutex, SpinLock
from kmi.uio import Uio

LONGEST: Final = 4096


class Sums(Struct):
    letters: u64
    size: u64


GET_SUMS: Final = IOR("m", 1, Sums)


@dataclass
class Slot:
    letter: bytes | None = None


@dataclass
class Totals:
    """What went through the mailbox.

    >>> totals = Totals()
    >>> totals.add(b"hello")
    >>> totals.add(b"you")
    >>> totals.letters, totals.size
    (2, 8)
    """

    letters: u64 = 0
    size: u64 = 0

    def add(self, letter: bytes) -> None:
        self.letters += 1
        self.size += len(letter)


class Mailbox(FileOperations):
    def __init__(self) -> None:
        self.slot = Mutex(Slot())
        self.filled = Condition(self.slot)
        self.emptied = Condition(self.slot)
        self.totals = SpinLock(Totals())

    def write(self, file: File, data: Uio) -> None:
        if data.remaining > LONGEST:
            raise error(EMSGSIZE)
        with self.slot as slot:
            while slot.letter is not None:
                if file.nonblocking:
                    raise BlockingIOError
                self.emptied.wait()
            slot.letter = data.get(LONGEST)
            self.filled.notify_all()

    def read(self, file: File, data: Uio) -> None:
        with self.slot as slot:
            while True:
                letter = slot.letter
                if letter is not None:
                    break
                if file.nonblocking:
                    raise BlockingIOError
                self.filled.wait()
            data.put(letter)
            slot.letter = None
            self.emptied.notify_all()
        with self.totals as totals:
            totals.add(letter)

    def ioctl(self, file: File, request: Request) -> int:
        if request.command != GET_SUMS:
            raise error(ENOTTY)
        with self.totals as totals:
            letters, size = totals.letters, totals.size
        request.put(Sums(letters, size))
        return 0

    def poll(self, file: File, table: PollTable) -> Poll:
        table.wait(self.filled)
        table.wait(self.emptied)
        with self.slot as slot:
            return Poll.OUT if slot.letter is None else Poll.IN


@module(license="GPL", description="a mailbox with one slot")
class MailboxModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("mailbox", Mailbox())
