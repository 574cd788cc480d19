"""Who may not sleep for memory: decided here, so that no module asks at run time whether a spin lock is held.

    with self.notes as notes:               call list_Note_append_atomic(notes, ...)
        notes.append(Note(f"{n}"))          -> memory_reallocate_atomic: kmi_reallocate(..., true)

It starts at the statements that were made linear under a spin lock, or in a callback that may not sleep,
and follows calls from there. Calls of syntax are calls by then, so none is missed. A function that
allocates gets a twin that does so without sleeping: what is called elsewhere may still sleep, for memory
that a spin lock's holder could not get. What is released under a spin lock runs `__del__` and is not
followed: where there are spin locks, no `__del__` sleeps for memory, and of a virtual call no case does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kmi.compiler import linear
from kmi.compiler.instances import FunctionInstance, VirtualInstance
from kmi.compiler.monomorphise import Monomorphiser
from kmi.compiler.tidy import walk

SLEEPING = frozenset(["kmi_allocate", "kmi_reallocate"])
"""Functions of the run time whose last argument says that they may not sleep."""


def mark(program: Monomorphiser, linearise: Callable[[FunctionInstance], None]) -> None:
    """Makes allocations atomic where they have to be."""
    if not program.spins:
        return
    instances = list(program.functions.values())
    allocating = _allocating(instances)
    waiting = [each.deleter for each in program.classes.values() if each.deleter is not None]
    marked: set[FunctionInstance] = set()

    def settle(statement: linear.Sleeping) -> None:
        statement.atomic = True
        match statement:
            case linear.CallFunction(callee=VirtualInstance() as virtual):
                waiting.extend(virtual.cases.values())
            case linear.CallFunction(callee=FunctionInstance() as callee) if callee in allocating:
                statement.callee = program.atomic_twin(callee)
                waiting.append(statement.callee)
            case linear.MakeString(allocate=callee):
                statement.allocate = program.atomic_twin(callee)
                waiting.append(statement.allocate)
            case linear.CallC(callee=external, arguments=arguments) if external.name in SLEEPING:
                arguments[-1] = linear.BoolConst(True)
            case _:
                pass

    for instance in instances:
        for statement in _sleeping(instance):
            if statement.atomic:
                settle(statement)
    while waiting:
        program.run(linearise)
        instance = waiting.pop()
        if instance not in marked:
            marked.add(instance)
            for statement in _sleeping(instance):
                settle(statement)


def _sleeping(instance: FunctionInstance) -> Iterator[linear.Sleeping]:
    if instance.linear is not None:
        for statement in walk(instance.linear.body):
            if isinstance(statement, linear.Sleeping):
                yield statement


def _allocating(instances: list[FunctionInstance]) -> set[FunctionInstance]:
    """The functions that may ask for memory, or call one that does."""
    callers: dict[FunctionInstance, list[FunctionInstance]] = {}
    waiting: list[FunctionInstance] = []
    for instance in instances:
        for statement in _sleeping(instance):
            match statement:
                case linear.CallFunction(callee=VirtualInstance(cases=cases)):
                    for case in cases.values():
                        callers.setdefault(case, []).append(instance)
                case linear.CallFunction(callee=FunctionInstance() as callee):
                    callers.setdefault(callee, []).append(instance)
                case linear.CallC(callee=external) if external.name not in SLEEPING:
                    pass
                case _:
                    waiting.append(instance)
    found: set[FunctionInstance] = set()
    while waiting:
        instance = waiting.pop()
        if instance not in found:
            found.add(instance)
            waiting.extend(callers.get(instance, []))
    return found
