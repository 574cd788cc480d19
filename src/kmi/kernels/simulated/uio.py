"""The user's side of a read or write: `kmi.uio` in the simulated kernel."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass

from kmi.errors import error
from kmi.kernels.simulated.scheduler import current
from kmi.kernels.simulated.sync import may_sleep
from kmi.kernels.simulated.user.memory import Memory
from kmi.kernels.simulated.world import world

__all__ = ["Segment", "Uio"]


@dataclass
class Segment:
    """A part of the user's memory, as the caller named it."""

    address: int
    length: int


class Uio:
    """The user's memory of one read or write, with a position that only goes forward."""

    def __init__(self, memory: Memory, segments: Sequence[Segment], offset: int, to_user: bool) -> None:
        self._memory = memory
        self._segments = [Segment(s.address, s.length) for s in segments if s.length]
        self._offset = offset
        self._to_user = to_user
        self._total = self._remaining = sum(s.length for s in segments)

    @property
    def remaining(self) -> int:
        return self._remaining

    @property
    def offset(self) -> int:
        return self._offset + self._total - self._remaining

    @property
    def progress(self) -> int:
        """How far the call has come; not part of the interface."""
        return self._total - self._remaining

    def put(self, data: bytes | bytearray | memoryview) -> int:
        self._about_to_copy("put", to_user=True)
        view = memoryview(bytes(data))[: self._remaining]
        done = 0
        while done < len(view):
            segment = self._segments[0]
            part = view[done : done + segment.length]
            copied = self._memory.copy_out(segment.address, part)
            self._advance(copied)
            done += copied
            if copied < len(part):
                break
        return self._copied(done, len(view))

    def get(self, limit: int) -> bytes:
        self._about_to_copy("get", to_user=False)
        if limit < 0:
            raise ValueError("negative limit")
        wanted = min(limit, self._remaining)
        if wanted:
            world().allocator.point("bytes")
        taken = self._take(wanted)
        self._copied(len(taken), wanted)
        return taken

    def get_into(self, buffer: bytearray, start: int, stop: int) -> int:
        self._about_to_copy("get_into", to_user=False)
        if not 0 <= start <= stop <= len(buffer):
            raise IndexError(f"slice {start}:{stop} out of range of {len(buffer)}")
        wanted = min(stop - start, self._remaining)
        taken = self._take(wanted)
        buffer[start : start + len(taken)] = taken
        return self._copied(len(taken), wanted)

    def skip(self, count: int) -> None:
        current().scheduler.preempt()
        if not 0 <= count <= self._remaining:
            raise ValueError(f"cannot skip {count} of {self._remaining} bytes")
        self._advance(count)

    def _about_to_copy(self, name: str, to_user: bool) -> None:
        may_sleep(f"Uio.{name}")
        current().scheduler.preempt()
        if to_user is not self._to_user:
            raise ValueError(f"Uio.{name} in a {'read' if self._to_user else 'write'}")
        if self._remaining:
            world().allocator.copy(f"copying {'to' if to_user else 'from'} user space")

    def _take(self, wanted: int) -> bytes:
        taken = bytearray()
        while len(taken) < wanted:
            segment = self._segments[0]
            asked = min(segment.length, wanted - len(taken))
            part = self._memory.copy_in(segment.address, asked)
            self._advance(len(part))
            taken += part
            if len(part) < asked:
                break
        return bytes(taken)

    def _advance(self, count: int) -> None:
        self._remaining -= count
        while count:
            segment = self._segments[0]
            step = min(count, segment.length)
            segment.address += step
            segment.length -= step
            count -= step
            if not segment.length:
                self._segments.pop(0)

    @staticmethod
    def _copied(done: int, wanted: int) -> int:
        if wanted and not done:
            raise error(errno.EFAULT, "bad address")
        return done
