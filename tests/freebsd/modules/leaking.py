"""Two objects that hold each other, and memory: they are there when the module has gone."""

from __future__ import annotations

from dataclasses import dataclass

from kmi import Module, info, module
from kmi.freebsd.malloc import M_NOWAIT, MallocType, Memory


@dataclass
class Ring:
    kept: Memory
    next: Ring | None


@module(license="Dual BSD/GPL", description="forgets memory")
class Leaking(Module):
    def __init__(self) -> None:
        buffers = MallocType("kmi_leaking", "what is forgotten")
        first = Ring(buffers.allocate(100, M_NOWAIT), None)
        second = Ring(buffers.allocate(5000, M_NOWAIT), first)
        first.next = second
        info("leaking: loaded")
