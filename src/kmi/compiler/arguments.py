"""What all callers of a function know of how its arguments are apart, which it knows at its beginning.

    for stop in range(len(items) - 1, 0, -1):
        sift(items, 0, stop)                        in sift: stop - len(items) <= -1

For the author's functions that only the author's own call, by name. Functions that others may call begin
with nothing; what is known where they call goes to their callees, until nobody tells anything less. Then,
with what holds in all calls, each function's needless checks are taken away.

Invariant: what a function begins with is true in every call of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kmi.compiler import linear
from kmi.compiler.bounds import Bounds, take_away
from kmi.compiler.differences import ZERO, Differences, Length, Node
from kmi.compiler.hoist import growing, quiet
from kmi.compiler.instances import FunctionInstance
from kmi.compiler.linear import Variable
from kmi.compiler.lower.items import container
from kmi.compiler.numbers import Numbers
from kmi.compiler.tidy import parts, walk
from kmi.language.types import IntType

CHANGES = 4
"""After so many, what a function knows of its arguments only gets less."""


def drop_checks(instances: Sequence[FunctionInstance], fixed: Iterable[FunctionInstance]) -> None:
    """Changes the author's functions. ``fixed`` are called by others than each other."""
    calm = quiet(instances)
    longer = growing(instances, calm)
    told = _told(instances, set(fixed))
    begin: dict[FunctionInstance, Differences] = {}
    changes: dict[FunctionInstance, int] = {}
    walks: dict[FunctionInstance, Bounds] = {}
    waiting = [each for each in instances if each.author and each.linear is not None and each not in told]
    for each in waiting:
        begin[each] = Differences()
    while waiting:
        instance = waiting.pop()
        found = walks[instance] = Bounds(instance, calm, longer)
        found.run(begin[instance].copy())
        for call, known in found.calls:
            callee = call.callee
            if not isinstance(callee, FunctionInstance) or callee not in told:
                continue
            given = _given(call, callee, known, found)
            before = begin.get(callee)
            after = given
            if before is not None:
                after = before.join(given) if changes[callee] < CHANGES else before.without(given)
                if all(after.most(a, b) == most for a, b, most in before.all()):
                    continue
            begin[callee] = after
            changes[callee] = changes.get(callee, 0) + 1
            if callee not in waiting:
                waiting.append(callee)
    for found in walks.values():
        take_away(found)


def _told(instances: Sequence[FunctionInstance], fixed: set[FunctionInstance]) -> set[FunctionInstance]:
    """Functions of which every call is seen: by name, out of a function of the author's."""
    called: set[FunctionInstance] = set()
    outside = set(fixed)
    for instance in instances:
        if instance.linear is None:
            continue
        for statement in walk(instance.linear.body):
            if isinstance(statement, linear.CallFunction) and isinstance(statement.callee, FunctionInstance):
                (called if instance.author else outside).add(statement.callee)
            outside.update(_addresses(statement))
    return {
        each
        for each in called
        if each.author
        and each.linear is not None
        and each not in outside
        and each.function.name != "__del__"
        and not each.function.callback
    }


def _addresses(node: object) -> Iterable[FunctionInstance]:
    """Functions that become values."""
    match node:
        case linear.FunctionAddress(instance=instance):
            yield instance
        case linear.MakeString(allocate=allocate):
            yield allocate
        case Variable() | linear.Try() | linear.Cleanup() | linear.Leave():
            pass
        case _ if linear.is_node(node):
            for _, _, _, value in parts(node):
                yield from _addresses(value)
        case _:
            pass


def _given(
    call: linear.CallFunction, callee: FunctionInstance, known: Differences, caller: Bounds
) -> Differences:
    """What is known of the arguments of a call, said of the callee's parameters."""
    assert callee.linear is not None
    result = Differences()
    parameters = callee.linear.parameters
    if len(parameters) != len(call.arguments):
        return result
    numbers = Numbers(known, caller.shown, caller.fields)
    terms: list[tuple[Node, tuple[Node, int]]] = [(ZERO, (ZERO, 0))]
    for parameter, argument in zip(parameters, call.arguments, strict=True):
        if isinstance(parameter.type, IntType):
            term = numbers.exact(argument) if argument.type == parameter.type else None
            if term is not None:
                terms.append((parameter, term))
        elif container(parameter.type) is not None:
            length = numbers.length_of(argument)
            if length is not None:
                terms.append((Length(parameter), (length, 0)))
    for one, (node, plus) in terms:
        for other, (base, minus) in terms:
            if one != other:
                most = known.most(node, base)
                if most is not None:
                    result.add(one, other, most + plus - minus)
    return result
