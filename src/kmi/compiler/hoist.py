"""Reads what a container is made of once before a loop that cannot change it, not in each round.

    for i in range(len(a)):                 a_length = a->_length; a_items = a->_items
        total += a[i]                       for (i = 0; i < stop; i++) { if (i >= a_length) ...; a_items[i] }

C cannot know that a store to an item leaves the length alone. Here it is known: only the run time's own
methods change a length, so a loop that calls nothing which could come to one, and drops nothing whose end
could, leaves every container as long as it is and where it is. Another thread cannot, either: a container
is confined, or reached under a lock that is held all through the loop.

Invariant: a variable that is looked into before the loop was set on every way there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kmi.compiler import linear
from kmi.compiler.instances import FunctionInstance
from kmi.compiler.linear import Statement, Variable
from kmi.compiler.lower.items import CONTAINERS, container, item_type
from kmi.compiler.tidy import blocks, parts, rewrite, walk
from kmi.language.types import OptionalType, Type

HEADER = ("_length", "_items", "_memory", "_start")
"""The fields of lists, bytes and bytearrays that items are found by."""
PURE = frozenset(["memcmp"])
"""C functions that change nothing."""
ADDING = frozenset(
    "append extend insert copy __init__ __mul__ __add__ __slice__ __stepslice__ __with_room__ __from_list__"
    " _extend_slice _from_bytearray_slice __from_int__ __from_bytes__ __from_bytearray__"
    " __from_memory__ __allocate__".split()
)
"""Methods of containers that make new ones, or make one longer, and drop nothing of the author's."""


def hoist(instances: Sequence[FunctionInstance]) -> None:
    """Changes the author's functions."""
    calm = quiet(instances)
    for instance in instances:
        if instance.linear is not None and instance.author:
            _Hoisting(instance.linear, calm).run()


def quiet(instances: Sequence[FunctionInstance]) -> set[FunctionInstance]:
    """Functions that surely leave all containers as long and where they are: the greatest such set."""
    bodies = {each: list(walk(each.linear.body)) for each in instances if each.linear is not None}
    calm = {each for each, body in bodies.items() if not any(map(changes, body))}
    while True:
        loud = {
            each
            for each in calm
            for statement in bodies[each]
            if isinstance(statement, linear.CallFunction) and statement.callee not in calm
        }
        if not loud:
            return calm
        calm -= loud


def growing(instances: Sequence[FunctionInstance], calm: set[FunctionInstance]) -> set[FunctionInstance]:
    """Functions after which no container that was there before is shorter: the greatest such set."""
    adding = {
        each
        for each in instances
        if each.function.module in CONTAINERS and each.function.name in ADDING and each not in calm
    }
    bodies = {each: list(walk(each.linear.body)) for each in instances if each.linear is not None}
    found = {each for each, body in bodies.items() if each.author and not any(map(changes, body))}
    while True:
        other = {
            each
            for each in found
            for statement in bodies[each]
            if isinstance(statement, linear.CallFunction)
            and statement.callee not in found
            and statement.callee not in adding
            and statement.callee not in calm
        }
        if not other:
            return found | adding
        found -= other


def _is_plain(kind: Type) -> bool:
    """Whether giving an object's last count back frees memory, and does nothing else."""
    if isinstance(kind, OptionalType):
        return _is_plain(kind.inner)
    return container(kind) is not None and not linear.holds_count(item_type(kind))


def changes(statement: Statement) -> bool:
    """Whether the statement itself, a call of a function left out, could change a container's header.

    Not that of one that goes: nobody looks into it any more.
    """
    match statement:
        case linear.Drop(variable=variable) if _is_plain(variable.type):
            return False
        case linear.Replace(target=target) if _is_plain(target.type):
            return False
        case linear.Store(target=linear.Load(object=object_)):
            return container(object_.type) is not None
        case linear.Store(target=linear.Index(pointer=linear.Load(object=object_))):
            return container(object_.type) is None
        case linear.CallC(callee=callee):
            return callee.name not in PURE
        case (
            linear.Store() | linear.SetReference() | linear.Replace() | linear.Drop() | linear.Give()
            | linear.Move() | linear.CallHelper()
        ):  # fmt: skip
            return True
        case linear.Adopt() | linear.Cleanup():
            return True
        case (
            linear.Set() | linear.Retain() | linear.New() | linear.MakeString() | linear.MakeError()
            | linear.Overflowing() | linear.Raise() | linear.RaiseValue() | linear.CallFunction()
            | linear.If() | linear.Loop() | linear.Count() | linear.Break() | linear.Continue()
            | linear.Return() | linear.Try() | linear.Leave()
        ):  # fmt: skip
            return False
        case _:
            return True


class _Hoisting:
    """One function."""

    def __init__(self, function: linear.Function, quiet: set[FunctionInstance]) -> None:
        self.function = function
        self.quiet = quiet
        self.names = {each.name for each in (*function.parameters, *function.variables)}

    def run(self) -> None:
        self.block(self.function.body, set(self.function.parameters))

    def block(self, body: list[Statement], known: set[Variable]) -> None:
        """``known`` are variables that were set on every way here."""
        position = 0
        while position < len(body):
            statement = body[position]
            if isinstance(statement, linear.Loop | linear.Count):
                before = self.loop(statement, known)
                body[position:position] = before
                position += len(before)
                if not before:
                    for inner in blocks(statement):
                        self.block(inner, set(known))
            else:
                for inner in blocks(statement):
                    self.block(inner, set(known))
            for target, is_set in targets(statement):
                if is_set:
                    known.add(target)
                else:
                    known.discard(target)
            for nested in _nested(statement):
                for target, is_set in targets(nested):
                    if not is_set:
                        known.discard(target)
            position += 1

    def loop(self, loop: linear.Loop | linear.Count, known: set[Variable]) -> list[Statement]:
        """What is read before the loop; inside it is replaced."""
        inside = list(walk(_rounds(loop)))
        for statement in inside:
            if changes(statement):
                return []
            if isinstance(statement, linear.CallFunction) and statement.callee not in self.quiet:
                return []
        assigned = {target for statement in inside for target, _ in targets(statement)}
        if isinstance(loop, linear.Count):
            assigned.add(loop.counter)
        wanted: dict[tuple[Variable, str], linear.Load] = {}
        for statement in [loop, *inside]:
            for load in _headers(statement):
                assert isinstance(load.object, linear.Var)
                variable = load.object.variable
                if variable in known and variable not in assigned:
                    wanted.setdefault((variable, load.name), load)
        made = {key: self.variable(f"{key[0].name}{key[1]}", load) for key, load in wanted.items()}

        def change(node: object) -> object:
            match node:
                case linear.Load(object=linear.Var(variable=variable), name=name) if (variable, name) in made:
                    found = made[variable, name]
                    return linear.Var(found, found.type)
                case _:
                    return node

        for statement in [loop, *inside]:
            rewrite(statement, change)
        return [linear.Set(made[key], load, loop.span) for key, load in wanted.items()]

    def variable(self, wanted: str, load: linear.Load) -> Variable:
        name, number = wanted, 1
        while name in self.names:
            number += 1
            name = f"{wanted}_{number}"
        self.names.add(name)
        variable = Variable(name, load.type)
        self.function.variables.append(variable)
        return variable


def _rounds(loop: linear.Loop | linear.Count) -> list[Statement]:
    """What runs in the rounds of a loop."""
    if isinstance(loop, linear.Count):
        return loop.body
    return [*loop.before, *loop.body, *loop.after]


def _nested(statement: Statement) -> Iterator[Statement]:
    for block in blocks(statement):
        yield from walk(block)


def targets(statement: Statement) -> Iterable[tuple[Variable, bool]]:
    """The variables that a statement sets, or, False, leaves with nothing."""
    match statement:
        case (
            linear.Set(target=target) | linear.Retain(target=target) | linear.Adopt(target=target)
            | linear.New(target=target) | linear.MakeString(target=target)
            | linear.MakeError(target=target) | linear.Overflowing(target=target)
        ):  # fmt: skip
            return [(target, True)]
        case linear.Replace(target=target, source=source) | linear.Move(target=target, source=source):
            return [(target, True), (source, False)]
        case linear.CallFunction() | linear.CallC() | linear.CallHelper() if statement.target is not None:
            return [(statement.target, True)]
        case linear.Drop(variable=variable) | linear.Give(variable=variable):
            return [(variable, False)]
        case linear.SetReference(source=source):
            return [(source, False)]
        case linear.Count(counter=counter):
            return [(counter, True)]
        case _:
            return []


def _headers(node: object) -> Iterator[linear.Load]:
    """The reads of a header in an expression or a statement itself."""
    match node:
        case linear.Load(object=linear.Var(variable=variable), name=name) if (
            name in HEADER and container(variable.type) is not None
        ):
            yield node
        case Variable() | linear.Try() | linear.Cleanup() | linear.Leave():
            pass
        case _ if linear.is_node(node):
            for _, _, _, value in parts(node):
                yield from _headers(value)
        case _:
            pass
