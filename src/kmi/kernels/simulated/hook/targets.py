"""Where a value goes into several targets, or into a pattern's names: each is checked as it is stored.

    b, a = f()           becomes    b, part = f(); a = CHECKS.fit("u8", part); del part
    for small in items:  becomes    for part in items: small = CHECKS.fit("u8", part); …
    case Box(n=small):   becomes    case Box(n=part): small = CHECKS.fit("u8", part); …

Only a statement with a place that may be too narrow is rewritten, from its first such target on, so that the
targets are stored in the order in which Python stores them.
"""

import ast
from collections.abc import Callable
from typing import Final, TypeVar

__all__ = ["Targets"]

PART: Final = "__kmi_part_{}__"
Widths = Callable[[ast.AST], tuple[str, ...]]
"""The places through which the value goes that is stored in a target, or captured by a pattern."""
Fit = Callable[[str, ast.expr, ast.AST], ast.expr]
"""The check of a value, at the position of a node."""
N = TypeVar("N", bound=ast.AST)


class Targets:
    """The rewriting of what stores several values, or one in several places."""

    def __init__(self, widths: Widths, fit: Fit) -> None:
        self.widths = widths
        self.fit = fit

    def split(self, target: ast.expr) -> tuple[ast.expr, list[ast.stmt]]:
        """A target, and what is still to be done when a value was stored in it."""
        leaves = _leaves(target)
        first = next((at for at, leaf in enumerate(leaves) if self.widths(leaf)), None)
        if first is None:
            return target, []
        parts = {id(leaf): PART.format(at) for at, leaf in enumerate(leaves) if at >= first}
        stores: list[ast.stmt] = []
        for leaf in leaves[first:]:
            stores += self._store(leaf, parts[id(leaf)])
        if not all(map(self.widths, leaves[first:])):
            # An object is let go when a store behind it fails, as it is from CPython's stack.
            gone = [_name(target, part, ast.Store()) for part in parts.values()]
            last = _at(target, ast.Assign([*gone], _at(target, ast.Constant(None))))
            stores = [_at(target, ast.Try(stores[::2], [], [], [last]))]
        return _replaced(target, parts), stores

    def chain(self, node: ast.Assign) -> list[ast.stmt] | None:
        """``a = b = value``, a target after the other; None where none of them is checked."""
        if not any(self.widths(leaf) for target in node.targets for leaf in _leaves(target)):
            return None
        whole = "__kmi_whole__"
        made: list[ast.stmt] = [_at(node, ast.Assign([_name(node, whole, ast.Store())], node.value))]
        for target in node.targets:
            names = self.widths(target)
            stored, after = (target, []) if not _is_several(target) else self.split(target)
            value = self._fitted(names, _name(target, whole, ast.Load()), target)
            made += [_at(node, ast.Assign([stored], value)), *after]
        return [*made, _at(node, ast.Delete([_name(node, whole, ast.Del())]))]

    def case(self, node: ast.match_case) -> None:
        """The names that a pattern captures: stored, where they are checked, before its guard."""
        captured: dict[str, ast.AST] = {}
        for part in ast.walk(node.pattern):
            if isinstance(part, ast.MatchAs | ast.MatchStar) and part.name is not None:
                captured.setdefault(part.name, part)
            elif isinstance(part, ast.MatchMapping) and part.rest is not None:
                captured.setdefault(part.rest, part)
        if not any(self.widths(part) for part in captured.values()):
            return
        parts = {name: PART.format(at) for at, name in enumerate(captured)}
        for part in ast.walk(node.pattern):
            if isinstance(part, ast.MatchAs | ast.MatchStar) and part.name is not None:
                part.name = parts[part.name]
            elif isinstance(part, ast.MatchMapping) and part.rest is not None:
                part.rest = parts[part.rest]
        if node.guard is None:
            stores: list[ast.stmt] = []
            for name, part in captured.items():
                stores += self._store(_name(part, name, ast.Store()), parts[name], part)
            node.body[:0] = stores
            return
        values: list[ast.expr] = []
        for name, part in captured.items():
            value = self._fitted(self.widths(part), _name(part, parts[name], ast.Load()), part)
            values.append(_at(part, ast.NamedExpr(_name(part, name, ast.Store()), value)))
        done = ast.Compare(ast.Tuple(values, ast.Load()), [ast.IsNot()], [ast.Constant(None)])
        guard = node.guard
        node.guard = _at(guard, ast.BoolOp(ast.And(), [_at(guard, done), guard]))
        gone: list[ast.expr] = [_name(part, parts[name], ast.Del()) for name, part in captured.items()]
        node.body.insert(0, _at(guard, ast.Delete(gone)))

    def _store(self, leaf: ast.expr, part: str, at: ast.AST | None = None) -> list[ast.stmt]:
        at = at if at is not None else leaf
        value = self._fitted(self.widths(at), _name(leaf, part, ast.Load()), leaf)
        return [
            _at(leaf, ast.Assign([leaf], value)),
            _at(leaf, ast.Delete([_name(leaf, part, ast.Del())])),
        ]

    def _fitted(self, names: tuple[str, ...], value: ast.expr, at: ast.AST) -> ast.expr:
        for name in names:
            value = self.fit(name, value, at)
        return value


def _is_several(target: ast.expr) -> bool:
    return isinstance(target, ast.Tuple | ast.List)


def _leaves(target: ast.expr) -> list[ast.expr]:
    """The targets that hold one value each, from left to right."""
    if isinstance(target, ast.Tuple | ast.List):
        return [leaf for each in target.elts for leaf in _leaves(each)]
    return [target.value] if isinstance(target, ast.Starred) else [target]


def _replaced(target: ast.expr, parts: dict[int, str]) -> ast.expr:
    if isinstance(target, ast.Tuple | ast.List):
        target.elts = [_replaced(each, parts) for each in target.elts]
        return target
    if isinstance(target, ast.Starred):
        target.value = _replaced(target.value, parts)
        return target
    return _name(target, parts[id(target)], ast.Store()) if id(target) in parts else target


def _name(at: ast.AST, name: str, use: ast.expr_context) -> ast.Name:
    return _at(at, ast.Name(name, use))


def _at(place: ast.AST, node: N) -> N:
    """The node, made up, at the position of what it stands for."""
    return ast.copy_location(node, place)
