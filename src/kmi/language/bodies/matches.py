"""``match``: a chain of ``If``, the subject evaluated once.

    match shape:                           if isinstance(shape, Circle): r = shape.radius; ...
        case Circle(radius=r): ...         elif do(w = shape.width; w == 0): ...
        case Box(width=0): ...

What each case leaves over is known to the next; where nothing is left, the last case needs no test.
"""

from __future__ import annotations

import ast

from kmi.language import tree
from kmi.language.bodies import assignments, conditions, expressions, patterns, sources, statements
from kmi.language.bodies.body import Body
from kmi.language.bodies.flow import Flow, join
from kmi.language.bodies.sources import Statements
from kmi.language.relations import POISON, place_type
from kmi.language.types import BOOL, EXACT, BoolType, OptionalType, Type


def match_statement(body: Body, node: ast.Match) -> Statements:
    """``match subject: case …``."""
    span = body.span(node.subject)
    subject = expressions.expression(body, node.subject)
    if subject.type is POISON:
        _unknown(body, node)
        return []
    path = expressions.path_of(subject)
    changed = statements.assigned_names([*(case.pattern for case in node.cases), *_guards(node)])
    first: Statements = []
    held: list[tree.Local] = []
    still = isinstance(subject, tree.LocalGet) and not subject.local.fluid
    if still and isinstance(subject, tree.LocalGet) and subject.local.name not in changed:
        value: tree.Expression = subject
    else:
        kind = subject.type if subject.type == EXACT else place_type(subject.type)
        local = sources.fluid(body, kind, span, "subject")
        if kind != subject.type:
            subject = tree.Upcast(subject, span, kind) if isinstance(kind, OptionalType) else subject
        first, held = [tree.Assign(local, subject, span)], [local]
        value = sources.get(local, span)
    if path is not None and isinstance(path[0], tree.Local) and path[0].name in changed:
        path = None
    ends: list[Flow] = []
    made = _cases(body, node, node.cases, value, value.type, path, held, ends, frozenset())
    body.flow = join(ends)
    return [*first, *made]


def _guards(node: ast.Match) -> list[ast.expr]:
    return [case.guard for case in node.cases if case.guard is not None]


def _unknown(body: Body, node: ast.Match) -> None:
    """After an error: the names are there, and nothing is known of them."""
    ends: list[Flow] = []
    before = body.flow
    for case in node.cases:
        body.flow = before.copy()
        for part in ast.walk(case.pattern):
            if isinstance(part, ast.MatchAs | ast.MatchStar) and part.name is not None:
                statements.bind_local(body, part, part.name, POISON)
        statements.block(body, case.body)
        ends.append(body.flow)
    body.flow = join([*ends, before])


def _cases(
    body: Body,
    node: ast.Match,
    cases: list[ast.match_case],
    value: tree.Expression,
    kind: Type,
    path: tuple[tree.Local | tree.Field, ...] | None,
    held: list[tree.Local],
    ends: list[Flow],
    seen: frozenset[object],
) -> Statements:
    """The cases from one on; ``kind`` is what the value can still be, and it is none of ``seen``."""
    span = body.span(node)
    gone: Statements = [tree.Delete(local, span) for local in held]
    if not cases:
        ends.append(body.flow)
        return gone
    case = cases[0]
    now = tree.Narrow(value, span, kind) if kind != value.type else value
    before = body.flow.copy()
    found = patterns.pattern(body, case.pattern, now, path)
    if found is None:
        body.flow = before.copy()
        for part in ast.walk(case.pattern):
            if isinstance(part, ast.MatchAs | ast.MatchStar) and part.name is not None:
                statements.bind_local(body, part, part.name, POISON)
        statements.block(body, case.body)
        ends.append(body.flow)
        body.flow = before
        return _cases(body, node, cases[1:], value, kind, path, held, ends, seen)
    constants = seen | _constants(found.test) if case.guard is None else seen
    exhausts = case.guard is None and (found.exhausts or _all(body, kind, constants))
    body.flow = before.copy()
    if path is not None and found.kind is not None:
        body.flow.narrow(path, found.kind)
    binds: Statements = []
    for bind in found.binds:
        binds += assignments.store_local(body, bind.node, bind.node, bind.name, bind.value, bind.node)
    inner: Statements = [tree.Delete(local, span) for local in found.held]
    test = found.test
    otherwise = before
    if case.guard is not None:
        guard, when_true, when_false = conditions.condition(body, case.guard)
        for bind in found.binds:
            body.locals[bind.name].fluid = True
        if guard.type is not POISON:
            last: tree.Expression = tree.Do(binds, guard, guard.span, BOOL) if binds else guard
            test = patterns.both(body, test, last)
        binds = []
        body.flow = when_true
        if found.binds:
            when_false.types = {
                at: known for at, known in when_false.types.items() if before.types.get(at) == known
            }
        otherwise = join([before, when_false]) if test is not guard else when_false
        otherwise.assigned = set(before.assigned) & otherwise.assigned if found.binds else otherwise.assigned
    then = [*binds, *inner, *gone, *statements.block(body, case.body)]
    ends.append(body.flow)
    if test is None or exhausts:
        body.flow = Flow(dead=True)
        # What is left over matches for sure, but its parts are still to be stored.
        return then if _simple(test) or test is None else [tree.Evaluate(test, span), *then]
    body.flow = otherwise.copy()
    left = found.rest if case.guard is None and found.rest is not None else kind
    if path is not None and left != kind:
        body.flow.narrow(path, left)
    rest = _cases(body, node, cases[1:], value, left, path, held, ends, constants)
    return [tree.If(test, then, rest, body.span(case.pattern))]


def _simple(test: tree.Expression | None) -> bool:
    """Whether a test that always holds may be left out: it stores nothing."""
    match test:
        case None | tree.IsInstance() | tree.Compare() | tree.IsNone() | tree.LocalGet() | tree.Narrow():
            return True
        case tree.Not(operand=operand):
            return _simple(operand)
        case tree.Logical(left=left, right=right):
            return _simple(left) and _simple(right)
        case _:
            return False


def _constants(test: tree.Expression | None) -> frozenset[object]:
    """The constants of which a test says that the value is one of them."""
    match test:
        case tree.Compare(operator="==", right=tree.IntLiteral(value=number)):
            return frozenset({number})
        case tree.LocalGet(type=BoolType()) | tree.Narrow(type=BoolType()):
            return frozenset({True})
        case tree.Not(operand=tree.LocalGet(type=BoolType()) | tree.Narrow(type=BoolType())):
            return frozenset({False})
        case tree.Logical(operator="or", left=left, right=right):
            one, other = _constants(left), _constants(right)
            return one | other if one and other else frozenset()
        case _:
            return frozenset()


def _all(body: Body, kind: Type, constants: frozenset[object]) -> bool:
    """Whether these are all values of a type: both bools, or every member of an enum."""
    if isinstance(kind, BoolType):
        return {True, False} <= constants
    enum = body.world.enum_of(kind)
    return enum is not None and "Flag" not in enum.enum_kind and set(enum.enum_values.values()) <= constants


__all__ = ["match_statement"]
