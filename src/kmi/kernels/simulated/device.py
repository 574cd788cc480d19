"""Devices and open files: `kmi.device` in the simulated kernel."""

import errno
import os
from typing import TYPE_CHECKING, Any, Generic

from typing_extensions import TypeVar

from kmi.errors import error
from kmi.kernels.simulated.hook.positions import reached
from kmi.kernels.simulated.scheduler import Thread, Wake, current
from kmi.kernels.simulated.sync import Condition, may_sleep
from kmi.kernels.simulated.world import world

if TYPE_CHECKING:
    from kmi.kernels.simulated.ioctl import Request
    from kmi.kernels.simulated.kernel import SimulatedKernel
    from kmi.kernels.simulated.pages import Area
    from kmi.kernels.simulated.uio import Uio
    from kmi.kernels.simulated.user.files import Users
    from kmi.poll import Poll

__all__ = ["CharDevice", "Device", "File", "FileOperations", "MiscDevice", "PollTable", "Registration"]

S = TypeVar("S", default=None)

LONGEST_NAME = 255
MOST_MINORS = 256


class Registration:
    """Something that the module offers to the kernel, which calls `go_live` and, at unload, `end`.

    Both run in a kernel thread that may sleep; `end` returns when nothing of it runs any more.
    """

    def go_live(self, kernel: "SimulatedKernel", users: "Users") -> None:
        """Become live; `users` counts who uses the module. What it raises refuses the load."""
        raise NotImplementedError(f"{type(self).__name__} is no registration of the simulated kernel")

    def end(self, kernel: "SimulatedKernel") -> None:
        """Stop being live."""
        raise NotImplementedError(f"{type(self).__name__} is no registration of the simulated kernel")

    def pending(self) -> tuple[str, ...]:
        """What `end` waits for: where it was asked for, and where it stands; nothing if it does not wait."""
        return ()


def standing(thread: Thread) -> tuple[str, ...]:
    """Where a thread stands in its module and why, and how it got there; nothing if it is in none."""
    way = thread.calls()
    if not way:
        return ()
    does = f"waits for {thread.waits_for}" if thread.waits_for else "runs"
    return f"{does} at {way[0]}", *reached(way)


class File(Generic[S]):
    """An open file, as the device's callbacks see it."""

    def __init__(
        self, nonblocking: bool, readable: bool, writable: bool, minor: int, position: int, state: S
    ) -> None:
        self._nonblocking = nonblocking
        self._readable = readable
        self._writable = writable
        self._minor = minor
        self._position = position
        self._state = state

    @property
    def nonblocking(self) -> bool:
        return self._nonblocking

    @property
    def readable(self) -> bool:
        return self._readable

    @property
    def writable(self) -> bool:
        return self._writable

    @property
    def minor(self) -> int:
        return self._minor

    @property
    def position(self) -> int:
        return self._position

    def seek_within(self, size: int, offset: int, whence: int) -> int:
        if whence == os.SEEK_CUR:
            offset += self._position
        elif whence == os.SEEK_END:
            offset += size
        elif whence != os.SEEK_SET:
            raise error(errno.EINVAL, f"whence {whence} is not one of SEEK_SET, SEEK_CUR and SEEK_END")
        if not 0 <= offset <= size:
            raise error(errno.EINVAL, f"position {offset} is not one of 0 to {size}")
        return offset

    @property
    def state(self) -> S:
        return self._state


class FileOperations(Generic[S]):
    """What a device does when a process uses it."""

    def open(self, file: File[None]) -> S:
        return None  # type: ignore[return-value]  # S is None where open is not overridden

    def close(self, file: File[S]) -> None:
        pass

    def read(self, file: File[S], data: "Uio") -> None:
        raise error(errno.EINVAL)

    def write(self, file: File[S], data: "Uio") -> None:
        raise error(errno.EINVAL)

    def ioctl(self, file: File[S], request: "Request") -> int:
        raise error(errno.ENOTTY)

    def seek(self, file: File[S], offset: int, whence: int) -> int:
        raise error(errno.ESPIPE)

    def mmap(self, file: File[S], area: "Area") -> None:
        raise error(errno.ENODEV)

    def poll(self, file: File[S], table: "PollTable") -> "Poll":
        from kmi.poll import Poll

        return Poll.IN | Poll.RDNORM | Poll.OUT | Poll.WRNORM


class PollTable:
    """The polling call, as it collects what to wait for."""

    def __init__(self) -> None:
        self._thread = current()
        self._conditions: list[Condition] = []
        self._asleep = False
        self._notified = False
        self.lent_to: object = None

    def wait(self, condition: Condition) -> None:
        may_sleep("PollTable.wait")
        self._thread.scheduler.preempt()
        condition._pollers.append(self)
        self._conditions.append(condition)

    # What follows is for the polling call, not for modules. `lent_to` is the callback that had it last.

    def notified(self) -> None:
        """One of the conditions was notified: the call has to look again."""
        self._notified = True
        if self._asleep:
            self._thread.scheduler.wake(self._thread)

    def sleep(self, timeout: int | None) -> Wake:
        """Sleep until notified; not at all if that happened since `wait`. `timeout` in nanoseconds."""
        if self._notified:
            return Wake.NOTIFIED
        self._asleep = True
        names = ", ".join(condition._name for condition in self._conditions) or "nothing that ever comes"
        try:
            return self._thread.scheduler.block(f"poll of {names}", interruptible=True, timeout=timeout)
        finally:
            self._asleep = False

    def end(self) -> None:
        """Wait for none of the conditions any longer."""
        for condition in self._conditions:
            condition._pollers.remove(self)
        self._conditions.clear()
        self._notified = False


class Device(Registration, Generic[S]):
    """What all devices have in common; not part of the interface."""

    name: str

    def __init__(self, name: str, operations: FileOperations[S], mode: int) -> None:
        may_sleep(f"{type(self).__name__}()")
        current().scheduler.preempt()
        if not 0 <= mode <= 0o777:
            raise error(errno.EINVAL, f"mode {mode:#o} is not one of 0 to 0o777")
        if name in ("", ".", "..") or len(name.encode()) > LONGEST_NAME:
            raise error(errno.EINVAL, "bad device name")
        if "/" in name or "\0" in name:
            raise error(errno.EINVAL, "a device name has no NUL and no /")
        if "!" in name:  # Linux makes a / of it
            raise error(errno.EINVAL, "a device name has no !")
        self.name = name
        self.operations: FileOperations[Any] = operations
        self.mode = mode

    def nodes(self) -> list[str]:
        """The names in /dev, by minor."""
        return [self.name]

    def go_live(self, kernel: "SimulatedKernel", users: "Users") -> None:
        from kmi.kernels.simulated.attribute import entries

        kernel.allocator.point(f"registering {self.name}")
        files = entries(self.operations, kernel, users)
        kernel.add_device(self, users)
        for folder in self.folders():
            for name, entry in entries(self.operations, kernel, users).items() if files else ():
                kernel.add_entry(f"{folder}/{name}", entry)

    def end(self, kernel: "SimulatedKernel") -> None:
        for folder in self.folders():
            kernel.remove_entries(folder)
        kernel.remove_device(self)

    def folders(self) -> list[str]:
        """The folders in /sys, by minor."""
        return [f"/sys/class/misc/{self.name}"]


class MiscDevice(Device[S]):
    """A character device of its own: /dev/NAME."""

    def __init__(self, name: str, operations: FileOperations[S], mode: int = 0o600) -> None:
        super().__init__(name, operations, mode)
        world().allocator.point(f"the device {name}")
        world().announce(self)

class CharDevice(Device[S]):
    """Several character devices of one kind: /dev/NAME0, /dev/NAME1 and so on."""

    def __init__(self, name: str, count: int, operations: FileOperations[S], mode: int = 0o600) -> None:
        super().__init__(name, operations, mode)
        if not 1 <= count <= MOST_MINORS:
            raise error(errno.EINVAL, f"a count of {count} is not one of 1 to {MOST_MINORS}")
        if len(name.encode()) > LONGEST_NAME - 3:
            raise error(errno.EINVAL, "bad device name")
        self.count = count
        world().allocator.point(f"the devices {name}")
        world().announce(self)

    def nodes(self) -> list[str]:
        return [f"{self.name}{minor}" for minor in range(self.count)]

    def folders(self) -> list[str]:
        return [f"/sys/class/{self.name}/{node}" for node in self.nodes()]
