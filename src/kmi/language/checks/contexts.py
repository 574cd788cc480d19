"""Nothing sleeps where it must not: under a spin lock, or in a callback that the kernel calls in atomic
context.

    with self.lock as entries:          # a SpinLock
        data.put(entries.header)        # refused: KMI0702, a copy to user space may sleep
        self.refill(entries)            # refused: KMI0701 if `refill` sleeps, with the whole chain

What sleeps is declared in the interface (``@sleeps``); what the kernel's layer does is believed. The
pass also sets ``With.atomic``; from it, and from callbacks that `is_atomic` tells, the compiler finds out who
has to allocate without sleeping.

Invariant: no call chain from an atomic region through the author's code ends in a function that may
sleep, the ``__del__`` of what the region can release included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kmi.language import codes
from kmi.language.checks.callgraph import CallGraph, Site, called_by_kernel, overrides
from kmi.language.checks.flags import waits
from kmi.language.checks.known import forbids_sleep, is_copy, is_lock, is_view, may_sleep, spoken
from kmi.language.checks.ownership import bindings
from kmi.language.codes.base import Code
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Span
from kmi.language.tree import Class, Function, Node, Program, With
from kmi.language.tree.walk import functions, is_expression, trusted, walk
from kmi.language.types import ClassType, OptionalType, TupleType, Type, UnionType, substitute

ATOMIC = frozenset({"atomic", "softirq", "hardirq"})
"""The contexts where nothing may sleep."""


def check(program: Program, reporter: Reporter, graph: CallGraph) -> None:
    """Reports what may sleep in atomic context, and marks the blocks that are one."""
    sleepers = Sleepers(graph)
    own = [module for module in program.modules.values() if trusted(module.name)]
    library = [function for module in own for function in functions(module)]
    called = {method for method, declared in called_by_kernel(graph) if _declares_atomic(declared)}
    for function in (*graph.mine, *library):
        for region, block in _regions(function, called):
            if not trusted(function.module):
                _region(function, list(walk(region)), block, sleepers, reporter)


class Sleepers:
    """Which functions may sleep, and by what chain of calls."""

    def __init__(self, graph: CallGraph) -> None:
        self.graph = graph
        self._chains: dict[Function, list[Site] | None] = {}
        self._finalisers: dict[Type, list[Function]] = {}

    def chain(self, function: Function) -> list[Site] | None:
        """The calls from a function to one that sleeps, empty if it sleeps itself; None if none does."""
        if function not in self._chains:
            self._chains[function] = next(self._found(function), None)
        return self._chains[function]

    def chain_of(self, site: Site) -> list[Site] | None:
        """The same of one call: a function may sleep by what it is given."""
        return [] if waits(site) else self.chain(site.target)

    def _found(self, function: Function) -> Iterator[list[Site]]:
        for reached, chain in self.graph.reached(function):
            if _sleeps(reached):
                yield chain
            elif not trusted(reached.module):
                yield from ([*chain, site] for site in self.graph.calls(reached) if waits(site))

    def finalisers(self, kind: Type) -> list[Function]:
        """The ``__del__`` of everything that dropping a value of this type can release."""
        known = self._finalisers.get(kind)
        if known is None:
            known = self._finalisers[kind] = list(_finalisers(kind, set()))
        return known


def _sleeps(function: Function) -> bool:
    return trusted(function.module) and may_sleep(function)


def is_atomic(function: Function) -> bool:
    """Whether the kernel calls this callback where nothing may sleep."""
    return context_of(function) in ATOMIC


def _declares_atomic(declared: Function) -> bool:
    return declared.effects is not None and declared.effects.context in ATOMIC


def context_of(function: Function) -> str | None:
    """The context in which the kernel calls a function, as declared; None if the kernel does not call it."""
    declared = function if function.callback else overrides(function)
    return declared.effects.context if declared is not None and declared.effects is not None else None


def _regions(
    function: Function, called: set[Function]
) -> Iterator[tuple[Iterable[Node], With | None]]:
    """The parts of a function that run in atomic context: outermost spin lock blocks, or all of it.

    `called` are the methods that the kernel calls there, of which the callbacks only hand them on.
    """
    if is_atomic(function):
        if function.owner is None or function.owner.calls is None:
            yield function.body, None
        return
    if function in called:
        yield function.body, None
    for node in walk(function.body):
        if isinstance(node, With) and forbids_sleep(node.context.type):
            node.atomic = True
            # of two locks that are taken together the outer one's block is enough
            if function not in called and not node.taken:
                yield node.body, node


def _region(
    function: Function, inside: list[Node], block: With | None, sleepers: Sleepers, reporter: Reporter
) -> None:
    finished: set[Function] = set()
    for node in inside:
        for site in sleepers.graph.sites(function, node):
            chain = sleepers.chain_of(site)
            if chain is not None:
                _report([site, *chain], block, function, reporter)
                break
        else:
            if is_expression(node):
                for finaliser in sleepers.finalisers(node.type):
                    chain = sleepers.chain(finaliser)
                    if chain is not None and finaliser not in finished:
                        finished.add(finaliser)
                        _report([Site(function, node, finaliser), *chain], block, function, reporter)


def _report(chain: list[Site], block: With | None, function: Function, reporter: Reporter) -> None:
    first, last = chain[0], chain[-1].target
    does = _what(chain[-1])
    where, spins = "in atomic context", block is not None and is_lock(block.context.type)
    if block is not None:
        where = f"{'under the spin lock' if spins else 'in the block of'} `{block.context.span.text}`"
    labels: list[tuple[Span, str]] = []
    if block is not None:
        begins = "the spin lock is held from here on" if spins else "nothing sleeps from here on"
        labels.append((block.context.span, begins))
    else:
        labels.append((function.span, f"the kernel calls `{function.qualified}` where nothing may sleep"))
    for site in chain[1:]:
        labels.append((site.span, f"`{site.caller.qualified}` {_does(site)}"))
    code: Code = codes.COPY_IN_ATOMIC if is_copy(last) else codes.SLEEP_IN_ATOMIC
    help_ = "do it before or after the block, or use a `Mutex` if the block has to sleep"
    if last.effects is not None and last.effects.waits is not None:
        help_ = "give it the flag that does not wait, and expect `MemoryError`; or do it outside"
    elif block is None:
        help_ = "leave it to a thread that may sleep"
    elif not spins:
        help_ = "do it after the block: what the block lends may be kept"
    elif is_copy(last):
        help_ = "copy outside the block: from the user before it, to the user after it, by way of a local"
    reporter.error(
        code,
        first.span,
        f"{does} may sleep, {where}",
        label=f"{_does(first)}, which may sleep" if len(chain) == 1 else f"{_does(first)}, and so on",
        labels=labels,
        note="whoever wants the lock meanwhile spins for it, and may keep the sleeper from ever waking"
        if spins
        else None,
        help=help_,
    )


def _what(site: Site) -> str:
    if isinstance(site.node, With) and is_lock(site.node.context.type):
        return f"taking the {_lock(site.node.context.type)} `{site.node.context.span.text}`"
    return f"`{_called(site.target)}`"


def _does(site: Site) -> str:
    if isinstance(site.node, With) and is_lock(site.node.context.type):
        return f"takes the {_lock(site.node.context.type)} `{site.node.context.span.text}`"
    if site.target.name == "__del__":
        return f"may release an object, and so run `{site.target.qualified}`"
    return f"calls `{_called(site.target)}`"


def _lock(kind: Type) -> str:
    return "lock" if is_view(kind) else "mutex"


def _called(function: Function) -> str:
    return f"{function.owner.name}.{spoken(function)}" if function.owner is not None else function.name


def _finalisers(kind: Type, seen: set[Class]) -> Iterator[Function]:
    match kind:
        case OptionalType(inner=inner):
            yield from _finalisers(inner, seen)
        case TupleType(items=parts) | UnionType(members=parts):
            for part in parts:
                yield from _finalisers(part, seen)
        case ClassType(definition=definition, arguments=arguments):
            for argument in arguments:
                yield from _finalisers(argument, seen)
            for member in (definition, *definition.subclasses):
                if member in seen or trusted(member.module):
                    continue
                seen.add(member)
                method = member.method("__del__")
                if method is not None:
                    yield method
                for item in member.all_fields():
                    yield from _finalisers(substitute(item.type, bindings(kind)), seen)
        case _:
            pass
