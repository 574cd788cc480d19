"""`Struct`: a record with C layout, the same on every kernel.

A record is an object whose fields lie behind its header. Those of a plain one, whose fields are integers in
the machine's own order, lie there as C lays them out: `tail` is the first of them and `sizeof` their size.
Any other record has objects among its fields or another order: it is taken apart and put together field by
field, by class methods of its own (`kmi.language.declarations.records` writes them), and `sizeof` is the size
that it has then.
"""

from typing import Self

from kmi.integers import u8, u64
from kmi.runtime.memory import copy
from kmi.unsafe import Pointer, allocate, cast, sizeof, tail, unsafe


class Struct:
    """A record of fixed-width fields with C layout."""

    @classmethod
    def __pack__(cls, record: Self) -> bytes:
        """`record.pack()`: its bytes."""
        with unsafe("the bytes are new and as many as the record has"):
            size = sizeof(cls)
            packed = bytes.__allocate__(size)
            copy(tail(packed), tail(record), size)
            return packed

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """The record that these bytes hold."""
        with unsafe("the record is new and there are as many bytes as it has"):
            size = sizeof(cls)
            if len(data) != size:
                raise ValueError(f"the record has {size} bytes, not {len(data)}")
            record = allocate(cls, 0)
            copy(tail(record), data._data(), size)
            return record

    @classmethod
    def __plain__(cls) -> bool:
        """Whether it lies in memory as it is packed."""
        return True

    @classmethod
    def __is_plain__(cls, record: Self) -> bool:
        """The same, of a record."""
        return cls.__plain__()

    @classmethod
    def __blank__(cls) -> Self:
        """A record of zeroes, whose fields are still to be given values."""
        with unsafe("new objects are zeroed, and a field without an object is none to release"):
            return allocate(cls, 0)


class Fields:
    """The bytes of a record, written or read from the first field to the last.

    They are as many as the fields have together: the methods do not look where the end is.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at: int = 0

    @staticmethod
    def of(data: bytes, size: int) -> "Fields":
        """Those of a record of this size, to read."""
        if len(data) != size:
            raise ValueError(f"the record has {size} bytes, not {len(data)}")
        return Fields(data)

    @staticmethod
    def new(size: int) -> "Fields":
        """Those of a new record, to write all of them."""
        return Fields(bytes.__allocate__(size))

    def put(self, value: u64, size: int, big: bool) -> None:
        """Writes the low bytes of a number."""
        with unsafe("the fields are as many bytes as there are, and these bytes are still ours alone"):
            place = cast(Pointer[u8], self.data._data())
            rest: u64 = value
            for step in range(size):
                place[self.at + (size - 1 - step if big else step)] = rest & 255
                rest >>= 8
        self.at += size

    def put_bytes(self, part: bytes) -> None:
        """Writes bytes."""
        with unsafe("the fields are as many bytes as there are, and these bytes are still ours alone"):
            place = cast(Pointer[u8], self.data._data())
            for step in range(len(part)):
                place[self.at + step] = part[step]
        self.at += len(part)

    def take(self, size: int, big: bool) -> u64:
        """Reads a number."""
        value: u64 = 0
        for step in range(size):
            byte = self.data[self.at + (step if big else size - 1 - step)]
            value = (value << 8 | byte) & 0xFFFFFFFFFFFFFFFF
        self.at += size
        return value

    def take_bytes(self, size: int) -> bytes:
        """Reads bytes."""
        start = self.at
        self.at += size
        return self.data[start : start + size]


def check_length(name: str, found: int, wanted: int, what: str) -> None:
    """An array has as many items as its field says."""
    if found != wanted:
        raise ValueError(f"{name} has {wanted} {what}, not {found}")
