"""Exceptions: making, raising and catching them.

    raise OSError(EBUSY, "in use")      ->  Raise(ExceptionNew(OSError, EBUSY, "in use"))

An exception is a small value: its class, an errno, and a message. ``try`` keeps its form.
"""

from __future__ import annotations

import ast

from kmi.errors import OUTBOUND
from kmi.language import codes, tree
from kmi.language.bodies import expressions, formats, statements
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import coerce
from kmi.language.bodies.flow import Flow, join
from kmi.language.bodies.once import once
from kmi.language.declarations.scope import ClassInfo, Poisoned
from kmi.language.relations import POISON, describe, is_int
from kmi.language.source import Span
from kmi.language.types import BOOL, INT, ExceptionType, OptionalType, TypeObject


def exception_new(body: Body, node: ast.Call, definition: tree.Class) -> tree.Expression:
    """``OSError(EBUSY, "busy")``, ``ValueError("…")``, ``BlockingIOError()``, ``Busy(7)``."""
    from kmi.language.bodies import exception_objects

    carrier = exception_objects.carrier_of(body, definition)
    if carrier is not None:
        return exception_objects.new(body, node, definition, carrier)
    return plain(body, node, definition)


def plain(body: Body, node: ast.Call, definition: tree.Class) -> tree.Expression:
    """An exception as ``Exception`` and ``OSError`` themselves make it of these arguments."""
    span = body.span(node)
    kind = ExceptionType(definition)
    if node.keywords:
        return body.error(codes.BAD_EXCEPTION, node.keywords[0], "an exception takes no named arguments")
    if definition.name in ("UnicodeDecodeError", "UnicodeEncodeError") and body.scope.author:
        return body.error(
            codes.BAD_EXCEPTION,
            node,
            f"`{definition.name}` takes five arguments in Python, and is what `decode` and `encode` raise",
            help='raise UnicodeError("…")',
        )
    os_error = any(ancestor.name == "OSError" for ancestor in definition.ancestors())
    match node.args:
        case []:
            return tree.ExceptionNew(definition, None, None, span, kind)
        case [first] if os_error:
            value = expressions.expression(body, first)
            if value.type is POISON:
                return tree.NoneLiteral(span, kind)
            if is_int(value.type):
                text = ast.unparse(first)
                return body.error(
                    codes.NO_ERRNO,
                    node,
                    f"`{definition.name}({text})` has no errno: Python takes the only argument for a message",
                    help="give both, or let the system name it:\n"
                    f'raise {definition.name}({text}, "…")\nraise error({text})',
                )
            return body.error(
                codes.NO_ERRNO,
                node,
                f"this `{definition.name}` has a message but no errno",
                help=f"raise {definition.name}({_errno_of(definition)}, {ast.unparse(first)})",
            )
        case [first, second] if os_error:
            number = expressions.value_for(body, first, INT, "the errno")
            message = _message(body, second)
            return tree.ExceptionNew(definition, number, message, span, kind)
        case _ if os_error:
            return body.error(
                codes.BAD_EXCEPTION,
                node,
                f"`{definition.name}` takes an errno and a message",
                help=f'raise {definition.name}(EIO, "what is wrong")',
            )
        case _:
            message, made_of = _made_of(body, node.args)
            return tree.ExceptionNew(definition, None, message, span, kind, made_of)


def _errno_of(definition: tree.Class) -> str:
    """The errno that an exception class stands for by itself."""
    names = [each.name for each in definition.ancestors()]
    return next((row.errno for row in OUTBOUND if row.error.__name__ in names), "EIO")


def _message(body: Body, node: ast.expr) -> tree.Expression | None:
    """The message of an OSError, which is a string."""
    value = expressions.expression(body, node)
    if value.type is POISON:
        return None
    if not body.world.is_builtin(value.type, "str"):
        if is_int(value.type) or body.world.is_builtin(value.type, "bytes"):
            body.error(
                codes.BAD_EXCEPTION,
                node,
                f"the message of an exception is a string, not a `{describe(value.type)}`",
                help=f'f"{{{ast.unparse(node)}}}"',
            )
            return None
        coerce(body, value, body.world.str_type, node, "the message")
        return None
    return value


def _made_of(body: Body, nodes: list[ast.expr]) -> tuple[tree.Expression | None, str]:
    """What an exception of these arguments says: a string as it is, another value by its repr, several as a
    tuple. Second, ``made_of`` of the node.
    """
    values = [expressions.expression(body, each) for each in nodes]
    if any(value.type is POISON for value in values):
        return None, ""
    return spoken(body, nodes, values)


def spoken(
    body: Body, nodes: list[ast.expr], values: list[tree.Expression]
) -> tuple[tree.Expression | None, str]:
    """What an exception of these values says, and ``made_of``."""
    if not nodes:
        return None, ""
    if len(nodes) == 1 and body.world.is_builtin(values[0].type, "str"):
        return values[0], ""
    pieces: list[str | tree.FormatPiece] = []
    for node, value in zip(nodes, values, strict=True):
        message = formats.check(body.world, value.type, "", "r")
        if message is not None:
            body.error(codes.BAD_FORMAT, node, message)
            return None, ""
        pieces += [", " if pieces else "(", tree.FormatPiece(value, "", "r", value.span)]
    if len(nodes) == 1:
        return tree.Format(pieces[1:], values[0].span, body.world.str_type), "other"
    return tree.Format([*pieces, ")"], values[0].span, body.world.str_type), "several"


def strerror(body: Body, value: tree.Expression, span: Span) -> tree.Expression:
    """``error.strerror``: the message of an OSError; None where it was made of nothing."""
    kind = OptionalType(body.world.str_type)

    def said(error: tree.Expression) -> tree.Expression:
        nothing = tree.IntLiteral(0, span)
        bare = tree.Compare("==", tree.ExceptionErrno(error, span, INT, "arguments"), nothing, span)
        unnumbered = tree.Compare("==", tree.ExceptionErrno(error, span, INT), nothing, span)
        text = tree.Format([tree.FormatPiece(error, "", "m", span)], span, body.world.str_type)
        none = tree.Upcast(tree.NoneLiteral(span), span, kind)
        test = tree.Logical("and", bare, unnumbered, span, BOOL)
        return tree.Conditional(test, none, tree.Upcast(text, span, kind), span, kind)

    return once(body, value, said)


def error_call(body: Body, node: ast.Call) -> tree.Expression:
    """``error(EBUSY)``, ``error(EBUSY, "in use")``: the OSError of an errno."""
    definition = body.world.builtin("OSError").definition
    span = body.span(node)
    if node.keywords or not 1 <= len(node.args) <= 2:
        return body.error(
            codes.BAD_ARGUMENTS,
            node,
            "`error` takes an errno and, if you like, a message",
            help="raise error(EBUSY)",
        )
    number = expressions.value_for(body, node.args[0], INT, "the errno")
    message = _message(body, node.args[1]) if len(node.args) == 2 else None
    return tree.ExceptionNew(definition, number, message, span, ExceptionType(definition))


def raise_statement(body: Body, node: ast.Raise) -> list[tree.Statement]:
    """``raise``, ``raise Class``, ``raise value``, ``raise … from …``."""
    span = body.span(node)
    if node.exc is None:
        if not body.handlers:
            body.error(codes.BAD_EXCEPTION, node, "a bare `raise` stands outside of an `except` block")
        body.flow = Flow(dead=True)
        return [tree.Raise(None, span)]
    value = expressions.expression(body, node.exc)
    if node.cause is not None:
        cause = expressions.expression(body, node.cause)
        if (
            not isinstance(cause.type, ExceptionType)
            and cause.type is not POISON
            and not isinstance(cause, tree.NoneLiteral)
        ):
            if not (isinstance(cause.type, TypeObject) and isinstance(cause.type.instance, ExceptionType)):
                body.error(
                    codes.BAD_EXCEPTION,
                    node.cause,
                    f"a cause is an exception, not a `{describe(cause.type)}`",
                )
    if isinstance(value.type, TypeObject) and isinstance(value.type.instance, ExceptionType):
        bare = ast.copy_location(ast.Call(node.exc, [], []), node.exc)
        value = exception_new(body, bare, value.type.instance.definition)
    if value.type is not POISON and not isinstance(value.type, ExceptionType):
        body.error(
            codes.BAD_EXCEPTION,
            node.exc,
            f"a `{describe(value.type)}` cannot be raised",
            help='raise an exception: `raise ValueError("…")`',
        )
    made = tree.Raise(value, span)
    body.flow = Flow(dead=True)
    return [made]


def assert_statement(body: Body, node: ast.Assert) -> list[tree.Statement]:
    """``assert test, message``."""
    from kmi.language.bodies.conditions import condition

    span = body.span(node)
    test, when_true, when_false = condition(body, node.test)
    body.flow = when_false
    definition = body.world.builtin("AssertionError").definition
    message, made_of = _made_of(body, [node.msg]) if node.msg is not None else (None, "")
    body.flow = when_true
    raised = tree.ExceptionNew(definition, None, message, span, ExceptionType(definition), made_of)
    return [tree.If(tree.Not(test, span), [tree.Raise(raised, span)], [], span)]


def try_statement(body: Body, node: ast.Try) -> list[tree.Statement]:
    """``try`` in full. A handler knows what was known before the ``try`` and is not touched in it."""
    span = body.span(node)
    before = body.flow.copy()
    inside = statements.block(body, node.body)
    after_body = body.flow
    start = before.copy()
    statements.unsettle(body, start, node.body)
    ends: list[Flow] = []
    handlers: list[tree.Handler] = []
    body.flow = after_body.copy()
    otherwise = statements.block(body, node.orelse)
    ends.append(body.flow)
    seen: list[tree.Class] = []
    for handler in node.handlers:
        body.flow = start.copy()
        body.flow.dead = before.dead
        made = _handler(body, handler, seen)
        if made is not None:
            handlers.append(made)
        ends.append(body.flow)
    final: list[tree.Statement] = []
    body.flow = join(ends)
    if node.finalbody:
        after = body.flow
        anywhere = before.copy()
        statements.unsettle(body, anywhere, [*node.body, *node.orelse, *node.handlers])
        # What `finally` itself makes known holds on every way; it is analysed knowing what holds on every
        # way in.
        body.flow = anywhere
        final = statements.block(body, node.finalbody)
        if body.flow.dead:
            after = Flow(dead=True)
        else:
            gained = body.flow.assigned
            statements.unsettle(body, after, node.finalbody)
            after.assigned |= gained
        body.flow = after
    return [tree.Try(inside, handlers, otherwise, final, span)]


def _handler(body: Body, node: ast.ExceptHandler, seen: list[tree.Class]) -> tree.Handler | None:
    classes: list[tree.Class] = []
    if node.type is not None:
        for item in node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]:
            entity = expressions.entity_of(body, item)
            if isinstance(entity, ClassInfo) and entity.definition.exception:
                if entity.definition.name == "BaseException":
                    body.error(
                        codes.BAD_EXCEPTION,
                        item,
                        "`BaseException` is not caught in kernel Python",
                        help="except Exception:",
                    )
                classes.append(entity.definition)
            elif isinstance(entity, Poisoned):
                continue
            elif entity is None and isinstance(item, ast.Name):
                expressions.unknown_name(body, item, item.id)
            else:
                body.error(codes.BAD_EXCEPTION, item, f"`{ast.unparse(item)}` is not an exception class")
        for definition in classes:
            hidden = next((other for other in seen if definition.derives_from(other)), None)
            if hidden is not None:
                body.error(
                    codes.BAD_EXCEPTION,
                    node,
                    f"this never sees a `{definition.name}`: `except {hidden.name}` above catches it",
                    help="put the narrower one first",
                )
        seen.extend(classes)
    local: tree.Local | None = None
    if node.name is not None:
        nearest = common(classes) if classes else body.world.builtin("Exception").definition
        local = _bind(body, node, node.name, ExceptionType(nearest))
    body.handlers += 1
    inner = statements.block(body, node.body)
    body.handlers -= 1
    if local is not None and node.name is not None:
        body.locals.pop(node.name, None)
        body.flow.assigned.discard(local)
        body.flow.forget((local,))
        body.deleted[node.name] = body.span(node)
    return tree.Handler(tuple(classes), local, inner, body.span(node))


def _bind(body: Body, node: ast.ExceptHandler, name: str, kind: ExceptionType) -> tree.Local:
    """The local of a handler: its own in each, for its life ends with the handler."""
    known = body.locals.get(name)
    if known is not None:
        body.error(
            codes.DUPLICATE,
            node,
            f"`{name}` is a variable already, and `except … as {name}` would end its life",
            labels=[(known.span, "the variable")],
            help=f"give the exception another name: `as {name}_error`",
        )
    local = tree.Local(name, kind, body.span(node))
    body.locals[name] = local
    body.ordered.append(local)
    body.flow.assigned.add(local)
    return local


def common(classes: list[tree.Class]) -> tree.Class:
    """The nearest class from which all of them derive."""
    for candidate in classes[0].ancestors():
        if all(definition.derives_from(candidate) for definition in classes):
            return candidate
    return classes[0].ancestors()[-1]
