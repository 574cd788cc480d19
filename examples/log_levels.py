"""A line in the kernel's log at each level, from an emergency to what only a debugger reads.

    $ insmod log_levels.ko
    $ dmesg --level warn,notice
    log_levels: warn: the disk is nearly full
    log_levels: notice: the disk was cleaned up

Many kernels drop `debug` unless told otherwise.
"""

from kmi import Module, alert, crit, debug, emerg, err, info, module, notice, warn


@module(license="GPL", description="a line at each level of the log")
class LogLevels(Module):
    def __init__(self) -> None:
        emerg("log_levels: emerg: the disk is on fire")
        alert("log_levels: alert: the disk is hot")
        crit("log_levels: crit: the disk fails")
        err("log_levels: err: a block cannot be read")
        warn("log_levels: warn: the disk is nearly full")
        notice("log_levels: notice: the disk was cleaned up")
        info("log_levels: info: there is a disk")
        debug("log_levels: debug: the disk turns")
