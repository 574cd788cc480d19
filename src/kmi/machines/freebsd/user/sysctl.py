"""sysctl(3): what a process asks of the kernel's settings, buffers and lengths as C has them.

    asked = process.sysctl([6, 3], room=4)           # {CTL_HW, HW_NCPU}
    asked.error, asked.data, asked.length            # 0, b"\\4\\0\\0\\0", 4

Sources: sysctl(3), sys/kern/kern_sysctl.c (userland_sysctl, sysctl_sysctl_name2oid, sysctl_sysctl_next).

Invariant: where a request ends in ENOMEM the buffer has what fits, and the length says how much that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.errors import EINVAL, EISDIR, ENOENT, ENOMEM, EPERM
from kmi.machines.freebsd.kpi.copy import Copying
from kmi.machines.freebsd.kpi.scratch import Scratch
from kmi.machines.freebsd.kpi.sysctl import CTL_MAXNAME, Oid, SysctlTree
from kmi.machines.freebsd.kpi.sysctl_handlers import Handlers

if TYPE_CHECKING:
    from kmi.kernels.simulated.user.memory import Memory
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Asked", "by_name", "sysctl"]

CTL_SYSCTL: Final = 0
NAME, NEXT, NAME2OID, OIDFMT, OIDDESCR = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Asked:
    """What a call of sysctl(3) did."""

    error: int
    """0, or FreeBSD's errno."""
    data: bytes
    """The first bytes of the buffer, as many as were stored."""
    length: int
    """`*oldlenp` afterwards: how long the value is, where no buffer was given."""


def sysctl(kernel: Kernel, memory: Memory, name: Sequence[int], room: int | None, new: bytes | None) -> Asked:
    """sysctl(2), in a thread of the process; `room` is the buffer's, None gives none."""
    if not 2 <= len(name) <= CTL_MAXNAME:
        return Asked(EINVAL, b"", room or 0)
    old = memory.map(bytes(room or 0))
    source = memory.map(new or b"")
    try:
        place = 0 if room is None else old.address or 1
        offered = 0 if new is None else source.address
        handlers = kernel.part(Handlers)
        with handlers.request(place, room or 0, offered, len(new or b""), kernel=False) as request:
            if name[0] == CTL_SYSCTL:
                status = _about(kernel, name[1:], request.address)
            else:
                status = kernel.part(SysctlTree).request(name, request)
            if status not in (0, ENOMEM):
                return Asked(status, b"", room or 0)
            length = request["oldidx"]
            if room is not None:
                length = min(length, room)
        return Asked(status, bytes(old.data[:length]) if room is not None else b"", length)
    finally:
        memory.unmap(old)
        memory.unmap(source)


def by_name(kernel: Kernel, memory: Memory, name: str, room: int | None, new: bytes | None) -> Asked:
    """sysctlbyname(3)."""
    oid = kernel.part(SysctlTree).find(name)
    if oid is None or not name:
        return Asked(ENOENT, b"", room or 0)
    return sysctl(kernel, memory, numbers(oid), room, new)


def numbers(oid: Oid) -> list[int]:
    """The name of an oid in numbers."""
    above = [] if oid.parent is None or not oid.parent.name else numbers(oid.parent)
    return [*above, oid.number]


def _words(values: Sequence[int]) -> bytes:
    return b"".join(value.to_bytes(4, "little") for value in values)


def _about(kernel: Kernel, name: Sequence[int], address: int) -> int:
    """The settings about settings: names, numbers, formats, what comes next."""
    tree, handlers = kernel.part(SysctlTree), kernel.part(Handlers)
    request = handlers.record("sysctl_req", address)
    if name[0] == NAME2OID:
        size = request["newlen"]
        if not size:
            return ENOENT
        with kernel.part(Scratch).lent(size) as at:
            if status := kernel.part(Copying).copy_in(request["newptr"], at, size):
                return status
            text = kernel.engine.read(at, size).partition(b"\0")[0].decode("utf-8", "surrogateescape")
        oid = tree.find(text.removesuffix("."))
        return ENOENT if oid is None else handlers.give(request, _words(numbers(oid)))
    if request["newptr"]:
        return EPERM
    if name[0] == NEXT:
        following = _next(tree.root, list(name[1:]))
        return ENOENT if following is None else handlers.give(request, _words(numbers(following)))
    oid = tree.root
    for number in name[1:]:
        found = oid.children.get(number)
        if found is None:
            return ENOENT
        oid = found
    if name[0] == NAME:
        return handlers.give(request, oid.path.encode() + b"\0")
    if name[0] == OIDFMT:
        form = kernel.string(oid.record["oid_fmt"]) if oid.record["oid_fmt"] else ""
        return handlers.give(request, _words([oid.kind & 0xFFFF_FFFF]) + form.encode() + b"\0")
    if name[0] == OIDDESCR:
        if not oid.record["oid_descr"]:
            return ENOENT
        return handlers.give(request, kernel.string(oid.record["oid_descr"]).encode() + b"\0")
    return ENOENT if name[1:] else EISDIR


def _next(oid: Oid, name: list[int]) -> Oid | None:
    """The first leaf behind a name, in the order of numbers."""
    first = name[0] if name else -1
    for number, child in sorted(oid.children.items()):
        if number < first:
            continue
        rest = name[1:] if number == first else []
        if not child.is_node or child.record["oid_handler"]:
            if number > first:
                return child
            continue
        if (found := _next(child, rest)) is not None:
            return found
    return None
