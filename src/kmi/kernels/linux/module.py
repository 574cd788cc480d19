"""Loading and unloading: what Linux calls as the module's init and exit function.

    insmod -> Loader.init: M(), then its registrations become live, in order; or none, and the errno
    rmmod  -> Loader.exit: they end in reverse order, then the module's object goes

Invariants: registrations are enlisted when they are made and leave the list when they die, so at exit none
is left; nothing of the module can be opened before all are live (`device.py` asks); Linux refuses to unload
while a file is open, since the files' operations name the module as their owner.
"""

from typing import Generic, TypeVar

from kmi.integers import i32
from kmi.kernels.linux.bindings import (
    kmi_linux_begin_close,
    kmi_linux_closing,
    kmi_linux_end_close,
    kmi_linux_keep,
    kmi_linux_kept,
    kmi_linux_not_loaded,
    kmi_linux_publish,
    kmi_linux_settle,
    kmi_linux_withdraw,
)
from kmi.modules import Module
from kmi.unsafe import address_of, callback, from_raw, into_raw, unsafe

M = TypeVar("M", bound=Module)


class Loader(Generic[M]):
    """The life of one module, whose class is `M`."""

    @callback
    @staticmethod
    def init() -> i32:
        with unsafe("the one count of the module's object is kept in static memory until exit"):
            try:
                module = M()
            except Exception as error:
                return kmi_linux_not_loaded(error)
            status = kmi_linux_publish()
            if status != 0:
                kmi_linux_settle()
                return status
            kmi_linux_keep(into_raw(module))
            return 0

    @callback
    @staticmethod
    def exit() -> None:
        with unsafe("init kept the object; no file is open, so no callback runs"):
            closing = kmi_linux_closing()
            kmi_linux_begin_close(address_of(closing))
            kmi_linux_withdraw()
            module = from_raw(M, kmi_linux_kept())
            del module
            kmi_linux_end_close(address_of(closing))
