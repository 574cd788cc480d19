"""`Struct`: a record with C layout, the same on every kernel.

A record is an object whose fields lie behind its header as C lays them out; `tail` is the first of them and
`sizeof` their size. Both methods are made for each subclass, whose size is known.
"""

from typing import Self

from kmi.runtime.memory import copy
from kmi.unsafe import allocate, sizeof, tail, unsafe


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
