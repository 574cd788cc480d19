"""What a file is ready for, as poll(2) tells it.

The names are POSIX's (poll.h), the numbers the same on all kernels (Linux:
include/uapi/asm-generic/poll.h).
"""

from enum import IntFlag

__all__ = ["Poll"]


class Poll(IntFlag):
    """Events of a file: what a process asks for, and what is ready."""

    IN = 0x001
    """There is something to read."""
    PRI = 0x002
    """There is something urgent to read."""
    OUT = 0x004
    """Writing would not block."""
    ERR = 0x008
    """An error; reported whether asked for or not."""
    HUP = 0x010
    """The other end is gone; reported whether asked for or not."""
    RDNORM = 0x040
    """Ordinary data to read; of the same meaning as IN."""
    RDBAND = 0x080
    """Priority data to read."""
    WRNORM = 0x100
    """Ordinary data may be written; of the same meaning as OUT."""
    WRBAND = 0x200
    """Priority data may be written."""
