"""Attributes and subscripts: ``file.nonblocking``, ``self.kept``, ``Poll.IN``, ``data[i]``, ``data[i:j]``."""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import (
    callables,
    calls,
    class_level,
    enum_values,
    exception_objects,
    exceptions,
    expressions,
    method_calls,
    unions,
)
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import coerce
from kmi.language.bodies.fields import find_field
from kmi.language.declarations import constants, members, names
from kmi.language.declarations.bindings import struct_members
from kmi.language.declarations.declare import declare_members
from kmi.language.declarations.parameters import snapshot_function
from kmi.language.declarations.scope import ClassInfo, CStructInfo, FunctionInfo
from kmi.language.relations import POISON, describe, is_int
from kmi.language.report import hints
from kmi.language.source import Span
from kmi.language.types import (
    INT,
    WIDTHS,
    ClassType,
    CStructType,
    ExceptionType,
    IntType,
    OptionalType,
    PointerType,
    TupleType,
    TypeObject,
    TypeVariable,
    UnionType,
    substitute,
)

LAST = 2**63 - 1
"""The end of a slice that has none written."""


def attribute(body: Body, node: ast.Attribute, value: ast.expr, name: str) -> tree.Expression:
    """``value.name`` as a value; a method as a value is an error here, a call of one is `calls`' business."""
    home = expressions.entity_of(body, value)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "super":
        base = body.owner.definition.base if body.owner is not None else None
        found = members.find_method(body.world, base, name) if base is not None else None
        if found is not None and found.function.property and not value.args:
            return method_calls.call_super(body, ast.copy_location(ast.Call(node, [], []), node), name)
    if isinstance(home, ClassInfo):
        return class_attribute(body, node, home, name)
    entity = expressions.entity_of(body, node)
    if entity is not None:
        return expressions.entity_value(body, node, entity, name)
    if home is not None and not isinstance(home, CStructInfo):
        from kmi.language.declarations.scope import ConstantInfo, GlobalInfo, ModuleScope, PseudoModule

        if isinstance(home, ModuleScope | PseudoModule):
            return body.error(codes.UNKNOWN_IMPORT, node, f"`{ast.unparse(value)}` has no `{name}`")
        if not isinstance(home, ConstantInfo | GlobalInfo):
            return expressions.entity_value(body, value, home, ast.unparse(value))
    return value_attribute(body, node, expressions.expression(body, value), name)


def class_attribute(body: Body, node: ast.Attribute, info: ClassInfo, name: str) -> tree.Expression:
    """``Poll.IN``, ``Taken.SIZE``, ``Echo.LIMIT``; a callback becomes a C function's address."""
    span = body.span(node)
    if info.enum is not None:
        if name in info.enum_values:
            return tree.IntLiteral(info.enum_values[name], span, info.enum)
        return _unknown(body, node, f"`{info.definition.name}`", name, list(info.enum_values))
    declare_members(body.world, info)
    if name == "SIZE" and info.definition.struct:
        return tree.SizeOf(ClassType(info.definition), span, INT)
    for definition in info.definition.ancestors():
        owner = body.world.classes[definition]
        declare_members(body.world, owner)
        if name in owner.constants:
            folded = constants.fold(body.world, owner.scope, owner.constants[name], owner)
            return constants.literal(body.world, folded, span) if folded is not None else body.poison(span)
        if name in owner.parameters:
            return _parameter(body, span, owner.parameters[name])
        method = owner.methods.get(name)
        if method is not None and method.function.callback:
            from kmi.language.bodies.unsafe_forms import function_get

            return function_get(body, span, method, None)
        if method is not None and method.function.static and not method.class_method:
            return callables.function_value(body, node, method, None)
        if method is not None:
            return body.error(
                codes.NOT_A_VALUE,
                node,
                f"`{ast.unparse(node)}` is used as a value, without an object",
                help=f"name it of an object: `value.{name}`",
            )
    if any(isinstance(each, ast.ClassDef) and each.name == name for each in info.node.body):
        return body.poison(node)  # a class inside a class: the whitelist has said so
    names = [*info.methods, *info.constants]
    return _unknown(body, node, f"the class `{info.definition.name}`", name, names)


def value_attribute(body: Body, node: ast.Attribute, value: tree.Expression, name: str) -> tree.Expression:
    """An attribute of a value."""
    span = body.span(node)
    kind = value.type
    match kind:
        case _ if kind is POISON:
            return body.poison(node)
        case ClassType():
            return _member(body, node, value, kind, name)
        case ExceptionType():
            whole = exception_objects.carried(body, value, name)
            if whole is not None:
                return value_attribute(body, node, whole, name)
            return _exception(body, node, value, kind, name)
        case CStructType():
            return _c_member(body, node, value, kind, name)
        case PointerType(target=CStructType() as target):
            expressions.need_unsafe(body, span, "looking through a pointer")
            return _c_member(body, node, value, target, name)
        case TypeVariable(bound=ClassType() as bound):
            return _member(body, node, tree.Upcast(value, span, bound), bound, name)
        case TypeObject(instance=instance) if name == "SIZE":
            return tree.SizeOf(instance, span, INT)
        case TypeObject(instance=TypeVariable(bound=ClassType() as bound)):
            for definition in bound.definition.ancestors():
                owner = body.world.classes[definition]
                declare_members(body.world, owner)
                if name in owner.constants:
                    anew = class_level.constant(body, node, value, bound, owner, name)
                    return anew if anew is not None else class_attribute(body, node, owner, name)
            return class_attribute(body, node, body.world.classes[bound.definition], name)
        case TypeObject(instance=ClassType(definition=definition)):
            return class_attribute(body, node, body.world.classes[definition], name)
        case OptionalType():
            return may_be_none(body, node, value, name)
        case IntType() if (enum := body.world.enum_of(kind)) is not None:
            made = enum_values.attribute(body, node, value, enum, name)
            return made if made is not None else _unknown(body, node, f"`{kind}`", name, ["name", "value"])
        case UnionType():
            return unions.each(body, node, value, lambda one: value_attribute(body, node, one, name))
        case _:
            return body.error(codes.UNKNOWN_ATTRIBUTE, node, f"`{describe(kind)}` has no attribute `{name}`")


def may_be_none(body: Body, node: ast.AST, value: tree.Expression, name: str) -> tree.Expression:
    path = expressions.path_of(value)
    text = ".".join(step.name for step in path) if path is not None else "value"
    long = path is not None and len(path) > 1
    message = f"`{text}` may be `None`, which has no `{name}`"
    help = f"look first:\nif {text} is not None:\n    …"
    if long and path is not None:
        name = path[-1].name
        help = f"take it into a local and look:\n{name} = {text}\nif {name} is not None:\n    …"
    return body.error(codes.MAYBE_NONE, node, message, help=help)


def _member(
    body: Body, node: ast.Attribute, value: tree.Expression, kind: ClassType, name: str
) -> tree.Expression:
    span = body.span(node)
    world = body.world
    for definition in kind.definition.ancestors():
        declare_members(world, world.classes[definition])
    method = members.find_method(world, kind, name)
    if method is not None:
        if method.function.property:
            return calls.method_call(body, value, name, [], span)
        if method.function.callback:
            from kmi.language.bodies.unsafe_forms import function_get

            return function_get(body, span, method, kind)
        return _method_value(body, node, value, method)
    for definition in kind.definition.ancestors():
        owner = world.classes[definition]
        if name in owner.parameters or name in owner.constants:
            forget_self_use(body, value)
        if name in owner.parameters:
            return _parameter(body, span, owner.parameters[name])
        if name in owner.constants:
            anew = class_level.constant(body, node, value, kind, owner, name)
            return anew if anew is not None else class_attribute(body, node, owner, name)
    if name == "SIZE" and kind.definition.struct:
        return tree.SizeOf(kind, span, INT)
    found = find_field(world, kind, name)
    if found is not None:
        entry, entry_type = found
        if body.initializer:
            _read_early(body, node, value, entry)
        return expressions.narrowed(body, tree.FieldGet(value, entry, span, entry_type))
    known = [f.name for f in kind.definition.all_fields()]
    for definition in kind.definition.ancestors():
        known += [*world.classes[definition].methods, *world.classes[definition].parameters]
    hint = hints.lock_hint(kind, ast.unparse(node.value), f"{{}}.{name}")
    return _unknown(body, node, f"`{kind}`", name, known, hint)


def _method_value(
    body: Body, node: ast.Attribute, value: tree.Expression, method: FunctionInfo
) -> tree.Expression:
    """``object.method`` without a call: a bound method, which holds its object."""
    kind = value.type
    if method.class_method:
        return body.error(
            codes.NOT_A_VALUE,
            node,
            f"the class method `{node.attr}` is used as a value",
            help="write a function that calls it, and pass that",
        )
    if method.function.static:
        return callables.function_value(body, node, method, None)
    if isinstance(kind, ClassType) and (kind.definition.place or kind.definition.struct):
        return body.error(
            codes.NOT_A_VALUE,
            node,
            f"the method `{node.attr}` of a `{kind}` is used as a value",
            help="write a method of your own that calls it, and pass that",
        )
    return callables.function_value(body, node, method, value)


def _read_early(body: Body, node: ast.Attribute, value: tree.Expression, entry: tree.Field) -> None:
    """In ``__init__``, reports a field that is read before it has a value."""
    function = body.function
    if not isinstance(value, tree.LocalGet) or function is None or not function.parameters:
        return
    if (
        value.local is not function.parameters[0]
        or not body.scope.author
        or isinstance(entry.type, CStructType)
    ):
        return
    forget_self_use(body, value)
    if body.owner is None or entry not in body.owner.definition.fields:
        return
    if entry not in body.flow.assigned and not body.flow.dead:
        body.error(
            codes.UNASSIGNED,
            node,
            f"`self.{entry.name}` has no value yet",
            help=f"assign `self.{entry.name}` before this line",
        )


def forget_self_use(body: Body, value: tree.Expression) -> None:
    """The last use of ``self`` was only a path to a field."""
    if body.self_uses and body.self_uses[-1][0] == value.span:
        body.self_uses.pop()


def _parameter(body: Body, span: Span, parameter: tree.ModuleParameter) -> tree.Expression:
    """The value of a parameter of the module, as it is now."""
    c_name = f"KMI_PARAMETER_{parameter.name}"
    kind = parameter.type
    if (reader := snapshot_function(body.world, kind, "latest")) is not None:
        body.world.want(reader)
        storage = tree.CGlobal(c_name, span, reader.function.parameters[0].type)
        return tree.Call(reader.function, [storage], span, kind)
    if body.world.is_builtin(kind, "list"):  # without a kernel nothing is compiled: any new list will do
        return tree.ListNew([], span, kind)
    if body.world.is_builtin(kind, "str"):
        maker = members.find_method(body.world, body.world.str_type, "__from_c_string__")
        if maker is not None:
            body.world.want(maker)
            text = tree.CGlobal(c_name, span, PointerType(WIDTHS["u8"], "const"))
            return tree.Call(maker.function, [text], span, kind)
    return tree.CGlobal(c_name, span, kind)


def _exception(
    body: Body, node: ast.Attribute, value: tree.Expression, kind: ExceptionType, name: str
) -> tree.Expression:
    if name in ("errno", "strerror"):
        if any(ancestor.name == "OSError" for ancestor in kind.definition.ancestors()):
            if name == "strerror":
                return exceptions.strerror(body, value, body.span(node))
            return tree.ExceptionErrno(value, body.span(node), INT)
        return body.error(
            codes.UNKNOWN_ATTRIBUTE,
            node,
            f"`{kind}` has no {name}: only an `OSError` has one",
            help="catch it apart:\nexcept OSError as error:",
        )
    if name == "args":
        return body.error(
            codes.UNKNOWN_ATTRIBUTE,
            node,
            "the `args` of an exception have no types",
            help="use its text, or a field of an exception class of your own:\nstr(error)",
        )
    if kind.definition.carrier is not None:
        above = kind.definition.carrier.ancestors()
        known = [entry.name for each in above for entry in each.fields]
        known += [method for each in above for method in each.methods]
        return _unknown(body, node, f"`{kind}`", name, known)
    return body.error(
        codes.UNKNOWN_ATTRIBUTE,
        node,
        f"an exception has no attribute `{name}` in kernel Python",
        help="what it carries is its class, its message and, for an `OSError`, its `errno`",
    )


def _c_member(
    body: Body, node: ast.Attribute, value: tree.Expression, kind: CStructType, name: str
) -> tree.Expression:
    found = struct_members(body.world, kind)
    if name not in found:
        return _unknown(body, node, f"`{kind.binding.tag}`", name, list(found))
    expressions.need_unsafe(body, node, "a member of a C struct")
    return tree.CMember(value, found[name], body.span(node), found[name].type)


def _unknown(
    body: Body, node: ast.Attribute, what: str, name: str, known: list[str], hint: str | None = None
) -> tree.Expression:
    return body.error(
        codes.UNKNOWN_ATTRIBUTE,
        node,
        f"{what} has no attribute `{name}`",
        help=hint or names.suggest(name, known) or hints.habit_hint(what, name),
    )


# --- subscripts ---------------------------------------------------------------------------------------------


def subscript(body: Body, node: ast.Subscript, value: ast.expr, index: ast.expr) -> tree.Expression:
    """``value[index]`` and ``value[start:stop]``."""
    named = expressions.entity_of(body, value) if isinstance(value, ast.Name | ast.Attribute) else None
    if isinstance(named, ClassInfo) and named.enum is not None:
        return enum_values.by_name(body, node, named)
    container = expressions.expression(body, value)
    span = body.span(node)
    kind = container.type
    match kind:
        case _ if kind is POISON:
            return body.poison(node)
        case TupleType(items=items):
            position = _constant_index(index)
            table = constant_integers(container) if position is None else None
            if table:
                return tree.TableGet(table, expressions.value_for(body, index, INT, "the index"), span)
            if position is None or not -len(items) <= position < len(items):
                return body.error(
                    codes.BAD_OPERANDS,
                    index,
                    f"a tuple of {len(items)} takes a constant index within it",
                    help="use a `list`, or a constant of integers at the top of the module, for a computed "
                    "index",
                )
            position %= len(items)
            return tree.TupleGet(container, position, span, items[position])
        case PointerType(target=target):
            expressions.need_unsafe(body, span, "looking through a pointer")
            if target is None:
                return body.error(
                    codes.BAD_OPERANDS, span, "a `Pointer[None]` points at no value", help="cast it first"
                )
            offset = expressions.value_for(body, index, INT, "the index")
            return tree.PointerGet(container, offset, span, target)
        case ClassType():
            method, arguments = selector(body, node, kind, index, "get")
            return (
                calls.method_call(body, container, method, arguments, span) if method else body.poison(node)
            )
        case OptionalType():
            return may_be_none(body, node, container, "items")
        case _:
            return body.error(codes.BAD_OPERANDS, span, f"`{describe(kind)}` has no items")


def constant_integers(container: tree.Expression) -> tuple[int, ...] | None:
    """The items of a tuple of constant integers, which are the same on every kernel; None of any other."""
    if not isinstance(container, tree.TupleNew):
        return None
    values: list[int] = []
    for item in container.items:
        match item:
            case (
                tree.IntLiteral(value=value, name="") | tree.Fit(value=tree.IntLiteral(value=value, name=""))
            ) if is_int(item.type):
                values.append(value)
            case _:
                return None
    return tuple(values)


def _constant_index(index: ast.expr) -> int | None:
    match index:
        case ast.Constant(value=int() as number):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
            return -number
        case _:
            return None


def selector(
    body: Body, node: ast.Subscript, kind: ClassType, index: ast.expr, verb: str
) -> tuple[str, list[tree.Expression]]:
    """The method behind ``[…]`` and its arguments; no method, and an error, where the class has none."""
    if isinstance(index, ast.Slice):
        which = "slice" if index.step is None else "stepslice"
        method = {"get": f"__{which}__", "set": f"__set{which}__", "del": f"__del{which}__"}[verb]
    else:
        method = f"__{verb}item__"
    found = members.find_method(body.world, kind, method)
    if found is None:
        what = {"get": "read", "set": "set", "del": "delete"}[verb]
        which = "a slice" if isinstance(index, ast.Slice) else "an item"
        body.error(codes.BAD_OPERANDS, node, f"one cannot {what} {which} of a `{kind}`")
        return "", []
    if isinstance(index, ast.Slice):
        if index.step is not None:
            return method, _stepped_bounds(body, node, index, index.step)
        span = body.span(node)
        bounds: list[tree.Expression] = []
        for bound, default in ((index.lower, 0), (index.upper, LAST)):
            if bound is None:
                bounds.append(tree.Fit(tree.IntLiteral(default, span), span, INT))
            else:
                bounds.append(expressions.value_for(body, bound, INT, "the bound"))
        return method, bounds
    wanted = calls.parameter_types(found, kind)[0]
    value = expressions.expression(body, index, wanted)
    return method, [coerce(body, value, wanted, index, "the index")]


def _stepped_bounds(
    body: Body, node: ast.Subscript, index: ast.Slice, step: ast.expr
) -> list[tree.Expression]:
    """Start, stop and step of ``data[start:stop:step]``: a bound that is left out depends on the step."""
    span = body.span(node)
    bounds: list[tree.Expression] = []
    for bound in (index.lower, index.upper):
        if bound is None or (isinstance(bound, ast.Constant) and bound.value is None):
            bounds.append(tree.Upcast(tree.NoneLiteral(span), span, OptionalType(INT)))
        else:
            value = expressions.value_for(body, bound, INT, "the bound")
            bounds.append(tree.Upcast(value, span, OptionalType(INT)))
    return [*bounds, expressions.value_for(body, step, INT, "the step")]


__all__ = [
    "attribute",
    "class_attribute",
    "may_be_none",
    "selector",
    "subscript",
    "substitute",
    "value_attribute",
]
