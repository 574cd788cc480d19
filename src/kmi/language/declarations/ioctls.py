"""The numbers of ioctl commands, as C's ``_IOR('s', 1, struct taken)`` gives them.

    direction (2 bits) | size of the record (14) | group (8) | number (8)

The encoding is the one that Linux has on all but a few old machines.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from kmi.language.declarations.annotations import Annotations
from kmi.language.declarations.layout import size_of
from kmi.language.declarations.scope import ClassInfo, ModuleScope
from kmi.language.declarations.world import World

if TYPE_CHECKING:
    from kmi.language.declarations.constants import Folded

DIRECTION = {"IO": 0, "IOW": 1, "IOR": 2, "IOWR": 3}
LARGEST = (1 << 14) - 1


def command(
    world: World, scope: ModuleScope, fold: Callable[[ast.expr], Folded], node: ast.Call, kind: str
) -> int:
    """The number of ``IOR("s", 1, Taken)``. Raises NotConstant where the arguments are not constants of
    that form.
    """
    from kmi.language.declarations.constants import NotConstant

    wanted = 2 if kind == "IO" else 3
    arguments = list(node.args)
    for keyword in node.keywords:
        position = (
            ("group", "number", "kind").index(keyword.arg)
            if keyword.arg in ("group", "number", "kind")
            else -1
        )
        if position != len(arguments):
            raise NotConstant(
                node, f"`{kind}` takes a group, a number" + (" and a Struct" if wanted == 3 else "")
            )
        arguments.append(keyword.value)
    if len(arguments) != wanted:
        raise NotConstant(
            node, f"`{kind}` takes a group, a number" + (" and a Struct" if wanted == 3 else "")
        )
    group, number = fold(arguments[0]).value, fold(arguments[1]).value
    if not isinstance(group, str) or len(group) != 1 or ord(group) > 127:
        raise NotConstant(arguments[0], "the group of an ioctl command is one ASCII character")
    if not isinstance(number, int) or not 0 <= number <= 255:
        raise NotConstant(arguments[1], "the number of an ioctl command is 0 to 255")
    size = 0
    if wanted == 3:
        entity = Annotations(world, scope).entity(arguments[2])
        if not isinstance(entity, ClassInfo) or not entity.definition.struct:
            raise NotConstant(arguments[2], f"`{ast.unparse(arguments[2])}` is not a subclass of `Struct`")
        size = size_of(world, entity)
        if size > LARGEST:
            raise NotConstant(
                arguments[2], f"the record has {size} bytes: an ioctl command can say {LARGEST} at most"
            )
    return DIRECTION[kind] << 30 | size << 16 | ord(group) << 8 | number
