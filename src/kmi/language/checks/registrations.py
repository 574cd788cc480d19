"""A registration lives as long as the module.

    self.device = MiscDevice("echo", Echo())        # in the Module, or in an object made as follows
    self.second = Second()                          # kept by a field that never changes: fine
    self.slot = Mutex(Slot(Second()))               # refused: the slot may be emptied while it is in use

The kernel calls what is registered until the module is unloaded, and open files go on using it. They do not
count its owner, so nothing may let go of that earlier. (What callbacks register is refused in ``callbacks``.)

Invariant: every object with a registration is kept, by fields that never change, by the module's object.
"""

from __future__ import annotations

from kmi.language import codes
from kmi.language.checks.callgraph import CallGraph, overrides
from kmi.language.checks.known import REGISTRATION, derives, is_a
from kmi.language.checks.ownership import receiver
from kmi.language.report.diagnostics import Reporter
from kmi.language.tree import (
    Class,
    Expression,
    Function,
    InitPlace,
    LocalGet,
    Narrow,
    New,
    Node,
    SetField,
    Upcast,
)
from kmi.language.tree.walk import walk
from kmi.language.types import ClassType

MODULE = frozenset({"kmi.modules.Module"})
REGISTRATIONS = frozenset({REGISTRATION})


def check(reporter: Reporter, graph: CallGraph) -> None:
    """Reports objects with registrations that somebody could let go of."""
    kept: dict[New, Class] = {}
    holders: set[Class] = set()
    for function in graph.mine:
        for node in walk(function.body):
            if isinstance(node, InitPlace) and is_a(node.field.type, REGISTRATIONS):
                _hold(function, holders)
            for new in _keeps(function, node):
                assert function.owner is not None
                kept[new] = function.owner
    while grown := {owner for new, owner in kept.items() if _holding(new, holders)} - holders:
        holders |= grown
    called = {
        reached
        for callback in graph.mine
        if overrides(callback) is not None
        for reached in (callback, *(target for target, _ in graph.reached(callback)))
    }
    for function in graph.mine:
        for node in walk(function.body) if function not in called else ():
            if isinstance(node, New) and _holding(node, holders) and node not in kept:
                _report(node, reporter)


def _hold(function: Function, holders: set[Class]) -> None:
    if function.owner is not None:
        holders.add(function.owner)


def _holding(new: New, holders: set[Class]) -> bool:
    """Whether the object that is made, or a base's part of it, has a registration."""
    if not isinstance(new.type, ClassType) or derives(new.type.definition, MODULE):
        return False
    return any(ancestor in holders for ancestor in new.type.definition.ancestors())


def _keeps(function: Function, node: Node) -> list[New]:
    """The objects that a statement of ``__init__`` makes and keeps for as long as its own object lives."""
    if function.name != "__init__" or function.owner is None:
        return []
    match node:
        case SetField(object=LocalGet(local=local), field=item, value=value):
            values = [value] if local is receiver(function) and item.final else []
        case InitPlace(object=LocalGet(local=local), field=item, arguments=arguments):
            values = arguments if local is receiver(function) and is_a(item.type, REGISTRATIONS) else []
        case _:
            values = []
    return [made for value in values if (made := _made(value)) is not None]


def _made(value: Expression) -> New | None:
    match value:
        case New():
            return value
        case Upcast(value=inner) | Narrow(value=inner):
            return _made(inner)
        case _:
            return None


def _report(new: New, reporter: Reporter) -> None:
    reporter.error(
        codes.REGISTRATION_MAY_END,
        new.span,
        f"`{new.span.text}` has a registration, and might end before the module does",
        label="not kept by a field that never changes",
        note="the kernel calls what is registered until the module is unloaded, and open files keep using it",
        help="make it in `__init__`, straight into a field that nobody assigns again:\n"
        f"self.kept = {new.span.text}",
    )
