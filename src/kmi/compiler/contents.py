"""What every item of every ``list[int]`` of a program is: an interval that nothing stored ever leaves.

    words[i] = (x + y) & 0xFFFFFFFF         all that the program stores is in [0, 2**32 - 1],
    x = words[i - 15]                       so x is, too, and rotates in a register of 32 bits

``parameters`` guesses the interval from what the author stores. Lowering believes it, and notes the interval
of each value that it has stored; then all code that was reached is looked through for what puts an item into
such a list. Where something does that was not noted, or that is not inside, the guess is void, and the
program compiled anew without it.

Invariant: a list begins empty, and if all items are inside, then so is the next one that is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmi.compiler import linear
from kmi.compiler.instances import FunctionInstance, VirtualInstance
from kmi.compiler.intervals import Interval
from kmi.compiler.linear import Statement, Variable
from kmi.compiler.ranges import LIST, is_list_of_int
from kmi.compiler.tidy import parts, walk
from kmi.language import tree
from kmi.language.types import INT

STORING = frozenset(["append", "insert", "__setitem__"])
"""Methods whose last argument becomes an item."""
MOVING = frozenset(
    "__init__ __from_list__ __with_room__ __del__ __len__ __advance__ __item__ __getitem__ __delitem__"
    " __slice__ __setslice__ __delslice__ __contains__ __eq__ __lt__ __add__ __iadd__ __mul__ extend pop"
    " remove index count reverse sort __sort_by__ _aside _back __stepslice__ __setstepslice__"
    " __delstepslice__ clear copy __repr__ _take_out _reserve".split()
)
"""Methods that put in what was in a list of the same type, or nothing."""


def stored(node: tree.Call) -> tree.Expression | None:
    """The value that a call puts into a list."""
    function = node.function
    if function.module == LIST and function.name in STORING and function.owner is not None:
        return node.arguments[-1]
    return None


def holds(instances: Sequence[FunctionInstance], inside: Interval) -> bool:
    """Whether nothing else is ever put into a list of int."""
    return not any(
        _breaks(statement, instance, inside)
        for instance in instances
        if instance.linear is not None
        for statement in walk(instance.linear.body)
    )


def _breaks(statement: Statement, instance: FunctionInstance, inside: Interval) -> bool:
    of_list = _is_method(instance)
    if of_list and instance.function.name in STORING | MOVING:
        return False
    noted = instance.stored.get(id(statement))
    fits = noted is not None and noted.within(inside)
    match statement:
        case linear.CallFunction(callee=VirtualInstance(cases=cases)):
            if any(_is_method(case) for case in cases.values()):
                return True
        case linear.CallFunction(callee=FunctionInstance() as callee) if _is_method(callee):
            if callee.function.name in STORING:
                return not fits
            if callee.function.name not in MOVING:
                return True
        case linear.Store(target=linear.Index(pointer=linear.Load(object=object_))) if is_list_of_int(
            object_.type
        ):
            return not fits
        case _:
            pass
    return any(_memory(statement))


def _is_method(instance: FunctionInstance) -> bool:
    function = instance.function
    if function.module != LIST:
        return False
    return INT in instance.bindings.values()


def _memory(node: object) -> Iterator[bool]:
    """Whether the memory of the items is handed on."""
    match node:
        case linear.Index(pointer=linear.Load(object=object_), index=index):
            yield from _memory(object_)
            yield from _memory(index)
        case linear.Load(object=object_, name="_items") if is_list_of_int(object_.type):
            yield True
        case Variable() | linear.Try() | linear.Cleanup() | linear.Leave():
            pass
        case _ if linear.is_node(node):
            for _, _, _, value in parts(node):
                yield from _memory(value)
        case _:
            pass
