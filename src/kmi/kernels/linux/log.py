"""The kernel's log: printk. An f-string becomes its format, so nothing is built in memory."""

from kmi.log import Format
from kmi.unsafe import c_function


@c_function("kmi_linux_emerg", format=True)
def emerg(message: Format) -> None: ...


@c_function("kmi_linux_alert", format=True)
def alert(message: Format) -> None: ...


@c_function("kmi_linux_crit", format=True)
def crit(message: Format) -> None: ...


@c_function("kmi_linux_err", format=True)
def err(message: Format) -> None: ...


@c_function("kmi_linux_warn", format=True)
def warn(message: Format) -> None: ...


@c_function("kmi_linux_notice", format=True)
def notice(message: Format) -> None: ...


@c_function("kmi_linux_info", format=True)
def info(message: Format) -> None: ...


@c_function("kmi_linux_debug", format=True)
def debug(message: Format) -> None: ...
