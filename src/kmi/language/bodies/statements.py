"""Statements: a block at a time, each statement into the typed tree.

    count += 1        ->  Assign(count, Fit(count + 1))

Every kind of statement has its function; those on assignments, loops and exceptions are in files of their
own. A statement that cannot be reached is not looked at.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from weakref import WeakKeyDictionary

from kmi.language import codes, tree
from kmi.language.bodies import (
    assignments,
    augmented,
    conditions,
    exceptions,
    expressions,
    field_assignments,
    inner_functions,
    lock_all,
    loops,
    matches,
)
from kmi.language.bodies.body import Body, Widen
from kmi.language.bodies.convert import coerce, join_types
from kmi.language.bodies.flow import Flow, join
from kmi.language.checks.callgraph import overrides
from kmi.language.declarations import members
from kmi.language.declarations.scope import Form
from kmi.language.relations import POISON, describe, place_type, poisoned
from kmi.language.syntax import below, children
from kmi.language.types import (
    BOOL,
    EXACT,
    NONE,
    ClassType,
    ExceptionType,
    NeverType,
    NoneType,
    OptionalType,
    Type,
)


def block(body: Body, nodes: Sequence[ast.stmt]) -> list[tree.Statement]:
    """The statements of a block, in order."""
    made: list[tree.Statement] = []
    for node in nodes:
        if body.flow.dead:
            break  # as type checkers do: nothing is known here, and nothing runs
        made.extend(statement(body, node))
    return made


def statement(body: Body, node: ast.stmt) -> list[tree.Statement]:
    """The typed tree of one statement; none for what only declares."""
    span = body.span(node)
    match node:
        case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
            return []
        case ast.Expr(value=value):
            return _evaluate(body, node, value)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            return assignments.assign(body, node)
        case ast.Delete(targets=targets):
            return [made for target in targets for made in augmented.delete(body, target)]
        case ast.Return(value=value):
            return _return(body, node, value)
        case ast.If():
            return _if(body, node)
        case ast.While():
            return loops.while_statement(body, node)
        case ast.For():
            return loops.for_statement(body, node)
        case ast.Break() | ast.Continue():
            return loops.leave(body, node)
        case ast.Raise():
            return exceptions.raise_statement(body, node)
        case ast.Assert():
            return exceptions.assert_statement(body, node)
        case ast.Try():
            return exceptions.try_statement(body, node)
        case ast.Match():
            return matches.match_statement(body, node)
        case ast.With():
            return _with(body, node, node.items)
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            body.error(
                codes.UNSUPPORTED,
                span,
                "an import inside a function is not in kernel Python",
                help="import at the top of the file",
            )
            for alias in aliases:
                bind_local(body, node, alias.asname or alias.name.partition(".")[0], POISON)
            return []
        case ast.FunctionDef():
            inner_functions.define(body, node)
            return []
        case ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            bind_local(body, node, name, POISON)
            return []
        case ast.Global(names=refused) | ast.Nonlocal(names=refused):
            for name in refused:
                bind_local(body, node, name, POISON)  # one mistake, one error
            return []
        case _:
            return []  # refused by the whitelist, which has said so


def _evaluate(body: Body, node: ast.Expr, value: ast.expr) -> list[tree.Statement]:
    made = expressions.expression(body, value)
    if made.type is POISON:
        return []
    if isinstance(made.type, NeverType):
        body.flow = Flow(dead=True)
    if not isinstance(value, ast.Call):
        body.error(
            codes.NO_EFFECT,
            node,
            "this statement does nothing with its value",
            help="call it, assign it, or leave it out",
        )
        return []
    if isinstance(made, tree.NoneLiteral):
        return []
    return [tree.Evaluate(made, body.span(node))]


def _return(body: Body, node: ast.Return, value: ast.expr | None) -> list[tree.Statement]:
    span = body.span(node)
    function = body.function
    assert function is not None
    wanted = function.result
    made: tree.Expression | None = None
    if value is None:
        if not isinstance(wanted, NoneType) and not _returns_none(wanted):
            body.error(
                codes.TYPE_MISMATCH,
                node,
                f"`{function.qualified}` returns `{describe(wanted)}`, but nothing is returned here",
                help="return a value",
            )
        elif isinstance(wanted, OptionalType):
            made = tree.Upcast(tree.NoneLiteral(span), span, wanted)
    else:
        result = expressions.expression(body, value, wanted)
        if (
            isinstance(wanted, NoneType)
            and not isinstance(result.type, NoneType)
            and result.type is not POISON
        ):
            body.error(
                codes.TYPE_MISMATCH,
                value,
                f"`{function.qualified}` returns nothing, but this is `{describe(result.type)}`",
                help=_nothing_to_return(body, function, value, result.type),
            )
        elif isinstance(wanted, NoneType):
            if not isinstance(result, tree.NoneLiteral) and result.type is not POISON:
                field_assignments.check_init_complete(body, node)
                body.flow = Flow(dead=True)
                return [tree.Evaluate(result, span), tree.Return(None, span)]
        else:
            made = coerce(body, result, wanted, value, f"the result of `{function.qualified}`")
    field_assignments.check_init_complete(body, node)
    body.flow = Flow(dead=True)
    return [tree.Return(made, span)]


def _nothing_to_return(body: Body, function: tree.Function, value: ast.expr, kind: Type) -> str:
    """What to do with a value that a function does not return."""
    replaced = overrides(function)
    if replaced is None:
        return f"say what it returns: `-> {describe(kind)}`"
    if function.name == "read":
        return f"give the bytes to the process: `data.put({ast.unparse(value)})`"
    if function.name == "write":
        return "leave it out: the process is told how much of `data` was taken"
    return f"leave it out: `{replaced.qualified}` returns nothing"


def _returns_none(kind: Type) -> bool:
    return isinstance(kind, OptionalType) or poisoned(kind)


def _if(body: Body, node: ast.If) -> list[tree.Statement]:
    test, when_true, when_false = conditions.condition(body, node.test)
    body.flow = when_true
    then = block(body, node.body)
    after_then = body.flow
    body.flow = when_false
    otherwise = block(body, node.orelse)
    body.flow = join([after_then, body.flow])
    if isinstance(test, tree.BoolLiteral):
        return then if test.value else otherwise
    return [tree.If(test, then, otherwise, body.span(node))]


# --- with ---------------------------------------------------------------------------------------------------


def _with(body: Body, node: ast.With, items: list[ast.withitem]) -> list[tree.Statement]:
    if not items:
        return block(body, node.body)
    item = items[0]
    reason = _unsafe_reason(body, item)
    if reason is not None:
        body.unsafe += 1
        inside = _with(body, node, items[1:])
        body.unsafe -= 1
        return [tree.Unsafe(reason, inside, body.span(node))]

    if lock_all.is_lock_all(body, item):
        return lock_all.lock_all(body, node, item, bind_local, lambda: _with(body, node, items[1:]))
    context = expressions.expression(body, item.context_expr)
    kind = context.type
    entered: Type = POISON
    if isinstance(kind, ClassType):
        enter = members.find_method(body.world, kind, "__enter__")
        leave = members.find_method(body.world, kind, "__exit__")
        if enter is None or leave is None:
            body.error(
                codes.BAD_CONTEXT,
                item.context_expr,
                f"a `{kind}` cannot stand in a `with`",
                help="it needs `__enter__` and `__exit__`: a `Mutex` or a `SpinLock` has them",
            )
        else:
            body.world.want(enter)
            body.world.want(leave)
            from kmi.language.types import substitute

            if leave.function.result == BOOL or len(leave.function.parameters) > 1:
                return _holding(body, node, items, context)
            assert enter.function.owner is not None
            entered = substitute(enter.function.result, members.class_bindings(kind, enter.function.owner))
    elif kind is not POISON:
        body.error(
            codes.BAD_CONTEXT,
            item.context_expr,
            f"a `{describe(kind)}` cannot stand in a `with`",
            help='a `with` takes a lock, or `unsafe("reason")`',
        )
    body.flow.disturb()
    local: tree.Local | None = None
    if isinstance(item.optional_vars, ast.Name):
        local = bind_local(body, item.optional_vars, item.optional_vars.id, entered)
    elif item.optional_vars is not None:
        body.error(
            codes.UNSUPPORTED,
            item.optional_vars,
            "a `with` that unpacks is not in kernel Python",
            help="with … as name:",
        )
    before = body.flow.copy()
    inside = _with(body, node, items[1:])
    body.flow.disturb()
    _ = before
    if not isinstance(kind, ClassType):
        return inside
    return [tree.With(context, local, inside, body.span(node))]


def _holding(
    body: Body, node: ast.With, items: list[ast.withitem], context: tree.Expression
) -> list[tree.Statement]:
    """A manager whose ``__exit__`` may hold back an exception."""
    from kmi.language.bodies import special

    names = items[0].optional_vars

    def target(kind: Type) -> tree.Local | None:
        return bind_local(body, names, names.id, kind) if isinstance(names, ast.Name) else None

    return special.holding(body, node, context, lambda _: _with(body, node, items[1:]), target)


def _unsafe_reason(body: Body, item: ast.withitem) -> str | None:
    node = item.context_expr
    if not isinstance(node, ast.Call):
        return None
    entity = expressions.entity_of(body, node.func)
    if not isinstance(entity, Form) or entity.name != "kmi.unsafe.unsafe":
        return None
    match node.args:
        case [ast.Constant(value=str() as reason)] if reason.strip():
            return reason
        case _:
            body.error(
                codes.NEEDS_REASON,
                node,
                "this unsafe block has no reason",
                help='say why it is sound:\nwith unsafe("the caller holds the lock"):',
            )
            return "no reason"


# --- locals -------------------------------------------------------------------------------------------------


def bind_local(body: Body, node: ast.AST, name: str, kind: Type) -> tree.Local:
    """The local of that name as the target of a value of this type; it has one from here on."""
    local = body.locals.get(name)
    wanted = place_type(kind)
    if local is None:
        wanted = body.widened.get(body.key(name), wanted)
        local = tree.Local(name, wanted, body.span(node))
        body.locals[name] = local
        body.ordered.append(local)
    elif local.type is POISON:
        local.type = wanted
    elif isinstance(local.type, ExceptionType) and isinstance(kind, ExceptionType) and local.type != kind:
        if not kind.definition.derives_from(local.type.definition):
            widen(body, local, ExceptionType(exceptions.common([local.type.definition, kind.definition])))
    elif not poisoned(wanted):
        require(body, local, kind)
    body.flow.assigned.add(local)
    body.flow.forget((local,))
    return local


def require(body: Body, local: tree.Local, kind: Type) -> None:
    """Widens the place of a local that was inferred, so that it takes a value of this type, if it can be."""
    if local.name in body.declared or local.parameter or local.type == kind or poisoned(kind):
        return
    if isinstance(local.type, NoneType) and isinstance(kind, NoneType):
        return
    joined = join_types(body, local.type, kind)
    if joined is None:
        return
    joined = place_type(joined)
    if joined != local.type:
        widen(body, local, joined)


def widen(body: Body, local: tree.Local, kind: Type) -> None:
    key = body.key(local.name)
    if key in body.widened and body.widened[key] == kind:
        return
    raise Widen(key, kind)


_assigned: WeakKeyDictionary[ast.AST, frozenset[str]] = WeakKeyDictionary()
"""What `assigned_names` has found in a statement: it is asked for each block around it."""


def assigned_names(nodes: Iterable[ast.AST]) -> set[str]:
    """The locals that these statements assign or delete."""
    found: set[str] = set()
    waiting = list(nodes)
    while waiting:
        inner = waiting.pop()
        match inner:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.ExceptHandler(name=str() as name):
                found.add(name)
            case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
                found.add(name)
            case ast.MatchMapping(rest=str() as name):
                found.add(name)
            case ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
                continue
            case ast.FunctionDef() | ast.Lambda():
                continue  # what it assigns is its own
            case ast.comprehension(iter=iterable, ifs=tests):
                waiting += [iterable, *tests]  # its targets are the comprehension's own
                continue
            case ast.stmt():
                known = _assigned.get(inner)
                if known is None:
                    known = _assigned[inner] = frozenset(assigned_names(children(inner)))
                found |= known
                continue
            case _:
                pass
        waiting += children(inner)
    return found


def unsettle(body: Body, flow: Flow, nodes: Iterable[ast.AST]) -> None:
    """Ends what these statements may change: where any part of them may have run, or none."""
    nodes = list(nodes)
    names = assigned_names(nodes)
    for name in _deleted_names(nodes):
        local = body.locals.get(name)
        if local is not None:
            flow.assigned.discard(local)
    for path in list(flow.types):
        if isinstance(path[0], tree.Local) and path[0].name in names:
            del flow.types[path]
    flow.disturb()


def _deleted_names(nodes: Iterable[ast.AST]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        for inner in below(node):
            match inner:
                case ast.Name(id=name, ctx=ast.Del()) | ast.ExceptHandler(name=str() as name):
                    found.add(name)
                case _:
                    pass
    return found


__all__ = [
    "EXACT",
    "NONE",
    "assigned_names",
    "bind_local",
    "block",
    "unsettle",
    "require",
    "statement",
    "widen",
]
