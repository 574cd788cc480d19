"""The passes on the typed tree that see to threads, locks and contexts, in their order.

They run on the author's generic source, before monomorphising, and report what the types cannot say.
What they set in the tree (``Class.shared``, ``With.atomic``, ``With.masks``) the compiler relies on.
"""

from __future__ import annotations

from kmi.language.checks import (
    allocator,
    callbacks,
    contexts,
    deferred,
    devices,
    escape,
    flags,
    interrupts,
    locks,
    moves,
    places,
    polling,
    published,
    raw,
    readonly,
    registrations,
    resurrection,
    sharing,
    waiting,
)
from kmi.language.checks.callgraph import CallGraph
from kmi.language.checks.known import is_lock
from kmi.language.checks.origins import Origins
from kmi.language.checks.ownership import Ownership
from kmi.language.checks.summaries import Summaries
from kmi.language.report.diagnostics import Reporter
from kmi.language.tree import Function, InitPlace, Program, With
from kmi.language.tree.walk import authored, functions, walk


def check(program: Program, reporter: Reporter, broken: frozenset[Function] = frozenset()) -> None:
    """Runs all of them. Of ``broken`` functions, which have errors, only what they do is looked at, and never
    what they fail to do: a statement of them may be missing."""
    ownership = Ownership(program)
    summaries = Summaries(ownership, broken)
    changes = readonly.Changes(summaries, broken)
    graph = CallGraph(program, broken)
    sharing.check(program, reporter, ownership)
    published.check(program, reporter, ownership)
    places.check(program, reporter, broken)
    resurrection.check(program, reporter)
    for module in authored(program):
        for function in functions(module):
            escape.check_names(function, reporter)
    for function in graph.mine:
        if _locks(function):
            origins = Origins(function, ownership, summaries)
            escape.check(origins, reporter)
            moves.check(origins, reporter)
            readonly.check(origins, changes, reporter)
    callbacks.check(reporter, graph)
    registrations.check(reporter, graph)
    devices.check(reporter, graph)
    flags.check(reporter, graph)
    allocator.check(program, reporter, graph)
    contexts.check(program, reporter, graph)
    waited = deferred.Deferred(graph)
    deferred.check(reporter, graph, waited)
    takings = locks.Takings(graph, waited)
    locks.check(program, reporter, graph, takings)
    interrupts.check(graph, takings)
    raw.check(reporter, graph)
    waiting.check(reporter, graph, broken)
    polling.check(reporter, graph)


def _locks(function: Function) -> bool:
    """Whether a function takes or makes a lock: elsewhere nothing can escape from one."""
    return any(
        (isinstance(node, With) and is_lock(node.context.type))
        or (isinstance(node, InitPlace) and is_lock(node.field.type))
        for node in walk(function.body)
    )
