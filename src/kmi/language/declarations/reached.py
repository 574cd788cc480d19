"""Which methods of the library are looked into: those that can be called.

    count = text.count(",")     # str.count, and what it calls; nobody calls str.zfill

A built-in class has many more methods than a module calls, and to analyse a body brings the bodies that it
calls. So a method of the library waits until the typed tree of something that is analysed calls it, or calls
the method of a base or of a protocol that it replaces.

Invariants: what the compiler itself finds by its name (`_found_by_name`) never waits. A function that is
still waiting when it is compiled is an internal error of the monomorphiser: it would be compiled to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kmi.language import tree
from kmi.language.declarations.scope import FunctionInfo
from kmi.language.tree.walk import walk

if TYPE_CHECKING:
    from kmi.language.declarations.world import World

_BY_NAME = re.compile(
    r"__(init|del|eq|same|lt|hash|str|repr|bool|len|advance|item|allocate|lend|(enter|exit|leave)\w*)__"
)
_OF_CLASSES = {
    ("list", "append"),
    ("dict", "__setitem__"),
    ("bytes", "_from_bytearray_slice"),
    ("bytearray", "_extend_slice"),
}
"""What displays are filled by, and calls that the compiler takes instead of others."""


def offer(world: World, method: FunctionInfo) -> None:
    """A method of the library is there: it is analysed now, or as soon as it is called."""
    function = method.function
    owner = function.owner
    assert owner is not None
    called = world.called.get(function.name, ())
    if (
        method.generated
        or world.library.uncalled
        or _found_by_name(owner, function.name)
        or called and any(each in called for each in _above(owner))
    ):  # fmt: skip
        world.want(method)
    else:
        function.waiting = True
        world.waiting.setdefault(function.name, []).append(method)


def call(world: World, function: tree.Function) -> None:
    """A function is called for the first time: so may be the methods that replace it."""
    if function.owner is None:
        return
    world.called.setdefault(function.name, set()).add(function.owner)
    for method in list(world.waiting.get(function.name, ())):
        owner = method.function.owner
        if method.function.waiting and owner is not None and function.owner in _above(owner):
            world.want(method)
    # `kept.extend(data.get(n))` becomes `data._get_onto(kept, n)`, where there is one.
    for method in list(world.waiting.get(f"_{function.name}_onto", ())):
        if method.function.owner is function.owner:
            world.want(method)


def read(world: World, body: Sequence[tree.Statement]) -> None:
    """All functions that a body refers to."""
    if not world.library.complete:
        return
    for node in walk(body):
        if isinstance(node, tree.Call | tree.FunctionGet):
            info = world.functions.get(node.function)
            if info is not None:
                world.want(info)


def _found_by_name(owner: tree.Class, name: str) -> bool:
    return _BY_NAME.fullmatch(name) is not None or (owner.name, name) in _OF_CLASSES


def _above(definition: tree.Class) -> Iterator[tree.Class]:
    """The class, its bases, and the protocols that it says it has the methods of."""
    for each in definition.ancestors():
        yield each
        for protocol in each.implements:
            yield from protocol.definition.ancestors()
