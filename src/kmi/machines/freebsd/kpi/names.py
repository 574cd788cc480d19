"""Names of devices: what make_dev(9) takes, and which names exclude each other.

    checked("//led//red")                    # 'led/red'
    clash("led/red", ["led"])                # True: a device is no directory

Sources: sys/kern/kern_conf.c (prep_devname), sys/fs/devfs/devfs_devs.c (devfs_dev_exists).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from kmi.machines.freebsd.errors import EINVAL, ENAMETOOLONG, KernelError

__all__ = ["SYSTEM", "checked", "clash"]

SPECNAMELEN: Final = 255
SYSTEM: Final = frozenset({
    "console", "consolectl", "ctty", "devctl", "devctl2", "devstat", "fd/0", "fd/1", "fd/2", "fido", "full",
    "geom.ctl", "io", "klog", "kmem", "mem", "mdctl", "midistat", "null", "pci", "random", "sndstat",
    "sysmouse", "tty", "ttyv0", "ufssuspend", "urandom", "usbctl", "xpt0", "zero",
})  # fmt: skip
"""Devices of the system's own, among those of GENERIC."""


def checked(name: str) -> str:
    """The name as devfs has it; KernelError if it cannot be one."""
    if len(name.encode("utf-8", "surrogateescape")) > SPECNAMELEN:
        raise KernelError(ENAMETOOLONG)
    name = name.lstrip("/")
    if re.search(r'[\s"]', name, re.ASCII):
        raise KernelError(EINVAL)
    name = re.sub(r"/{2,}", "/", name)
    if not name or name.endswith("/") or not {".", ".."}.isdisjoint(name.split("/")):
        raise KernelError(EINVAL)
    return name


def clash(name: str, others: Iterable[str]) -> bool:
    """Whether a device of that name is there, or one's name would be a directory of the other's."""
    return any(
        other == name or other.startswith(f"{name}/") or name.startswith(f"{other}/") for other in others
    )
