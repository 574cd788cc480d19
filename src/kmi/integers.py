# mypy: disable-error-code="empty-body"
"""Integer places of a fixed width.

An expression is exact; only a place checks. `u32` and its like name places:

    count: u32 = 0            # storing what does not fit raises OverflowError
    tag = wrapping(u8, seed)  # keeps the low bits on purpose

For type checkers they are aliases of `int`, so no cast is ever needed. `int` itself is an `i64` place.
Negative numbers are two's complement, as in C's `stdint.h`.
"""

from typing import TYPE_CHECKING, TypeAlias

from kmi.interface import provided

__all__ = ["i8", "i16", "i32", "i64", "isize", "u8", "u16", "u32", "u64", "usize", "wrapping"]

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
else:
    from kmi.kernels.simulated.integers import i8, i16, i32, i64, isize, u8, u16, u32, u64, usize


@provided
def wrapping(width: type[int], value: int) -> int:
    """The value modulo 2 to the width, as a place of that width holds it: `wrapping(i8, 200)` is -56.

    `width` is one of the names of this module; anything else is a diagnostic (TypeError in CPython).
    """
    ...
