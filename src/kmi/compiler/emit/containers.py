"""The ends of containers that stand in chains of objects: without running down the chain on the stack.

    class Tree: children: list[Tree]          Tree -> list[Tree] -> Tree -> …

A container that takes part in a chain does not run its ``__del__``, which would drop item by item, each
inside the other. What it holds goes to the work list of the chain, and then its memory goes. Pushed is in the
other order than CPython drops, because what waits last dies first.

Invariant: what is said here of the insides of ``list``, ``deque`` and ``dict`` is what ``kmi.runtime`` says.
"""

from __future__ import annotations

from collections.abc import Callable

from kmi.compiler import linear
from kmi.compiler.emit.types import Types
from kmi.compiler.lower.builder import is_void
from kmi.language.types import ClassType, Type

Release = Callable[[str, Type], list[str]]
"""C that gives back the count, or counts, of a value."""


def items(kind: ClassType) -> tuple[Type, ...]:
    """The types of what a container holds; nothing for another class."""
    definition = kind.definition
    if definition.name in ("list", "dict", "deque") and definition.module == f"kmi.runtime.{definition.name}":
        return kind.arguments
    return ()


def end(kind: ClassType, types: Types, release: Release) -> list[str]:
    """C that gives back what ``self``, a container, holds, and its memory."""
    if kind.definition.name == "list":
        item = kind.arguments[0]
        return [
            "{",
            "\ti64 at;",
            "",
            "\tfor (at = 0; at < self->_length; at++) {",
            f"\t\t{types.declare(item, 'item')} = self->_items[at];",
            "",
            *_indented(release("item", item)),
            "\t}",
            "\tkmi_free(self->_items);",
            "}",
        ]
    if kind.definition.name == "deque":
        item = kind.arguments[0]
        place = "self->_items[(self->_first + at) & (self->_room - 1)]"
        return [
            "{",
            "\ti64 at;",
            "",
            "\tfor (at = self->_length - 1; at >= 0; at--) {",
            f"\t\t{types.declare(item, 'item')} = {place};",
            "",
            *_indented(release("item", item)),
            "\t}",
            "\tkmi_free(self->_items);",
            "}",
        ]
    key, value = kind.arguments
    room = f"8 + {_size(types, key)}"
    held = [
        (name, each, offset)
        for name, each, offset in (("value", value, room), ("key", key, "8"))
        if linear.holds_count(each)
    ]
    lines = ["{", "\ti64 at;", "", "\tfor (at = self->_used - 1; at >= 0; at--) {"]
    lines += [f"\t\t{types.declare(each, name)};" for name, each, _ in held]
    lines += ["", "\t\tif (!((u64 *)self->_block)[at])", "\t\t\tcontinue;"]
    for name, _, offset in held:
        place = f"self->_block + self->_room * ({offset}) + at * sizeof({name})"
        lines.append(f"\t\tmemcpy(&{name}, {place}, sizeof({name}));")
    for name, each, _ in held:
        lines += _indented(release(name, each))
    return [*lines, "\t}", "\tkmi_free(self->_block);", "}"]


def _size(types: Types, kind: Type) -> str:
    return "1" if is_void(kind) else f"sizeof({types.name(kind).rstrip()})"


def _indented(statements: list[str]) -> list[str]:
    return [f"\t\t{line}" for statement in statements for line in statement.split("\n")]
