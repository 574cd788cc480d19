"""The kernel's log: `kmi.log` in the simulated kernel. Lines are kept, without times and levels."""

from kmi.kernels.simulated.scheduler import current
from kmi.kernels.simulated.world import world

__all__ = ["alert", "crit", "debug", "emerg", "err", "info", "notice", "warn"]


def _log(level: int, message: str) -> None:
    world().log_line(level, message)
    current().scheduler.preempt()


def emerg(message: str) -> None:
    _log(0, message)


def alert(message: str) -> None:
    _log(1, message)


def crit(message: str) -> None:
    _log(2, message)


def err(message: str) -> None:
    _log(3, message)


def warn(message: str) -> None:
    _log(4, message)


def notice(message: str) -> None:
    _log(5, message)


def info(message: str) -> None:
    _log(6, message)


def debug(message: str) -> None:
    _log(7, message)
