"""Which handlers may look at the error where it was raised, and need no copy of it.

    except Exception as error:              error_ = error;                        a pointer, not 112 bytes
        return refuse(error)                return refuse(error_);

The pending error's memory is written again by whatever raises next, so a handler in which something may raise
keeps a copy; one that only looks, or raises the same error again, does not.

Invariant: between a handler's beginning and its last look at the error, nothing else is raised.
"""

from __future__ import annotations

from kmi.compiler import errors, linear
from kmi.compiler.exceptions import Exceptions
from kmi.compiler.linear import Variable
from kmi.compiler.tidy import walk


def mark(function: linear.Function, exceptions: Exceptions) -> None:
    """Sets ``pointer`` of the variables that need no copy."""
    looking: set[Variable] = set()
    copied: set[Variable] = set(function.parameters)
    for statement in walk(function.body):
        match statement:
            case linear.Try(catches=catches):
                for catch in catches:
                    if catch.saved is not None:
                        overwritten = catch.saved.owned or any(
                            errors.of_statement(each, exceptions)
                            and not (isinstance(each, linear.RaiseValue) and each.value is catch.saved)
                            for each in walk(catch.body)
                        )
                        (copied if overwritten else looking).add(catch.saved)
            case linear.Cleanup(saved=saved):
                copied.add(saved)
            case linear.MakeError(target=target) | linear.Set(target=target):
                copied.add(target)
            case linear.CallFunction() | linear.CallC() | linear.CallHelper() if statement.target is not None:
                copied.add(statement.target)
            case _:
                pass
    for variable in looking - copied:
        variable.pointer = True
