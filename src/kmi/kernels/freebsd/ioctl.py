"""One call of ioctl: the command, and the record that the kernel has copied in, or will copy out.

FreeBSD copies the argument itself, before the device is asked and after it has said 0 (kern/sys_generic.c,
sys_ioctl): a bad address is found before the method runs, or after it, and never by it.
"""

from errno import EFAULT, EINVAL
from typing import TypeVar

from kmi.integers import usize
from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_ioctl_gives,
    kmi_freebsd_ioctl_takes,
    kmi_freebsd_record_in,
    kmi_freebsd_record_out,
    kmi_freebsd_request,
)
from kmi.struct import Struct
from kmi.unsafe import allocate, cast, place, sizeof, tail, unsafe

T = TypeVar("T", bound=Struct)


@place
class Request:
    """The command and the argument of one call, on its stack."""

    record: kmi_freebsd_request

    @property
    def command(self) -> int:
        with unsafe("the record is the caller's"):
            return self.record.command

    @property
    def value(self) -> int:
        with unsafe("the record is the caller's"):
            return self.record.value

    def get(self, kind: type[T]) -> T:
        with unsafe("the record has exactly the size that is copied"):
            if not kmi_freebsd_ioctl_takes(self.record.command, cast(usize, sizeof(T))):
                raise OSError(EINVAL, "the command takes no such record")
            if not kind.__plain__():
                packed = bytes.__allocate__(sizeof(T))
                if not kmi_freebsd_record_in(tail(packed), self.record.data, cast(usize, sizeof(T))):
                    raise OSError(EFAULT, "bad address")
                return kind.unpack(packed)
            taken = allocate(T, 0)
            if not kmi_freebsd_record_in(tail(taken), self.record.data, cast(usize, sizeof(T))):
                raise OSError(EFAULT, "bad address")
            return taken

    def put(self, value: T) -> None:
        with unsafe("the record has exactly the size that is copied, and no padding that would leak"):
            if not kmi_freebsd_ioctl_gives(self.record.command, cast(usize, sizeof(T))):
                raise OSError(EINVAL, "the command gives no such record")
            if not value.is_plain():
                packed = value.pack()
                if not kmi_freebsd_record_out(self.record.data, tail(packed), sizeof(T)):
                    raise OSError(EFAULT, "bad address")
            elif not kmi_freebsd_record_out(self.record.data, tail(value), sizeof(T)):
                raise OSError(EFAULT, "bad address")
