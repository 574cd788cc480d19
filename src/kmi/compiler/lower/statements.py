"""Statements made linear: control flow, assignment, and every way out of ``try``, ``with`` and loops.

    with self.lock as n:        n = call Mutex.enter(&self->lock)
        return f(n)             cleanup: f_1 = call f(n)
                                leave: call Mutex.exit(&self->lock); return f_1
                                on an error: call Mutex.exit(&self->lock), and on

``finally`` and ``__exit__`` are lowered once for each way out, as CPython does it: the error's is the
cleanup's own.
"""

from __future__ import annotations

from collections.abc import Callable

from kmi.compiler import linear
from kmi.compiler.assigned import assigned_locals
from kmi.compiler.ending import ends, terminates
from kmi.compiler.lower import calls, integers, loops, objects, text, unsafe
from kmi.compiler.lower.builder import Builder, Exit, Handling, Value, is_simple, is_void
from kmi.compiler.lower.expressions import condition
from kmi.language import tree
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import ClassType, CStructType, ExceptionType, IntType, PointerType

Body = list[linear.Statement]


def block(builder: Builder, statements: list[tree.Statement]) -> Body:
    """A list of statements as a block of its own."""
    return builder.block(lambda: run(builder, statements))


def run(builder: Builder, statements: list[tree.Statement]) -> None:
    """A list of statements; what follows one that never comes back is left out."""
    for node in statements:
        statement(builder, node)
        if builder.out and terminates(builder.out[-1]):
            return


def statement(builder: Builder, node: tree.Statement) -> None:
    """Any statement."""
    match node:
        case tree.Assign():
            _assign(builder, node)
        case tree.SetField():
            objects.set_field(builder, node)
        case tree.InitPlace():
            objects.init_place(builder, node)
        case tree.Store():
            unsafe.store(builder, node)
        case tree.Evaluate(value=operand):
            value = builder.expression(operand)
            builder.settle([value], node.span)
        case tree.If():
            test = condition(builder, node.condition)
            then, otherwise = block(builder, node.then), block(builder, node.otherwise)
            builder.emit(linear.If(test, then, otherwise, node.span))
        case tree.While():
            loops.while_(builder, node)
        case tree.ForRange():
            loops.for_range(builder, node)
        case tree.ForEach():
            loops.for_each(builder, node)
        case tree.Break() | tree.Continue():
            _leave_loop(builder, node)
        case tree.Return():
            _return(builder, node)
        case tree.Raise():
            _raise(builder, node)
        case tree.Try():
            _try(builder, node)
        case tree.With():
            _with(builder, node)
        case tree.Delete(local=local):
            variable = builder.variables.get(id(local))
            if variable is not None and variable.owned:
                builder.emit(linear.Drop(variable, node.span))
        case tree.Unsafe(body=body):
            run(builder, body)
        case _:
            raise InternalError(f"the compiler does not know the statement {type(node).__name__}", node.span)


def _assign(builder: Builder, node: tree.Assign) -> None:
    variable = builder.variables.get(id(node.local))
    if variable is None or is_void(variable.type):
        builder.settle([builder.expression(node.value)], node.span)
        return
    if isinstance(variable.type, IntType):
        value = integers.integer(builder, node.value)
    else:
        value = builder.expression(node.value)
    assign(builder, variable, value, node.span)


def assign(builder: Builder, variable: linear.Variable, value: Value, span: Span) -> None:
    """A local gets a value; what it held dies after."""
    if is_void(variable.type):
        builder.settle([value], span)
        return
    fitted = Value(calls.fitting(value.expression, variable.type), value.owned)
    if variable.owned:
        source = builder.owned_variable(fitted, variable.type, span)
        builder.emit(linear.Replace(variable, source, span))
    elif isinstance(variable.type, CStructType) and not isinstance(value.expression, linear.Zero):
        raise InternalError("a C struct is copied", span)
    else:
        builder.emit(linear.Set(variable, fitted.expression, span))
        builder.settle([value], span)


# --- loops ------------------------------------------------------------------------------------------------


# --- ways out ---------------------------------------------------------------------------------------------


def _unwind(
    builder: Builder,
    stop: Callable[[Exit], bool],
    finish: Callable[[], None],
    span: Span,
    pending: linear.Variable | None = None,
) -> None:
    """Runs what stands between here and ``stop``, innermost first, then ``finish``.

    ``pending`` holds what is about to be returned: a ``finally`` that leaves by another way drops it.
    """
    if not builder.exits or stop(builder.exits[-1]):
        finish()
        return
    exit_ = builder.exits.pop()
    handling = list(builder.handling)

    def rest() -> None:
        if exit_.leave is not None:
            if pending is not None:
                builder.exits.append(Exit(iterable=pending))
            exit_.leave()
            if pending is not None:
                builder.exits.pop()
            if ends(builder.out):
                return
        _unwind(builder, stop, finish, span, pending)

    try:
        if exit_.iterable is not None:
            builder.emit(linear.Drop(exit_.iterable, span))
        left = exit_.cleanup or exit_.handled
        if left is not None:
            builder.emit(linear.Leave(left, builder.block(rest), span))
        else:
            rest()
    finally:
        builder.exits.append(exit_)
        builder.handling[:] = handling


def _leave_loop(builder: Builder, node: tree.Break | tree.Continue) -> None:
    def finish() -> None:
        exit_ = builder.exits[-1]
        assert exit_.loop is not None
        if isinstance(node, tree.Continue):
            builder.emit(linear.Continue(exit_.loop, node.span))
            return
        if exit_.iterable is not None:
            builder.emit(linear.Drop(exit_.iterable, node.span))
        builder.emit(linear.Break(exit_.loop, node.span))

    _unwind(builder, lambda exit_: exit_.loop is not None, finish, node.span)


def _return(builder: Builder, node: tree.Return) -> None:
    span = node.span
    kind = builder.instance.result
    if node.value is None or is_void(kind):
        if node.value is not None:
            builder.settle([builder.expression(node.value)], span)
        _unwind(builder, lambda exit_: False, lambda: builder.emit(linear.Return(None, None, span)), span)
        return
    moved: linear.Variable | None = None
    if isinstance(kind, IntType):
        value = integers.integer(builder, node.value)
    else:
        value = builder.expression(node.value)
    expression = calls.fitting(value.expression, kind)
    final = any(exit_.leave is not None or exit_.iterable is not None for exit_ in builder.exits)
    if linear.holds_count(kind):
        own_local = (
            isinstance(expression, linear.Var) and expression.variable.owned and value.owned is None
            and expression.variable.kind == "local" and not any(exit_.final for exit_ in builder.exits)
        )  # fmt: skip
        if own_local and isinstance(expression, linear.Var):
            moved = expression.variable
        else:
            moved = builder.owned_variable(Value(expression, value.owned), kind, span)
            expression = linear.Var(moved, kind)
    elif value.owned is not None or (final and not isinstance(expression, linear.Const)):
        kept = builder.temporary(kind, "value")
        builder.emit(linear.Set(kept, expression, span))
        expression = linear.Var(kept, kind)
        builder.settle([value], span)
    result, owner = expression, moved
    pending = moved if moved is not None and moved.kind == "temporary" else None

    def finish() -> None:
        builder.emit(linear.Return(result, owner, span))

    _unwind(builder, lambda exit_: False, finish, span, pending)


# --- errors -----------------------------------------------------------------------------------------------


def _raise(builder: Builder, node: tree.Raise) -> None:
    span = node.span
    match node.value:
        case None:
            if not builder.handling:
                raise InternalError("a bare `raise` outside of `except`", span)
            handling = builder.handling[-1]
            handling.used = True
            kind = handling.saved.type
            assert isinstance(kind, ExceptionType)
            again = builder.own(Value(linear.Var(handling.saved, kind)), span, "again")
            builder.emit(linear.RaiseValue(again.owned or handling.saved, kind.definition, span))
        case tree.ExceptionNew() as made:
            raise_new(builder, made, span)
        case tree.Upcast(value=tree.ExceptionNew() as made) | tree.Narrow(value=tree.ExceptionNew() as made):
            raise_new(builder, made, span)
        case operand:
            value = builder.expression(operand)
            kind = value.expression.type
            if not isinstance(kind, ExceptionType):
                raise InternalError(f"a {kind} is raised", span)
            if linear.holds_count(kind):
                value = builder.own(value, span, "exception")
            elif not isinstance(value.expression, linear.Var):
                value = builder.keep(value, span, "exception")
            assert isinstance(value.expression, linear.Var)
            builder.emit(linear.RaiseValue(value.expression.variable, kind.definition, span))


def raise_new(builder: Builder, node: tree.ExceptionNew, span: Span) -> None:
    if node.object is not None:
        whole = text.exception(builder, node)
        assert isinstance(whole.expression, linear.Var)
        builder.emit(linear.RaiseValue(whole.expression.variable, node.definition, span))
        return
    errno, said, values = text.parts(builder, node)
    held = [value.owned for value in values if value.owned is not None]
    if not held:
        builder.emit(linear.Raise(node.definition, errno, said, span, made_of=node.made_of))
        return
    kind = ExceptionType(node.definition)
    made = builder.temporary(kind, "exception")
    builder.emit(linear.MakeError(made, node.definition, errno, said, span, node.made_of))
    builder.settle(values, span)
    builder.emit(linear.RaiseValue(made, node.definition, span))


def _try(builder: Builder, node: tree.Try) -> None:
    if not node.final:
        _handlers(builder, node)
        return

    def leave() -> None:
        run(builder, node.final)

    _cleanup(builder, lambda: _handlers(builder, node), leave, True, node.span)


def _cleanup(
    builder: Builder, body: Callable[[], None], leave: Callable[[], None], final: bool, span: Span
) -> None:
    """``body``, and ``leave`` on every way out of it."""
    kind = ExceptionType(builder.exceptions.find("Exception"))
    saved = builder.temporary(kind, "pending", linear.holds_count(kind))
    cleanup = linear.Cleanup([], [], [], saved, span)
    builder.exits.append(Exit(cleanup=cleanup, leave=leave, final=final))
    cleanup.body = builder.block(body)
    builder.exits.pop()
    if saved.owned:
        builder.exits.append(Exit(iterable=saved))
    cleanup.cleanup = builder.block(leave)
    if saved.owned:
        builder.exits.pop()
    if not ends(cleanup.body):
        cleanup.otherwise = builder.block(leave)
    builder.emit(cleanup)


def _handlers(builder: Builder, node: tree.Try) -> None:
    if not node.handlers:
        run(builder, node.body)
        if not ends(builder.out):
            run(builder, node.otherwise)
        return
    made = linear.Try([], [], [], node.span)
    builder.exits.append(Exit(handled=made))
    made.body = block(builder, node.body)
    builder.exits.pop()
    if not ends(made.body):
        made.otherwise = block(builder, node.otherwise)
    for handler in node.handlers:
        made.catches.append(_catch(builder, handler))
    builder.emit(made)


def _catch(builder: Builder, handler: tree.Handler) -> linear.Catch:
    local = builder.variables.get(id(handler.local)) if handler.local is not None else None
    wide = handler.classes[0] if len(handler.classes) == 1 else builder.exceptions.find("Exception")
    kind = local.type if local is not None else ExceptionType(wide)
    counted = linear.holds_count(kind)
    if local is not None and not counted:
        saved = local
    else:  # what the error carries is let go when the handler is left, however that is
        saved = builder.temporary(kind, local.name if local is not None else "caught", counted)
    if handler.local is not None and counted:
        builder.variables[id(handler.local)] = saved
    handling = Handling(saved, used=local is not None or counted)
    builder.handling.append(handling)
    if counted:
        builder.exits.append(Exit(iterable=saved))
    body = block(builder, handler.body)
    if counted:
        builder.exits.pop()
        if not ends(body):
            body.append(linear.Drop(saved, handler.span))
    builder.handling.pop()
    return linear.Catch(handler.classes, saved if handling.used else None, body, handler.span)


def _pinned(builder: Builder, value: Value, assigned: set[int], span: Span) -> Value:
    """A place by an owner of its own, where the body assigns to the local by which it is reached."""
    match value.expression:
        case linear.PlaceOf(object=owner, name=name, type=kind) if value.owned is None:
            root = owner
            while isinstance(root, linear.Load | linear.PlaceOf):
                root = root.object
            if not isinstance(root, linear.Var) or not any(
                builder.variables.get(local) is root.variable for local in assigned
            ):
                return value
            if isinstance(owner, linear.PlaceOf):
                held = _pinned(builder, Value(owner), assigned, span)
            else:
                held = builder.own(Value(owner), span, "owner")
            return Value(linear.PlaceOf(held.expression, name, kind), held.owned)
        case _:
            return value


def _with(builder: Builder, node: tree.With) -> None:
    span = node.span
    value = builder.expression(node.context)
    kind = value.expression.type
    if isinstance(kind, PointerType) or not isinstance(kind, ClassType):
        raise InternalError(f"a `with` over {kind}", span)
    if linear.holds_count(kind):
        value = builder.own(value, span, "context")
    else:
        assigned = set(assigned_locals(node.body))
        value = _pinned(builder, builder.secure(value, span, "context"), assigned, span)
        if not is_simple(value.expression) and not builder.held(value.expression):
            value = builder.keep(value, span, "context")
    borrowed = Value(value.expression)
    masked = "_masked" if node.masks else ""
    way = "__lend__" if node.taken else f"__enter_both{masked}__" if node.other else f"__enter{masked}__"
    enter, exit_ = loops.protocol(kind, way, span), loops.protocol(kind, f"__exit{masked}__", span)
    beside = [builder.expression(node.other)] if node.other is not None else []
    entered = calls.invoke_method(builder, borrowed, kind, enter, beside, span)
    target = builder.variables.get(id(node.target)) if node.target is not None else None

    def body() -> None:
        if target is not None:
            assign(builder, target, entered, span)
        else:
            builder.settle([entered], span)
        outer, builder.atomic = builder.atomic, builder.atomic or node.atomic
        run(builder, node.body)
        builder.atomic = outer

    def leave() -> None:
        calls.invoke_method(builder, Value(value.expression), kind, exit_, [], span)
        builder.settle([value], span)

    _cleanup(builder, body, leave, False, span)
