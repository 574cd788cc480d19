# mypy: disable-error-code="empty-body"
"""malloc(9): memory of a type of its own, with what to do when there is none said by each call.

    class Ring(FileOperations):
        def __init__(self) -> None:
            self.buffers = MallocType("ring", "buffers of the ring device")
            self.kept = Mutex(self.buffers.allocate(4096, M_WAITOK | M_ZERO))

`vmstat -m` shows each type by its name, with how much of it is in use. Of what is still there when the module
is unloaded FreeBSD says `Warning: memory type ring leaked memory on destroy (1 allocations, 4096 bytes
leaked).`

See malloc(9); sys/malloc.h, kern/kern_malloc.c.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from kmi.interface import confined, context, metadata, provided, raises, sleeps, sleeps_with
from kmi.modules import Module

__all__ = [
    "M_NOWAIT",
    "M_USE_RESERVE",
    "M_WAITOK",
    "M_ZERO",
    "Block",
    "MallocType",
    "Memory",
    "default_allocator",
    "no_default_allocator",
]

M = TypeVar("M", bound=Module)

M_NOWAIT: Final = 0x0001
"""Do not sleep: MemoryError where there is no memory at once."""
M_WAITOK: Final = 0x0002
"""Sleep until there is memory. Not where nothing may sleep: under a SpinLock, in a timer's callback."""
M_ZERO: Final = 0x0100
"""Set all bytes to zero."""
M_USE_RESERVE: Final = 0x0400
"""Take from the reserve that the kernel keeps for itself. With M_NOWAIT."""


@provided
class MallocType:
    """A type of memory: what allocations are counted under (MALLOC_DEFINE).

    It is there as long as the object or any memory of it; a module may have as many as it likes.
    """

    @context("process")
    @sleeps
    @raises(MemoryError, ValueError)
    def __init__(self, name: str, description: str) -> None:
        """A type by the name that `vmstat -m` shows, 1 to 31 bytes without NUL, and a few words about it.

        ValueError for any other name.
        """
        ...

    @sleeps_with("flags", M_WAITOK, M_NOWAIT)
    @raises(MemoryError, ValueError)
    def allocate(self, size: int, flags: int) -> "Memory":
        """Memory of `size` bytes. `flags` is M_WAITOK or M_NOWAIT, and M_ZERO, M_USE_RESERVE with `|`.

        Of 0 bytes there is a block, too, none of which can be used. Without M_ZERO the bytes are what lay
        there before. MemoryError where there is none (with M_NOWAIT), and for more than 256 MiB; ValueError
        if `size` is negative.
        """
        ...

    @property
    def in_use(self) -> int:
        """How many pieces of memory of this type the module has at the moment."""
        ...


@provided
@confined
class Block:
    """A piece of memory of a type: so many bytes, to be read and stored by index.

    It belongs to whoever has the object, and goes with it; `free` gives it back earlier. Used after that, or
    freed twice, it is ValueError: FreeBSD is never asked to free what is not allocated.
    """

    def __len__(self) -> int:
        """How many bytes were asked for; 0 once it is freed."""
        ...

    @raises(IndexError, ValueError)
    def __getitem__(self, index: int) -> int:
        """The byte at an index, 0 to 255; from the end where that is negative, as in a bytearray."""
        ...

    @raises(IndexError, ValueError)
    def __setitem__(self, index: int, value: int) -> None:
        """Store a byte. IndexError outside, ValueError unless it is 0 to 255."""
        ...

    @raises(IndexError, MemoryError, ValueError)
    def read(self, offset: int, count: int) -> bytes:
        """A copy of `count` bytes from `offset` on; IndexError if they are not all there."""
        ...

    @raises(IndexError, ValueError)
    def write(self, offset: int, data: bytes | bytearray) -> None:
        """Store bytes from `offset` on; IndexError, and nothing stored, if there is not room for all."""
        ...

    @raises(ValueError)
    def free(self) -> None:
        """Give it back. ValueError if that was done."""
        ...

    @raises(ValueError)
    def zero_and_free(self) -> None:
        """Give it back with all of its bytes set to zero first: secrets do not stay behind (zfree(9))."""
        ...


@provided
@confined
class Memory(Block):
    """Memory from malloc(9), as `MallocType.allocate` gives it; its size can change."""

    @property
    @raises(ValueError)
    def usable(self) -> int:
        """The bytes that there really are: FreeBSD rounds up (malloc_usable_size(9))."""
        ...

    @sleeps_with("flags", M_WAITOK, M_NOWAIT)
    @raises(MemoryError, ValueError)
    def resize(self, size: int, flags: int) -> None:
        """Make it `size` bytes, keeping what fits (realloc(9)). After MemoryError all is as it was.

        With M_ZERO the bytes that come to it are zero.
        """
        ...

    @sleeps_with("flags", M_WAITOK, M_NOWAIT)
    @raises(MemoryError, ValueError)
    def resize_or_free(self, size: int, flags: int) -> None:
        """The same, but after MemoryError it is freed (reallocf(9))."""
        ...


@metadata
@sleeps_with("flags", M_WAITOK, M_NOWAIT)
def default_allocator(flags: int) -> Callable[[type[M]], type[M]]:
    """Over the module's class: how objects, lists, texts and the like get their memory.

    M_WAITOK waits for memory of any size, wherever the module may sleep. M_NOWAIT never does, and with
    M_USE_RESERVE takes from the reserve. Without this decorator what is up to a page waits, and nothing else.
    """
    return lambda module: module


@metadata
def no_default_allocator() -> Callable[[type[M]], type[M]]:
    """Over the module's class: once it is loaded nothing of it makes objects, lists or texts.

    What callbacks need is made in `__init__`, or is Memory. Where one of them would ask for memory it is an
    error of the check.
    """
    return lambda module: module
