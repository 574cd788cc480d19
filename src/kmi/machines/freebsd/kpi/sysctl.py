"""sysctl(9): the tree of the kernel's settings, and requests of one.

    tree = kernel.part(SysctlTree)
    oid = tree.find("hw.echo.capacity")
    tree.find_number([6, 0x7FFFFFFE])

Sources: sysctl(9), sysctl_add_oid(9), sysctl_ctx_init(9), sys/kern/kern_sysctl.c.

Invariants: siblings differ in their names and their numbers; what a file declares is dormant until its
SYSINITs have run; an oid whose handler runs is freed when nobody runs it any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kmi.kernels.simulated.scheduler import Thread, current
from kmi.machines.freebsd.errors import (
    EINVAL,
    EISDIR,
    ENOENT,
    ENOTDIR,
    ENOTEMPTY,
    EPERM,
    KernelError,
)
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.kpi.scratch import Scratch
from kmi.machines.freebsd.layouts import Record
from kmi.machines.freebsd.serve import narrowed, serves

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel
    from kmi.machines.freebsd.linker import File

__all__ = ["NODE", "STRING", "Oid", "SysctlTree"]

SOURCE: Final = "sys/kern/kern_sysctl.c"
PAGE: Final = "sysctl(9)"
ADD: Final = "sysctl_add_oid(9)"
CTLTYPE, NODE, STRING = 0xF, 1, 3
WRITABLE, DORMANT, DYNAMIC, DYING, MPSAFE, TUNABLE, NOFETCH = (
    0x4000_0000, 0x2000_0000, 0x0200_0000, 0x0001_0000, 0x0004_0000, 0x0008_0000, 0x1000,
)  # fmt: skip
AUTO_START: Final = 0x100
CTL_MAXNAME: Final = 24
STATIC: Final = {
    "sysctl": 0, "kern": 1, "vm": 2, "vfs": 3, "net": 4, "debug": 5, "hw": 6, "machdep": 7, "user": 8,
    "p1003_1b": 9, "dev": -1, "security": -1, "compat": -1, "regression": -1,
    "kern.ipc": 4096, "kern.proc": 14, "kern.features": -1, "vm.stats": -1, "hw.bus": -1,
    "security.bsd": -1, "debug.sizeof": -1,
}  # fmt: skip
"""Nodes of the kernel's own that modules hang theirs on, and their numbers; -1: given out."""


@dataclass(eq=False)
class Oid:
    """A `struct sysctl_oid`."""

    record: Record
    name: str
    parent: Oid | None
    children: dict[int, Oid] = field(default_factory=dict)
    """By their numbers."""
    drained: list[Thread] = field(default_factory=list)
    """Who waits until nobody runs its handler."""

    @property
    def number(self) -> int:
        return self.record["oid_number"]

    @property
    def kind(self) -> int:
        """Type and flags."""
        return self.record["oid_kind"]

    @property
    def is_node(self) -> bool:
        return self.kind & CTLTYPE == NODE

    @property
    def path(self) -> str:
        """Its name as sysctl(8) writes it."""
        return self.name if self.parent is None or not self.parent.name else f"{self.parent.path}.{self.name}"

    def child(self, name: str) -> Oid | None:
        """The child of a name."""
        return next((one for one in self.children.values() if one.name == name), None)


class SysctlTree(Part):
    """The tree."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        layout = kernel.layouts["sysctl_oid"]
        self._last = 0
        """The number that was given out last."""
        self._lists: dict[int, Oid] = {}
        """Whose children each `struct sysctl_oid_list` has."""
        self._oids: dict[int, Oid] = {}
        self.root = Oid(Record(kernel.engine, layout, kernel.regions.static(layout.size)), "", None)
        self.root.record["oid_kind"] = NODE
        self._lists[self.root.record.at("oid_children")] = self.root

    def data(self) -> dict[str, int]:
        symbols = {"sysctl__children": self.root.record.at("oid_children")}
        for path, number in STATIC.items():
            above, _, name = path.rpartition(".")
            parent = self.find(above) if above else self.root
            assert parent is not None
            record = self.record("sysctl_oid", self.kernel.regions.static(self.root.record.layout.size))
            record["oid_number"], record["oid_kind"] = number, NODE | 0x8000_0000
            record["oid_name"], record["oid_parent"] = (
                self.kernel.regions.text(name), parent.record.at("oid_children"),
            )  # fmt: skip
            self.register(record)
            symbols["sysctl__" + "_" + path.replace(".", "_")] = record.address
        return symbols

    # Finding.

    def find(self, path: str) -> Oid | None:
        """The oid of a name with dots."""
        oid: Oid | None = self.root
        for name in path.split("."):
            oid = oid.child(name) if oid is not None else None
        return oid

    def find_number(self, name: Sequence[int]) -> tuple[Oid, int]:
        """sysctl_find_oid: the oid of a name in numbers, and how many of them it took."""
        oid = self.root
        for index, number in enumerate(name[:CTL_MAXNAME], 1):
            found = oid.children.get(number)
            if found is None:
                raise KernelError(ENOENT)
            oid = found
            if oid.is_node:
                if oid.record["oid_handler"] or index == len(name):
                    return oid, index
            elif index == len(name):
                if oid.kind & DORMANT:
                    raise KernelError(ENOENT)
                return oid, index
            else:
                raise KernelError(ENOTDIR)
        raise KernelError(ENOENT)

    def at(self, address: int) -> Oid:
        """The oid of a struct."""
        oid = self._oids.get(address)
        if oid is None:
            raise self.kernel.panic(f"sysctl: {address:#x} is no oid, or one that was removed")
        return oid

    # Requests.

    def request(self, name: Sequence[int], request: Record) -> int:
        """sysctl_root: run the handler of a name; an errno."""
        try:
            oid, taken = self.find_number(name)
        except KernelError as error:
            return error.number
        handler = oid.record["oid_handler"]
        if oid.is_node and not handler:
            return EISDIR
        if request["newptr"] and not oid.kind & WRITABLE:
            return EPERM
        if not handler:
            return EINVAL
        if not oid.is_node:
            return self.run(oid, handler, (oid.record["oid_arg1"], oid.record["oid_arg2"]), request)
        rest = b"".join((number & 0xFFFF_FFFF).to_bytes(4, "little") for number in name[taken:])
        with self.kernel.part(Scratch).lent(len(rest) or 4) as at:
            self.kernel.engine.write(at, rest)
            return self.run(oid, handler, (at, len(name) - taken), request)

    def run(self, oid: Oid, handler: int, arguments: tuple[int, int], request: Record) -> int:
        """Run a handler; its oid is not freed meanwhile."""
        oid.record["oid_running"] += 1
        mutexes, needs_giant = self.kernel.mutexes, not oid.kind & MPSAFE
        giant = mutexes.giant + self.kernel.layouts["mtx"].fields["mtx_lock"].offset
        try:
            if needs_giant:
                mutexes.lock(giant, 0, 0, 0)
            call = (oid.record.address, *arguments, request.address)
            return narrowed(self.kernel.threads.call(handler, call), -32)
        finally:
            if needs_giant:
                mutexes.unlock(giant, 0, 0, 0)
            oid.record["oid_running"] -= 1
            if not oid.record["oid_running"]:
                for thread in oid.drained:
                    self.kernel.threads.wake(thread)
                oid.drained.clear()

    # Registering.

    def register(self, record: Record, dormant: bool = False) -> Oid | None:
        """sysctl_register_oid: give an oid its place; None if a leaf of that name has it."""
        parent = self._lists.get(record["oid_parent"])
        if parent is None:
            raise self.kernel.panic(f"sysctl_register_oid: {record['oid_parent']:#x} is no list of oids")
        name = self.string(record["oid_name"])
        there = parent.child(name)
        if there is not None:
            if there.is_node:
                there.record["oid_refcnt"] += 1
                self._lists[record.at("oid_children")] = there
                self._oids[record.address] = there
                return there
            self._reused("sysctl_register_oid", there)
            return None
        number = record["oid_number"]
        while number < 0 or number in parent.children:
            self._last -= 1
            if self._last < AUTO_START:
                self._last = 0x7FFF_FFFF
            number = self._last
        record["oid_number"] = number
        if dormant and record["oid_kind"] & CTLTYPE != NODE:
            record["oid_kind"] |= DORMANT  # a node may be shared, and is never in the way
        record["oid_refcnt"] = max(record["oid_refcnt"], 1)
        oid = self._oids.get(record.address) or Oid(record, name, parent)
        oid.parent = parent
        parent.children[number] = oid
        self._lists[record.at("oid_children")] = self._oids[record.address] = oid
        if not oid.is_node and oid.kind & TUNABLE and not oid.kind & NOFETCH:
            record["oid_kind"] |= NOFETCH
            self._fetch(oid)
        return oid

    def _reused(self, function: str, leaf: Oid) -> None:
        self.kernel.console.say(6, f"{function}: can't re-use a leaf ({leaf.path})!\n")

    def _fetch(self, oid: Oid) -> None:
        """Give a tunable the value that the kernel's environment has for it."""
        from kmi.machines.freebsd.kpi.sysctl_handlers import Handlers

        self.kernel.part(Handlers).fetch(oid)

    def unregister(self, oid: Oid) -> None:
        """Take it out of the tree."""
        if oid.parent is not None and oid.parent.children.get(oid.number) is oid:
            del oid.parent.children[oid.number]

    def linked(self, file: File) -> None:
        for address in file.image.linker_set("sysctl_set"):
            self.register(self.record("sysctl_oid", address), dormant=True)

    def started(self, file: File) -> None:
        for address in file.image.linker_set("sysctl_set"):
            oid = self._oids.get(address)
            if oid is not None and oid.record.address == address and oid.kind & DORMANT:
                oid.record["oid_kind"] &= ~DORMANT

    def unlinking(self, file: File) -> None:
        for address in reversed(file.image.linker_set("sysctl_set")):
            oid = self._oids.pop(address, None)
            if oid is None:
                continue
            if oid.record["oid_refcnt"] > 1:
                oid.record["oid_refcnt"] -= 1
                continue
            self.unregister(oid)
            self._wait(oid)
            self._lists.pop(oid.record.at("oid_children"), None)

    def _wait(self, oid: Oid) -> None:
        """Wait until nobody runs its handler."""
        while oid.record["oid_running"]:
            oid.record["oid_kind"] |= DYING
            oid.drained.append(current())
            self.kernel.threads.block("oidrm")

    @serves("void sysctl_register_oid(struct sysctl_oid *oidp)", page=PAGE, source=SOURCE)
    def sysctl_register_oid(self, address: int) -> None:
        self.register(self.record("sysctl_oid", address))

    @serves("void sysctl_unregister_oid(struct sysctl_oid *oidp)", page=PAGE, source=SOURCE)
    def sysctl_unregister_oid(self, address: int) -> None:
        self.unregister(self.at(address))

    # Oids that are made while the kernel runs.

    @serves(
        "struct sysctl_oid *sysctl_add_oid(struct sysctl_ctx_list *clist, struct sysctl_oid_list *parent, "
        "int nbr, const char *name, int kind, void *arg1, intmax_t arg2, int (*handler)(void), "
        "const char *fmt, const char *descr, const char *label)",
        page=ADD,
        source=SOURCE,
    )
    def sysctl_add_oid(
        self, context: int, parent: int, number: int, name: int, kind: int, arg1: int, arg2: int,
        handler: int, form: int, description: int, label: int,
    ) -> int:  # fmt: skip
        if not parent:
            return 0
        above = self._lists.get(parent)
        if above is None:
            raise self.kernel.panic(f"sysctl_add_oid: {parent:#x} is no list of oids")
        there = above.child(self.string(name))
        if there is not None:
            if not there.is_node:
                self._reused("sysctl_add_oid", there)
                return 0
            there.record["oid_refcnt"] += 1
            self._into(context, there)
            return there.record.address
        text = self.kernel.regions.text
        record = self.record("sysctl_oid", self.kernel.regions.static(self.root.record.layout.size))
        record["oid_parent"], record["oid_number"], record["oid_refcnt"] = parent, number, 1
        record["oid_name"], record["oid_kind"] = text(self.string(name)), kind | DYNAMIC
        record["oid_arg1"], record["oid_arg2"], record["oid_handler"] = arg1, arg2, handler
        record["oid_fmt"] = form
        record["oid_descr"] = text(self.string(description)) if description else 0
        record["oid_label"] = text(self.string(label)) if label else 0
        oid = self.register(record)
        assert oid is not None
        self._into(context, oid)
        return record.address

    def _into(self, context: int, oid: Oid) -> None:
        from kmi.machines.freebsd.kpi.sysctl_contexts import Contexts

        if context:
            self.kernel.part(Contexts).add(context, oid)

    def remove(self, oid: Oid, delete: bool, recurse: bool) -> int:
        """sysctl_remove_oid_locked: an errno."""
        say = self.kernel.console.say
        if not oid.kind & DYNAMIC:
            say(6, f"Warning: can't remove non-dynamic nodes ({oid.name})!\n")
            return EINVAL
        if oid.is_node and oid.record["oid_refcnt"] == 1:
            for child in list(oid.children.values()):
                if not recurse:
                    said = f"failed attempt to remove oid {oid.name} with child {child.name}"
                    say(6, f"Warning: {said}\n")
                    return ENOTEMPTY
                if status := self.remove(child, delete, recurse):
                    return status
        if oid.record["oid_refcnt"] > 1:
            oid.record["oid_refcnt"] -= 1
            return 0
        self.unregister(oid)
        if delete:
            self._wait(oid)
            self._oids.pop(oid.record.address, None)
            self._lists.pop(oid.record.at("oid_children"), None)
        return 0

    @serves("int sysctl_remove_oid(struct sysctl_oid *oidp, int del, int recurse)", page=ADD, source=SOURCE)
    def sysctl_remove_oid(self, address: int, delete: int, recurse: int) -> int:
        return self.remove(self.at(address), bool(delete), bool(recurse)) if address else EINVAL

    @serves(
        "int sysctl_remove_name(struct sysctl_oid *parent, const char *name, int del, int recurse)",
        page=ADD,
        source=SOURCE,
    )
    def sysctl_remove_name(self, parent: int, name: int, delete: int, recurse: int) -> int:
        child = self.at(parent).child(self.string(name))
        return self.remove(child, bool(delete), bool(recurse)) if child is not None else ENOENT

    @serves("void sysctl_rename_oid(struct sysctl_oid *oidp, const char *name)", page=ADD, source=SOURCE)
    def sysctl_rename_oid(self, address: int, name: int) -> None:
        oid = self.at(address)
        oid.name = self.string(name)
        oid.record["oid_name"] = self.kernel.regions.text(oid.name)
