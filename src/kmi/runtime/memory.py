"""Memory for the built-in classes: what they keep beside their own object.

Sizes are in bytes. Memory is uninitialised, belongs to one owner, and is given back by `free`. The C
functions are those of kmi_object.h and string.h.
"""

from kmi.integers import i32, i64, u8, usize
from kmi.unsafe import Pointer, c_function, cast, unsafe

LARGEST = 1 << 40
"""No size that is asked for is ever larger: what is, is `MemoryError` before it is multiplied."""


@c_function("kmi_allocate")
def _allocate(size: usize, atomic: bool) -> Pointer[None]: ...


@c_function("kmi_reallocate")
def _reallocate(memory: Pointer[None], old: usize, size: usize, atomic: bool) -> Pointer[None]: ...


@c_function("kmi_free")
def free(memory: Pointer[None]) -> None:
    """Give memory back; null is fine."""
    ...


@c_function("memcpy")
def copy(to: Pointer[None], source: Pointer[None], size: usize) -> None:
    """Copy between places that do not overlap."""
    ...


@c_function("memmove")
def move(to: Pointer[None], source: Pointer[None], size: usize) -> None:
    """Copy between places that may overlap."""
    ...


@c_function("memset")
def fill(to: Pointer[None], value: i32, size: usize) -> None:
    """Set each byte to one value."""
    ...


@c_function("memcmp")
def compare(left: Pointer[None], right: Pointer[None], size: usize) -> i32:
    """Negative, zero or positive, as the first byte that differs is less, there is none, or it is greater."""
    ...


@c_function("memchr")
def find_byte(data: Pointer[None], value: i32, size: usize) -> Pointer[None]:
    """Where a byte first is; null if nowhere."""
    ...


@c_function("kmi_add")
def add(number: Pointer[i64], by: i64) -> None:
    """Add to a number that other threads may change at the same time."""
    ...


def allocate(size: usize) -> Pointer[u8]:
    """Uninitialised memory; MemoryError if there is none."""
    with unsafe("the one door to the kernel's allocator"):
        memory = _allocate(size, False)
        if memory is None:
            raise MemoryError
        return cast(Pointer[u8], memory)


def reallocate(memory: Pointer[u8], old: usize, size: usize) -> Pointer[u8]:
    """The memory, or null for none yet, in a new size; on MemoryError the old one is as it was."""
    with unsafe("the one door to the kernel's allocator"):
        moved = _reallocate(cast(Pointer[None], memory), old, size, False)
        if moved is None:
            raise MemoryError
        return cast(Pointer[u8], moved)
