"""Integer places of a fixed width, as CPython sees them: each name is a class that knows its bounds.

Nothing is ever an instance: `u8(300)` checks and gives a plain int.
"""

from typing import ClassVar

__all__ = [
    "Ordered",
    "Width",
    "be16",
    "be32",
    "be64",
    "i8",
    "i16",
    "i32",
    "i64",
    "isize",
    "le16",
    "le32",
    "le64",
    "u8",
    "u16",
    "u32",
    "u64",
    "usize",
    "wrapping",
]


class Width(int):
    """A width: the base of the ten names."""

    BITS: ClassVar[int]
    SIGNED: ClassVar[bool]
    MINIMUM: ClassVar[int]
    MAXIMUM: ClassVar[int]

    def __init_subclass__(cls, bits: int, signed: bool) -> None:
        cls.BITS, cls.SIGNED = bits, signed
        cls.MINIMUM = -(1 << bits - 1) if signed else 0
        cls.MAXIMUM = (1 << (bits - 1 if signed else bits)) - 1

    def __new__(cls, value: int) -> int:  # type: ignore[misc]
        return cls.checked(int(value))

    @classmethod
    def checked(cls, value: int) -> int:
        """The value, if a place of this width holds it; else OverflowError."""
        if cls.MINIMUM <= value <= cls.MAXIMUM:
            return value
        raise OverflowError(f"{value} does not fit {cls.__name__}")


class u8(Width, bits=8, signed=False): ...


class u16(Width, bits=16, signed=False): ...


class u32(Width, bits=32, signed=False): ...


class u64(Width, bits=64, signed=False): ...


class usize(Width, bits=64, signed=False): ...


class i8(Width, bits=8, signed=True): ...


class i16(Width, bits=16, signed=True): ...


class i32(Width, bits=32, signed=True): ...


class i64(Width, bits=64, signed=True): ...


class isize(Width, bits=64, signed=True): ...


class Ordered:
    """An order of bytes and a width: what a field of a `Struct` may be, and nothing else."""

    WIDTH: ClassVar[type[Width]]
    ORDER: ClassVar[str]

    def __init_subclass__(cls, width: type[Width], order: str) -> None:
        cls.WIDTH, cls.ORDER = width, order


class be16(Ordered, width=u16, order=">"): ...


class be32(Ordered, width=u32, order=">"): ...


class be64(Ordered, width=u64, order=">"): ...


class le16(Ordered, width=u16, order="<"): ...


class le32(Ordered, width=u32, order="<"): ...


class le64(Ordered, width=u64, order="<"): ...


def wrapping(width: type[int], value: int) -> int:
    """The value modulo 2 to the width, as a place of that width holds it."""
    if not issubclass(width, Width) or width is Width:
        raise TypeError(f"wrapping needs a width such as u32, not {width.__name__}")
    low = value & ((1 << width.BITS) - 1)
    return low - (1 << width.BITS) if low > width.MAXIMUM else low
