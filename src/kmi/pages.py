# mypy: disable-error-code="empty-body"
"""Memory that a module shares with processes: they map it and use it without a call.

    class Screen(FileOperations):
        def __init__(self) -> None:
            self.pages = Pages(4)

        def mmap(self, file: File, area: Area) -> None:
            area.map(self.pages, area.offset)

What a process stores there is in the module's next `read` of it, and the other way round, at any moment and
without any order: what must not be seen half-done needs a protocol of its own. So `Pages` are no sequence of
bytes: each access copies what is there at that moment.
"""

from typing import Final

from kmi.interface import context, provided, raises, sleeps

__all__ = ["PAGE_SIZE", "Area", "Pages"]

PAGE_SIZE: Final = 4096
"""The bytes of a page, on every kernel that there is so far."""


@provided
class Pages:
    """So many pages of memory, zero at first, that can be mapped.

    They live as long as the object or any mapping of them: a process keeps what it has mapped.
    """

    @context("process")
    @sleeps
    @raises(MemoryError, OSError)
    def __init__(self, count: int) -> None:
        """`count` pages of PAGE_SIZE bytes, 1 to 65536.

        Raises OSError EINVAL for any other number, MemoryError where there is no memory for them.
        """
        ...

    @property
    def size(self) -> int:
        """How many bytes there are."""
        ...

    @raises(IndexError, MemoryError)
    def read(self, offset: int, count: int) -> bytes:
        """A copy of `count` bytes from `offset` on, as they are at the moment; IndexError if they are not all
        there."""
        ...

    @raises(IndexError)
    def write(self, offset: int, data: bytes | bytearray) -> None:
        """Store bytes from `offset` on, each seen at once by who has mapped it; IndexError, and nothing
        stored, if there is not room for all of them."""
        ...


@provided
class Area:
    """The part of a process's address space that a call of mmap(2) is about. Borrowed: valid until the
    callback returns."""

    @property
    def length(self) -> int:
        """Its bytes: a multiple of PAGE_SIZE above 0."""
        ...

    @property
    def offset(self) -> int:
        """Where in the file the process wants it to begin: a multiple of PAGE_SIZE."""
        ...

    @property
    def writable(self) -> bool:
        """Whether the process wants to store there, too."""
        ...

    @context("process")
    @sleeps
    @raises(OSError)
    def map(self, pages: Pages, offset: int = 0, writable: bool = True) -> None:
        """Show the process the pages from `offset` on: all of the area, once.

        Not `writable` the process can only read there, for ever. Raises OSError EINVAL unless `offset` is a
        multiple of PAGE_SIZE and the pages reach to the end of the area, if it was mapped already, and for
        stores that the process wants for itself (MAP_PRIVATE); EACCES if it wants to store and may not;
        ENOMEM. Linux: `vm_insert_page()`.
        """
        ...
