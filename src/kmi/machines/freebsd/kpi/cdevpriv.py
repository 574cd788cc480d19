"""devfs_set_cdevpriv(9): a driver's own data of an open file, and what ends it.

Sources: devfs_set_cdevpriv(9), sys/fs/devfs/devfs_vnops.c.

Invariant: the destructor runs once: when the descriptor's last use is gone, when the driver clears the data,
or when its device is destroyed, whichever is first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from kmi.machines.freebsd.errors import EBADF, EBUSY, ENOENT
from kmi.machines.freebsd.kpi.make_dev import Device, Devices
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import narrowed, serves
from kmi.machines.freebsd.threads import current_thread

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["CdevPrivate", "HasPrivate", "Private"]

SOURCE: Final = "sys/fs/devfs/devfs_vnops.c"


class HasPrivate(Protocol):
    """An open file of a device."""

    device: Device
    private: Private | None


@dataclass(eq=False)
class Private:
    """The data of an open file."""

    file: HasPrivate
    data: int
    destructor: int

    def end(self, kernel: Kernel) -> None:
        """Run the destructor; the data is nobody's any more."""
        self.file.private = None
        self.file.device.privates.remove(self)
        kernel.threads.call(self.destructor, (self.data,))


class CdevPrivate(Part):
    """Private data of open files."""

    @staticmethod
    def _file() -> HasPrivate | None:
        """The file whose method the running thread is in."""
        return current_thread().file  # type: ignore[return-value]

    @serves("int devfs_get_cdevpriv(void **datap)", page="devfs_set_cdevpriv(9)", source=SOURCE)
    def devfs_get_cdevpriv(self, place: int) -> int:
        file = self._file()
        if file is None:
            return EBADF
        if file.private is None:
            return ENOENT
        self.kernel.engine.write(place, file.private.data.to_bytes(8, "little"))
        return 0

    @serves(
        "int devfs_set_cdevpriv(void *priv, d_priv_dtor_t *dtr)",
        page="devfs_set_cdevpriv(9)",
        source=SOURCE,
    )
    def devfs_set_cdevpriv(self, data: int, destructor: int) -> int:
        file = self._file()
        if file is None:
            return ENOENT
        self.kernel.witness_warn("devfs_set_cdevpriv")
        if file.private is not None:
            return EBUSY
        file.private = Private(file, data, destructor)
        file.device.privates.insert(0, file.private)
        return 0

    @serves("void devfs_clear_cdevpriv(void)", page="devfs_set_cdevpriv(9)", source=SOURCE)
    def devfs_clear_cdevpriv(self) -> None:
        file = self._file()
        if file is not None and file.private is not None:
            file.private.end(self.kernel)

    @serves(
        "int devfs_foreach_cdevpriv(struct cdev *dev, int (*cb)(void *, void *), void *arg)",
        page="devfs_set_cdevpriv(9)",
        source=SOURCE,
    )
    def devfs_foreach_cdevpriv(self, address: int, callback: int, argument: int) -> int:
        for private in list(self.kernel.part(Devices).device(address).privates):
            status = narrowed(self.kernel.threads.call(callback, (private.data, argument)), -32)
            if status:
                return status
        return 0
