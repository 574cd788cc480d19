"""Under a raw spin lock there is no allocator: nothing is made there, and nothing ends.

    with self.ring as ring:             # a RawSpinLock
        ring.bytes[ring.head] = 7       # fine: it stays as long as it is
        ring.bytes.append(7)            # refused: KMI0707, it may have to grow
        ring.owner = None               # refused: the object that was there may end

Invariant: no chain of calls from such a block through the author's code asks for memory, drops what may be
the last reference to an object, or takes a lock that is no raw one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmi.language import codes
from kmi.language.checks.callgraph import CallGraph
from kmi.language.checks.known import (
    COMPLETION,
    RANDOM,
    derives,
    interface_of,
    is_builtin,
    is_lock,
    is_raw,
    is_spinning,
    spoken,
)
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Span
from kmi.language.tree import (
    Assign,
    Call,
    Class,
    Delete,
    DictNew,
    ExceptionNew,
    ForEach,
    Format,
    Function,
    ListNew,
    Local,
    New,
    Node,
    SetField,
    With,
)
from kmi.language.tree.walk import children, trusted, walk
from kmi.language.types import ClassType, Type, is_reference

LOOKING = frozenset(
    "__contains__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __len__ __bool__ __item__ __advance__ __hash__ "
    "index count find rfind startswith endswith get".split()
)
"""Methods of the built-in classes that make nothing, whatever they are called on."""

TEXT = frozenset({"str", "bytes"})


def check(reporter: Reporter, graph: CallGraph) -> None:
    """Reports what needs an allocator under a raw spin lock."""
    for function in graph.mine:
        for node in graph.nodes(function):
            if isinstance(node, With) and is_raw(node.context.type):
                _block(function, node, graph, reporter)


def _block(function: Function, block: With, graph: CallGraph, reporter: Reporter) -> None:
    for span, what in (*_needs(block.body), *_rebound(function, block)):
        _report(span, what, block, [], reporter)
    for inner in walk(block.body):
        for site in graph.sites(function, inner):
            if trusted(site.target.module):
                continue
            for reached, chain in graph.reached(site.target):
                if trusted(reached.module):
                    continue
                found = next(iter(_needs(reached.body)), None)
                if found is not None:
                    steps = [(found[0], found[1])]
                    steps += [(each.span, f"`{each.caller.qualified}` calls it") for each in chain]
                    said = f"`{reached.qualified}` is called, which needs one"
                    _report(site.span, said, block, steps, reporter)
                    break


def _needs(body: Sequence[Node]) -> Iterator[tuple[Span, str]]:
    """What needs an allocator, and how to say so."""
    waiting: list[Node] = list(body)[::-1]
    while waiting:
        node = waiting.pop()
        found = _need(node)
        if found is not None:
            yield node.span, found
            continue
        if isinstance(node, ExceptionNew) or _logs(node):
            continue  # an error travels without memory, and the log has its own
        waiting.extend(reversed(children(node)))


def made(node: Node) -> str | None:
    """What a node asks the allocator for by itself, and how to say so; None if it asks for nothing."""
    match node:
        case New() | ListNew() | DictNew() | Format():
            return None if _logs(node) else _need(node)
        case Call(function=function, type=kind) if trusted(function.module):
            if function.property or not isinstance(kind, ClassType) or not is_reference(kind):
                return _need(node) if _builtin(function.owner) and function.name not in LOOKING else None
            return f"`{spoken(function)}` makes what it returns"
        case _:
            return None


def _need(node: Node) -> str | None:
    match node:
        case New() | ListNew() | DictNew():
            return "an object is made here"
        case Format():
            return "a text is made here"
        case SetField(field=item) if is_reference(item.type):
            return "what the field held until now may end here"
        case Delete(local=local) if is_reference(local.type):
            return "an object may end here"
        case With(context=context) if is_lock(context.type) and not is_raw(context.type):
            return "a lock is taken that is no raw one" if is_spinning(context.type) else None
        case Call(function=function, arguments=[first, *rest]) if _builtin(function.owner):
            return _called(function, first.type, [each.type for each in rest], node.type)
        case Call(function=Function(owner=Class() as owner)) if derives(owner, frozenset({COMPLETION})):
            return "what wakes threads takes a lock that is no raw one"
        case Call(function=function) if interface_of(function.module) == RANDOM:
            return f"`{function.name}` takes the lock of the kernel's generator, which is no raw one"
        case _:
            return None


def _called(function: Function, receiver: Type, given: list[Type], result: Type) -> str | None:
    name = spoken(function)
    owner = function.owner.name if function.owner is not None else ""
    if name in LOOKING and not (owner in TEXT and is_reference(result)):
        return None
    if name == "__getitem__" and owner not in TEXT and not _text(receiver, result):
        return None
    if name == "__getitem__" and not is_reference(result):
        return None
    if name == "__setitem__" and owner in ("bytearray", "list") and not is_reference(given[-1]):
        return None
    return f"`{name}` of a `{owner}` may ask for memory, or give some back"


def _text(receiver: Type, result: Type) -> bool:
    """Whether what comes out is cut out of what it is taken from: a slice."""
    return isinstance(receiver, ClassType) and receiver == result


def _builtin(owner: Class | None) -> bool:
    return owner is not None and is_builtin(owner)


def _logs(node: Node) -> bool:
    return isinstance(node, Call) and node.function.module.endswith(".log")


def _rebound(function: Function, block: With) -> Iterator[tuple[Span, str]]:
    """Locals that get another object in the block: the one from before it may end there."""
    inside = list(walk(block.body))
    within = {id(node) for node in inside}
    outside: set[Local] = set(function.parameters)
    for node in walk(function.body):
        if id(node) not in within:
            match node:
                case Assign(local=local) | ForEach(target=local):
                    outside.add(local)
                case With(target=Local() as local):
                    outside.add(local)
    for node in inside:
        match node:
            case Assign(local=local, span=span) | ForEach(target=local, span=span):
                if local in outside and is_reference(local.type):
                    yield span, f"what `{local.name}` was before may end here"


def _report(span: Span, what: str, block: With, steps: list[tuple[Span, str]], reporter: Reporter) -> None:
    lock = block.context.span.text
    reporter.error(
        codes.ALLOCATES_UNDER_RAW,
        span,
        f"under the raw spin lock `{lock}` there is no allocator: {what}",
        labels=[(block.context.span, "held from here on"), *steps],
        help="do it before or after the block, or use a `SpinLock` if no interrupt takes the lock",
    )
