"""What is known of a function's integer parameters, and of what it returns: from all of its calls.

    def rotated(value: int, by: int) -> int:      called as rotated(x, 7), rotated(x, 18):  by in [7, 18]
        return ... & 0xFFFFFFFF                   returns [0, 2**32 - 1]

For the author's module-level functions that are only ever called by name: not roots, not callbacks, not kept
as values, without type variables. Every call in the program is seen, whether it can be reached or not.
Intervals grow until they stand still; one that grows for too long becomes all that the type holds.

Invariant: an argument of any call is in the parameter's interval; what a call gives is in the result's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass

from kmi.compiler import intervals
from kmi.compiler.contents import stored
from kmi.compiler.facts import gather
from kmi.compiler.instances import FunctionInstance
from kmi.compiler.intervals import Interval
from kmi.compiler.known import Known
from kmi.compiler.ranges import Ranges, is_list_of_int
from kmi.language import tree
from kmi.language.tree import Class, Function, Program
from kmi.language.tree.walk import authored, functions, trusted, walk
from kmi.language.types import INT, BoolType, ClassType, IntType

ROUNDS = 3
"""After so many, what still grows is given up."""
ITEMS = -1
"""Stands for what lists hold, among the parameters that grew."""
ALL = intervals.of_type(INT)


def learn(program: Program, roots: Iterable[Function], contents: bool = True) -> Known:
    """What is known of the author's functions; with ``contents``, if what is guessed of lists holds."""
    every = _all(program)
    known = Known(frozenset(map(id, every)))
    taken = {id(each) for each in roots} | set(_values(every))
    taken |= {id(part) for each in program.parameters for part in _parts(each)}  # their validators
    taken |= set(_from_within(program))
    chosen = [each for each in every if _closed(each) and id(each) not in taken]
    if contents and any(_fills(node) for each in every for node in walk(each.body)):
        known.items = Interval(0, 0)
    if chosen or known.items is not None:
        _Learning(every, chosen, known).run()
    if known.items == ALL:
        known.items = None
    return known


@dataclass(slots=True)
class _Learning:
    every: list[Function]
    chosen: list[Function]
    known: Known
    called: set[int] = field(default_factory=set)

    def run(self) -> None:
        ids = {id(each) for each in self.chosen}
        rounds = 0
        while True:
            grown: set[int] = set()
            for function in self.every:
                if id(function) in ids and id(function) not in self.called and function.parameters:
                    continue  # nobody calls it yet
                grown |= self.go_through(function, ids)
            if not grown:
                break
            rounds += 1
            if rounds > ROUNDS:
                if ITEMS in grown and rounds > 3 * ROUNDS:  # they grow with what the rest is known of
                    self.known.items = ALL
                for parameter in (p for each in self.chosen for p in each.parameters):
                    if id(parameter) in grown and isinstance(parameter.type, IntType | BoolType):
                        self.known.parameters[id(parameter)] = intervals.of_type(parameter.type)
        for function in self.chosen:
            if isinstance(function.result, IntType | BoolType) and _complete(function):
                self.known.results[id(function)] = self.returned(function)

    def go_through(self, function: Function, ids: set[int]) -> set[int]:
        """The calls in one function; the parameters whose intervals grew, and 0 for a first call."""
        instance = FunctionInstance(function, {}, function.name, True)
        ranges = Ranges(instance, gather(instance, self.known), self.known)
        grown: set[int] = set()
        for node in walk(function.body):
            if self.known.items is not None and _plain(function):
                for item in _fills(node):
                    after = self.known.items.join(ranges.of(item).meet(ALL))
                    if after != self.known.items:
                        self.known.items = after
                        grown.add(ITEMS)
            if not isinstance(node, tree.Call) or id(node.function) not in ids:
                continue
            if id(node.function) not in self.called:
                self.called.add(id(node.function))
                grown.add(0)
            for parameter, argument in zip(node.function.parameters, node.arguments, strict=True):
                if not isinstance(parameter.type, IntType | BoolType):
                    continue
                room = intervals.of_type(parameter.type)
                given = room
                if isinstance(argument.type, IntType | BoolType) and _plain(function):
                    given = ranges.of(argument).meet(room)
                before = self.known.parameters.get(id(parameter))
                after = given if before is None else before.join(given)
                if after != before:
                    self.known.parameters[id(parameter)] = after
                    grown.add(id(parameter))
        return grown

    def returned(self, function: Function) -> Interval:
        instance = FunctionInstance(function, {}, function.name, True)
        ranges = Ranges(instance, gather(instance, self.known), self.known)
        room = intervals.of_type(function.result)
        found: Interval | None = None
        for node in walk(function.body):
            if isinstance(node, tree.Return) and node.value is not None:
                value = room
                if isinstance(node.value.type, IntType | BoolType):
                    value = ranges.of(node.value).meet(room)
                found = value if found is None else found.join(value)
        return found or room


def _fills(node: tree.Node) -> Sequence[tree.Expression]:
    """The integers that a node puts into lists of int."""
    match node:
        case tree.ListNew(items=items, type=kind) if is_list_of_int(kind):
            return items
        case tree.Call(arguments=[receiver, *_]) if is_list_of_int(receiver.type):
            item = stored(node)
            return [] if item is None else [item]
        case _:
            return []


def _closed(function: Function) -> bool:
    """Whether all of a function's calls are calls of it by name, as far as it says itself."""
    return (
        function.owner is None
        and not trusted(function.module)
        and not function.callback
        and not function.type_parameters
        and function.external is None
    )


def _plain(function: Function) -> bool:
    """Whether the types in it are those that it is compiled with."""
    return not function.type_parameters and (function.owner is None or not function.owner.type_parameters)


def _complete(function: Function) -> bool:
    """Whether its integers come out of ``return`` only, and not of expressions that hold statements."""
    return not any(isinstance(node, tree.Do) for node in walk(function.body))


def _all(program: Program) -> list[Function]:
    """Every function of the author's that could be compiled, however it is reached."""
    found: dict[int, Function] = {}
    waiting: list[Function] = [each for module in authored(program) for each in functions(module)]
    classes: set[int] = set()
    while waiting:
        function = waiting.pop()
        if id(function) in found or trusted(function.module):
            continue
        found[id(function)] = function
        for node in walk(function.body):
            for value in _parts(node):
                if isinstance(value, Function):
                    waiting.append(value)
                elif isinstance(value, ClassType) and id(value.definition) not in classes:
                    classes.add(id(value.definition))
                    waiting.extend(_methods(value.definition))
    return list(found.values())


def _methods(definition: Class) -> Iterator[Function]:
    yield from definition.methods.values()
    for below in definition.subclasses:
        yield from _methods(below)


def _values(every: list[Function]) -> Iterator[int]:
    """Functions that something else than a call refers to."""
    for function in every:
        for node in walk(function.body):
            if not isinstance(node, tree.Call):
                yield from (id(value) for value in _parts(node) if isinstance(value, Function))


def _from_within(program: Program) -> Iterator[int]:
    """The author's functions to which kmi's own code refers: what is generated to call values, for one."""
    for module in program.modules.values():
        if trusted(module.name):
            for function in functions(module):
                for node in walk(function.body):
                    named = getattr(node, "function", None)
                    if isinstance(named, Function) and not trusted(named.module):
                        yield id(named)


def _parts(node: object) -> Iterator[object]:
    """What the fields of a node hold."""
    if not is_dataclass(node):
        return
    for each in fields(node):
        value = getattr(node, each.name)
        yield from value if isinstance(value, list | tuple) else (value,)
