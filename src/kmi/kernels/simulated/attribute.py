"""What a device shows of itself in /sys: `kmi.attribute` in the simulated kernel.

The operations' fields are looked through when their device becomes live; see `Device.go_live`.
"""

import errno
import functools
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from kmi.errors import error
from kmi.kernels.simulated.boundary import forget
from kmi.kernels.simulated.device import Registration
from kmi.kernels.simulated.scheduler import current
from kmi.kernels.simulated.sync import may_sleep
from kmi.kernels.simulated.user.sysfs import SysfsEntry
from kmi.kernels.simulated.world import world

if TYPE_CHECKING:
    from kmi.kernels.simulated.kernel import SimulatedKernel
    from kmi.kernels.simulated.user.files import Users

__all__ = ["Attribute", "Counter", "entries"]

LONGEST: Final = 255
MOST: Final = 4095
OWN: Final = ("dev", "device", "power", "subsystem", "uevent")


class _File(Registration):
    """What attributes and counters have in common: a name in sysfs."""

    def __init__(self, name: str) -> None:
        may_sleep(f"{type(self).__name__}()")
        current().scheduler.preempt()
        if name in ("", ".", "..") or len(name.encode()) > LONGEST or "/" in name or "\0" in name:
            raise error(errno.EINVAL, "bad name of an attribute")
        self.name = name
        self._whole = False
        world().announce(self)

    def go_live(self, kernel: "SimulatedKernel", users: "Users") -> None:
        """The device makes the file."""

    def end(self, kernel: "SimulatedKernel") -> None:
        """The device was there later, so it is gone, and its files with it."""

    def entry(self, kernel: "SimulatedKernel", users: "Users") -> SysfsEntry:
        """The file."""
        raise NotImplementedError


class Attribute(_File):
    """A text that the module tells when it is asked, and may be told."""

    def __init__(
        self, name: str, show: Callable[[], str], store: Callable[[str], None] | None = None
    ) -> None:
        super().__init__(name)
        # Neither holds its object, which has this one as a field.
        self._show: weakref.WeakMethod[Callable[[], str]] = weakref.WeakMethod(show)
        self._store = None if store is None else weakref.WeakMethod(store)

    def entry(self, kernel: "SimulatedKernel", users: "Users") -> SysfsEntry:
        def call(function: Callable[[], str | None]) -> str:
            if not users.whole:
                raise error(errno.ENXIO)
            number: int
            try:
                text = function() or ""
                text = text if text.endswith("\n") else f"{text}\n"
                if len(text.encode()) > MOST or "\0" in text:
                    raise error(errno.EFBIG)
                return text
            except Exception as raised:
                number = kernel.errno_of(raised)
                forget(raised)
            raise error(number)

        def store(text: str) -> None:
            told = self._store() if self._store is not None else None
            assert told is not None
            call(functools.partial(told, text.removesuffix("\n")))

        def show() -> str:
            tells = self._show()
            assert tells is not None
            return call(tells)

        return SysfsEntry(show, None if self._store is None else store)


class Counter(_File):
    """A number that counts events, and that user space can read."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._count = 0

    def add(self, count: int = 1) -> None:
        current().scheduler.preempt()
        self._count = (self._count + count + (1 << 63)) % (1 << 64) - (1 << 63)

    @property
    def value(self) -> int:
        current().scheduler.preempt()
        return self._count

    def entry(self, kernel: "SimulatedKernel", users: "Users") -> SysfsEntry:
        def show() -> str:
            if not users.whole:
                raise error(errno.ENXIO)
            return f"{self._count}\n"

        return SysfsEntry(show, None)


def entries(operations: object, kernel: "SimulatedKernel", users: "Users") -> dict[str, SysfsEntry]:
    """The files of the operations of a device; FileExistsError where two have one name."""
    found: dict[str, SysfsEntry] = {}
    for one in vars(operations).values():
        if isinstance(one, _File):
            if one.name in found or one.name in OWN:
                raise error(errno.EEXIST, f"there is an attribute named {one.name} already")
            found[one.name] = one.entry(kernel, users)
    return found
