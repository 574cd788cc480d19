"""The user's side of a read or write: uio(9).

uiomove advances it by whole pieces of the user's memory; `userspace.h` makes it exact to the byte, which is
what the interface promises of a fault.
"""

from errno import EFAULT

from kmi.integers import isize, u8, usize
from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_copy_from,
    kmi_freebsd_copy_to,
    kmi_freebsd_skip,
    kmi_freebsd_uio,
)
from kmi.unsafe import Pointer, cast, place, tail, unsafe


@place
class Uio:
    """The user's memory of one read or write; the record is on the stack of the call."""

    record: kmi_freebsd_uio

    @property
    def remaining(self) -> int:
        with unsafe("the uio lives as long as the call"):
            return self.record.memory.uio_resid

    @property
    def offset(self) -> int:
        with unsafe("the uio lives as long as the call"):
            return self.record.memory.uio_offset

    def put(self, data: bytes) -> int:
        return self._put(data._data(), len(data))

    def __put_bytearray__(self, data: bytearray) -> int:
        return self._put(data._data(), len(data))

    def __put_memoryview__(self, data: memoryview) -> int:
        return self._put(data._data(), len(data))

    def _put(self, data: Pointer[u8], size: int) -> int:
        with unsafe("min keeps to both memories; nobody else changes the bytes meanwhile"):
            if not self.record.to_user:
                raise ValueError("Uio.put in a write")
            wanted = cast(usize, min(size, self.remaining))
            done = kmi_freebsd_copy_to(self.record.memory, data, wanted)
            if done == 0 and wanted > 0:
                raise OSError(EFAULT, "bad address")
            return cast(isize, done)

    def get(self, limit: int) -> bytes:
        with unsafe("the bytes are new, have room for `wanted`, and are cut to what was copied"):
            if self.record.to_user:
                raise ValueError("Uio.get in a read")
            if limit < 0:
                raise ValueError("negative limit")
            wanted = cast(usize, min(limit, self.remaining))
            if wanted == 0:
                return b""
            taken = bytes.__allocate__(wanted)
            done = kmi_freebsd_copy_from(self.record.memory, tail(taken), wanted)
            if done == 0:
                raise OSError(EFAULT, "bad address")
            if done < wanted:
                taken._length = done
                tail(taken)[done] = 0
            return taken

    def _get_onto(self, buffer: bytearray, limit: int) -> None:
        """`buffer.extend(self.get(limit))`, with no copy between: its end moves when the bytes are there."""
        with unsafe("room for `wanted` was reserved, and what is behind the end is nobody's"):
            if self.record.to_user:
                raise ValueError("Uio.get in a read")
            if limit < 0:
                raise ValueError("negative limit")
            wanted = cast(usize, min(limit, self.remaining))
            if wanted == 0:
                return
            if buffer._exports > 0:
                buffer.extend(self.get(limit))  # which raises, when the bytes have been taken
                return
            buffer._reserve(wanted)
            done = kmi_freebsd_copy_from(self.record.memory, buffer._data() + len(buffer), wanted)
            if done == 0:
                raise OSError(EFAULT, "bad address")
            buffer._length += done

    def get_into(self, buffer: bytearray, start: int, stop: int) -> int:
        with unsafe("the slice is inside the buffer"):
            if self.record.to_user:
                raise ValueError("Uio.get_into in a read")
            if not 0 <= start <= stop <= len(buffer):
                raise IndexError(f"slice {start}:{stop} out of range of {len(buffer)}")
            wanted = cast(usize, min(stop - start, self.remaining))
            done = kmi_freebsd_copy_from(self.record.memory, buffer._data() + start, wanted)
            if done == 0 and wanted > 0:
                raise OSError(EFAULT, "bad address")
            return cast(isize, done)

    def skip(self, count: int) -> None:
        if not 0 <= count <= self.remaining:
            raise ValueError(f"cannot skip {count} of {self.remaining} bytes")
        with unsafe("there is so much left"):
            kmi_freebsd_skip(self.record.memory, cast(usize, count))
