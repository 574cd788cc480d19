"""One call of ioctl: the command, and the record at the argument's address."""

from errno import EFAULT, EINVAL
from typing import TypeVar

from kmi.kernels.linux.bindings import (
    kmi_linux_copy_in,
    kmi_linux_copy_out,
    kmi_linux_ioctl_gives,
    kmi_linux_ioctl_size,
    kmi_linux_ioctl_takes,
    kmi_linux_request,
)
from kmi.struct import Struct
from kmi.unsafe import allocate, place, sizeof, tail, unsafe

T = TypeVar("T", bound=Struct)


@place
class Request:
    """The command and the argument of one call, on its stack."""

    record: kmi_linux_request

    @property
    def command(self) -> int:
        with unsafe("the record is the caller's"):
            return self.record.command

    @property
    def value(self) -> int:
        with unsafe("the record is the caller's"):
            return self.record.argument

    def get(self, kind: type[T]) -> T:
        with unsafe("the record has exactly the size that is copied"):
            if not kmi_linux_ioctl_takes(self.record.command) or kmi_linux_ioctl_size(
                self.record.command
            ) != sizeof(T):
                raise OSError(EINVAL, "the command takes no such record")
            if not kind.__plain__():
                packed = bytes.__allocate__(sizeof(T))
                if not kmi_linux_copy_in(tail(packed), self.record.argument, sizeof(T)):
                    raise OSError(EFAULT, "bad address")
                return kind.unpack(packed)
            taken = allocate(T, 0)
            if not kmi_linux_copy_in(tail(taken), self.record.argument, sizeof(T)):
                raise OSError(EFAULT, "bad address")
            return taken

    def put(self, value: T) -> None:
        with unsafe("the record has exactly the size that is copied, and no padding that would leak"):
            if not kmi_linux_ioctl_gives(self.record.command) or kmi_linux_ioctl_size(
                self.record.command
            ) != sizeof(T):
                raise OSError(EINVAL, "the command gives no such record")
            if not value.is_plain():
                packed = value.pack()
                if not kmi_linux_copy_out(self.record.argument, tail(packed), sizeof(T)):
                    raise OSError(EFAULT, "bad address")
            elif not kmi_linux_copy_out(self.record.argument, tail(value), sizeof(T)):
                raise OSError(EFAULT, "bad address")
