"""Methods that look like the kernel's callbacks, and are never called.

def reed(self, file: File, data: Uio) -> None: …     # warning: did you mean `read`?

Invariant: what the author's file mentions as an attribute anywhere may be called there, and is let be.
"""

from __future__ import annotations

import ast
import difflib

from kmi.language import codes
from kmi.language.declarations.scope import ClassInfo, FunctionInfo
from kmi.language.declarations.world import World
from kmi.language.types import ClassType

ELSEWHERE = {"release": "close", "unlocked_ioctl": "ioctl", "compat_ioctl": "ioctl", "flush": "close"}
"""What callbacks are called in Linux, where kmi has them under another name."""

ENDS = ("__del__", "__exit__", "cleanup", "close", "exit", "fini", "stop", "unload")
"""How people call the end of a module, by habit."""


def check_uncalled(world: World, info: ClassInfo, base: ClassType) -> None:
    """Warns of methods that were probably meant to replace one of the interface."""
    callbacks = {
        name: method
        for definition in base.definition.ancestors()
        if world.classes[definition].interface
        for name, method in world.classes[definition].methods.items()
        if not name.startswith("_")
    }
    is_module = any(found.name == "Module" for found in base.definition.ancestors())
    mentioned: frozenset[str] | None = None
    for name, method in info.methods.items():
        if name in callbacks or method.generated:
            continue
        meant = _meant(name, method, callbacks, info)
        if meant is None and not (is_module and name in ENDS and len(method.function.parameters) == 1):
            continue
        if mentioned is None:
            nodes = (node for statement in info.scope.bindings.values() for node in ast.walk(statement))
            mentioned = frozenset(node.attr for node in nodes if isinstance(node, ast.Attribute))
        if name in mentioned:
            continue
        world.reporter.warning(
            codes.UNCALLED_METHOD,
            method.function.span,
            f"the kernel never calls `{method.function.qualified}`",
            note="it calls the methods that the interface declares, by their names"
            if meant is not None
            else "a module ends by itself: registrations end at unload, in reverse order, then objects go",
            help=f"did you mean `{meant}`?" if meant is not None else "leave it out",
        )


def _meant(
    name: str, method: FunctionInfo, callbacks: dict[str, FunctionInfo], info: ClassInfo
) -> str | None:
    """The callback that was probably meant: one of a like name that takes as much, and is not there yet."""
    count = len(method.function.parameters)
    open_ = [
        other
        for other, found in callbacks.items()
        if other not in info.methods and len(found.function.parameters) == count
    ]
    if ELSEWHERE.get(name) in callbacks and ELSEWHERE[name] not in info.methods:
        return ELSEWHERE[name]
    close = difflib.get_close_matches(name, open_, 1, 0.75)
    return close[0] if close else None
