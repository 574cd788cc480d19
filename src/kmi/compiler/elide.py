"""Leaves out retains and drops that nobody can notice: of what something else holds for the whole call.

    permits = call Mutex.enter(&self->permits)        the mutex's final field holds it, self holds the mutex,
    ...                                               and the caller holds self: no count of its own
    drop permits

A value is *held* if it is a parameter, a final field of something held, what C hands to a callback, or what
a function gives back that only reads a final field of its held receiver; so is a variable that only ever
takes such values. One that gives its count to nobody needs none. When in doubt a count is kept: that changes
only the cost.

Invariant: no drop is moved, and none is left out that could be the last: the holder outlives the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kmi.compiler import linear
from kmi.compiler.instances import FunctionInstance, VirtualInstance
from kmi.compiler.linear import Statement, Variable
from kmi.compiler.tidy import blocks, walk
from kmi.language.types import PointerType


def elide(instances: Sequence[FunctionInstance], fixed: Iterable[FunctionInstance]) -> None:
    """Changes all functions. ``fixed`` are called by others than each other: their results stay owned."""
    outside = set(fixed)
    lenders = _lenders(instances, outside)
    inside = _inside_callbacks(instances, outside)
    for instance in instances:
        if instance.linear is not None:
            _take_loans(instance.linear, lenders)
            Elision(instance, lenders, instance in inside).run()


def _inside_callbacks(
    instances: Sequence[FunctionInstance], fixed: set[FunctionInstance]
) -> set[FunctionInstance]:
    """Callbacks that take nothing over from C, and functions of their layer that only such ones call.

    The author's own may also be called through values.
    """
    callers: dict[FunctionInstance, set[FunctionInstance]] = {}
    taking: set[FunctionInstance] = set()
    for instance in instances:
        for statement in walk(instance.linear.body) if instance.linear is not None else ():
            match statement:
                case linear.CallFunction(callee=FunctionInstance() as callee):
                    callers.setdefault(callee, set()).add(instance)
                case linear.Adopt(value=linear.Convert()):
                    taking.add(instance)
                case _:
                    pass
    inside = {each for each in instances if each.function.callback and each not in taking}
    while True:
        more = {
            each
            for each, by in callers.items()
            if each not in inside | taking | fixed and not each.author and by <= inside
        }
        if not more:
            return inside
        inside |= more


def _lenders(instances: Sequence[FunctionInstance], fixed: set[FunctionInstance]) -> set[FunctionInstance]:
    """Functions that only give back a final field of their receiver: from here on they lend it."""
    lenders: set[FunctionInstance] = set()
    for instance in instances:
        function = instance.linear
        if (
            function is None
            or instance in fixed
            or not function.parameters
            or instance.function.name == "__init__"
        ):
            continue
        returns = [each for each in walk(function.body) if isinstance(each, linear.Return)]
        match function.body[-2:]:
            case [
                linear.Retain(
                    target=target, value=linear.Load(object=linear.Var(variable=owner), final=True) as value
                ),
                linear.Return(moved=moved) as last,
            ] if moved is target and owner is function.parameters[0] and len(returns) == 1:
                last.value, last.moved = value, None
                del function.body[-2]
                lenders.add(instance)
            case _:
                pass
    return lenders


def _take_loans(function: linear.Function, lenders: set[FunctionInstance]) -> None:
    """Who calls a lender takes a count of its own, for a start."""

    def change(body: list[Statement]) -> None:
        for position in range(len(body) - 1, -1, -1):
            statement = body[position]
            for block in blocks(statement):
                change(block)
            if isinstance(statement, linear.CallFunction) and statement.callee in lenders:
                owned = statement.target
                if owned is not None and owned.owned:
                    lent = Variable(f"{owned.name}_lent", owned.type)
                    function.variables.append(lent)
                    statement.target = lent
                    value = linear.Var(lent, lent.type)
                    body.insert(position + 1, linear.Retain(owned, value, statement.span))

    change(function.body)


class Elision:
    """The counts of one function."""

    def __init__(self, instance: FunctionInstance, lenders: set[FunctionInstance], lent_by_c: bool) -> None:
        assert instance.linear is not None
        self.function = instance.linear
        self.initialising = instance.function.name == "__init__"
        self.statements = list(walk(self.function.body))
        self.held: set[Variable] = {each for each in self.function.parameters if not each.owned}
        for statement in self.statements:
            match statement:
                case linear.CallFunction(
                    target=Variable() as lent, callee=callee, arguments=[receiver, *_]
                ) if callee in lenders and not isinstance(callee, VirtualInstance) and self.is_held(receiver):
                    self.held.add(lent)
                case linear.Set(target=target) if target in self.held:
                    self.held.discard(target)
                case _:
                    pass
        self.lent_by_c = lent_by_c
        self._spread()

    def _spread(self) -> None:
        """A variable that only ever takes what is held is held, too."""
        sources: dict[Variable, list[linear.Expression] | None] = {}
        for statement in self.statements:
            for target, value in _taken(statement):
                known = sources.setdefault(target, [])
                if value is None:
                    sources[target] = None
                elif known is not None:
                    known.append(value)
        while True:
            found = {
                target
                for target, values in sources.items()
                if values and target.owned and target not in self.held and all(map(self.is_held, values))
            }
            if not found:
                return
            self.held |= found

    def is_held(self, value: linear.Expression) -> bool:
        """Whether something outside of this call's own counts keeps the object alive until it returns."""
        match value:
            case linear.Var(variable=variable):
                return variable in self.held
            case linear.Load(object=inner, final=final):
                return final and not self.initialising and self.is_held(inner)
            case linear.PlaceOf(object=inner):
                return self.is_held(inner)
            case linear.Convert(value=inner) if isinstance(inner.type, PointerType):
                return self.lent_by_c  # what C hands to a callback it holds until that returns
            case linear.Convert(value=linear.PlaceOf() as inner):
                return self.is_held(inner)  # the same place, as a class that it derives from
            case linear.Convert(value=inner):
                return linear.holds_count(inner.type) and self.is_held(inner)
            case linear.Literal():
                return True
            case _:
                return False

    def run(self) -> None:
        chosen = {each for each in self.function.variables if each.owned}
        while True:
            kept = self._needing(chosen)
            if not kept:
                break
            chosen -= kept
        if chosen:
            self._rewrite(self.function.body, chosen)
            for variable in chosen:
                variable.owned = False

    def _needing(self, chosen: set[Variable]) -> set[Variable]:
        """Those that need a count: taken from elsewhere, or given away."""
        needing: set[Variable] = set()
        for statement in self.statements:
            match statement:
                case linear.Retain(target=target, value=value):
                    if not self.is_held(value):
                        needing.add(target)
                case linear.Replace(target=target, source=source) | linear.Move(target=target, source=source):
                    if source not in chosen:
                        needing.add(target)
                    if target not in chosen:
                        needing.add(source)
                case linear.Give(variable=variable) | linear.SetReference(source=variable):
                    needing.add(variable)
                case linear.Return(moved=Variable() as moved):
                    needing.add(moved)
                case linear.Drop() | linear.Set():
                    pass
                case (
                    linear.Adopt(target=target) | linear.New(target=target) | linear.MakeString(target=target)
                ):
                    needing.add(target)
                case (
                    linear.CallFunction(target=Variable() as target)
                    | linear.CallC(target=Variable() as target)
                ):
                    needing.add(target)
                case linear.CallHelper(target=Variable() as target):
                    needing.add(target)
                case linear.RaiseValue(value=error) | linear.MakeError(target=error):
                    needing.add(error)
                case linear.Cleanup(saved=error):
                    needing.add(error)
                case linear.Try(catches=catches):
                    needing.update(each.saved for each in catches if each.saved is not None)
                case _:
                    pass
        return needing & chosen

    def _rewrite(self, body: list[Statement], chosen: set[Variable]) -> None:
        for position in range(len(body) - 1, -1, -1):
            statement = body[position]
            for block in blocks(statement):
                self._rewrite(block, chosen)
            match statement:
                case linear.Retain(target=target, value=value, span=span) if target in chosen:
                    body[position] = linear.Set(target, value, span)
                case (
                    linear.Replace(target=target, source=source, span=span)
                    | linear.Move(target=target, source=source, span=span)
                ) if target in chosen:
                    body[position] = linear.Set(target, linear.Var(source, source.type), span)
                case linear.Drop(variable=variable) if variable in chosen:
                    del body[position]
                case _:
                    pass


def _taken(statement: Statement) -> list[tuple[Variable, linear.Expression | None]]:
    """The owned variables to which a statement gives an object, and which; None: one of its own making."""
    match statement:
        case linear.Retain(target=target, value=value):
            return [(target, value)]
        case linear.Replace(target=target, source=source) | linear.Move(target=target, source=source):
            return [(target, linear.Var(source, source.type))]
        case linear.Set(target=target) | linear.Adopt(target=target) | linear.New(target=target):
            return [(target, None)]
        case linear.MakeString(target=target) | linear.MakeError(target=target):
            return [(target, None)]
        case linear.CallFunction() | linear.CallC() | linear.CallHelper() if statement.target is not None:
            return [(statement.target, None)]
        case _:
            return []
