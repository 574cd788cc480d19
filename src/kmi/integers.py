# mypy: disable-error-code="empty-body"
"""Integer places of a fixed width.

An expression is exact; only a place checks. `u32` and its like name places:

    count: u32 = 0            # storing what does not fit raises OverflowError
    tag = wrapping(u8, seed)  # keeps the low bits on purpose

`be16`, `be32`, `be64` are `u16`, `u32`, `u64` whose bytes lie with the high one first, `le16`, `le32`, `le64`
with the low one first: for fields of a `Struct`, and there only. The names are those of Linux (`__be32` in
include/uapi/linux/types.h).

For type checkers they are aliases of `int`, so no cast is ever needed. `int` itself is an `i64` place.
Negative numbers are two's complement, as in C's `stdint.h`.
"""

from typing import TYPE_CHECKING, TypeAlias

from kmi.interface import provided

__all__ = [
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

if TYPE_CHECKING:
    u8: TypeAlias = int
    u16: TypeAlias = int
    u32: TypeAlias = int
    u64: TypeAlias = int
    i8: TypeAlias = int
    i16: TypeAlias = int
    i32: TypeAlias = int
    i64: TypeAlias = int
    usize: TypeAlias = int
    isize: TypeAlias = int
    be16: TypeAlias = int
    be32: TypeAlias = int
    be64: TypeAlias = int
    le16: TypeAlias = int
    le32: TypeAlias = int
    le64: TypeAlias = int
else:
    from kmi.kernels.simulated.integers import (
        be16,
        be32,
        be64,
        i8,
        i16,
        i32,
        i64,
        isize,
        le16,
        le32,
        le64,
        u8,
        u16,
        u32,
        u64,
        usize,
    )


@provided
def wrapping(width: type[int], value: int) -> int:
    """The value modulo 2 to the width, as a place of that width holds it: `wrapping(i8, 200)` is -56.

    `width` is one of the names of this module; anything else is a diagnostic (TypeError in CPython).
    """
    ...
