"""Which functions are small enough that C had better put them into their callers.

    def take(self) -> None:                 static inline int Semaphore_take(...)
        with self.permits as permits:
            permits.count -= 1

gcc counts into a function's size all that runs only on an error, and leaves functions out of line whose
twins, written by hand, it inlines. This counts what runs when nothing goes wrong.
"""

from __future__ import annotations

from kmi.compiler import linear
from kmi.compiler.instances import FunctionInstance
from kmi.compiler.linear import Statement

LARGEST = 14


def small(instance: FunctionInstance) -> bool:
    """Whether inlining it costs little; never of one that may call itself."""
    return instance.linear is not None and not instance.counted and _weigh(instance.linear.body) <= LARGEST


def _weigh(body: list[Statement]) -> int:
    return sum(map(_weight, body))


def _weight(statement: Statement) -> int:
    match statement:
        case linear.If(unlikely=True):
            return 1
        case linear.If(then=then, otherwise=otherwise):
            return 1 + _weigh(then) + _weigh(otherwise)
        case linear.Loop() | linear.Count() | linear.New() | linear.MakeString() | linear.Try():
            return LARGEST
        case linear.Cleanup(body=body, otherwise=otherwise):
            return _weigh(body) + _weigh(otherwise)
        case linear.Leave(body=body):
            return _weigh(body)
        case linear.CallFunction() | linear.CallC() | linear.CallHelper():
            return 2
        case linear.Drop() | linear.Replace() | linear.SetReference():
            return 3
        case linear.Raise() | linear.RaiseValue() | linear.Give() | linear.Return():
            return 0
        case _:
            return 1
