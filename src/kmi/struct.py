# mypy: disable-error-code="empty-body"
"""Records with C layout: ioctl arguments, wire formats, tables of hardware.

    class Taken(Struct):
        count: u32
        reserved: u32      # explicit: C would pad here, and padding leaks memory

    Taken(count=3, reserved=0).pack()

Fields stand in the order of memory. Each is one of these, without implicit padding in between:

    magic: be32                        # a width: u8 to u64, i8 to i64; be16 to le64 say the order of bytes
    origin: Point                      # another Struct
    name: Annotated[bytes, 16]         # an array of bytes; `Annotated` is that of `typing`
    ports: Annotated[list[be16], 4]    # an array of widths, or of Structs

The order of bytes is the machine's where the field does not say one. Storing a number that does not fit its
field raises OverflowError. A record within a record and a list are objects like any other: other names for
them see what changes. How long an array is, is checked when the record is packed. Sizes and alignments are
those of the platform's C, as `struct` with `@` has them.
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
    """The size in bytes when packed, as C's sizeof gives it."""

    @raises(ValueError, MemoryError)
    def pack(self) -> bytes:
        """The record's bytes, SIZE of them; ValueError if an array has not the length of its field."""
        ...

    @classmethod
    @raises(ValueError, MemoryError)
    def unpack(cls, data: bytes) -> Self:
        """The record that these bytes hold; ValueError unless there are exactly SIZE."""
        ...
