"""A module without the kernel's default allocator makes nothing once it is loaded.

    @no_default_allocator()
    @module(license="Dual BSD/GPL", description="…")
    class Quiet(Module): ...

    def read(self, file: File, data: Uio) -> None:
        data.put(f"{self.count}".encode())      # refused: KMI0713, a text is made here

Invariant: no chain of calls from a callback through the author's code makes an object, a list or a text.
"""

from __future__ import annotations

from kmi.language import codes
from kmi.language.checks.callgraph import CallGraph, Site, called_by_kernel
from kmi.language.checks.known import NO_ALLOCATOR
from kmi.language.checks.raw import made
from kmi.language.report.diagnostics import Reporter
from kmi.language.tree import ExceptionNew, Node, Program
from kmi.language.tree.walk import children, trusted


def check(program: Program, reporter: Reporter, graph: CallGraph) -> None:
    """Reports what asks for memory in a module that does without."""
    said = next((each for each in program.metadata if each.name == NO_ALLOCATOR), None)
    if said is None:
        return
    reported: set[Node] = set()
    for callback, _ in called_by_kernel(graph):
        for function, chain in graph.reached(callback):
            if trusted(function.module):
                continue
            waiting: list[Node] = [*reversed(function.body)]
            while waiting:
                node = waiting.pop()
                what = made(node)
                if what is not None and node not in reported:
                    reported.add(node)
                    _report(node, what, chain, reporter)
                elif what is None and not isinstance(node, ExceptionNew):
                    waiting.extend(reversed(children(node)))


def _report(node: Node, what: str, chain: list[Site], reporter: Reporter) -> None:
    reporter.error(
        codes.NO_ALLOCATOR,
        node.span,
        f"{what}, and the module does without an allocator",
        labels=[(site.span, f"`{site.caller.qualified}` calls it") for site in chain],
        help="make it in `__init__` and keep it, or take `@no_default_allocator()` away",
    )
