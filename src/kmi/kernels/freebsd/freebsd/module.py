"""The events of module(9) beside loading and unloading, for modules that want them.

Invariants: the module's object is there from its MOD_LOAD to its MOD_UNLOAD, between which alone `entry.h`
calls these; none of them keeps it.
"""

from typing import Generic, TypeVar

from kmi.integers import i32, i64
from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_kept,
    kmi_freebsd_refuse,
    kmi_freebsd_report,
)
from kmi.modules import Module
from kmi.unsafe import callback, cast, unsafe


class EventModule(Module):
    """The module's object, which is told of events."""

    def quiesce(self) -> None:
        pass

    def shutdown(self) -> None:
        pass

    def on_error(self, line: int, errno: int) -> None:
        pass

    def on_exhausted(self, size: int) -> None:
        pass


E = TypeVar("E", bound=EventModule)


class Events(Generic[E]):
    """What FreeBSD, and the run time, tell the one module, whose class is `E`."""

    @callback
    @staticmethod
    def quiesce() -> i32:
        with unsafe("the module's object is there"):
            try:
                cast(E, kmi_freebsd_kept()).quiesce()
            except Exception as error:
                return kmi_freebsd_refuse(error, False)
            return 0

    @callback
    @staticmethod
    def shutdown() -> None:
        with unsafe("the module's object is there"):
            try:
                cast(E, kmi_freebsd_kept()).shutdown()
            except Exception as error:
                kmi_freebsd_report(error)

    @callback
    @staticmethod
    def on_error(line: i32, errno: i32) -> None:
        with unsafe("the module's object is there"):
            try:
                cast(E, kmi_freebsd_kept()).on_error(line, errno)
            except Exception:
                return

    @callback
    @staticmethod
    def on_exhausted(size: i64) -> None:
        with unsafe("the module's object is there"):
            try:
                cast(E, kmi_freebsd_kept()).on_exhausted(size)
            except Exception:
                return
