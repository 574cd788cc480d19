"""The user's side of a read or write: an iov_iter.

Linux advances the iterator by what was copied before a fault, which is what the interface promises.
"""

from errno import EFAULT

from kmi.integers import i64, isize, u8, usize
from kmi.kernels.linux.bindings import (
    iov_iter_advance,
    iov_iter_count,
    kmi_linux_copy_from,
    kmi_linux_copy_to,
    kmi_linux_uio,
)
from kmi.unsafe import Pointer, cast, place, tail, unsafe


@place
class Uio:
    """The user's memory of one read or write; the record is on the stack of the call."""

    record: kmi_linux_uio

    @property
    def remaining(self) -> int:
        with unsafe("the iterator lives as long as the call"):
            return cast(isize, iov_iter_count(self.record.memory))

    @property
    def offset(self) -> int:
        with unsafe("the iterator lives as long as the call"):
            return cast(i64, self.record.end - iov_iter_count(self.record.memory))

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
            done = kmi_linux_copy_to(self.record.memory, data, wanted)
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
            done = kmi_linux_copy_from(self.record.memory, tail(taken), wanted)
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
            done = kmi_linux_copy_from(self.record.memory, buffer._data() + len(buffer), wanted)
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
            done = kmi_linux_copy_from(self.record.memory, buffer._data() + start, wanted)
            if done == 0 and wanted > 0:
                raise OSError(EFAULT, "bad address")
            return cast(isize, done)

    def skip(self, count: int) -> None:
        if not 0 <= count <= self.remaining:
            raise ValueError(f"cannot skip {count} of {self.remaining} bytes")
        with unsafe("there is so much left"):
            iov_iter_advance(self.record.memory, count)
