"""Ends: whether what stands behind a statement can run.

    if n:                       ends: both ways return
        return 1
    else:
        raise ValueError
"""

from __future__ import annotations

from kmi.compiler import linear

__all__ = ["ends", "terminates"]


def terminates(last: linear.Statement) -> bool:
    """Whether nothing after the statement runs."""
    match last:
        case linear.Return() | linear.Break() | linear.Continue() | linear.Raise() | linear.RaiseValue():
            return True
        case linear.If(then=then, otherwise=otherwise):
            return bool(then and otherwise) and terminates(then[-1]) and terminates(otherwise[-1])
        case linear.Leave(body=body):
            return bool(body) and terminates(body[-1])
        case linear.Cleanup(body=body, otherwise=otherwise):
            return ends(body) or ends(otherwise)
        case linear.Try(body=body, catches=catches, otherwise=otherwise):
            return (ends(body) or ends(otherwise)) and all(ends(catch.body) for catch in catches)
        case linear.Loop(condition=linear.BoolConst(value=True)):
            return not _breaks(last)
        case _:
            return False


def ends(body: list[linear.Statement]) -> bool:
    """Whether the end of a block is never reached."""
    return bool(body) and terminates(body[-1])


def _breaks(loop: linear.Loop) -> bool:
    from kmi.compiler.tidy import walk  # it stands on the builder, which asks for ends

    inside = walk([*loop.before, *loop.body, *loop.after])
    return any(isinstance(each, linear.Break) and each.loop is loop for each in inside)
