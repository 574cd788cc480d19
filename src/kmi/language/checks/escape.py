"""What a lock guards stays in the block that holds the lock.

    with self.lines as lines:
        first = lines[0]            # fine: a part of what is guarded
        self.count = len(lines)     # fine: a number
    first.append(1)                 # refused: KMI0608

Invariant: outside a ``with`` block no local, field or result leads to a confined object that its lock guards.
"""

from __future__ import annotations

from kmi.language import codes
from kmi.language.checks.graph import Point
from kmi.language.checks.known import is_lock, is_view
from kmi.language.checks.origins import Lent, Origins, State, lent
from kmi.language.checks.ownership import root
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Span
from kmi.language.tree import (
    Assign,
    Delete,
    Expression,
    ForEach,
    ForRange,
    Function,
    Handler,
    Local,
    LocalGet,
    Node,
    Return,
    SetField,
    Try,
    With,
)
from kmi.language.tree.walk import walk


def check_names(function: Function, reporter: Reporter) -> None:
    """Reports guards whose name is assigned, and owners of held locks that are let go."""
    for node in walk(function.body):
        if isinstance(node, With) and (is_lock(node.context.type) or is_view(node.context.type)):
            owner = _root(node.context)
            for inner in walk(node.body):
                _rebound(node, owner, inner, reporter)


def check(origins: Origins, reporter: Reporter) -> None:
    """Reports what leaves the block of its lock."""
    for point, state in origins.states.items():
        _stored(point, state, origins, reporter)
        if isinstance(point.statement, Return) and point.leaves is None:
            for value in point.expressions:
                said = f"`{value.span.text}` is returned out of the block that locks it"
                for block in lent(origins.of(value, state)):
                    _escapes(value.span, block, said, reporter)
    for block, read in _used(origins).items():
        said = f"`{read.local.name}` is used after the block that locks it"
        _escapes(read.span, block, said, reporter)


def _used(origins: Origins) -> dict[With, LocalGet]:
    """The first use, after each block, of what its lock guards; what comes after that follows from it."""
    found: dict[With, LocalGet] = {}
    for point, state in origins.states.items():
        for read in origins.reads(point):
            for origin in state.get(read.local, frozenset()):
                if isinstance(origin, Lent) and origin.over:
                    known = found.setdefault(origin.block, read)
                    if (read.span.line, read.span.column) < (known.span.line, known.span.column):
                        found[origin.block] = read
    return found


def _stored(point: Point, state: State, origins: Origins, reporter: Reporter) -> None:
    """Parts that are put into something from outside the block."""
    for stored in origins.stores(point, state):
        for block in stored.leaving:
            where = stored.holder.span.text
            if isinstance(stored.node, SetField):
                where = f"{where}.{stored.node.field.name}"
            said = f"`{stored.held.span.text}` is kept in `{where}`, outside the block that locks it"
            _escapes(stored.held.span, block, said, reporter)


def _escapes(span: Span, block: With, said: str, reporter: Reporter) -> None:
    lock = block.context.span.text
    reporter.error(
        codes.ESCAPES_GUARD,
        span,
        said,
        label="not locked here" if "used after" in said else "leaves the block",
        labels=[(block.context.span, f"`{lock}` is held in this block only")],
        note=f"after the block another thread may hold `{lock}` and change the object",
        help="do the work inside the block, or take out a copy or the numbers that you need",
    )


def _root(path: Expression) -> Local | None:
    """The local at the start of ``held.owner.lock``."""
    path, _ = root(path)
    return path.local if isinstance(path, LocalGet) else None


def _rebound(block: With, owner: Local | None, node: Node, reporter: Reporter) -> None:
    for local, span in _writes(node):
        if local is owner:
            reporter.error(
                codes.OWNER_REBOUND,
                span,
                f"`{local.name}` is let go while its lock is held",
                labels=[(block.context.span, "this lock")],
                help="do it after the block, or use another name",
            )
        elif local is block.target:
            reporter.error(
                codes.GUARD_REBOUND,
                span,
                f"`{local.name}` is assigned anew, and what the lock guards stays as it is",
                labels=[(block.context.span, f"`{local.name}` stands for what this lock guards")],
                help=f"change the object in place, by its fields or methods (`{local.name}.field = ...`), "
                "or use another name",
            )


def _writes(node: Node) -> list[tuple[Local, Span]]:
    match node:
        case Assign(local=local, span=span) | Delete(local=local, span=span):
            return [(local, span)]
        case ForRange(target=local, span=span) | ForEach(target=local, span=span):
            return [(local, span)]
        case With(target=local, span=span) if local is not None:
            return [(local, span)]
        case Try(handlers=handlers):
            return [_caught(handler) for handler in handlers if handler.local is not None]
        case _:
            return []


def _caught(handler: Handler) -> tuple[Local, Span]:
    assert handler.local is not None
    return handler.local, handler.span
