"""Commands of ioctl: `kmi.ioctl` in the simulated kernel, encoded as Linux does on most machines."""

import errno
from typing import Final, TypeVar

from kmi.errors import error
from kmi.kernels.simulated.scheduler import current
from kmi.kernels.simulated.struct import Struct
from kmi.kernels.simulated.sync import may_sleep
from kmi.kernels.simulated.user.memory import Memory
from kmi.kernels.simulated.world import world

__all__ = ["IO", "IOR", "IOW", "IOWR", "Request"]

T = TypeVar("T", bound=Struct)

_NONE: Final = 0
_WRITE: Final = 1  # from the user's view: the user writes, the kernel reads
_READ: Final = 2
_MOST: Final = (1 << 14) - 1


def _command(direction: int, group: str, number: int, size: int) -> int:
    if len(group) != 1 or not group.isascii():
        raise ValueError(f"the group of an ioctl is one ASCII character, not {group!r}")
    if not 0 <= number <= 255:
        raise ValueError(f"the number of an ioctl is 0 to 255, not {number}")
    if size > _MOST:
        raise ValueError(f"the record of an ioctl has at most {_MOST} bytes, not {size}")
    return direction << 30 | size << 16 | ord(group) << 8 | number


def IO(group: str, number: int) -> int:
    return _command(_NONE, group, number, 0)


def IOR(group: str, number: int, kind: type[Struct]) -> int:
    return _command(_READ, group, number, kind.SIZE)


def IOW(group: str, number: int, kind: type[Struct]) -> int:
    return _command(_WRITE, group, number, kind.SIZE)


def IOWR(group: str, number: int, kind: type[Struct]) -> int:
    return _command(_READ | _WRITE, group, number, kind.SIZE)


class Request:
    """One call of ioctl: the command and its argument."""

    def __init__(self, memory: Memory, command: int, value: int) -> None:
        self._memory = memory
        self._command = command
        self._value = value

    @property
    def command(self) -> int:
        return self._command

    @property
    def value(self) -> int:
        return self._value

    def get(self, kind: type[T]) -> T:
        self._check("get", _WRITE, kind.SIZE)
        data = self._memory.copy_in(self._value, kind.SIZE)
        if len(data) < kind.SIZE:
            raise error(errno.EFAULT, "bad address")
        return kind.unpack(data)

    def put(self, value: Struct) -> None:
        self._check("put", _READ, value.SIZE)
        if self._memory.copy_out(self._value, value.pack()) < value.SIZE:
            raise error(errno.EFAULT, "bad address")

    def _check(self, name: str, direction: int, size: int) -> None:
        may_sleep(f"Request.{name}")
        current().scheduler.preempt()
        if not self._command >> 30 & direction or self._command >> 16 & _MOST != size:
            verb = "takes" if direction == _WRITE else "gives"
            raise error(errno.EINVAL, f"the command {verb} no such record")
        world().allocator.copy(f"copying {'from' if direction == _WRITE else 'to'} user space")
