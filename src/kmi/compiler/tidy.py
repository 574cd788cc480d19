"""Makes the linear form of a function shorter without changing what it does.

    sum_1 = call f(x); total = sum_1        total = call f(x)
    copy_1 = call memcpy(...)               call memcpy(...)
    pair = (b, a_1); a = pair.0; b = pair.1   pair_0 = b; pair_1 = a_1; a = pair_0; b = pair_1

Nothing that can raise, and no count, is touched: only variables that own nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields

from kmi.compiler import linear
from kmi.compiler.linear import Statement, Variable
from kmi.compiler.lower.builder import is_void
from kmi.language.types import TupleType


def tidy(function: linear.Function) -> None:
    """Changes the function in place."""
    _split_tuples(function)
    _direct_targets(function.body, _reads(function.body))
    while True:
        reads = _reads(function.body)
        if not _drop_unread(function.body, reads):
            return


def drop_results(function: linear.Function) -> None:
    """Results that nobody reads, of functions that turned out not to raise: C would warn of them."""
    reads = _reads(function.body)
    for statement in walk(function.body):
        if isinstance(statement, linear.CallFunction) and statement.target is not None:
            if not statement.target.owned and not statement.callee.raises and not reads[statement.target]:
                statement.target = None


def blocks(statement: Statement) -> Iterator[list[Statement]]:
    """The blocks inside a statement."""
    match statement:
        case linear.If(then=then, otherwise=otherwise):
            yield from (then, otherwise)
        case linear.Loop(before=before, body=body, after=after, otherwise=otherwise):
            yield from (before, body, after, otherwise)
        case linear.Count(body=body, otherwise=otherwise):
            yield from (body, otherwise)
        case linear.Try(body=body, catches=catches, otherwise=otherwise):
            yield body
            for catch in catches:
                yield catch.body
            yield otherwise
        case linear.Cleanup(body=body, cleanup=cleanup, otherwise=otherwise):
            yield from (body, cleanup, otherwise)
        case linear.Leave(body=body):
            yield body
        case _:
            pass


def walk(body: list[Statement]) -> Iterator[Statement]:
    """Every statement, outer ones first."""
    for statement in body:
        yield statement
        for block in blocks(statement):
            yield from walk(block)


_SKIPPED = frozenset(
    "then otherwise body before after cleanup catches span callee instance loop region kind".split()
)


def parts(node: object) -> Iterator[tuple[object, str, int | None, object]]:
    """What an expression or a statement is made of: (holder, field, position in a list, value)."""
    for name in _names(type(node)):
        value = getattr(node, name)
        if isinstance(value, list):
            for position, item in enumerate(value):
                yield node, name, position, item
        else:
            yield node, name, None, value


_known: dict[type, tuple[str, ...]] = {}


def _names(kind: type) -> tuple[str, ...]:
    """The fields of a class of nodes that hold what it is made of."""
    names = _known.get(kind)
    if names is None:
        kept = ("then", "otherwise") if kind is linear.Select else ()
        names = tuple(each.name for each in fields(kind) if each.name not in _SKIPPED or each.name in kept)
        _known[kind] = names
    return names


def variables(node: object) -> Iterator[Variable]:
    """Every variable that an expression or a statement itself names, targets included."""
    if isinstance(node, Variable):
        yield node
    elif linear.is_node(node) and not isinstance(node, linear.Try | linear.Cleanup | linear.Leave):
        for _, _, _, value in parts(node):
            yield from variables(value)


def _reads(body: list[Statement]) -> Counter[Variable]:
    """How often each variable is named, other than as the target of a plain ``Set`` or call."""
    reads: Counter[Variable] = Counter()
    for statement in walk(body):
        reads.update(variables(statement))
        if isinstance(statement, linear.Set | linear.CallFunction | linear.CallC | linear.CallHelper):
            if statement.target is not None:
                reads[statement.target] -= 1
        if isinstance(statement, linear.Count):
            reads[statement.counter] += 1
        if isinstance(statement, linear.Cleanup):
            reads[statement.saved] += 1
    return reads


def _drop_unread(body: list[Statement], reads: Counter[Variable]) -> bool:
    changed = False
    for position in range(len(body) - 1, -1, -1):
        statement = body[position]
        match statement:
            case linear.Set(target=target) if not reads[target] and not target.owned:
                del body[position]
                changed = True
            case linear.CallFunction() | linear.CallC() | linear.CallHelper() if statement.target is not None:
                plain = not statement.raises if not isinstance(statement, linear.CallFunction) else False
                if not reads[statement.target] and not statement.target.owned and plain:
                    statement.target = None
                    changed = True
            case linear.If(then=[], otherwise=[]):
                del body[position]
                changed = True
            case _:
                if isinstance(statement, linear.Try):
                    for catch in statement.catches:
                        if catch.saved is not None and not reads[catch.saved]:
                            catch.saved = None
                for block in blocks(statement):
                    changed |= _drop_unread(block, reads)
    return changed


def _direct_targets(body: list[Statement], reads: Counter[Variable]) -> None:
    """A call's result goes to the local that it is for, without a temporary."""
    position = 0
    while position < len(body):
        statement = body[position]
        for block in blocks(statement):
            _direct_targets(block, reads)
        following = body[position + 1] if position + 1 < len(body) else None
        match statement, following:
            case (
                linear.CallFunction(target=Variable() as temporary)
                | linear.CallC(target=Variable() as temporary),
                linear.Set(target=target, value=linear.Var(variable=variable)),
            ) if (
                variable is temporary and reads[temporary] == 1 and temporary.type == target.type
                and temporary.kind == "temporary" and not temporary.owned
            ):  # fmt: skip
                statement.target = target
                del body[position + 1]
            case _:
                pass
        position += 1


def _split_tuples(function: linear.Function) -> None:
    """A tuple that is made once in a place and only looked into becomes a variable for each item."""
    candidates: dict[Variable, list[Variable | None]] = {}
    used: Counter[Variable] = Counter()
    taken: Counter[Variable] = Counter()
    bad: set[Variable] = set()
    for statement in walk(function.body):
        match statement:
            case linear.Set(target=target, value=linear.Tuple() as value) if isinstance(
                target.type, TupleType
            ):
                candidates.setdefault(target, [])
                used.update(variables(value))
                _count_parts(value, taken)
                continue
            case _:
                pass
        used.update(variables(statement))
        _count_parts(statement, taken)
    for variable in candidates:
        if variable.owned or used[variable] != taken[variable]:
            bad.add(variable)
    chosen = {each: _items(each) for each in candidates if each not in bad}
    if not chosen:
        return
    for items in chosen.values():
        function.variables += [each for each in items if each is not None]
    _replace_tuples(function.body, chosen)


def _items(variable: Variable) -> list[Variable | None]:
    assert isinstance(variable.type, TupleType)
    return [
        None if is_void(kind) else Variable(f"{variable.name}_{position}", kind)
        for position, kind in enumerate(variable.type.items)
    ]


def _count_parts(node: object, taken: Counter[Variable]) -> None:
    if isinstance(node, linear.Part) and isinstance(node.value, linear.Var) and node.name.startswith("item"):
        taken[node.value.variable] += 1
    if linear.is_node(node) and not isinstance(node, Variable):
        if isinstance(node, linear.Try | linear.Cleanup | linear.Leave):
            return
        for _, _, _, value in parts(node):
            _count_parts(value, taken)


def _replace_tuples(body: list[Statement], chosen: dict[Variable, list[Variable | None]]) -> None:
    position = 0
    while position < len(body):
        statement = body[position]
        rewrite(statement, lambda node: _item(node, chosen))
        for block in blocks(statement):
            _replace_tuples(block, chosen)
        if (
            isinstance(statement, linear.Set)
            and statement.target in chosen
            and isinstance(statement.value, linear.Tuple)
        ):
            sets: list[Statement] = [
                linear.Set(item, value, statement.span)
                for item, value in zip(chosen[statement.target], statement.value.items, strict=True)
                if item is not None
            ]
            body[position : position + 1] = sets
            position += len(sets)
        else:
            position += 1


def _item(node: object, chosen: dict[Variable, list[Variable | None]]) -> object:
    if isinstance(node, linear.Part) and isinstance(node.value, linear.Var) and node.value.variable in chosen:
        item = chosen[node.value.variable][int(node.name.removeprefix("item"))]
        return linear.Nothing() if item is None else linear.Var(item, item.type)
    return node


def rewrite(node: object, change: Callable[[object], object]) -> None:
    """Replaces the expressions inside a node, inner ones first; blocks inside a statement are left alone."""
    if not linear.is_node(node) or isinstance(node, Variable):
        return
    if isinstance(node, linear.Try | linear.Cleanup | linear.Leave):
        return
    for holder, name, position, value in list(parts(node)):
        rewrite(value, change)
        new = change(value)
        if new is value:
            continue
        if position is None:
            setattr(holder, name, new)
        else:
            getattr(holder, name)[position] = new
