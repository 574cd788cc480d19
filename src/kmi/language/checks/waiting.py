"""A condition is waited for, and notified, with its own mutex held.

    self.added = Condition(self.permits)        # the mutex is a field of the same object
    with self.permits as permits:
        self.added.wait()                       # gives `self.permits` up while it sleeps

The mutex may be taken in a function further up, as long as every caller holds it.

Invariant: at each call of a condition's methods the mutex that it was made with is held, by the same path.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmi.language import codes
from kmi.language.checks.callgraph import CallGraph, Site, overrides
from kmi.language.checks.known import COMPLETION, is_condition, is_lock, is_spinning, name_of
from kmi.language.checks.lockpaths import Path, path_of, spell, translate
from kmi.language.checks.ownership import receiver
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Span
from kmi.language.tree import (
    Assign,
    Call,
    Expression,
    Field,
    ForEach,
    ForRange,
    Function,
    InitPlace,
    Node,
    With,
)
from kmi.language.tree.walk import children, walk

NEEDING = frozenset({"wait", "wait_for", "notify", "notify_all"})
SLEEPING = frozenset({"wait", "wait_for"})


def check(reporter: Reporter, graph: CallGraph, broken: frozenset[Function]) -> None:
    """Reports conditions of foreign mutexes, and their use without the mutex or with another one held."""
    pairs: dict[Field, Field] = {}
    for function in graph.mine:
        for node, _ in _with_held(function.body, ()):
            if isinstance(node, InitPlace) and is_condition(node.field.type):
                _pair(function, node, pairs, reporter)
    if any(function.name == "__init__" for function in broken):
        return  # conditions of broken classes are not known
    for function in graph.mine:
        for node, held in _with_held(function.body, ()):
            if _needs(node):
                assert isinstance(node, Call)
                _call(function, node, held, pairs, graph, broken, reporter)
            elif held and _completion(node):
                assert isinstance(node, Call)
                _other(node, None, held, pairs, reporter)


def _with_held(nodes: Sequence[Node], held: tuple[With, ...]) -> Iterator[tuple[Node, tuple[With, ...]]]:
    """All nodes, each with the lock blocks of its function around it."""
    for node in nodes:
        yield node, held
        if isinstance(node, With) and is_lock(node.context.type):
            yield from _with_held([node.context], held)
            yield from _with_held(node.body, (*held, node))
        else:
            yield from _with_held(list(children(node)), held)


def _pair(function: Function, node: InitPlace, pairs: dict[Field, Field], reporter: Reporter) -> None:
    given: Expression | None = node.arguments[0] if node.arguments else None
    path = path_of(given) if given is not None else None
    own = path is not None and len(path) == 2 and path[0] is receiver(function) and isinstance(path[1], Field)
    if own and path is not None and isinstance(path[1], Field):
        pairs[node.field] = path[1]
        return
    span = given.span if given is not None else node.span
    reporter.error(
        codes.FOREIGN_MUTEX,
        span,
        f"`{node.field.name}` is a condition of a mutex that is not a field of the same object",
        label="not `self.` and a name",
        note="only so is it known, wherever somebody waits, which mutex has to be held",
        help="make both in one class:\n"
        f"self.state = Mutex(...)\nself.{node.field.name} = Condition(self.state)",
    )


def _needs(node: Node) -> bool:
    return (
        isinstance(node, Call)
        and node.function.name in NEEDING
        and bool(node.arguments)
        and is_condition(node.arguments[0].type)
    )


def _completion(node: Node) -> bool:
    """Whether it waits for a completion, which belongs to no lock."""
    if not isinstance(node, Call) or node.function.name not in SLEEPING:
        return False
    owner = node.function.owner
    return owner is not None and name_of(owner) == COMPLETION


def _call(
    function: Function,
    node: Call,
    held: tuple[With, ...],
    pairs: dict[Field, Field],
    graph: CallGraph,
    broken: frozenset[Function],
    reporter: Reporter,
) -> None:
    path = path_of(node.arguments[0])
    chain = _unheld(function, path, held, pairs, graph, broken, set()) if path is not None else []
    if chain is not None:
        condition = node.arguments[0].span.text
        mutex = _mutex(path, pairs)
        name = spell(mutex) if mutex is not None else f"the mutex of {condition}"
        reporter.error(
            codes.MUTEX_NOT_HELD,
            node.span,
            f"`{condition}.{node.function.name}` needs `{name}`, which is not held here",
            label=f"`{name}` must be held",
            labels=chain,
            help=f"put it into the block that looks at the state:\nwith {name} as value:\n"
            f"    {node.span.text}",
        )
    elif node.function.name in SLEEPING:
        _other(node, path, held, pairs, reporter)


def _unheld(
    function: Function,
    path: Path,
    held: tuple[With, ...],
    pairs: dict[Field, Field],
    graph: CallGraph,
    broken: frozenset[Function],
    seen: set[Function],
) -> list[tuple[Span, str]] | None:
    """The calls by which a condition is reached without its mutex; None if the mutex is held on every way."""
    mutex = _mutex(path, pairs)
    if mutex is not None and any(
        path_of(block.context) == mutex and not _assigned(mutex[0], block) for block in held
    ):
        return None
    if path[0] not in function.parameters:
        return []
    if function in seen:
        return None
    sites = graph.callers(function)
    if not sites and broken:
        return None
    if not sites or overrides(function) is not None:
        return []
    for site in sites:
        outer = translate(path, function, site.node)
        chain: list[tuple[Span, str]] | None = []
        if outer is not None:
            chain = _unheld(site.caller, outer, _around(site), pairs, graph, broken, {*seen, function})
        if chain is not None:
            return [(site.span, f"`{site.caller.qualified}` calls it without the mutex"), *chain]
    return None


def _assigned(local: object, block: With) -> bool:
    """Whether a local is assigned in a block, so that what starts at it may be something else there."""
    for node in walk(block.body):
        match node:
            case Assign(local=written) | ForRange(target=written) | ForEach(target=written):
                if written is local:
                    return True
            case With(target=written) if written is local:
                return True
            case _:
                pass
    return False


def _around(site: Site) -> tuple[With, ...]:
    """The lock blocks of the caller around a call."""
    for node, held in _with_held(site.caller.body, ()):
        if node is site.node:
            return held
    return ()


def _mutex(path: Path | None, pairs: dict[Field, Field]) -> Path | None:
    """The path of the mutex that belongs to the condition of a path."""
    if path is None:
        return None
    last = path[-1]
    mutex = pairs.get(last) if isinstance(last, Field) else None
    return (*path[:-1], mutex) if mutex is not None else None


def _other(
    node: Call, path: Path | None, held: tuple[With, ...], pairs: dict[Field, Field], reporter: Reporter
) -> None:
    """Sleeping with a second mutex held keeps everybody from that one."""
    mutex = _mutex(path, pairs)
    for block in held:
        if path_of(block.context) != mutex and not is_spinning(block.context.type):
            lock = block.context.span.text
            reporter.warning(
                codes.WAITS_WITH_ANOTHER,
                node.span,
                f"this waits while `{lock}` is held, which only the waiter gives back",
                label=f"gives up its own mutex, but not `{lock}`" if mutex is not None else "",
                labels=[(block.context.span, f"`{lock}` is held from here")],
                note=f"whoever needs `{lock}` to make the notification never gets it",
                help=f"wait outside the block of `{lock}`",
            )
