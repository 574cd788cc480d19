"""Copies that nobody would see are not made: the bytes go at once to where the copy would have gone.

    kept.extend(data.get(n))        data._get_onto(kept, n)
    kept.extend(data[:n])           kept._extend_slice(data, 0, n)
    bytes(kept[:n])                 bytes._from_bytearray_slice(kept, 0, n)

A class of kmi's own says by a method ``_NAME_onto`` that what its method ``NAME`` gives can go to the end of
a bytearray as well, with the same errors in the same order, and nothing there after an error.

Invariant: operands are read in another order only where those that change places are locals or their fields.
"""

from __future__ import annotations

from dataclasses import replace

from kmi.language import tree
from kmi.language.tree.walk import trusted
from kmi.language.types import NONE

BYTEARRAY = "kmi.runtime.bytearray"
BYTES = "kmi.runtime.bytes"


def fused(node: tree.Call) -> tree.Call:
    """The call that does both, or the same one."""
    owner = _owner(node.function)
    match node.function.name, node.arguments:
        case "extend" | "__iadd__", [buffer, tree.Call() as inner] if owner == BYTEARRAY and _is_read(buffer):
            return _extended(node, buffer, inner) or node
        case "__from_bytearray__", [tree.Call(arguments=[_, _, _]) as inner] if owner == BYTES:
            if _owner(inner.function) == BYTEARRAY and inner.function.name == "__slice__":
                return _instead(node, "_from_bytearray_slice", inner.arguments) or node
        case _:
            pass
    return node


def _is_read(node: tree.Expression) -> bool:
    """A local, or a field of one: nothing that evaluating it sooner or later would change."""
    return isinstance(node, tree.LocalGet) or (
        isinstance(node, tree.FieldGet) and isinstance(node.object, tree.LocalGet)
    )


def _extended(node: tree.Call, buffer: tree.Expression, inner: tree.Call) -> tree.Call | None:
    function = inner.function
    if function.owner is None or function.static:
        return None
    if _owner(function) == BYTES and function.name == "__slice__" and len(inner.arguments) == 3:
        return _instead(node, "_extend_slice", [buffer, *inner.arguments])
    if not trusted(function.module):
        return None  # an author's method of that name is just another method
    if inner.virtual and function.owner.subclasses and not function.owner.place:
        return None  # it may be the method of a class below
    onto = function.owner.methods.get(f"_{function.name}_onto")
    if onto is None or not isinstance(inner.arguments[0], tree.LocalGet):
        return None
    arguments = [inner.arguments[0], buffer, *inner.arguments[1:]]
    return replace(node, function=onto, arguments=arguments, virtual=False, type=NONE)


def _instead(node: tree.Call, name: str, arguments: list[tree.Expression]) -> tree.Call | None:
    """A call of another method of the same class."""
    owner = node.function.owner
    method = owner.methods.get(name) if owner is not None else None
    return None if method is None else replace(node, function=method, arguments=arguments)


def _owner(function: tree.Function) -> str:
    """The module of the built-in class that it is a method of."""
    owner = function.owner
    if owner is None or not owner.module.startswith("kmi.runtime."):
        return ""
    return owner.module if owner.module.endswith(f".{owner.name}") else ""
