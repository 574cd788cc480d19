"""The kernel's log: log(9). An f-string becomes its format, so nothing is built in memory."""

from kmi.log import Format
from kmi.unsafe import c_function


@c_function("kmi_freebsd_emerg", format=True)
def emerg(message: Format) -> None: ...


@c_function("kmi_freebsd_alert", format=True)
def alert(message: Format) -> None: ...


@c_function("kmi_freebsd_crit", format=True)
def crit(message: Format) -> None: ...


@c_function("kmi_freebsd_err", format=True)
def err(message: Format) -> None: ...


@c_function("kmi_freebsd_warn", format=True)
def warn(message: Format) -> None: ...


@c_function("kmi_freebsd_notice", format=True)
def notice(message: Format) -> None: ...


@c_function("kmi_freebsd_info", format=True)
def info(message: Format) -> None: ...


@c_function("kmi_freebsd_debug", format=True)
def debug(message: Format) -> None: ...
