"""Every level of the log, and what f-strings make of values."""

from kmi import Module, alert, crit, debug, emerg, err, info, module, notice, warn


class Shown:
    def __init__(self) -> None:
        self.count: int = -42
        self.name: str = "kernel"


@module(license="GPL", description="levels and formats")
class Logs(Module):
    def __init__(self) -> None:
        emerg("said: emerg")
        alert("said: alert")
        crit("said: crit")
        err("said: err")
        warn("said: warn")
        notice("said: notice")
        info("said: info")
        debug("said: debug")
        shown = Shown()
        big = 1 << 62
        info(f"said: {shown.count} {shown.name} {big} {shown.count < 0}")
        info(f"said: {255:x} {255:#X} {5:08b} {-5:+d} {7:5d}| {7:<5}| {7:^5}| {1234567:,} {8:o}")
        info(f"said: {shown.name:>8}| {shown.name!r} {shown.name:.3}| {{}} 100% %d %s")
        info("said: a % that is no format, and a brace } {")
