"""VM objects of physical pages: memory that the kernel and processes map.

An object is a piece of memory of the host that the engine sees as well, so that a mapping of a process and
the kernel's own show the same bytes.

Sources: sys/vm/vm_object.c, sys/vm/phys_pager.c, sys/vm/vm_map.c.

Invariant: an object's pages are there as long as anybody has a count of it; mapping them takes one.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kmi.machines.cpu.engine import PAGE
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel
    from kmi.machines.freebsd.linker import File

__all__ = ["VmObject", "VmObjects"]

OBJECTS: Final = "sys/vm/vm_object.c"
MAPS: Final = "sys/vm/vm_map.c"
FIRST: Final = 0xFFFF_FE01_0000_0000
"""Where the kernel's map has room for them."""
OBJT_PHYS: Final = 4
SUCCESS, NO_SPACE, INVALID_ADDRESS = 0, 3, 1
"""KERN_* of vm_param.h."""
FREE_PAGES: Final = 1 << 18
PROT_WRITE: Final = 2
MAP_SIZE: Final = 512
"""More than a `struct vm_map` and a `struct vm_object` take, of which modules know the addresses alone."""


@dataclass(eq=False)
class VmObject:
    """A `struct vm_object`."""

    address: int
    memory: mmap.mmap
    size: int
    count: int = 1


class VmObjects(Part):
    """The objects there are, and where the kernel has them mapped."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._objects: dict[int, VmObject] = {}
        self._mapped: dict[int, tuple[VmObject, int]] = {}
        """By the first address of each mapping of the kernel's: the object, and how long it is."""
        self._next = FIRST

    def data(self) -> dict[str, int]:
        self._map = self.kernel.regions.static(MAP_SIZE)
        return {"kernel_map_store": self._map}

    def object(self, address: int) -> VmObject:
        """The object of a struct."""
        found = self._objects.get(address)
        if found is None:
            raise self.kernel.panic(f"{address:#x} is no VM object, or one that nobody has any more")
        return found

    def let_go(self, thing: VmObject) -> None:
        """One count less."""
        thing.count -= 1
        if not thing.count:
            del self._objects[thing.address]

    def unlinked(self, file: File) -> None:
        if self._objects:
            left = len(self._objects)
            self.kernel.report("leak", f"{left} VM objects are left when {file.name} is unloaded")
            self._objects.clear()

    @serves("u_int vm_free_count(void)", page="vm_page(9)", source="sys/vm/vm_meter.c")
    def vm_free_count(self) -> int:
        return FREE_PAGES - sum(one.size // PAGE for one in self._objects.values())

    @serves(
        "vm_object_t vm_pager_allocate(int type, void *handle, vm_ooffset_t size, u_char prot, "
        "vm_ooffset_t off, struct ucred *cred)",
        page="vm_object(9)",
        source="sys/vm/vm_pager.c",
    )
    def vm_pager_allocate(
        self, type: int, handle: int, size: int, protection: int, offset: int, cred: int
    ) -> int:
        if type != OBJT_PHYS or handle:
            raise self.kernel.panic(f"vm_pager_allocate: the model has no pager of type {type} with a handle")
        self.kernel.witness_warn("vm_pager_allocate")
        if size <= 0 or offset % PAGE:
            return 0
        whole = -(-size // PAGE) * PAGE
        address = self.kernel.regions.static(MAP_SIZE)
        self._objects[address] = VmObject(address, mmap.mmap(-1, whole), whole)
        return address

    @serves("void vm_object_reference(vm_object_t object)", page="vm_object(9)", source=OBJECTS)
    def vm_object_reference(self, address: int) -> None:
        self.object(address).count += 1

    @serves("void vm_object_deallocate(vm_object_t object)", page="vm_object(9)", source=OBJECTS)
    def vm_object_deallocate(self, address: int) -> None:
        if address:
            self.let_go(self.object(address))

    # The kernel's map.

    def _own(self, map: int, function: str) -> None:
        if map != self._map:
            raise self.kernel.panic(f"{function}: the model has no map but kernel_map")

    @serves("vm_offset_t vm_map_min_KBI(const struct vm_map *map)", page="vm_map(9)", source=MAPS)
    def vm_map_min(self, map: int) -> int:
        self._own(map, "vm_map_min")
        return FIRST

    @serves("vm_offset_t vm_map_max_KBI(const struct vm_map *map)", page="vm_map(9)", source=MAPS)
    def vm_map_max(self, map: int) -> int:
        self._own(map, "vm_map_max")
        return 0xFFFF_FFFF_FFFF_F000

    @serves(
        "int vm_map_find(vm_map_t map, vm_object_t object, vm_ooffset_t offset, vm_offset_t *addr, "
        "vm_size_t length, vm_offset_t max_addr, int find_space, u_char prot, u_char max, int cow)",
        page="vm_map_find(9)",
        source=MAPS,
    )
    def vm_map_find(
        self, map: int, object: int, offset: int, place: int, length: int, most: int, space: int,
        protection: int, highest: int, cow: int,
    ) -> int:  # fmt: skip
        self._own(map, "vm_map_find")
        thing = self.object(object)
        if offset or length != thing.size:
            raise self.kernel.panic("vm_map_find: the model maps whole objects alone")
        at = self._next
        self._next += length + PAGE
        self.kernel.engine.map(at, length, writable=bool(protection & PROT_WRITE), memory=thing.memory)
        self._mapped[at] = thing, length
        self.kernel.engine.write(place, at.to_bytes(8, "little"))
        return SUCCESS

    @serves(
        "int vm_map_wire(vm_map_t map, vm_offset_t start, vm_offset_t end, int flags)",
        page="vm_map_wire(9)",
        source=MAPS,
    )
    def vm_map_wire(self, map: int, start: int, end: int, flags: int) -> int:
        self._own(map, "vm_map_wire")
        self.kernel.witness_warn("vm_map_wire")
        there = self._mapped.get(start)
        return SUCCESS if there is not None and start + there[1] == end else INVALID_ADDRESS

    @serves(
        "int vm_map_remove(vm_map_t map, vm_offset_t start, vm_offset_t end)",
        page="vm_map_remove(9)",
        source=MAPS,
    )
    def vm_map_remove(self, map: int, start: int, end: int) -> int:
        self._own(map, "vm_map_remove")
        thing, length = self._mapped.pop(start, (None, 0))
        if thing is None:
            return SUCCESS
        if start + length != end:
            raise self.kernel.panic("vm_map_remove: the model unmaps whole objects alone")
        self.kernel.engine.unmap(start, length)
        self.let_go(thing)
        return SUCCESS
