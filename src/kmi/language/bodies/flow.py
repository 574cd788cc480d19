"""What is known at a point of a function: which locals have a value, and which values are narrower than
declared.

    if entry is not None:      # here `entry` is narrowed from `Entry | None` to `Entry`
        use(entry)

A ``Path`` is a local, or fields reached from one: ``entry``, ``self.head.next``. The knowledge about a
local lasts until it is assigned, that about fields which never change as well; the knowledge about any
other path is *stale* after a call or a store that may change it, and is then checked when it is used.

Invariant: at a join only what is known on all ways in survives; a dead flow (after ``return``) knows
everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from kmi.language import tree
from kmi.language.types import Type

Path: TypeAlias = tuple[tree.Local | tree.Field, ...]


@dataclass(slots=True)
class Flow:
    """The knowledge at one point."""

    assigned: set[tree.Local | tree.Field] = field(default_factory=set)
    types: dict[Path, tuple[Type, bool]] = field(default_factory=dict)
    """The narrowed type of a path, and whether it is stale."""
    dead: bool = False

    def copy(self) -> Flow:
        return Flow(set(self.assigned), dict(self.types), self.dead)

    def narrow(self, path: Path, kind: Type) -> None:
        self.types[path] = (kind, False)

    def forget(self, path: Path) -> None:
        """Ends what is known about the path and everything behind it: it is assigned."""
        length = len(path)
        for known in [known for known in self.types if known[:length] == path]:
            del self.types[known]

    def forget_field(self, stored: tree.Field) -> None:
        """Makes stale what goes through a field that is assigned, on whatever object."""
        for path, (kind, _) in list(self.types.items()):
            if stored in path[1:]:
                self.types[path] = (kind, True)

    def disturb(self) -> None:
        """A call, wait or store that may alias: every path over a field that can change is stale."""
        for path, (kind, _) in list(self.types.items()):
            if any(isinstance(step, tree.Field) and not step.final for step in path):
                self.types[path] = (kind, True)


def join(flows: Iterable[Flow]) -> Flow:
    """The knowledge where several ways meet; dead where all of them are."""
    alive = [flow for flow in flows if not flow.dead]
    if not alive:
        return Flow(dead=True)
    first, *others = alive
    merged = first.copy()
    for other in others:
        merged.assigned &= other.assigned
        kept: dict[Path, tuple[Type, bool]] = {}
        for path, (kind, stale) in merged.types.items():
            found = other.types.get(path)
            if found is not None and found[0] == kind:
                kept[path] = (kind, stale or found[1])
        merged.types = kept
    return merged
