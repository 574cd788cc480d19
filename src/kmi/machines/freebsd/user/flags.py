"""Numbers that tests say as Linux has them, as FreeBSD has them: flags of files, requests of ioctl(2), polls.

    open_flags(os.O_RDWR | os.O_NONBLOCK)       # 0x6
    request(0x5421)                             # 0x8004667e: FIONBIO

Sources: sys/sys/fcntl.h, sys/sys/ioccom.h, sys/sys/filio.h, sys/sys/poll.h.
"""

from __future__ import annotations

import os
from typing import Final

__all__ = [
    "FAPPEND", "FCLEX", "FIOASYNC", "FIONBIO", "FIONCLEX", "FNONBLOCK", "FREAD", "FWRITE", "IOCPARM_MAX",
    "IOC_IN", "IOC_OUT", "IOC_VOID", "host_flags", "host_polled", "open_flags", "polled", "request",
]  # fmt: skip

FREAD, FWRITE, FNONBLOCK, FAPPEND = 0x1, 0x2, 0x4, 0x8
IOC_VOID, IOC_OUT, IOC_IN = 0x2000_0000, 0x4000_0000, 0x8000_0000
IOCPARM_MAX: Final = 1 << 13
FCLEX, FIONCLEX, FIOASYNC, FIONBIO = 0x2000_6601, 0x2000_6602, 0x8004_667D, 0x8004_667E
_FILES: Final = {0x5451: FCLEX, 0x5450: FIONCLEX, 0x5421: FIONBIO, 0x5452: FIOASYNC}
"""Linux's requests about any file, which are encoded by no rule."""
_LINUX_SIZE: Final = (1 << 14) - 1
_FLAGS: Final = {
    os.O_NONBLOCK: FNONBLOCK, os.O_APPEND: FAPPEND, os.O_CREAT: 0x200, os.O_TRUNC: 0x400, os.O_EXCL: 0x800,
    os.O_DIRECTORY: 0x2_0000, os.O_CLOEXEC: 0x10_0000, os.O_DIRECT: 0x1_0000, os.O_SYNC: 0x80,
}  # fmt: skip
_WRNORM, _WRBAND = 0x100, 0x200
"""Linux's POLLWRNORM and POLLWRBAND."""


def open_flags(flags: int) -> int:
    """`f_flag` of a file that is opened with the host's O_ flags: FREAD and FWRITE for the access mode."""
    mode = (flags & os.O_ACCMODE) + 1
    for host, own in _FLAGS.items():
        if flags & host == host:
            mode |= own
    return mode


def host_flags(flags: int) -> int:
    """What F_GETFL gives of `f_flag`, in the host's numbers."""
    mode = (flags & (FREAD | FWRITE)) - 1
    return mode | (os.O_NONBLOCK if flags & FNONBLOCK else 0) | (os.O_APPEND if flags & FAPPEND else 0)


def request(number: int) -> int:
    """FreeBSD's number of a request in Linux's encoding; one whose size does not fit gets size 0."""
    number &= 0xFFFF_FFFF
    if number in _FILES:
        return _FILES[number]
    direction, size = number >> 30, number >> 16 & _LINUX_SIZE
    if size >= IOCPARM_MAX:
        size = 0  # which the call refuses
    base = number & 0xFFFF | size << 16
    if not direction:
        return base | IOC_VOID
    return base | (IOC_IN if direction & 1 else 0) | (IOC_OUT if direction & 2 else 0)


def polled(events: int) -> int:
    """Events of poll(2) as FreeBSD numbers them."""
    other = events & ~(_WRNORM | _WRBAND)
    return other | (0x4 if events & _WRNORM else 0) | (0x100 if events & _WRBAND else 0)


def host_polled(events: int, asked: int) -> int:
    """What poll(2) found, in the host's numbers; POLLOUT and POLLWRNORM are one on FreeBSD."""
    other = events & ~(0x100 | 0x4)
    if events & 0x4:
        other |= asked & (0x4 | _WRNORM) or 0x4
    return other | (_WRBAND if events & 0x100 else 0)
