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
    reads = _reads(function.body)
    if _direct_targets(function.body, reads):
        reads = _reads(function.body)
    while _drop_unread(function.body, reads):
        pass


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


_PLAIN = frozenset(
    ("Type", "ClassType", "IntType", "Class", "tuple[Class, ...]", "FunctionInstance", "bool", "int", "str",
     "str | None", "bytes | str")
)  # fmt: skip
"""What a field is declared as that holds no variable and nothing that does."""
_holding: dict[type, tuple[str, ...]] = {}
_OPEN = frozenset((linear.Try, linear.Cleanup, linear.Leave))
"""Statements that name no variables themselves."""


def _holders(kind: type) -> tuple[str, ...]:
    """The fields of a class of nodes that may name a variable."""
    names = _holding.get(kind)
    if names is None:
        plain = {each.name for each in fields(kind) if str(each.type) in _PLAIN}
        names = tuple(name for name in _names(kind) if name not in plain)
        _holding[kind] = names
    return names


def variables(node: object) -> list[Variable]:
    """Every variable that an expression or a statement itself names, targets included."""
    found: list[Variable] = []
    _gather(node, found)
    return found


def _gather(node: object, found: list[Variable]) -> None:
    kind = type(node)
    if kind is Variable:
        found.append(node)  # type: ignore[arg-type]
    elif linear.is_node(node) and kind not in _OPEN:
        for name in _holders(kind):
            value = getattr(node, name)
            if value is None:
                pass
            elif type(value) is list:
                for item in value:
                    _gather(item, found)
            else:
                _gather(value, found)


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
    """Drops what sets a variable that is not read; ``reads`` follows. Whether anything was dropped."""
    changed = False
    for position in range(len(body) - 1, -1, -1):
        statement = body[position]
        match statement:
            case linear.Set(target=target) if not reads[target] and not target.owned:
                _forget(statement, reads)
                reads[target] += 1  # as a target it was not counted
                del body[position]
                changed = True
            case linear.CallFunction() | linear.CallC() | linear.CallHelper() if statement.target is not None:
                plain = not statement.raises if not isinstance(statement, linear.CallFunction) else False
                if not reads[statement.target] and not statement.target.owned and plain:
                    statement.target = None
                    changed = True
            case linear.If(then=[], otherwise=[]):
                _forget(statement, reads)
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


def _forget(statement: Statement, reads: Counter[Variable]) -> None:
    for variable in variables(statement):
        reads[variable] -= 1


def _direct_targets(body: list[Statement], reads: Counter[Variable]) -> bool:
    """A call's result goes to the local that it is for, without a temporary; whether there was such a one."""
    changed = False
    position = 0
    while position < len(body):
        statement = body[position]
        for block in blocks(statement):
            changed |= _direct_targets(block, reads)
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
                changed = True
            case _:
                pass
        position += 1
    return changed


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
    kind = type(node)
    if kind is Variable or not linear.is_node(node) or kind in _OPEN:
        return
    if isinstance(node, linear.Part) and isinstance(node.value, linear.Var) and node.name.startswith("item"):
        taken[node.value.variable] += 1
    for name in _holders(kind):
        value = getattr(node, name)
        if type(value) is list:
            for item in value:
                _count_parts(item, taken)
        elif value is not None:
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
