# expect: KMI0403 at 12
# expect: KMI0404 at 16
# expect: KMI0404 at 20
# expect: KMI0404 at 24
"""A record that C would pad, one without widths, and fields of other kinds: a user's byte is no bool."""

from kmi import Module, Struct, module, u8, u32


class Padded(Struct):
    kind: u8
    size: u32


class Wide(Struct):
    size: int


class Text(Struct):
    name: str


class Flag(Struct):
    is_set: bool


@module(license="GPL", description="records")
class Records(Module):
    pass
