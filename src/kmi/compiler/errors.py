"""Error sets: which exceptions each function can let out, over the call graph.

    read() calls wait(), which raises InterruptedError, and catches OSError:  raises(read) = {}

A class in a set stands for itself and what derives from it. Functions whose set is empty are plain C
functions. The sets grow from nothing until they stand still, so recursion needs no care.
"""

from __future__ import annotations

from collections.abc import Iterable

from kmi.compiler import linear
from kmi.compiler.exceptions import Exceptions
from kmi.compiler.instances import FunctionInstance
from kmi.language.tree import Class


def infer(instances: Iterable[FunctionInstance], exceptions: Exceptions) -> None:
    """Sets ``raises`` of every function instance."""
    bodies = [(each, each.linear) for each in instances if each.linear is not None]
    changed = True
    while changed:
        changed = False
        for instance, function in bodies:
            sink: set[Class] = set()
            _collect(function.body, sink, {}, exceptions)
            raises = normal(sink)
            if raises != instance.raises:
                instance.raises = raises
                changed = True


def normal(classes: Iterable[Class]) -> frozenset[Class]:
    """Without classes that derive from another one in the set."""
    given = set(classes)
    return frozenset(
        each for each in given if not any(other is not each and each.derives_from(other) for other in given)
    )


def of_statement(statement: linear.Statement, exceptions: Exceptions) -> frozenset[Class]:
    """What a simple statement itself can raise."""
    match statement:
        case linear.CallFunction(callee=callee):
            return callee.raises
        case linear.CallC(raises=raises) | linear.CallHelper(raises=raises):
            return frozenset(raises)
        case linear.New():
            return frozenset([exceptions.find("MemoryError")])
        case linear.MakeString():
            return frozenset([exceptions.find("MemoryError")])
        case linear.Overflowing():
            return frozenset([exceptions.find("OverflowError")])
        case linear.Raise(definition=definition) | linear.RaiseValue(definition=definition):
            return frozenset([definition])
        case _:
            return frozenset()


def caught(raised: Class, catches: Iterable[linear.Catch]) -> bool:
    """Whether one of these surely catches it."""
    return any(
        not catch.classes or any(raised.derives_from(each) for each in catch.classes) for catch in catches
    )


def _collect(
    body: list[linear.Statement], sink: set[Class], outside: dict[int, set[Class]], exceptions: Exceptions
) -> None:
    for statement in body:
        match statement:
            case linear.If(then=then, otherwise=otherwise):
                _collect(then, sink, outside, exceptions)
                _collect(otherwise, sink, outside, exceptions)
            case linear.Loop(before=before, body=inner, after=after, otherwise=otherwise):
                for part in (before, inner, after, otherwise):
                    _collect(part, sink, outside, exceptions)
            case linear.Count(body=inner, otherwise=otherwise):
                _collect(inner, sink, outside, exceptions)
                _collect(otherwise, sink, outside, exceptions)
            case linear.Try(body=inner, catches=catches, otherwise=otherwise):
                raised: set[Class] = set()
                _collect(inner, raised, {**outside, id(statement): sink}, exceptions)
                statement.uncaught = any(not caught(each, catches) for each in raised)
                sink.update(each for each in raised if not caught(each, catches))
                _collect(otherwise, sink, outside, exceptions)
                if raised:
                    for catch in catches:
                        _collect(catch.body, sink, outside, exceptions)
            case linear.Cleanup(body=inner, cleanup=cleanup, otherwise=otherwise):
                raised = set()
                _collect(inner, raised, {**outside, id(statement): sink}, exceptions)
                if raised:
                    cleaned: set[Class] = set()
                    _collect(cleanup, cleaned, outside, exceptions)
                    statement.save = bool(cleaned) or _raises_inside(cleanup, exceptions)
                    # What it carries is let go where the cleanup leaves by a way of its own.
                    statement.save |= statement.saved.owned and not comes_back(cleanup)
                    sink |= cleaned
                    if comes_back(cleanup):
                        sink |= raised
                _collect(otherwise, sink, outside, exceptions)
            case linear.Leave(left=left, body=inner):
                _collect(inner, outside[id(left)], outside, exceptions)
            case _:
                sink |= of_statement(statement, exceptions)


def comes_back(body: list[linear.Statement]) -> bool:
    """Whether the end of the block may be reached: it does not end in a way out."""
    if not body:
        return True
    match body[-1]:
        case linear.Return() | linear.Break() | linear.Continue() | linear.Raise() | linear.RaiseValue():
            return False
        case linear.Leave(body=inner):
            return comes_back(inner)
        case _:
            return True


def _raises_inside(body: list[linear.Statement], exceptions: Exceptions) -> bool:
    """Whether anything in the block raises, even if it is caught there."""
    for statement in body:
        if of_statement(statement, exceptions):
            return True
        match statement:
            case linear.If(then=then, otherwise=otherwise):
                parts = [then, otherwise]
            case linear.Loop(before=before, body=inner, after=after, otherwise=otherwise):
                parts = [before, inner, after, otherwise]
            case linear.Count(body=inner, otherwise=otherwise):
                parts = [inner, otherwise]
            case linear.Try(body=inner, catches=catches, otherwise=otherwise):
                parts = [inner, otherwise, *(catch.body for catch in catches)]
            case linear.Cleanup(body=inner, cleanup=cleanup, otherwise=otherwise):
                parts = [inner, cleanup, otherwise]
            case linear.Leave(body=inner):
                parts = [inner]
            case _:
                parts = []
        if any(_raises_inside(part, exceptions) for part in parts):
            return True
    return False
