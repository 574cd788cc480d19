"""From a typed program to one C file: the passes in their order.

    compile(program, Target(roots=[Root(main)], prologue='#include "kmi.h"'))  ->  CSource

The passes, each a file of its name; ``--dump PASS`` shows what there is after one of `PASSES`:

- types: the tree as the front end gives it
- parameters: what all calls say of a function's integers, and a guess of what lists hold; where a function
  turns up that it has not seen, or ``contents`` finds otherwise, the program is compiled again without
- monomorphise, and with it for each function as it is reached: ranges (which facts and intervals serve), then
  linearise (whose forms are in ``lower``)
- atomic: who allocates without sleeping
- tidy, elide, tidy: temporaries, then retains and drops that nobody can notice
- bounds: which checks of indices and sums are needless, by what ``arguments`` finds that all callers know
- hoist: what a container is made of, read before the loop
- recursion: a depth counter for each circle of calls
- errors: which exceptions each function lets out
- edges: where errors go and what is dropped on the way; drop_results (of tidy) before it, looks after it
- c: in ``emit``; small says what C had better put into its callers

`verify` looks at the linear form between any two of them, in tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kmi.compiler import (
    arguments,
    atomic,
    contents,
    dump,
    edges,
    errors,
    looks,
    parameters,
    recursion,
    verify,
)
from kmi.compiler.elide import elide
from kmi.compiler.emit.program import ProgramPrinter
from kmi.compiler.exceptions import Exceptions
from kmi.compiler.hoist import hoist
from kmi.compiler.instances import FunctionInstance, bases, bindings_of
from kmi.compiler.known import Known
from kmi.compiler.linearise import linearise
from kmi.compiler.monomorphise import Monomorphiser
from kmi.compiler.names import Namer
from kmi.compiler.tidy import drop_results, tidy
from kmi.language.report.diagnostics import InternalError
from kmi.language.tree import Function, Program
from kmi.language.tree.dump import dump as typed_text
from kmi.language.types import ClassType, Type

PASSES = (
    "types", "monomorphise", "ranges", "linearise", "atomic", "tidy", "elide", "bounds", "hoist", "recursion",
    "errors", "edges", "c",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Root:
    """A function to compile: one of a module, or a method of ``receiver``. ``name`` fixes its C name."""

    function: Function
    receiver: ClassType | None = None
    name: str | None = None


@dataclass(slots=True)
class Target:
    """What a kernel asks for: the roots, C text around the program, the file's name in ``#line``."""

    roots: Sequence[Root]
    prologue: str = '#include "kmi.h"\n'
    epilogue: str | Callable[[CSource], str] = ""
    file: str = "module.c"
    directives: bool = True
    verify: bool = False
    """Run the verifier between passes, as tests do."""
    dump: Callable[[str, str], None] | None = None
    """Called with each pass's name and what the program is after it."""


@dataclass(slots=True)
class CSource:
    """The compiled program. ``names`` has the C name of each root, by its qualified name."""

    text: str
    names: dict[str, str] = field(default_factory=dict)
    raises: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of what each root may raise: then it has kmi's convention, else it is a plain function."""


def compile(program: Program, target: Target) -> CSource:
    """The whole program as one C file. Raises InternalError where it meets what the front end should have
    refused.
    """
    roots = [root.function for root in target.roots]
    for with_contents in (True, False):
        learnt = parameters.learn(program, roots, with_contents)
        source = _compile(program, target, learnt)
        if source is not None:
            return source
        if learnt.items is None:
            break
    return _compile(program, target, Known()) or CSource("")


def _compile(program: Program, target: Target, learnt: Known) -> CSource | None:
    """None where a function was compiled of which it was not known that it is there, or that fills a list."""
    if target.dump is not None:
        target.dump("types", typed_text(program))
    namer = Namer()
    monomorphiser = Monomorphiser(program, namer)
    monomorphiser.learnt = learnt
    exceptions = Exceptions(program)
    roots = [_root(monomorphiser, namer, root) for root in target.roots]

    def linear(instance: FunctionInstance) -> None:
        linearise(monomorphiser, exceptions, instance)

    monomorphiser.run(linear)
    instances = list(monomorphiser.functions.values())
    if learnt.parameters and any(each.author and id(each.function) not in learnt.seen for each in instances):
        return None
    if learnt.items is not None and not contents.holds(instances, learnt.items):
        return None
    if target.dump is not None:
        target.dump("monomorphise", dump.instances(monomorphiser))
        target.dump("ranges", "\n".join(filter(None, map(dump.ranges, instances))))
    _after(target, "linearise", instances)
    atomic.mark(monomorphiser, linear)
    instances = list(monomorphiser.functions.values())
    _after(target, "atomic", instances)
    for instance in instances:
        if instance.linear is not None:
            tidy(instance.linear)
    _after(target, "tidy", instances)
    elide(instances, fixed(monomorphiser, roots))
    for instance in instances:
        if instance.linear is not None:
            tidy(instance.linear)
    _after(target, "elide", instances)
    arguments.drop_checks(instances, fixed(monomorphiser, roots))
    _after(target, "bounds", instances)
    hoist(instances)
    _after(target, "hoist", instances)
    recursion.bound(instances, exceptions)
    _after(target, "recursion", instances)
    errors.infer(instances, exceptions)
    _after(target, "errors", instances)
    for instance in instances:
        if instance.linear is not None:
            drop_results(instance.linear)
            edges.find(instance.linear, exceptions)
            looks.mark(instance.linear, exceptions)
    _after(target, "edges", instances)
    source = CSource("")
    for root, instance in zip(target.roots, roots, strict=True):
        source.names[root.function.qualified] = instance.name
        source.raises[root.function.qualified] = tuple(sorted(each.name for each in instance.raises))
    epilogue = target.epilogue if isinstance(target.epilogue, str) else target.epilogue(source)
    printer = ProgramPrinter(monomorphiser, exceptions, target.file, target.directives)
    source.text = printer.print(roots, target.prologue, epilogue)
    if target.dump is not None:
        target.dump("c", source.text)
    return source


def fixed(monomorphiser: Monomorphiser, roots: Sequence[FunctionInstance]) -> list[FunctionInstance]:
    """Functions that are not only called by name: their convention is everybody's."""
    cases = [case for virtual in monomorphiser.virtuals.values() for case in virtual.cases.values()]
    callbacks = [each for each in monomorphiser.functions.values() if each.function.callback]
    deleters = [each.deleter for each in monomorphiser.classes.values() if each.deleter is not None]
    allocators = [each for each in monomorphiser.functions.values() if each.function.name == "__allocate__"]
    return [*roots, *cases, *callbacks, *deleters, *allocators]


def _root(monomorphiser: Monomorphiser, namer: Namer, root: Root) -> FunctionInstance:
    bindings: dict[str, Type] = {}
    if root.receiver is not None:
        for base in bases(root.receiver):
            if base.definition is root.function.owner:
                bindings = bindings_of(base)
                break
        else:
            raise InternalError(
                f"{root.function.qualified} is no method of {root.receiver}", root.function.span
            )
    instance = monomorphiser.function(root.function, bindings)
    if root.name is not None:
        namer.taken.add(root.name)
        instance.name = root.name
    return instance


def _after(target: Target, name: str, instances: list[FunctionInstance]) -> None:
    if target.verify:
        for instance in instances:
            verify.verify(instance, name)
    if target.dump is not None:
        target.dump(
            name, "\n".join(dump.dump(instance) for instance in instances if instance.linear is not None)
        )
