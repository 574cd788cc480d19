"""An object that is dying is not kept.

    def __del__(self) -> None:
        self.log.append(self.name)   # fine: what it holds lives on
        self.log.append(self)        # refused: KMI0614

Invariant: when ``__del__`` returns, nothing refers to its object that did not before. ``self`` is used there
only to reach its fields and to call its methods, which are looked at in the same way.
"""

from __future__ import annotations

from kmi.language import codes
from kmi.language.report.diagnostics import Reporter
from kmi.language.tree import (
    Call,
    Class,
    FieldGet,
    Function,
    InitPlace,
    Local,
    LocalGet,
    Node,
    Program,
    SetField,
)
from kmi.language.tree.walk import authored, children


def check(program: Program, reporter: Reporter) -> None:
    """Reports each place where an object that is dying may be kept."""
    for module in authored(program):
        for definition in module.classes.values():
            release = definition.method("__del__")
            if release is not None and not definition.place:
                _Dying(definition, release, reporter).look()


class _Dying:
    """The methods that run on an object of a class while it dies."""

    def __init__(self, definition: Class, release: Function, reporter: Reporter) -> None:
        self.definition = definition
        self.release = release
        self.reporter = reporter
        self.seen: set[Function] = set()
        self.waiting = [release]

    def look(self) -> None:
        while self.waiting:
            function = self.waiting.pop()
            if function not in self.seen and function.parameters:
                self.seen.add(function)
                for statement in function.body:
                    self._node(statement, function.parameters[0])

    def _node(self, node: Node, dying: Local) -> None:
        below = children(node)
        match node:
            case FieldGet() | SetField() | InitPlace() if _is(node.object, dying):
                below = [child for child in below if child is not node.object]
            case Call(function=method, arguments=[first, *_]) if method.owner is not None and _is(
                first, dying
            ):
                below = [child for child in below if child is not first]
                self.waiting.append(self.definition.method(method.name) or method)
            case LocalGet() if node.local is dying:
                self.reporter.error(
                    codes.RESURRECTED,
                    node.span,
                    f"`{dying.name}` is kept while it dies",
                    labels=[(self.release.span, "runs when nothing refers to the object any more")],
                    help="pass on what the object holds (`self.name`), not the object",
                )
        for child in below:
            self._node(child, dying)


def _is(node: Node, local: Local) -> bool:
    return isinstance(node, LocalGet) and node.local is local
