"""Functions, methods and lambdas as values: each is an object of a class that is made for it here.

    self.callback = self.tick        ->  New(Timer_tick, [self])

    class Timer_tick(Callable0[None]):
        receiver: Timer
        def __call__(self) -> None: return self.receiver.tick()

So all that is known of objects is known of functions: a bound method holds its object, is shared or confined
as that is, and a call reaches whatever function of the program was ever used as a value of that type.

Invariants: one function has one such class for each signature and class of receiver; what a value takes and
gives is what the function takes and gives, but for classes and their bases: no place is checked in between.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from kmi.language import codes, tree
from kmi.language.bodies import expressions
from kmi.language.bodies.body import Body
from kmi.language.declarations.callables import (
    MOST,
    callable_type,
    callable_view,
    is_callback,
    signature,
)
from kmi.language.declarations.members import class_bindings
from kmi.language.declarations.scope import ClassInfo, FunctionInfo
from kmi.language.relations import POISON, describe, poisoned, same, subtype
from kmi.language.source import Span
from kmi.language.types import (
    NONE,
    ClassType,
    ExceptionType,
    NeverType,
    NoneType,
    OptionalType,
    PointerType,
    Type,
    TypeObject,
    TypeVariable,
    UnionType,
    substitute,
)

UNCOUNTED = "the object ends the registration before it dies"


def function_value(
    body: Body, node: ast.expr, info: FunctionInfo, receiver: tree.Expression | None
) -> tree.Expression:
    """A function, or a method of ``receiver``, as a value of the type that its header says."""
    function = info.function
    span = body.span(node)
    body.world.want(info)
    if function.external is not None:
        return body.error(
            codes.NOT_A_VALUE, span, f"the C function `{function.external.name}` is used as a value"
        )
    if info.keyword_only and any(
        p.name in info.keyword_only and d is None
        for p, d in zip(function.parameters, info.defaults, strict=False)
    ):
        return body.error(
            codes.NOT_A_VALUE,
            span,
            f"`{function.qualified}` takes an argument by name, which a function as a value cannot be given",
            help="write a function that takes all of them by position, and calls it",
        )
    bindings: dict[str, Type] = {}
    if receiver is not None and isinstance(receiver.type, ClassType) and function.owner is not None:
        bindings = class_bindings(receiver.type, function.owner)
    own = [v for v in function.type_parameters if v.name not in bindings]
    if own or (function.static and function.owner is not None and function.owner.type_parameters):
        return body.error(
            codes.NOT_A_VALUE,
            span,
            f"`{function.qualified}` is generic: of which types this is cannot be seen",
            help="write a function whose parameters have types of their own, and calls it",
        )
    given = 1 if receiver is not None else 0
    required = [
        p
        for p, d in zip(function.parameters[given:], [*info.defaults, *[None] * MOST][given:], strict=False)
        if d is None
    ]
    taken = tuple(substitute(p.type, bindings) for p in required)
    result = substitute(function.result, bindings)
    if poisoned(result) or any(map(poisoned, taken)):
        return body.poison(span)
    if len(taken) > MOST:
        return body.error(
            codes.NOT_A_VALUE, span, f"a function as a value takes at most {MOST} arguments, not {len(taken)}"
        )
    if isinstance(result, TypeObject) or any(isinstance(part, TypeObject) for part in taken):
        return body.error(codes.NOT_A_VALUE, span, f"`{function.qualified}` takes a class, and is no value")
    return made(body, span, info, receiver, taken, result)


def made(
    body: Body,
    span: Span,
    info: FunctionInfo,
    receiver: tree.Expression | None,
    taken: tuple[Type, ...],
    result: Type,
) -> tree.Expression:
    """The object that stands for a function, of the class that is made for this signature."""
    definition = _class(body, span, info, receiver, taken, result)
    kind = ClassType(definition, definition.type_parameters)
    return tree.New(kind, [receiver] if receiver is not None else [], span)


def fitted(body: Body, value: tree.Expression, target: Type, span: Span) -> tree.Expression | None:
    """A function as a value, as the `Callable` that is wanted sees it; None if it does not fit that."""
    wanted, view = signature(target), callable_view(target)
    if (
        wanted is None or view is None
        or not isinstance(value, tree.New) or not isinstance(value.type, ClassType)
    ):  # fmt: skip
        return None
    function = value.type.definition.calls
    info = body.world.functions.get(function) if function is not None else None
    natural = signature(value.type)
    if function is None or info is None or natural is None:
        return None
    given = 1 if value.arguments else 0
    bindings: dict[str, Type] = {}
    if value.arguments and isinstance(value.arguments[0].type, ClassType) and function.owner is not None:
        bindings = class_bindings(value.arguments[0].type, function.owner)
    accepted = [substitute(p.type, bindings) for p in function.parameters[given:]]
    least = sum(d is None for d in info.defaults[given : len(function.parameters)]) if info.defaults else (
        len(accepted)
    )
    if not least <= len(wanted[0]) <= len(accepted):
        return None
    if not all(map(_goes, wanted[0], accepted)) or not _goes(natural[1], wanted[1]):
        return None
    receiver = value.arguments[0] if value.arguments else None
    if is_callback(target):
        return _callback(body, span, info, receiver, target)
    if natural == wanted:
        return tree.Upcast(value, span, target)
    again = made(body, value.span, info, receiver, wanted[0], wanted[1])
    return tree.Upcast(again, span, target)


def _callback(
    body: Body, span: Span, info: FunctionInfo, receiver: tree.Expression | None, target: Type
) -> tree.Expression:
    """What a registration calls: a method of the object that is being built, which it does not hold."""
    function = body.function
    if not (
        body.initializer and function is not None
        and isinstance(receiver, tree.LocalGet) and receiver.local is function.parameters[0]
    ):  # fmt: skip
        return body.error(
            codes.NOT_A_VALUE,
            span,
            "a registration calls a method of the object whose field it is",
            help="make it in the `__init__` of the object that has the method: "
            f"self.{info.function.name}_ = …(self.{info.function.name})",
        )
    # It starts when every field has a value. Two methods may be given to one registration.
    body.self_uses[:] = [use for use in body.self_uses if use[0] != receiver.span]
    taken, result = signature(target) or ((), NONE)
    definition = _class(body, span, info, receiver, taken, result, callback=target)
    kind = ClassType(definition, definition.type_parameters)
    return tree.Upcast(tree.New(kind, [receiver], span), span, target)


def _goes(kind: Type, target: Type) -> bool:
    """Whether a value goes from one place to the other without a check."""
    if same(kind, target) or isinstance(kind, NeverType):
        return True
    match target:
        case NoneType():
            return False
        case OptionalType(inner=inner):
            inside = kind.inner if isinstance(kind, OptionalType) else kind
            return isinstance(kind, NoneType) or _goes(inside, inner)
        case ClassType() | UnionType():
            return subtype(kind, target)
        case ExceptionType():
            return isinstance(kind, ExceptionType) and kind.definition.derives_from(target.definition)
        case _:
            return False


def _class(
    body: Body,
    span: Span,
    info: FunctionInfo,
    receiver: tree.Expression | None,
    taken: tuple[Type, ...],
    result: Type,
    *,
    callback: Type | None = None,
) -> tree.Class:
    function, world = info.function, body.world
    of = receiver.type if receiver is not None else None
    key = (function, of, taken, result, callback)
    known = world.callables.get(key)
    if known is not None:
        return known
    variables: dict[str, TypeVariable] = {}
    for kind in (*([of] if of is not None else []), *taken, result):
        _variables(kind, variables)
    name = f"{function.qualified}".replace(".", "_").replace("<", "").replace(">", "").replace(" ", "_")
    while name in body.scope.module.classes:
        name += "_"
    definition = tree.Class(name, body.scope.name, function.span, tuple(variables.values()), calls=function)
    base = callable_view(callback) or callable_type(world, taken, result)
    definition.base = base
    base.definition.subclasses.append(definition)
    owner = ClassInfo(
        definition, ast.ClassDef(name, [], [], [], []), body.scope, members_done=True, fields_state="done"
    )
    this = ClassType(definition, definition.type_parameters)
    body.scope.module.classes[name] = definition
    world.classes[definition] = owner
    world.callables[key] = definition
    if of is not None:
        _holds(body, owner, this, of, counted=callback is None)
    _calls(body, owner, this, info, taken, result)
    return definition


def _holds(body: Body, owner: ClassInfo, this: ClassType, of: Type, *, counted: bool) -> None:
    """The field and the ``__init__`` of a bound method; not ``counted`` the object is pointed at only."""
    definition, span = owner.definition, owner.definition.span
    field = tree.Field("receiver", of if counted else PointerType(of), span, final=True)
    definition.fields.append(field)
    receiver = tree.Local("self", this, span, parameter=True)
    given = tree.Local("receiver", of, span, parameter=True)
    value: tree.Expression = tree.LocalGet(given, span, of)
    if not counted:
        value = tree.Cast(value, span, field.type)
    store: tree.Statement = tree.SetField(tree.LocalGet(receiver, span, this), field, value, span)
    if not counted:
        store = tree.Unsafe(UNCOUNTED, [store], span)
    _method(body, owner, "__init__", [receiver, given], NONE, [store], [])


def _calls(
    body: Body, owner: ClassInfo, this: ClassType, info: FunctionInfo, taken: tuple[Type, ...], result: Type
) -> None:
    """The ``__call__`` that hands on to the function."""
    from kmi.language.bodies.arguments import default_value
    from kmi.language.bodies.convert import coerce

    definition, function, span = owner.definition, info.function, owner.definition.span
    receiver = tree.Local("self", this, span, parameter=True)
    names = [f"argument_{position}" for position in range(len(taken))]
    parameters = [
        tree.Local(name, kind, span, parameter=True) for name, kind in zip(names, taken, strict=True)
    ]
    inner = Body(body.world, body.scope, None, owner, reporter=body.reporter)
    arguments: list[tree.Expression] = []
    bindings: dict[str, Type] = {}
    if definition.fields:
        field = definition.fields[0]
        held: tree.Expression = tree.FieldGet(tree.LocalGet(receiver, span, this), field, span, field.type)
        if isinstance(field.type, PointerType) and field.type.target is not None:
            held = tree.Cast(held, span, field.type.target)
        if isinstance(held.type, ClassType) and function.owner is not None:
            bindings = class_bindings(held.type, function.owner)
            own = ClassType(function.owner, tuple(bindings.values()))
            held = held if own == held.type else tree.Upcast(held, span, own)
        arguments.append(held)
    rest = function.parameters[len(arguments) :]
    defaults = info.defaults[len(arguments) :]
    for position, parameter in enumerate(rest):
        wanted = substitute(parameter.type, bindings)
        if position < len(parameters):
            value: tree.Expression = tree.LocalGet(parameters[position], span, taken[position])
            arguments.append(coerce(inner, value, wanted, span, "the argument"))
            continue
        default = defaults[position]
        assert default is not None
        arguments.append(default_value(inner, default, info, default, wanted))
    call: tree.Expression = tree.Call(
        function,
        arguments,
        span,
        substitute(function.result, bindings),
        virtual=bool(definition.fields),
        type_arguments={},
    )
    if isinstance(call.type, NeverType) or result == NONE:
        statement: tree.Statement = tree.Evaluate(call, span)
    else:
        statement = tree.Return(coerce(inner, call, result, span, "the result"), span)
    if definition.fields and isinstance(definition.fields[0].type, PointerType):
        statement = tree.Unsafe(UNCOUNTED, [statement], span)
    _method(body, owner, "__call__", [receiver, *parameters], result, [statement], inner.ordered)


def _method(
    body: Body,
    owner: ClassInfo,
    name: str,
    parameters: Sequence[tree.Local],
    result: Type,
    statements: list[tree.Statement],
    locals_: list[tree.Local],
) -> None:
    definition = owner.definition
    function = tree.Function(
        name, definition.module, definition, list(parameters), result, definition.span, statements
    )
    function.locals = locals_
    made_info = FunctionInfo(
        function, None, owner.scope, owner, [None] * len(parameters), generated="callable", analysed=True
    )
    owner.methods[name] = made_info
    definition.methods[name] = function
    body.world.functions[function] = made_info


def _variables(kind: Type, found: dict[str, TypeVariable]) -> None:
    match kind:
        case TypeVariable(name=name):
            found[name] = kind
        case OptionalType(inner=inner) | TypeObject(instance=inner):
            _variables(inner, found)
        case _:
            for part in (
                *getattr(kind, "arguments", ()), *getattr(kind, "items", ()), *getattr(kind, "members", ()),
            ):  # fmt: skip
                _variables(part, found)


# --- lambdas ------------------------------------------------------------------------------------------------


def lambda_(body: Body, node: ast.Lambda, expected: Type | None) -> tree.Expression:
    """``lambda x: …`` where a `Callable` is wanted, which says what it takes."""
    span = body.span(node)
    wanted = signature(expected)
    arguments = [*node.args.posonlyargs, *node.args.args]
    if wanted is None:
        return body.error(
            codes.NOT_A_VALUE,
            span,
            "what this `lambda` takes cannot be seen here",
            help="give the place where it goes a type: `Callable[[int], bool]`; or define a function",
        )
    taken, result = wanted
    if node.args.kwonlyargs or node.args.defaults or len(arguments) != len(taken):
        return body.error(
            codes.BAD_ARGUMENTS,
            span,
            f"a function that takes {len(taken)} argument{'s' * (len(taken) != 1)} is wanted here",
            help=f"lambda {', '.join(chr(97 + position) for position in range(len(taken)))}: …",
        )
    captured = captures(body, node.body, frozenset(argument.arg for argument in arguments))
    if captured is not None:
        return refuse_capture(body, captured)
    scope = body.scope
    number = sum(name.startswith("lambda_") for name in scope.module.functions) + 1
    place = (span.line, span.column)
    name = f"lambda_{span.line}_{span.column}"
    while name in scope.module.functions and number:
        name += "_"
    function = tree.Function(name, scope.name, None, [], result, span)
    inner = Body(body.world, scope, FunctionInfo(function, None, scope), None, reporter=body.reporter)
    for argument, kind in zip(arguments, taken, strict=True):
        local = tree.Local(argument.arg, kind, body.span(argument), parameter=True)
        function.parameters.append(local)
        inner.locals[argument.arg] = local
        inner.flow.assigned.add(local)
    open_ = _is_open(result)
    value = expressions.expression(inner, node.body, None if open_ else result)
    if value.type is POISON:
        return body.poison(span)
    from kmi.language.bodies.convert import coerce
    from kmi.language.relations import place_type

    if open_:
        result = place_type(value.type)
    known = body.world.lambdas.get((scope.name, place, taken, result))
    if known is not None:
        return made(body, span, known, None, taken, result)
    function.result = result
    if result == NONE:
        function.body = [tree.Evaluate(value, value.span)]
    else:
        value = coerce(inner, value, result, node.body, "the result of the `lambda`")
        function.body = [tree.Return(value, value.span)]
    function.locals = inner.ordered
    info = FunctionInfo(function, None, scope, None, [None] * len(taken), analysed=True)
    scope.module.functions[name] = function
    body.world.functions[function] = info
    body.world.lambdas[scope.name, place, taken, result] = info
    return made(body, span, info, None, taken, result)


def _is_open(kind: Type) -> bool:
    found: dict[str, TypeVariable] = {}
    _variables(kind, found)
    return bool(found)


def captures(body: Body, node: ast.AST, own: frozenset[str]) -> ast.Name | None:
    """The first name in an inner function that is a variable of the function around it."""
    outer = set(body.locals) | set(body.names)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id in outer and inner.id not in own:
            return inner
    return None


def refuse_capture(body: Body, name: ast.Name) -> tree.Expression:
    """The error of a closure."""
    return body.error(
        codes.CLOSURE,
        name,
        f"`{name.id}` is a variable of the function around this one",
        help="pass it as an argument; or make a class that holds it, and pass a method of an object",
    )


def refuse_comparison(body: Body, span: Span, symbol: str) -> tree.Expression:
    """The error of comparing functions: CPython makes a bound method anew each time that it is named."""
    return body.error(
        codes.BAD_OPERANDS,
        span,
        f"`{symbol}` does not compare functions",
        help="compare with `None`, or keep beside the function what tells it from others",
    )


__all__ = ["describe", "fitted", "function_value", "lambda_", "made", "refuse_comparison"]
