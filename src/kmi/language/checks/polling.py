"""What a poll waits for lives as long as the open file.

    table.wait(self.filled)             # the operations, which an open file keeps
    table.wait(file.state.filled)       # the file's own state
    table.wait(self.find(3).filled)     # refused: whatever `find` gives may be gone before the poll ends

A kernel that polls stays in the condition's queue after the callback has returned, until the poll ends or the
file is closed. So the condition has to be reached from what the file keeps, by fields that never change.

Invariant: each condition given to `PollTable.wait` is embedded in an object that the file keeps to its end.
"""

from __future__ import annotations

from kmi.language import codes
from kmi.language.checks.callgraph import CallGraph, overrides
from kmi.language.checks.known import OPERATIONS, derives, is_a, is_state
from kmi.language.checks.lockpaths import Path, path_of, translate
from kmi.language.checks.ownership import receiver
from kmi.language.report.diagnostics import Reporter
from kmi.language.tree import Assign, Call, Expression, ForEach, ForRange, Function, With
from kmi.language.tree.walk import walk

TABLE = frozenset({"kmi.device.PollTable"})


def check(reporter: Reporter, graph: CallGraph) -> None:
    """Reports conditions that may die while they are polled."""
    for function in graph.mine:
        for node in walk(function.body):
            if not isinstance(node, Call) or node.function.name != "wait" or len(node.arguments) != 2:
                continue
            table, condition = node.arguments
            if is_a(table.type, TABLE) and not _kept(function, _path(function, condition), graph, set()):
                _report(condition, reporter)


def _kept(function: Function, path: Path | None, graph: CallGraph, seen: set[Function]) -> bool:
    """Whether on every way here the path starts at what the open file keeps."""
    if path is None or path[0] not in function.parameters or _written(function, path[0]):
        return False
    if len(path) > 1 and isinstance(path[1], Function) and is_state(path[1]):
        return True
    declared = overrides(function)
    if declared is not None:
        owner = declared.owner
        return path[0] is receiver(function) and owner is not None and derives(owner, frozenset({OPERATIONS}))
    if function in seen:
        return True
    for site in graph.callers(function):
        outer = translate(path, function, site.node)
        if outer is not None:
            outer = _resolved(site.caller, outer)
        if not _kept(site.caller, outer, graph, {*seen, function}):
            return False
    return True


def _path(function: Function, condition: Expression) -> Path | None:
    path = path_of(condition)
    return None if path is None else _resolved(function, path)


def _resolved(function: Function, path: Path) -> Path | None:
    """The path from a parameter, where it starts at a local that is another name for one."""
    for _ in range(len(function.body) + 8):
        start = path[0]
        if start in function.parameters:
            return path
        names = [node for node in walk(function.body) if isinstance(node, Assign) and node.local is start]
        before = path_of(names[0].value) if names and _written(function, start) == 1 else None
        if before is None:
            return None
        path = (*before, *path[1:])
    return None


def _written(function: Function, local: object) -> int:
    """How often a local is assigned."""
    times = 0
    for node in walk(function.body):
        match node:
            case Assign(local=target) | With(target=target):
                times += target is not None and target is local
            case ForRange(target=target) | ForEach(target=target):
                times += target is local
            case _:
                pass
    return times


def _report(condition: Expression, reporter: Reporter) -> None:
    reporter.error(
        codes.POLLED_MAY_END,
        condition.span,
        f"`{condition.span.text}` may be gone before the poll ends",
        label="not kept by the open file",
        note="a poll stays in the condition's queue after `poll` has returned, until the file is closed",
        help="wait for a condition of the operations or of the file's state, by fields that never change:\n"
        "table.wait(self.changed)",
    )
