"""FreeBSD's errnos: their numbers, which from 35 on are not those of the host.

    to_host(35)             # errno.EAGAIN, whatever the host's number of it is

Source: sys/sys/errno.h.
"""

from __future__ import annotations

import errno
from typing import Final

__all__ = [
    "EACCES", "EAGAIN", "EBADF", "EBUSY", "EEXIST", "EFAULT", "EINTR", "EINVAL", "EIO", "EISDIR", "EMFILE",
    "ENAMETOOLONG", "ENODEV", "ENOENT", "ENOIOCTL", "ENOMEM", "ENOTDIR", "ENOTEMPTY", "ENOTTY", "ENXIO",
    "EOPNOTSUPP", "EPERM", "ERESTART", "EWOULDBLOCK", "NUMBERS", "KernelError", "name_of", "to_host",
]  # fmt: skip

_NAMES: Final = (
    "EPERM", "ENOENT", "ESRCH", "EINTR", "EIO", "ENXIO", "E2BIG", "ENOEXEC", "EBADF", "ECHILD", "EDEADLK",
    "ENOMEM", "EACCES", "EFAULT", "ENOTBLK", "EBUSY", "EEXIST", "EXDEV", "ENODEV", "ENOTDIR", "EISDIR",
    "EINVAL", "ENFILE", "EMFILE", "ENOTTY", "ETXTBSY", "EFBIG", "ENOSPC", "ESPIPE", "EROFS", "EMLINK",
    "EPIPE", "EDOM", "ERANGE", "EAGAIN", "EINPROGRESS", "EALREADY", "ENOTSOCK", "EDESTADDRREQ", "EMSGSIZE",
    "EPROTOTYPE", "ENOPROTOOPT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "EOPNOTSUPP", "EPFNOSUPPORT",
    "EAFNOSUPPORT", "EADDRINUSE", "EADDRNOTAVAIL", "ENETDOWN", "ENETUNREACH", "ENETRESET", "ECONNABORTED",
    "ECONNRESET", "ENOBUFS", "EISCONN", "ENOTCONN", "ESHUTDOWN", "ETOOMANYREFS", "ETIMEDOUT",
    "ECONNREFUSED", "ELOOP", "ENAMETOOLONG", "EHOSTDOWN", "EHOSTUNREACH", "ENOTEMPTY", "EPROCLIM", "EUSERS",
    "EDQUOT", "ESTALE", "EREMOTE", "EBADRPC", "ERPCMISMATCH", "EPROGUNAVAIL", "EPROGMISMATCH",
    "EPROCUNAVAIL", "ENOLCK", "ENOSYS", "EFTYPE", "EAUTH", "ENEEDAUTH", "EIDRM", "ENOMSG", "EOVERFLOW",
    "ECANCELED", "EILSEQ", "ENOATTR", "EDOOFUS", "EBADMSG", "EMULTIHOP", "ENOLINK", "EPROTO",
    "ENOTCAPABLE", "ECAPMODE", "ENOTRECOVERABLE", "EOWNERDEAD", "EINTEGRITY",
)  # fmt: skip
"""The names in the order of their numbers, which begin with 1."""

NUMBERS: Final = {name: number for number, name in enumerate(_NAMES, 1)}
"""The number of each name."""
_BY_NUMBER: Final = {number: name for name, number in NUMBERS.items()}

EPERM, ENOENT, EINTR, EIO, ENXIO, EBADF, ENOMEM, EFAULT, EBUSY, EEXIST, ENODEV, ENOTDIR, EISDIR, EINVAL = (
    1, 2, 4, 5, 6, 9, 12, 14, 16, 17, 19, 20, 21, 22,
)  # fmt: skip
EMFILE, ENOTTY, EAGAIN, EWOULDBLOCK, EOPNOTSUPP, ENAMETOOLONG, ENOTEMPTY = 24, 25, 35, 35, 45, 63, 66
EACCES: Final = NUMBERS["EACCES"]
ERESTART: Final = -1
"""The call is to be made again, which user space does not hear of."""
ENOIOCTL: Final = -3
"""An ioctl that is none of this device's."""


class KernelError(Exception):
    """A function of the modelled kernel failed: FreeBSD's errno."""

    def __init__(self, number: int) -> None:
        super().__init__(name_of(number))
        self.number = number


def name_of(number: int) -> str:
    """The name of FreeBSD's errno."""
    return _BY_NUMBER.get(number, {ERESTART: "ERESTART", ENOIOCTL: "ENOIOCTL"}.get(number, str(number)))


def to_host(number: int) -> int:
    """The host's number of FreeBSD's errno; one that the host has no name of stays as it is.

    What FreeBSD calls ENOATTR is Linux's ENODATA, as its emulation of Linux has it.
    """
    name = name_of(number)
    return int(getattr(errno, "ENODATA" if name == "ENOATTR" else name, number))
