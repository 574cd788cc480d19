"""The log of the host kernel: standard output, a line each, after the word "log" and the level."""

from kmi.log import Format
from kmi.unsafe import c_function


@c_function("kmi_host_emerg", format=True)
def emerg(message: Format) -> None: ...


@c_function("kmi_host_alert", format=True)
def alert(message: Format) -> None: ...


@c_function("kmi_host_crit", format=True)
def crit(message: Format) -> None: ...


@c_function("kmi_host_err", format=True)
def err(message: Format) -> None: ...


@c_function("kmi_host_warn", format=True)
def warn(message: Format) -> None: ...


@c_function("kmi_host_notice", format=True)
def notice(message: Format) -> None: ...


@c_function("kmi_host_info", format=True)
def info(message: Format) -> None: ...


@c_function("kmi_host_debug", format=True)
def debug(message: Format) -> None: ...
