"""Two instances of one lock, taken together.

    with lock_all(self.kept, other.kept) as (mine, theirs): ...

becomes one `with` in the other: the outer one takes both locks, in the order of their addresses, the inner
one has its lock already. So every pass sees two blocks, each with what it guards.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from kmi.language import codes, tree
from kmi.language.bodies import expressions
from kmi.language.bodies.body import Body
from kmi.language.bodies.once import is_still
from kmi.language.checks.known import is_a
from kmi.language.declarations import members
from kmi.language.declarations.scope import Form
from kmi.language.relations import POISON
from kmi.language.types import ClassType, Type, substitute

LOCKS = frozenset({"kmi.sync.Mutex", "kmi.sync.SpinLock"})
HELP = "with lock_all(self.kept, other.kept) as (mine, theirs):"

Bind = Callable[[Body, ast.AST, str, Type], tree.Local]


def is_lock_all(body: Body, item: ast.withitem) -> bool:
    """Whether a `with` takes two locks together."""
    node = item.context_expr
    entity = expressions.entity_of(body, node.func) if isinstance(node, ast.Call) else None
    return isinstance(entity, Form) and entity.name == "kmi.sync.lock_all"


def lock_all(
    body: Body, node: ast.With, item: ast.withitem, bind: Bind, rest: Callable[[], list[tree.Statement]]
) -> list[tree.Statement]:
    """The two blocks; ``rest`` gives what is in them."""
    call = item.context_expr
    assert isinstance(call, ast.Call)
    locks = [expressions.expression(body, argument) for argument in call.args]
    guarded = [_guarded(body, lock) for lock in locks]
    wrong = _wrong(call, locks)
    targets = _targets(item.optional_vars)
    if wrong is None and targets is None:
        wrong = "what `lock_all` lends has two names"
    if wrong is not None and not any(lock.type is POISON for lock in locks):
        body.error(codes.LOCK_ALL, call, wrong, help=HELP)
    names = targets or []
    kinds = [*guarded, POISON, POISON]
    body.flow.disturb()
    locals_ = [bind(body, name, name.id, kind) for name, kind in zip(names, kinds, strict=False)]
    inside = rest()
    body.flow.disturb()
    if wrong is not None or len(locks) != 2:
        return inside
    first, second = [*locals_, None, None][:2]
    again = expressions.expression(body, call.args[1])
    inner = tree.With(locks[1], second, inside, body.span(node), taken=True)
    return [tree.With(locks[0], first, [inner], body.span(node), other=again)]


def _wrong(call: ast.Call, locks: list[tree.Expression]) -> str | None:
    """Why this is not the same lock of two objects; None if it is."""
    if len(locks) != 2 or call.keywords:
        return "`lock_all` takes two locks"
    first, second = locks
    if not all(is_a(lock.type, LOCKS) for lock in locks):
        return "`lock_all` takes two `Mutex` or two `SpinLock`"
    if not isinstance(first, tree.FieldGet) or not isinstance(second, tree.FieldGet):
        return "`lock_all` takes the locks by their names, as fields of two objects"
    if first.field is not second.field:
        return f"`{first.field.name}` and `{second.field.name}` are two locks, whose order is what you write"
    if not is_still(first) or not is_still(second):
        return "the objects of `lock_all` have names of their own, so that nobody changes them meanwhile"
    return None


def _targets(target: ast.expr | None) -> list[ast.Name] | None:
    """The two names after `as`, or none; None if it is something else."""
    if target is None:
        return []
    if isinstance(target, ast.Tuple) and len(target.elts) == 2:
        names = [element for element in target.elts if isinstance(element, ast.Name)]
        return names if len(names) == 2 else None
    return None


def _guarded(body: Body, lock: tree.Expression) -> Type:
    """What a lock lends."""
    if not isinstance(lock.type, ClassType) or not is_a(lock.type, LOCKS):
        return POISON
    found = [members.find_method(body.world, lock.type, name) for name in ("__enter__", "__exit__")]
    for method in found:
        if method is not None:
            body.world.want(method)
    enter = found[0]
    if enter is None or enter.function.owner is None:
        return POISON
    return substitute(enter.function.result, members.class_bindings(lock.type, enter.function.owner))
