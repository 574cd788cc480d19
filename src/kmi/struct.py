# mypy: disable-error-code="empty-body"
"""Records with C layout: ioctl arguments, wire formats, tables of hardware.

    class Taken(Struct):
        count: u32
        reserved: u32      # explicit: C would pad here, and padding leaks memory

    Taken(count=3, reserved=0).pack()

Fields are fixed widths in the order of memory, in the byte order of the machine. Storing what does not fit a
field raises OverflowError. Sizes and alignments are those of the platform's C, as `struct` with `@` has them.
"""

from typing import ClassVar, Self, dataclass_transform

from kmi.interface import provided, raises

__all__ = ["Struct"]


@provided
@dataclass_transform()
class Struct:
    """A record of fixed-width fields with C layout.

    Subclasses declare fields with a width each (`count: u64`); fields may have constant defaults. Places
    where C would pad implicitly are refused, naming the field to put there.
    """

    SIZE: ClassVar[int]
    """The size in bytes, as C's sizeof gives it."""

    @raises(MemoryError)
    def pack(self) -> bytes:
        """The record's bytes, SIZE of them."""
        ...

    @classmethod
    @raises(ValueError, MemoryError)
    def unpack(cls, data: bytes) -> Self:
        """The record that these bytes hold; ValueError unless there are exactly SIZE."""
        ...
