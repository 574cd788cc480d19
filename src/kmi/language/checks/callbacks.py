"""What a callback may not do, whatever its context.

    def open(self, file: File[None]) -> Session:
        return Session()            # refused if a Session has a MiscDevice: KMI0704
        self.ready.wait()           # refused: KMI0703

Registrations are made while the module's ``__init__`` runs, and go live when it has returned: one that a
callback makes would never. And a kernel may open one device at a time of all that are of a kind (Linux
does for misc devices), so that an ``open`` that waits keeps every other one waiting. A ``close`` is not ended
by signals, so its waits need a limit; and ``poll`` only says what there is to wait for.
"""

from __future__ import annotations

from kmi.language import codes
from kmi.language.checks.callgraph import CallGraph, Site, called_by_kernel
from kmi.language.checks.deferred import is_worker
from kmi.language.checks.known import OPERATIONS, REGISTRATION, WAITED_FOR, is_a, name_of
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Span
from kmi.language.tree import Function, InitPlace
from kmi.language.tree.walk import trusted

WAITING = frozenset({"wait", "wait_for"})


def check(reporter: Reporter, graph: CallGraph) -> None:
    """Reports callbacks that register something, and those that wait where they must not."""
    for function, declared in called_by_kernel(graph):
        _registers(function, reporter, graph)
        owner = declared.owner
        if is_worker(declared):
            _stays(function, reporter, graph)
        elif owner is not None and name_of(owner) == OPERATIONS:
            if function.name == "open":
                _waits(function, reporter, graph)
            elif function.name in ("close", "poll"):
                _stays(function, reporter, graph)


def _registers(function: Function, reporter: Reporter, graph: CallGraph) -> None:
    for reached, chain in graph.reached(function):
        if trusted(reached.module):
            continue
        for node in graph.nodes(reached):
            if isinstance(node, InitPlace) and is_a(node.field.type, frozenset({REGISTRATION})):
                name, callback = node.field.name, function.qualified
                reporter.error(
                    codes.REGISTERS_LATE,
                    node.span,
                    f"`{name}` is registered when `{callback}` runs, and would never go live",
                    label="made too late",
                    labels=[(function.span, "the kernel calls this"), *_steps(chain)],
                    note="registrations go live, in order, when the module's `__init__` has returned",
                    help="make it in the `__init__` of the `Module` subclass, or of an object made there",
                )


def _waits(function: Function, reporter: Reporter, graph: CallGraph) -> None:
    for reached, chain in graph.reached(function):
        owner = reached.owner
        if owner is not None and name_of(owner) in WAITED_FOR and reached.name in WAITING and chain:
            reporter.error(
                codes.WAITS_IN_OPEN,
                chain[-1].span,
                f"`{function.qualified}` waits here, and meanwhile no other device can be opened",
                labels=[(function.span, "the kernel holds a lock meanwhile"), *_steps(chain[:-1])],
                help="let `open` succeed, and wait in `read`, `write` or `ioctl`; or raise `BlockingIOError`",
            )


def _stays(function: Function, reporter: Reporter, graph: CallGraph) -> None:
    poll = function.name == "poll"
    close = function.name == "close"
    for reached, chain in graph.reached(function):
        owner = reached.owner
        if owner is None or name_of(owner) not in WAITED_FOR or not chain:
            continue
        if reached.name == "wait" or (poll and reached.name in WAITING):
            held_up = "the poll is of other files, too" if poll else "only a notification ends that"
            reporter.error(
                codes.WAITS_WITHOUT_END,
                chain[-1].span,
                f"`{function.qualified}` waits here, and {held_up}",
                labels=[(function.span, "the kernel calls this"), *_steps(chain[:-1])],
                note="in `poll` the kernel waits, for all files at once"
                if poll
                else "a signal, even a deadly one, ends no wait while a file is closed"
                if close
                else "unloading the module waits for work that has begun, and a worker gets no signals",
                help="give a condition to the table and say what is ready:\ntable.wait(self.changed)"
                if poll
                else "say how long, at most:\nself.changed.wait_for(1000)",
            )


def _steps(chain: list[Site]) -> list[tuple[Span, str]]:
    return [(site.span, f"`{site.caller.qualified}` calls `{site.target.qualified}`") for site in chain]
