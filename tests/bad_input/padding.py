# expect: KMI0403 at 11
# expect: KMI0404 at 15
# expect: KMI0404 at 19
"""A record that C would pad, one without widths, and one with a field that is none."""

from kmi import Module, Struct, module, u8, u32


class Padded(Struct):
    kind: u8
    size: u32


class Wide(Struct):
    size: int


class Text(Struct):
    name: str


@module(license="GPL", description="records")
class Records(Module):
    pass
