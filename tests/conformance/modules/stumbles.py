"""An error of the program in each callback, chosen by a parameter or by what is asked for."""

from kmi import Module, Parameter, module
from kmi.device import File, FileOperations, MiscDevice, Poll, PollTable
from kmi.sync import Mutex
from kmi.uio import Uio


class Table:
    def __init__(self) -> None:
        self.rows = [bytearray(b"row")]
        self.last: bytearray | None = None

    def row(self, number: int) -> bytearray:
        return self.rows[number]  # too far


class Ticket:
    """What an open file keeps."""

    def __init__(self, number: int) -> None:
        self.number = number


class Stumbles(FileOperations[Ticket]):
    def __init__(self, first: int) -> None:
        self.table = Mutex(Table())
        self.first = first

    def open(self, file: File[None]) -> Ticket:
        ticket = Ticket(10 // self.first)  # open
        return ticket

    def close(self, file: File[Ticket]) -> None:
        assert file.state.number != 1, "closed"

    def read(self, file: File[Ticket], data: Uio) -> None:
        data.put(b"before")
        with self.table as table:
            data.put(table.row(file.state.number))

    def write(self, file: File[Ticket], data: Uio) -> None:
        taken = data.get(16)
        with self.table as table:
            table.rows.append(bytearray(taken))
            table.rows.pop(len(taken))  # write

    def poll(self, file: File[Ticket], table: PollTable) -> Poll:
        numbers = {1: 10}
        return Poll(numbers[file.state.number])  # poll


@module(license="GPL", description="errors of the program in each callback")
class StumblesModule(Module):
    first = Parameter(1, "what open divides by", minimum=-10, maximum=10)
    size = Parameter(0, "what the load divides by")

    def __init__(self) -> None:
        self.sizes = Mutex([1, 2, 3])
        self.device = MiscDevice("stumbles", Stumbles(self.first))
        if self.size < 0:
            with self.sizes as sizes:
                sizes.append(7 // (self.size + 1))  # load
