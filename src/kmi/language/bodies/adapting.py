"""Arguments of the built-in classes' own methods, in the form that the run time has of each.

    data.find(0)                     data.find(bytes.__of_byte__(0))
    data.split(buffer)               data.split(bytes(buffer))
    name.startswith(("a", "b"))      name.startswith("a") or name.startswith("b")
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import expressions, families, formats
from kmi.language.bodies.body import Body
from kmi.language.bodies.once import once
from kmi.language.declarations.declare import declare_members
from kmi.language.declarations.members import find_method
from kmi.language.declarations.scope import FunctionInfo
from kmi.language.relations import POISON, describe, is_int
from kmi.language.source import Span
from kmi.language.types import BOOL, ClassType, OptionalType, TupleType, Type, UnionType

SEARCHES = frozenset({"find", "rfind", "index", "rindex", "count"})
"""The methods of bytes that take one byte as a number as well."""
BINARY = ("bytes", "bytearray")
OF_BUFFERS = ("__add__", "__eq__", "__lt__", "__le__", "__gt__", "__ge__")
"""What a bytearray has for another one as it is."""


def argument(
    body: Body, info: FunctionInfo, position: int, wanted: Type, value: tree.Expression
) -> tree.Expression:
    """An argument of a method, brought to the form that the method takes."""
    owner = info.function.owner
    home = owner.module if owner is not None else info.function.module
    if home not in ("kmi.runtime.bytes", "kmi.runtime.bytearray", "kmi.runtime.integers"):
        return value
    inner = wanted.inner if isinstance(wanted, OptionalType) else wanted
    if not body.world.is_builtin(inner, "bytes"):
        return value
    if is_int(value.type) and position == 0 and info.function.name in SEARCHES:
        return _made(body, "__of_byte__", value, value.span)
    return binary(body, value)


def binary(body: Body, value: tree.Expression) -> tree.Expression:
    """A bytearray or a memoryview as the bytes that it holds now; any other value as it is."""
    for name in ("bytearray", "memoryview"):
        if body.world.is_builtin(value.type, name):
            return _made(body, f"__from_{name}__", value, value.span)
    return value


def operand(body: Body, kind: Type, name: str, value: tree.Expression) -> tree.Expression:
    """The right side of an operator of bytes: a bytearray as bytes, where no method takes it as it is."""
    if not isinstance(kind, ClassType) or not any(body.world.is_builtin(kind, each) for each in BINARY):
        return value
    given = value.type.definition.name if isinstance(value.type, ClassType) else ""
    special = f"__{name.strip('_')}_{given}__"
    own = body.world.is_builtin(kind, "bytearray") and given == "bytearray"
    if find_method(body.world, kind, special) is not None or (own and name in OF_BUFFERS):
        return value
    return binary(body, value)


def _made(body: Body, maker: str, value: tree.Expression, span: Span) -> tree.Expression:
    from kmi.language.bodies import calls

    found = find_method(body.world, body.world.bytes_type, maker)
    assert found is not None
    wanted = found.function.parameters[0].type
    from kmi.language.bodies.convert import coerce

    return calls.static_call(body, found, [coerce(body, value, wanted, span)], span, body.world.bytes_type)


def check_items(body: Body, node: ast.Call, kind: ClassType, name: str) -> None:
    """Reports a sort of items that have no order."""
    from kmi.language.bodies.comparisons import has_order

    if name in ("index", "count", "remove") and kind.arguments:
        families.check_items(body, node, kind.arguments[0])
    if name in ("sort", "__sort_by__") and body.world.is_builtin(kind, "list"):
        item = kind.arguments[0]
        if name == "sort" and body.scope.author and item is not POISON and not has_order(body, item):
            body.error(
                codes.BAD_OPERANDS,
                node,
                f"items of the type `{describe(item)}` have no order",
                help="give their class a `__lt__`, or sort by a key",
            )


def check_key(body: Body, at: ast.AST, kind: Type, what: str) -> bool:
    """Reports a key, of a dict or of a set, that CPython cannot hash; whether it can."""
    if not body.scope.author:
        return True
    if hashable(body, kind):
        formats.written(body.world, kind, "r")  # a KeyError says which key it was
        return families.check_items(body, at, kind)
    body.error(
        codes.UNHASHABLE,
        at,
        f"{what} is a `{describe(kind)}`, which has no hash",
        help="use what never changes: a number, a str, bytes, a tuple or a frozenset of those",
    )
    return False


def hashable(body: Body, kind: Type) -> bool:
    """Whether values of a type have a hash in CPython."""
    match kind:
        case TupleType(items=items):
            return all(hashable(body, item) for item in items)
        case OptionalType(inner=inner):
            return hashable(body, inner)
        case ClassType(definition=definition, arguments=arguments):
            if definition.module.startswith("kmi.runtime."):
                changing = ("list", "dict", "set", "deque", "bytearray", "ref", "range")
                return definition.name not in changing and all(hashable(body, each) for each in arguments)
            return _has_hash(body, definition) and all(
                hashable(body, ClassType(each)) for each in definition.subclasses
            )
        case UnionType(members=members):
            return all(hashable(body, each) for each in members)
        case _:
            return True


def _has_hash(body: Body, definition: tree.Class) -> bool:
    """Whether objects of exactly this class have a hash."""
    for each in definition.ancestors():
        info = body.world.classes[each]
        declare_members(body.world, info)
        own = info.methods.get("__hash__")
        if own is not None and not own.generated:
            return True
        if info.dataclass and info.frozen and own is not None:
            return all(hashable(body, entry.type) for entry in definition.all_fields())
        if "__eq__" in info.methods and info.methods["__eq__"].generated != "dataclass":
            return False
        if each.struct or info.dataclass:  # a frozen one was given its hash, where it could have one
            return False
    return True


def without_none(body: Body, node: ast.Call, kind: ClassType, name: str) -> bool:
    """Whether this is ``table.get(key, None)`` or its like, for which there is a method of its own."""
    match node.args:
        case [_, ast.Constant(value=None)] if not node.keywords:
            return find_method(body.world, kind, f"__{name}_none__") is not None
        case _:
            return False


def any_of(
    body: Body, node: ast.Call, receiver: tree.Expression, name: str
) -> tree.Expression | None:
    """``startswith`` and ``endswith`` of a tuple: of any of its items; None for another argument."""
    from kmi.language.bodies import calls, method_calls

    if name not in ("startswith", "endswith") or len(node.args) != 1 or node.keywords:
        return None
    if not isinstance(method_calls.peek_type(body, node.args[0]), TupleType):
        return None
    span = body.span(node)

    def among(text: tree.Expression, items: tree.Expression) -> tree.Expression:
        assert isinstance(items.type, TupleType)
        made: tree.Expression = tree.BoolLiteral(False, span)
        for position, kind in enumerate(items.type.items):
            item = operand(body, text.type, name, tree.TupleGet(items, position, span, kind))
            test = calls.method_call(body, text, name, [item, *_whole(body, span)], span)
            if test.type is POISON:
                return test
            made = test if position == 0 else tree.Logical("or", made, test, span, BOOL)
        return made

    given = expressions.expression(body, node.args[0])
    return once(
        body, receiver, lambda text: once(body, given, lambda items: among(text, items))
    )


def _whole(body: Body, span: Span) -> list[tree.Expression]:
    """The bounds of a whole text."""
    from kmi.language.bodies.attributes import LAST
    from kmi.language.types import INT

    return [tree.Fit(tree.IntLiteral(bound, span), span, INT) for bound in (0, LAST)]
