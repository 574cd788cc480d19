"""The memory that host and guest share: a ring of requests one way, a ring of replies the other.

The guest sees it as a PCI device's memory ("ivshmem"), so that a frame costs a copy and not 14 us a byte,
which is what an emulated serial port takes. Layout, and who writes what, is in ``agent/agent.h``; positions
only grow, and a place is the position modulo the ring's size.
"""

from __future__ import annotations

import mmap
import os
import struct

SIZE = 16 << 20
_TO_GUEST = 4096
_TO_GUEST_SIZE = (8 << 20) - _TO_GUEST
_TO_HOST = 8 << 20
_TO_HOST_SIZE = 8 << 20

_ASKED, _TAKEN, _ANSWERED, _SEEN = 0, 64, 128, 192


class Mailbox:
    """One guest's mailbox; ``fd`` is the file in memory that QEMU maps too."""

    def __init__(self) -> None:
        self.fd = os.memfd_create("kmi-mailbox", os.MFD_CLOEXEC)
        os.ftruncate(self.fd, SIZE)
        self._memory = mmap.mmap(self.fd, SIZE)

    def room(self, length: int) -> bool:
        """Whether a request of that many bytes fits in now; the agent makes room as it takes requests."""
        if length > _TO_GUEST_SIZE:
            raise ValueError(f"a request of {length} bytes is longer than the mailbox")
        return self._at(_ASKED) + length - self._at(_TAKEN) <= _TO_GUEST_SIZE

    def put(self, frame: bytes) -> None:
        """Put a request in; there must be room. The agent learns of it by a byte on its serial port."""
        position = self._at(_ASKED)
        place = position % _TO_GUEST_SIZE
        first = min(len(frame), _TO_GUEST_SIZE - place)
        self._memory[_TO_GUEST + place : _TO_GUEST + place + first] = frame[:first]
        self._memory[_TO_GUEST : _TO_GUEST + len(frame) - first] = frame[first:]
        struct.pack_into("<Q", self._memory, _ASKED, position + len(frame))

    def take(self) -> bytes:
        """Everything that the agent has put in and that was not taken yet."""
        position, end = self._at(_SEEN), self._at(_ANSWERED)
        place, length = position % _TO_HOST_SIZE, end - position
        first = min(length, _TO_HOST_SIZE - place)
        data = self._memory[_TO_HOST + place : _TO_HOST + place + first]
        data += self._memory[_TO_HOST : _TO_HOST + length - first]
        struct.pack_into("<Q", self._memory, _SEEN, end)
        return data

    def close(self) -> None:
        """Give the memory back. Twice is harmless."""
        if not self._memory.closed:
            self._memory.close()
            os.close(self.fd)

    def _at(self, place: int) -> int:
        value: int = struct.unpack_from("<Q", self._memory, place)[0]
        return value
