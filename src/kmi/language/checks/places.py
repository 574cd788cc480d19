"""What stays where it was made: places, which are embedded in their owner, and what a callback only borrows.

    self.permits = Mutex(Permits())         # in __init__: the one way to make a place
    lock = self.permits                     # refused: KMI0606, a place is no value
    self.last = data                        # refused: KMI0609, `data` ends with the call

Invariants: a place is built exactly once, by a statement of ``__init__`` that always runs; it is used
only as a path (``with self.permits``) or handed down as an argument; so no reference to one outlives its
owner.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmi.language import codes
from kmi.language.checks.known import is_borrowed, is_lock, is_place, is_view
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Span
from kmi.language.tree import (
    Assign,
    Call,
    Class,
    Conditional,
    DictNew,
    Expression,
    Function,
    InitPlace,
    ListNew,
    Logical,
    New,
    Node,
    Program,
    Return,
    SetField,
    Statement,
    TupleNew,
    Unsafe,
    Upcast,
    With,
)
from kmi.language.tree.walk import authored, functions, walk
from kmi.language.types import (
    ClassType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
)

MEMBERS = ("__enter__", "__exit__")


def check(program: Program, reporter: Reporter, broken: frozenset[Function]) -> None:
    """Reports places that are made, kept or passed on where they cannot be, and borrowed objects kept."""
    for module in authored(program):
        values = Reporter()
        for function in functions(module):
            nodes = list(walk(function.body))
            taken = {id(node.context) for node in nodes if isinstance(node, With)}
            for node in nodes:
                _node(node, values)
                if isinstance(node, Call) and is_view(node.type) and id(node) not in taken:
                    _by_hand(node.span, f"with {node.span.text} as value:\n    ...", values)
            if function not in broken:
                _always(function.body, False, values)
        types = Reporter()
        for function in functions(module):
            _signature(function, types)
        for definition in module.classes.values():
            _declared(definition, types)
        # A variable whose type was inferred from such a value is no second mistake.
        lines = {diagnostic.span.line for diagnostic in values.diagnostics}
        for diagnostic in values.diagnostics:
            reporter.report(diagnostic)
        for diagnostic in types.diagnostics:
            if diagnostic.span.line not in lines:
                reporter.report(diagnostic)


def _declared(definition: Class, reporter: Reporter) -> None:
    for item in definition.fields:
        if is_borrowed(item.type):
            continue  # the store is reported
        if not item.place and is_place(item.type):
            continue  # so is this one's
        _type(item.type, item.span, reporter)


def _signature(function: Function, reporter: Reporter) -> None:
    if function.property and is_place(function.result):
        _kept(function.span, function.result, "be a property", reporter)
    for local in [*function.parameters, *function.locals]:
        _type(local.type, local.span, reporter)


def _type(kind: Type, span: Span, reporter: Reporter) -> None:
    """A type in which a place or a borrowed object would be held by something else."""
    for inner, how in _held(kind):
        if is_borrowed(inner):
            _borrowed(span, inner, how, reporter)
        elif is_place(inner):
            _kept(span, inner, how, reporter)


def _held(kind: Type) -> Iterator[tuple[Type, str]]:
    match kind:
        case OptionalType(inner=inner):
            if is_place(inner) and not is_borrowed(inner):
                yield inner, "be optional"
            yield from _held(inner)
        case ClassType(definition=definition, arguments=arguments):
            for argument in arguments:
                yield argument, f"be in a `{definition.name}`"
                yield from _held(argument)
        case TupleType(items=items):
            for item in items:
                yield item, "be in a tuple"
                yield from _held(item)
        case UnionType(members=members):
            for member in members:
                if is_place(member):
                    yield member, "be one of several classes"
        case _:
            pass


def _node(node: Node, reporter: Reporter) -> None:
    match node:
        case New(type=kind, span=span) if is_place(kind) and not is_borrowed(kind):
            _made(span, kind, reporter)
        case Call(function=function, arguments=[first, *_]) if (
            function.name in MEMBERS and is_lock(first.type)
        ):
            _by_hand(node.span, f"with {first.span.text} as value:\n    ...", reporter, function.name)
        case Assign(value=value) if not is_borrowed(value.type) and not is_view(value.type):
            _value(value, "be a local variable", reporter)
        case SetField(value=value):
            _value(value, "be stored in a field", reporter)
        case Return(value=value) if value is not None:
            _value(value, "be returned", reporter)
        case ListNew(items=items):
            for item in items:
                _value(item, "be in a list", reporter)
        case TupleNew(items=items):
            for item in items:
                _value(item, "be in a tuple", reporter)
        case DictNew(items=pairs):
            for key, item in pairs:
                _value(key, "be in a dict", reporter)
                _value(item, "be in a dict", reporter)
        case Conditional(then=left, otherwise=right) | Logical(left=left, right=right):
            for operand in (left, right):
                if is_place(operand.type) and not is_borrowed(operand.type):
                    _value(operand, "be chosen at run time", reporter)
        case _:
            pass


def _by_hand(span: Span, instead: str, reporter: Reporter, name: str = "") -> None:
    reporter.error(
        codes.LOCK_BY_HAND,
        span,
        f"a lock is taken and given back by `with` alone, not by `{name}`"
        if name
        else f"`{span.text}` is for a `with` alone",
        help=instead,
    )


def _value(value: Expression, how: str, reporter: Reporter) -> None:
    while isinstance(value, Upcast):
        value = value.value
    if is_borrowed(value.type):
        _borrowed(value.span, value.type, how, reporter)
    elif is_place(value.type) and not isinstance(value, New):
        _kept(value.span, value.type, how, reporter)


def _made(span: Span, kind: Type, reporter: Reporter) -> None:
    reporter.error(
        codes.PLACE_MADE_ELSEWHERE,
        span,
        f"a `{_name(kind)}` is made here, but not as a field of its owner",
        note=f"a `{_name(kind)}` is part of the object that owns it, so that nothing can outlive it",
        help=f"make it in `__init__`, and use it by that name:\nself.name = {span.text}",
    )


def _kept(span: Span, kind: Type, how: str, reporter: Reporter) -> None:
    reporter.error(
        codes.PLACE_AS_VALUE,
        span,
        f"a `{_name(kind)}` cannot {how}: it is part of the object that owns it",
        help="use it by its path, as `self.name`, or hand it to a function as an argument",
    )


def _borrowed(span: Span, kind: Type, how: str, reporter: Reporter) -> None:
    reporter.error(
        codes.BORROWED_KEPT,
        span,
        f"a `{_name(kind)}` cannot {how}: it ends when the callback that got it returns",
        help="keep what you need of it, such as `bytes`, and pass the rest down as an argument",
    )


def _always(body: list[Statement], maybe: bool, reporter: Reporter) -> bool:
    """Reports places that not every way through ``__init__`` builds; whether ``body`` may have returned."""
    for statement in body:
        match statement:
            case InitPlace(field=item):
                if maybe:
                    reporter.error(
                        codes.PLACE_MAYBE_MADE,
                        statement.span,
                        f"`{item.name}` is built on some ways through `__init__` only",
                        label="not always reached",
                        note="a place is there as long as its owner is, and is built exactly once",
                        help="build it in a line of `__init__` that always runs, before any `return`",
                    )
            case Unsafe(body=inner):
                maybe = _always(inner, maybe, reporter)
            case Return():
                return True
            case _:
                for block in _blocks(statement):
                    _always(block, True, reporter)
                if any(isinstance(node, Return) for node in walk([statement])):
                    maybe = True
    return maybe


def _blocks(statement: Statement) -> list[list[Statement]]:
    """The blocks of a structured statement."""
    found: list[list[Statement]] = []
    for name in ("then", "body", "otherwise", "final"):
        block = getattr(statement, name, None)
        if block:
            found.append(block)
    for handler in getattr(statement, "handlers", ()):
        found.append(handler.body)
    return found


def _name(kind: Type) -> str:
    return kind.definition.name if isinstance(kind, ClassType) else str(kind)
