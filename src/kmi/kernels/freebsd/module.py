"""Loading and unloading: what FreeBSD's module events call.

    MOD_LOAD   -> Loader.init: M(), then its registrations become live, in order; or none, and the errno
    MOD_UNLOAD -> Loader.exit: they end in reverse order, then the module's object goes

Invariants: registrations are enlisted when they are made and leave the list when they die, so at exit none
is left; nothing of the module can be opened before all are live; MOD_QUIESCE and MOD_UNLOAD are refused while
a file is open (`entry.h`), so no callback runs at exit.
"""

from typing import Generic, TypeVar

from kmi.integers import i32
from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_keep,
    kmi_freebsd_kept,
    kmi_freebsd_not_loaded,
    kmi_freebsd_publish,
    kmi_freebsd_role,
    kmi_freebsd_role_begin,
    kmi_freebsd_role_end,
    kmi_freebsd_withdraw,
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
                return kmi_freebsd_not_loaded(error)
            status = kmi_freebsd_publish()
            if status != 0:
                return status
            kmi_freebsd_keep(into_raw(module))
            return 0

    @callback
    @staticmethod
    def exit() -> None:
        with unsafe("init kept the object; no file is open, so no callback runs"):
            role = kmi_freebsd_role()
            kmi_freebsd_role_begin(address_of(role), False)
            kmi_freebsd_withdraw()
            module = from_raw(M, kmi_freebsd_kept())
            del module
            kmi_freebsd_role_end(address_of(role))
