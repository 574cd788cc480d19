"""sysctl_ctx_init(9): oids that are removed together.

Sources: sysctl_ctx_init(9), sys/kern/kern_sysctl.c.

Invariant: freeing a context removes all of its oids or, if one cannot go, none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.errors import EBUSY, ENOENT
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.kpi.sysctl import Oid, SysctlTree
from kmi.machines.freebsd.serve import serves

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Contexts"]

SOURCE: Final = "sys/kern/kern_sysctl.c"
PAGE: Final = "sysctl_ctx_init(9)"


class Contexts(Part):
    """The contexts there are."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._entries: dict[int, list[Oid]] = {}
        """The newest first, by the address of the `struct sysctl_ctx_list`."""

    def add(self, context: int, oid: Oid) -> None:
        """Remember an oid in a context."""
        if context not in self._entries:
            raise self.kernel.panic(f"sysctl_ctx_entry_add: the context at {context:#x} is not initialized")
        self._entries[context].insert(0, oid)

    @serves("int sysctl_ctx_init(struct sysctl_ctx_list *clist)", page=PAGE, source=SOURCE)
    def sysctl_ctx_init(self, context: int) -> int:
        self._entries[context] = []
        self.kernel.engine.write(context, bytes(8) + context.to_bytes(8, "little"))  # TAILQ_INIT
        return 0

    @serves("int sysctl_ctx_free(struct sysctl_ctx_list *clist)", page=PAGE, source=SOURCE)
    def sysctl_ctx_free(self, context: int) -> int:
        if context not in self._entries:
            raise self.kernel.panic(f"sysctl_ctx_free: the context at {context:#x} is not initialized")
        tree, entries = self.kernel.part(SysctlTree), self._entries[context]
        removed: list[Oid] = []
        status = 0
        for oid in entries:
            status = tree.remove(oid, delete=False, recurse=False)
            if status:
                break
            removed.append(oid)
        for oid in reversed(removed):
            self._restore(tree, oid)
        if status:
            return EBUSY
        for oid in entries:
            if status := tree.remove(oid, delete=True, recurse=False):
                raise self.kernel.panic(f"sysctl_remove_oid: corrupt tree, entry: {oid.name}")
        entries.clear()
        return 0

    @staticmethod
    def _restore(tree: SysctlTree, oid: Oid) -> None:
        """Undo a removal: a node that others have, too, gets its count back."""
        assert oid.parent is not None
        if oid.parent.children.get(oid.number) is oid:
            oid.record["oid_refcnt"] += 1
        else:
            oid.parent.children[oid.number] = oid

    @serves(
        "struct sysctl_ctx_entry *sysctl_ctx_entry_add(struct sysctl_ctx_list *clist, "
        "struct sysctl_oid *oidp)",
        page=PAGE,
        source=SOURCE,
    )
    def sysctl_ctx_entry_add(self, context: int, oid: int) -> int:
        if not context or not oid:
            return 0
        self.add(context, self.kernel.part(SysctlTree).at(oid))
        return oid

    @serves(
        "int sysctl_ctx_entry_del(struct sysctl_ctx_list *clist, struct sysctl_oid *oidp)",
        page=PAGE,
        source=SOURCE,
    )
    def sysctl_ctx_entry_del(self, context: int, oid: int) -> int:
        found = self.kernel.part(SysctlTree).at(oid)
        if found not in self._entries.get(context, []):
            return ENOENT
        self._entries[context].remove(found)
        return 0
