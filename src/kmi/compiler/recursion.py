"""Recursion is bounded: a kernel's stack is small, and running over it is an oops.

    def depth(self) -> int:                     Tree_depth(self, depth):
        return 1 + self.left.depth()            if depth >= DEEPEST or the stack is low: raise RecursionError
                                                    ... call Tree_depth(self->left, depth + 1)

The author's functions that lie on a cycle of the call graph are counted, together, as the simulator counts
them a thread. The count travels as a parameter of every function between two counted ones; who calls in
from outside begins with 0. Kernel layers and the run time are trusted not to recurse by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kmi.compiler import linear
from kmi.compiler.components import components
from kmi.compiler.exceptions import Exceptions
from kmi.compiler.instances import FunctionInstance, VirtualInstance
from kmi.compiler.tidy import walk
from kmi.language.limits import DEEPEST
from kmi.language.types import BOOL, WIDTHS

Callee = FunctionInstance | VirtualInstance
I32 = WIDTHS["i32"]


def bound(instances: Sequence[FunctionInstance], exceptions: Exceptions) -> None:
    """Puts the counts in."""
    graph = {instance: _callees(instance) for instance in instances}
    targets = {instance: list(_targets(callees)) for instance, callees in graph.items()}
    cyclic = {
        instance
        for circle in components(targets)
        for instance in circle
        if len(circle) > 1 or instance in targets.get(instance, ())
    }
    counted = {instance for instance in cyclic if instance.author and not _hands_on(instance)}
    if not counted:
        return
    above = _reach(counted, _turned(targets))
    below = _reach(counted, targets)
    carriers = above & below
    for instance in carriers:
        _carry(instance, instance in counted, exceptions)
    depths = {
        instance: instance.linear.parameters[-1] for instance in carriers if instance.linear is not None
    }
    for callees in graph.values():
        for callee in callees:
            if isinstance(callee, VirtualInstance):
                callee.counted = any(case in carriers for case in callee.cases.values())
    for instance in instances:
        if instance.linear is None:
            continue
        for statement in walk(instance.linear.body):
            if isinstance(statement, linear.CallFunction) and takes_depth(statement.callee):
                statement.arguments.append(_depth(depths.get(instance), instance in counted))


def _hands_on(instance: FunctionInstance) -> bool:
    """Whether it only stands for another function as a value: CPython has no frame for that."""
    return instance.function.owner is not None and instance.function.owner.calls is not None


def takes_depth(callee: Callee) -> bool:
    """Whether the function has the count as its last parameter."""
    return callee.counted


def _depth(own: linear.Variable | None, counted: bool) -> linear.Expression:
    if own is None:
        return linear.Const(0, I32)
    here = linear.Var(own, I32)
    return linear.Operation("+", here, linear.Const(1, I32), I32) if counted else here


def _carry(instance: FunctionInstance, counted: bool, exceptions: Exceptions) -> None:
    function = instance.linear
    assert function is not None
    names = {variable.name for variable in (*function.parameters, *function.variables)}
    depth = linear.Variable("depth" if "depth" not in names else "kmi_depth", I32, "parameter")
    function.parameters.append(depth)
    instance.counted = True
    if counted:
        span = instance.function.span
        # Frames differ in size, with code and compiler options: where the stack ends is asked, too.
        too_deep = linear.Comparison(
            "||",
            linear.Comparison(">=", linear.Var(depth, I32), linear.Const(DEEPEST, I32)),
            linear.Raw("kmi_platform_stack_low()", BOOL),
        )
        raising = linear.Raise(
            exceptions.find("RecursionError"), None, None, span, helper="kmi_raise_recursion"
        )
        raising.siteless = True
        function.body.insert(0, linear.If(too_deep, [raising], [], span, unlikely=True))


def _callees(instance: FunctionInstance) -> list[Callee]:
    if instance.linear is None:
        return []
    calls = (each for each in walk(instance.linear.body) if isinstance(each, linear.CallFunction))
    return list(dict.fromkeys(call.callee for call in calls))


def _targets(callees: Iterable[Callee]) -> Iterable[FunctionInstance]:
    for callee in callees:
        if isinstance(callee, FunctionInstance):
            yield callee
        else:
            yield from callee.cases.values()


def _turned(
    graph: dict[FunctionInstance, list[FunctionInstance]]
) -> dict[FunctionInstance, list[FunctionInstance]]:
    turned: dict[FunctionInstance, list[FunctionInstance]] = {}
    for caller, targets in graph.items():
        for target in targets:
            turned.setdefault(target, []).append(caller)
    return turned


def _reach(
    start: set[FunctionInstance], graph: dict[FunctionInstance, list[FunctionInstance]]
) -> set[FunctionInstance]:
    reached, waiting = set(start), list(start)
    while waiting:
        for each in graph.get(waiting.pop(), ()):
            if each not in reached:
                reached.add(each)
                waiting.append(each)
    return reached
