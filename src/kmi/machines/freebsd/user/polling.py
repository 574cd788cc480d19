"""poll(2): what is ready among several files, waited for.

Source: sys/kern/sys_generic.c (sys_poll, pollscan).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from kmi.kernels.simulated.scheduler import Wake
from kmi.machines.freebsd.errors import EINTR, KernelError
from kmi.machines.freebsd.kpi.select import Poller, Selecting
from kmi.machines.freebsd.threads import current_thread
from kmi.machines.freebsd.user.files import DeviceFile
from kmi.machines.freebsd.user.flags import host_polled, polled
from kmi.machines.freebsd.user.settings import SettingFile

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["poll"]

MILLISECOND: Final = 1_000_000
POLLOUT, POLLHUP, POLLNVAL = 0x4, 0x10, 0x20


def poll(
    kernel: Kernel,
    files: Mapping[int, DeviceFile | SettingFile],
    wanted: Sequence[tuple[int, int]],
    timeout_ms: int,
) -> list[tuple[int, int]]:
    """The descriptors that are ready, with what for. A negative timeout is none."""
    threads = kernel.threads
    end = None if timeout_ms < 0 else threads.now + timeout_ms * MILLISECOND
    with Poller(kernel.part(Selecting), current_thread()) as poller:
        while True:
            poller.pending = False
            ready = _scan(files, wanted)
            left = None if end is None else end - threads.now
            if ready or (left is not None and left <= 0):
                return ready
            if poller.wait(left) is Wake.SIGNAL:
                raise KernelError(EINTR)
            poller.clear()


def _scan(
    files: Mapping[int, DeviceFile | SettingFile], wanted: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    ready: list[tuple[int, int]] = []
    for fd, events in wanted:
        if fd < 0:
            continue
        found = POLLNVAL
        if fd in files:
            try:
                found = files[fd].poll(polled(events))
            except KernelError:
                found = POLLHUP  # the device is gone
        if found & POLLHUP:
            found &= ~POLLOUT
        if found:
            ready.append((fd, host_polled(found, events)))
    return ready
