"""poll(2): what is ready among several files, waited for."""

from collections.abc import Mapping, Sequence
from typing import Final

from kmi.kernels.simulated.device import PollTable
from kmi.kernels.simulated.lent import take_back
from kmi.kernels.simulated.scheduler import Wake, current
from kmi.kernels.simulated.user.files import OpenFile

__all__ = ["poll"]

ALWAYS: Final = 0x008 | 0x010  # ERR and HUP are told whether asked for or not
INVALID: Final = 0x020
MILLISECOND: Final = 1_000_000


def poll(
    files: Mapping[int, OpenFile], wanted: Sequence[tuple[int, int]], timeout_ms: int
) -> list[tuple[int, int]] | None:
    """The descriptors that are ready, with what for; None after a signal. A negative timeout is none."""
    scheduler = current().scheduler
    end = None if timeout_ms < 0 else scheduler.now + timeout_ms * MILLISECOND
    while True:
        table = PollTable()
        try:
            ready = _ready(files, wanted, table)
            left = None if end is None else end - scheduler.now
            if ready or (left is not None and left <= 0):
                return ready
            if table.sleep(left) is Wake.SIGNAL:
                return None
        finally:
            table.end()
            take_back(table, table.lent_to)


def _ready(
    files: Mapping[int, OpenFile], wanted: Sequence[tuple[int, int]], table: PollTable
) -> list[tuple[int, int]]:
    ready: list[tuple[int, int]] = []
    for fd, events in wanted:
        if fd < 0:
            continue
        found = files[fd].poll(table) & (events | ALWAYS) if fd in files else INVALID
        if found:
            ready.append((fd, found))
    return ready
