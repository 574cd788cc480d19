"""The checks that compiled code still makes: what `kmi check --explain-checks` lists.

    total += n          overflow    total + n is -2**64 to 2**64 - 2, and an int holds -2**63 to 2**63 - 1

Lowering notes each check as it emits it, with the range that it knew; a check that the ranges or
``bounds`` took away is not there. For the author's own functions only, and the same for all kernels.

Invariant: one place of the source has one line for each kind of check, however often it is compiled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kmi.compiler import arguments, contents
from kmi.compiler.driver import fixed
from kmi.compiler.elide import elide
from kmi.compiler.exceptions import Exceptions
from kmi.compiler.instances import FunctionInstance
from kmi.compiler.intervals import Interval
from kmi.compiler.linearise import linearise
from kmi.compiler.monomorphise import Monomorphiser
from kmi.compiler.names import Namer
from kmi.compiler.noted import Check
from kmi.compiler.parameters import learn
from kmi.compiler.tidy import tidy
from kmi.language import tree
from kmi.language.tree.walk import functions, trusted

__all__ = ["Listed", "left"]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list: a check and the function that it is in."""

    check: Check
    function: str


def left(program: tree.Program) -> list[Listed]:
    """Every check in the author's functions, in the order of the source."""
    made = _made(program, True) or _made(program, False) or []
    found: dict[tuple[str, int, int, str], Listed] = {}
    for instance in made:
        for check in instance.checks:
            span = check.span
            key = (str(span.source.path), span.line, span.column, check.kind)
            known = found.get(key)
            if known is None or _width(check.known) > _width(known.check.known):
                found[key] = Listed(check, instance.function.qualified)
    return [found[key] for key in sorted(found)]


def _made(program: tree.Program, guess: bool) -> list[FunctionInstance] | None:
    """The author's functions as they are compiled; None where what was guessed of lists does not hold."""
    monomorphiser = Monomorphiser(program, Namer())
    learnt = monomorphiser.learnt = learn(program, (), guess)
    exceptions = Exceptions(program)
    made: list[FunctionInstance] = []
    for function in _own(program):
        owner = function.owner
        if not function.type_parameters and (owner is None or not owner.type_parameters):
            monomorphiser.function(function, {})

    def lower(instance: FunctionInstance) -> None:
        if instance.author or instance.function.module.startswith("kmi.runtime."):
            linearise(monomorphiser, exceptions, instance)
            made.append(instance)

    monomorphiser.run(lower)
    if learnt.items is not None and not contents.holds(made, learnt.items):
        return None
    outside = fixed(monomorphiser, ())
    for instance in made:
        assert instance.linear is not None
        tidy(instance.linear)
    elide(made, outside)
    arguments.drop_checks(made, outside)
    return made


def _own(program: tree.Program) -> Iterator[tree.Function]:
    for module in program.modules.values():
        if not trusted(module.name):
            yield from functions(module)


def _width(interval: Interval | None) -> int:
    return -1 if interval is None else interval.high - interval.low
