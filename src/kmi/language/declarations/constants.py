"""Constants: what is computed while checking, and what a name at the top of a module is.

    GET: Final = IOR("s", 1, Taken)     ->  an integer
    LIMIT = 4 * 1024

``fold`` evaluates integers, bools, strings, bytes and tuples of them. Module level holds definitions and
constants only; anything that could change is refused with where to put it.
"""

from __future__ import annotations

import ast
import errno
from dataclasses import dataclass
from typing import TypeAlias

from kmi.language import codes, tree
from kmi.language.declarations import names
from kmi.language.declarations.annotations import Annotations
from kmi.language.declarations.scope import (
    ClassInfo,
    ConstantInfo,
    CStructInfo,
    Entity,
    Form,
    GlobalInfo,
    ModuleScope,
    Poisoned,
    TypeAlias_,
)
from kmi.language.declarations.world import World
from kmi.language.parse import ALLOWED
from kmi.language.relations import POISON
from kmi.language.source import Span
from kmi.language.types import EXACT, IntType, TupleType, Type, TypeVariable

Value: TypeAlias = "int | bool | str | bytes | None | tuple[Folded, ...]"


@dataclass(frozen=True, slots=True)
class Folded:
    """A constant's value; ``type`` where it is an integer of a certain place or an enum's."""

    value: Value
    type: Type | None = None
    name: str = ""
    """The C name, of an errno."""


@dataclass(frozen=True, slots=True)
class NotConstant(Exception):
    """The expression is not a constant; ``node`` is the part that is not."""

    node: ast.expr
    message: str = ""


ERRNOS = {name: number for number, name in errno.errorcode.items()}
ERRNOS.update({name: getattr(errno, name) for name in dir(errno) if name.startswith("E")})
ERRNOS["ERESTARTSYS"] = 512
SEEKS = {"SEEK_SET": 0, "SEEK_CUR": 1, "SEEK_END": 2}


def module_name(
    world: World, scope: ModuleScope, name: str, value: ast.expr, annotation: ast.expr | None
) -> Entity | None:
    """What ``NAME = value`` at the top of a module makes of the name."""
    reader = Annotations(world, scope)
    if isinstance(value, ast.Call):
        called = reader.entity(value.func)
        if isinstance(called, Form) and called.name == "typing.TypeVar":
            return _type_variable(world, scope, reader, value)
        if isinstance(called, Form) and called.name == "kmi.unsafe.c_global":
            text = value.args[0].value if value.args and isinstance(value.args[0], ast.Constant) else name
            kind = annotation if annotation is not None else value.args[1] if len(value.args) > 1 else None
            return GlobalInfo(str(text), reader.read(kind) if kind is not None else POISON)
    head = reader.entity(annotation) if annotation is not None else None
    if isinstance(head, Form) and head.name == "typing.TypeAlias":
        return TypeAlias_(reader.read(value))
    if annotation is None:
        inner = value.value if isinstance(value, ast.Subscript) else value
        meant = reader.entity(inner) if isinstance(inner, ast.Name | ast.Attribute) else None
        if isinstance(value, ast.Subscript) and isinstance(meant, ClassInfo | Form):
            return TypeAlias_(reader.read(value))
        if isinstance(meant, ClassInfo | TypeAlias_ | CStructInfo):
            return meant
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr) and _is_type(reader, value.left):
            return TypeAlias_(reader.read(value))
    return ConstantInfo(name, value, annotation, scope)


def _is_type(reader: Annotations, node: ast.expr) -> bool:
    entity = reader.entity(node.value if isinstance(node, ast.Subscript) else node)
    return isinstance(entity, ClassInfo | TypeAlias_) or (
        isinstance(entity, Form) and entity.name in ("builtins.int", "builtins.bool")
    )


def _type_variable(world: World, scope: ModuleScope, reader: Annotations, call: ast.Call) -> Entity:
    text = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    if not isinstance(text, str):
        world.reporter.error(
            codes.NOT_CONSTANT, scope.span(call), "a `TypeVar` needs its name", help='T = TypeVar("T")'
        )
        return Poisoned()
    bound: Type | None = None
    default: Type | None = None
    for keyword in call.keywords:
        if keyword.arg == "bound":
            bound = reader.read(keyword.value)
        elif keyword.arg == "default":
            default = reader.read(keyword.value)
    return TypeVariable(text, bound, default)


def constant(world: World, info: ConstantInfo) -> Folded | None:
    """The value of a module constant; None where it is wrong, which is then reported."""
    if info.busy:
        world.reporter.error(
            codes.NOT_CONSTANT, info.scope.span(info.node), f"the constant `{info.name}` is defined by itself"
        )
        return None
    info.busy = True
    try:
        folded = fold(world, info.scope, info.node, None, name=info.name)
    finally:
        info.busy = False
    if folded is None or info.annotation is None:
        return folded
    if isinstance(info.annotation, ast.Subscript):
        kind = Annotations(world, info.scope).read(info.annotation)
    else:
        head = Annotations(world, info.scope).entity(info.annotation)
        if isinstance(head, Form) and head.name == "typing.Final":
            return folded
        kind = Annotations(world, info.scope).read(info.annotation)
    if isinstance(kind, IntType) and isinstance(folded.value, int) and not isinstance(folded.value, bool):
        if not kind.low <= folded.value <= kind.high:
            world.reporter.error(
                codes.NOT_CONSTANT,
                info.scope.span(info.node),
                f"{folded.value} does not fit `{kind}`",
                help=f"`{kind}` holds {kind.low} to {kind.high}",
            )
            return None
        return Folded(folded.value, kind, folded.name)
    return folded


def fold(
    world: World, scope: ModuleScope, node: ast.expr, owner: ClassInfo | None, *, name: str | None = None
) -> Folded | None:
    """The value of a constant expression; None, and an error, where it is not one."""
    try:
        return _Folder(world, scope, owner).fold(node)
    except NotConstant as error:
        if error.message == "poison":
            return None
        mutable = isinstance(error.node, ast.List | ast.Dict | ast.Call)
        if mutable and name is not None:
            world.reporter.error(
                codes.GLOBAL_STATE,
                scope.span(error.node),
                f"`{name}` is state at the top of the module",
                note="the top of a module holds definitions and constants; state lives with the module",
                help=_instead(world, scope, owner, error.node, name),
            )
        else:
            message = error.message or f"`{ast.unparse(error.node)}` is not a constant"
            world.reporter.error(codes.NOT_CONSTANT, scope.span(error.node), message)
        return None


def _instead(world: World, scope: ModuleScope, owner: ClassInfo | None, node: ast.expr, name: str) -> str:
    """A list of constants may be meant to stay as it is; anything else is made when the module is loaded."""
    state = f"make it in the `__init__` of the `Module` subclass:\nself.{name.lower()} = {ast.unparse(node)}"
    if not isinstance(node, ast.List) or not node.elts:
        return state
    frozen = ast.Tuple(node.elts, ast.Load())
    try:
        _Folder(world, scope, owner).fold(ast.copy_location(frozen, node))
    except NotConstant:
        return state
    return f"if it never changes, make it a tuple:\n{name} = {ast.unparse(frozen)}\notherwise {state}"


def literal(world: World, folded: Folded, span: Span) -> tree.Expression:
    """The expression for a constant's value."""
    match folded.value:
        case bool() as flag:
            return tree.BoolLiteral(flag, span)
        case int() as number:
            return tree.IntLiteral(number, span, folded.type or EXACT, folded.name)
        case str() as text:
            return tree.StrLiteral(text, span, world.str_type)
        case bytes() as data:
            return tree.BytesLiteral(data, span, world.bytes_type)
        case None:
            return tree.NoneLiteral(span)
        case tuple() as items:
            from kmi.language.relations import place_type

            made = [literal(world, item, span) for item in items]
            fitted = [
                tree.Fit(item, span, place_type(item.type)) if item.type == EXACT else item for item in made
            ]
            return tree.TupleNew(fitted, span, TupleType(tuple(item.type for item in fitted)))


@dataclass(slots=True)
class _Folder:
    world: World
    scope: ModuleScope
    owner: ClassInfo | None

    def fold(self, node: ast.expr) -> Folded:
        match node:
            case ast.Constant(value=bool() | int() | str() | bytes() | None as value):
                return Folded(value)
            case ast.Name(id=name):
                if self.owner is not None and name in self.owner.constants:
                    return self.fold(self.owner.constants[name])
                if self.owner is not None and name in self.owner.enum_values:
                    return Folded(self.owner.enum_values[name], self.owner.enum)
                return self._entity(node, names.lookup(self.world, self.scope, name))
            case ast.Attribute(value=value, attr=attribute):
                return self._attribute(node, value, attribute)
            case ast.UnaryOp(op=op, operand=operand):
                return self._unary(node, op, self.fold(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(node, self.fold(left), op, self.fold(right))
            case ast.Tuple(elts=items):
                return Folded(tuple(self.fold(item) for item in items))
            case ast.Call():
                return self._call(node)
            case ast.Constant(value=float() | complex()):
                raise NotConstant(node, "poison")
            case _ if type(node) not in ALLOWED:
                raise NotConstant(node, "poison")  # the whitelist has said so
            case _:
                raise NotConstant(node)

    def _entity(self, node: ast.expr, entity: Entity | None) -> Folded:
        match entity:
            case ConstantInfo():
                folded = constant(self.world, entity)
                if folded is None:
                    raise NotConstant(node, "poison")
                return folded
            case Form(name=name) if name.startswith("errno."):
                return Folded(ERRNOS[entity.short], name=entity.short)
            case Form(name=name) if name.startswith("os."):
                return Folded(SEEKS[entity.short])
            case Poisoned():
                raise NotConstant(node, "poison")
            case None:
                self.world.reporter.error(
                    codes.UNKNOWN_NAME, self.scope.span(node), f"there is no `{ast.unparse(node)}` here"
                )
                raise NotConstant(node, "poison")
            case _:
                raise NotConstant(node)

    def _attribute(self, node: ast.Attribute, value: ast.expr, attribute: str) -> Folded:
        entity = Annotations(self.world, self.scope).entity(value)
        if isinstance(entity, ClassInfo):
            if attribute in entity.enum_values:
                return Folded(entity.enum_values[attribute], entity.enum)
            if attribute == "SIZE" and entity.definition.struct:
                from kmi.language.declarations.layout import size_of

                return Folded(size_of(self.world, entity))
            if attribute in entity.constants:
                return _Folder(self.world, entity.scope, entity).fold(entity.constants[attribute])
            raise NotConstant(node)
        found = names.member(self.world, entity, attribute) if entity is not None else None
        return self._entity(node, found)

    def _unary(self, node: ast.expr, op: ast.unaryop, operand: Folded) -> Folded:
        value = operand.value
        if isinstance(op, ast.Not):
            return Folded(not value)
        if not isinstance(value, int):
            raise NotConstant(node, f"`{ast.unparse(node)}` is not arithmetic on integers")
        return Folded({ast.USub: -value, ast.UAdd: +value, ast.Invert: ~value}[type(op)])

    def _binary(self, node: ast.BinOp, left: Folded, op: ast.operator, right: Folded) -> Folded:
        a, b = left.value, right.value
        if isinstance(a, str) and isinstance(b, str) and isinstance(op, ast.Add):
            return Folded(a + b)
        if isinstance(a, bytes) and isinstance(b, bytes) and isinstance(op, ast.Add):
            return Folded(a + b)
        if isinstance(a, bytes | str) and isinstance(b, int) and isinstance(op, ast.Mult):
            if len(a) * b > 1 << 20:
                raise NotConstant(node, "the constant would be larger than a MiB")
            return Folded(a * b)
        if not isinstance(a, int) or not isinstance(b, int):
            raise NotConstant(node, f"`{ast.unparse(node)}` is not arithmetic on integers")
        value = self._arithmetic(node, a, op, b)
        if not -(1 << 127) <= value < 1 << 127:
            raise NotConstant(node, "the constant does not fit 128 bits")
        kind = (
            left.type
            if left.type == right.type and isinstance(op, ast.BitOr | ast.BitAnd | ast.BitXor)
            else None
        )
        return Folded(value, kind if kind is not None and self.world.enum_of(kind) is not None else None)

    def _arithmetic(self, node: ast.BinOp, a: int, op: ast.operator, b: int) -> int:
        match op:
            case ast.Add():
                return a + b
            case ast.Sub():
                return a - b
            case ast.Mult():
                return a * b
            case ast.FloorDiv() | ast.Mod():
                if b == 0:
                    raise NotConstant(node, "the constant divides by zero")
                return a // b if isinstance(op, ast.FloorDiv) else a % b
            case ast.LShift() | ast.RShift():
                if not 0 <= b <= 4096:
                    raise NotConstant(node, f"the constant shifts by {b}")
                return a << b if isinstance(op, ast.LShift) else a >> b
            case ast.Pow():
                if not 0 <= b <= 127:
                    raise NotConstant(node, f"the constant is raised to the power {b}")
                return int(a**b)
            case ast.BitAnd():
                return a & b
            case ast.BitOr():
                return a | b
            case ast.BitXor():
                return a ^ b
            case _:
                raise NotConstant(node)

    def _call(self, node: ast.Call) -> Folded:
        reader = Annotations(self.world, self.scope)
        entity = reader.entity(node.func)
        if isinstance(entity, ClassInfo) and entity.enum is not None and len(node.args) == 1:
            return Folded(self.fold(node.args[0]).value, entity.enum)
        if isinstance(entity, Poisoned):
            raise NotConstant(node, "poison")
        if not isinstance(entity, Form):
            raise NotConstant(node)
        match entity.name, node.args:
            case (("kmi.ioctl.IO" | "kmi.ioctl.IOR" | "kmi.ioctl.IOW" | "kmi.ioctl.IOWR"), _):
                from kmi.language.declarations.ioctls import command

                return Folded(command(self.world, self.scope, self.fold, node, entity.short))
            case "builtins.ord", [argument]:
                text = self.fold(argument).value
                if isinstance(text, str | bytes) and len(text) == 1:
                    return Folded(ord(text))
                raise NotConstant(argument, "`ord` takes one character")
            case "builtins.len", [argument]:
                sized = self.fold(argument).value
                if isinstance(sized, str | bytes | tuple):
                    return Folded(len(sized))
                raise NotConstant(argument)
            case "kmi.integers.wrapping", [width, argument]:
                kind, number = reader.read(width), self.fold(argument).value
                if isinstance(kind, IntType) and isinstance(number, int):
                    low = number & ((1 << kind.bits) - 1)
                    return Folded(low - (1 << kind.bits) if low > kind.high else low, kind)
                raise NotConstant(node)
            case _:
                raise NotConstant(node)
