"""What belongs to devices: where their attributes are fields, and what `mmap` may not take.

    self.level = Attribute("level", self.show)      # in a class that is no FileOperations: KMI0410

    def mmap(self, file: File, area: Area) -> None:
        with self.kept as kept:                     # a Mutex: KMI0710

A device shows the attributes that are fields of its operations, and no others. And while a process maps, its
address space is locked, as it is while something is copied from or to it: whoever copies with a lock held and
maps with the address space held waits for the other for ever.
"""

from __future__ import annotations

from kmi.language import codes
from kmi.language.checks.callgraph import CallGraph, Site, overrides
from kmi.language.checks.known import OPERATIONS, derives, is_a, is_lock, is_spinning, name_of
from kmi.language.report.diagnostics import Reporter
from kmi.language.tree import Function, InitPlace, With
from kmi.language.tree.walk import trusted, walk

ATTRIBUTES = frozenset({"kmi.attribute.Attribute", "kmi.attribute.Counter"})


def check(reporter: Reporter, graph: CallGraph) -> None:
    """Reports attributes that no device would show, and sleeping locks in `mmap`."""
    for function in graph.mine:
        owner = function.owner
        if owner is not None and not derives(owner, frozenset({OPERATIONS})):
            for node in walk(function.body):
                if isinstance(node, InitPlace) and is_a(node.field.type, ATTRIBUTES):
                    _unseen(node, owner.name, reporter)
        declared = overrides(function)
        if (
            declared is not None and function.name == "mmap"
            and declared.owner is not None and name_of(declared.owner) == OPERATIONS
        ):  # fmt: skip
            _locks(function, reporter, graph)


def _unseen(node: InitPlace, owner: str, reporter: Reporter) -> None:
    reporter.error(
        codes.UNSEEN_ATTRIBUTE,
        node.span,
        f"`{node.field.name}` is a field of `{owner}`, which no device is made with",
        note="a device shows the attributes and counters that are fields of its `FileOperations`",
        help="make it in the `__init__` of the device's operations",
    )


def _locks(function: Function, reporter: Reporter, graph: CallGraph) -> None:
    reached: list[tuple[Function, list[Site]]] = [(function, []), *graph.reached(function)]
    for callee, chain in reached:
        if trusted(callee.module):
            continue
        for node in graph.nodes(callee):
            kind = node.context.type if isinstance(node, With) else None
            if kind is None or not is_lock(kind) or is_spinning(kind):
                continue
            steps = [
                (site.span, f"`{site.caller.qualified}` calls `{site.target.qualified}`") for site in chain
            ]
            reporter.error(
                codes.LOCK_IN_MMAP,
                node.span,
                f"`{function.qualified}` takes a lock that sleeps, while the address space is locked",
                labels=[(function.span, "the kernel holds the process's address space meanwhile"), *steps],
                note="a copy from or to user space under that lock would wait for the address space, and "
                "this for the lock",
                help="make the `Pages` in `__init__` and keep them in a field; what must be guarded here "
                "goes into a `SpinLock`",
            )
