"""Methods that nobody wrote: ``__init__`` of dataclasses and Structs, ``__eq__``, ``__hash__`` and
``__repr__`` of those.

@dataclass
class Permits:           def __init__(self, count: int) -> None:
    count: int      ->       self.count = count
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import calls, comparisons, families
from kmi.language.bodies.body import Body
from kmi.language.bodies.functions import check_defaults
from kmi.language.declarations import members
from kmi.language.declarations.declare import declare_members
from kmi.language.declarations.scope import ClassInfo, FunctionInfo, ModuleScope, self_type
from kmi.language.declarations.world import World
from kmi.language.relations import POISON
from kmi.language.report.diagnostics import InternalError, Reporter
from kmi.language.types import BOOL, INT, ClassType, TupleType


def generate_body(world: World, info: FunctionInfo) -> None:
    """Writes the body of a generated ``__init__``, or of a comparison that ``order=True`` makes."""
    function, owner = info.function, info.owner
    if owner is not None and function.name in SYMBOLS:
        _order(world, info, owner)
        return
    if owner is None or function.name != "__init__":
        raise InternalError(f"there is no way to generate `{function.qualified}`", function.span)
    body = Body(world, info.scope, info, owner, reporter=world.reporter)
    check_defaults(body, info)
    this = function.parameters[0]
    fields = {entry.name: entry for entry in owner.definition.all_fields()}
    for parameter in function.parameters[1:]:
        entry = fields[parameter.name]
        receiver = tree.LocalGet(this, entry.span, this.type)
        value = tree.LocalGet(parameter, entry.span, parameter.type)
        function.body.append(tree.SetField(receiver, entry, value, entry.span))
    own = ClassType(owner.definition, owner.definition.type_parameters)
    then = members.find_method(world, own, "__post_init__")
    if then is not None and owner.dataclass:
        span = owner.definition.span
        call = calls.method_call(body, tree.LocalGet(this, span, this.type), "__post_init__", [], span)
        function.body.append(tree.Evaluate(call, span))


SYMBOLS: dict[str, type[ast.cmpop]] = {
    "__lt__": ast.Lt,
    "__le__": ast.LtE,
    "__gt__": ast.Gt,
    "__ge__": ast.GtE,
}


def _order(world: World, info: FunctionInfo, owner: ClassInfo) -> None:
    """A comparison of the fields, as tuples."""

    function, span = info.function, info.function.span
    if owner.definition.base is not None or owner.definition.subclasses:
        world.reporter.error(
            codes.BAD_DECORATOR,
            span,
            f"`order=True` of `{owner.definition.name}`, which has a base or subclasses: only objects of one "
            "class are compared",
            help="write the comparison that you mean, `__lt__`",
        )
        return
    body = Body(world, owner.scope, info, owner, reporter=world.reporter)
    left, right = (_fields(world, owner, tree.LocalGet(p, span, p.type)) for p in function.parameters)
    compared = comparisons.compare_values(body, span, left, SYMBOLS[function.name](), right)
    function.body = [tree.Return(compared, span)]
    function.locals = list(body.ordered)


def _fields(world: World, info: ClassInfo, value: tree.Expression) -> tree.TupleNew:
    """The fields of a dataclass as a tuple."""
    found: list[tree.Expression] = [
        tree.FieldGet(value, entry, value.span, entry.type) for _, entry in members.all_fields(world, info)
    ]
    return tree.TupleNew(found, value.span, TupleType(tuple(each.type for each in found)))


def generate_equal(world: World, info: ClassInfo) -> None:
    """Gives a dataclass its ``__eq__``: of one class, and all fields equal."""

    definition = info.definition
    span = definition.span
    this = tree.Local("self", self_type(info), span, parameter=True)
    other = tree.Local("other", self_type(info), span, parameter=True)
    function = tree.Function("__eq__", definition.module, definition, [this, other], BOOL, span)
    made = FunctionInfo(function, None, info.scope, info, [None, None], generated="dataclass", analysed=True)
    info.methods["__eq__"] = made
    definition.methods["__eq__"] = function
    world.functions[function] = made
    body = Body(world, info.scope, made, info, reporter=world.reporter)
    left, right = tree.LocalGet(this, span, this.type), tree.LocalGet(other, span, other.type)
    test: tree.Expression = tree.BoolLiteral(True, span)
    for entry in definition.all_fields():
        equal = comparisons.compare_values(
            body,
            entry.span,
            tree.FieldGet(left, entry, entry.span, entry.type),
            ast.Eq(),
            tree.FieldGet(right, entry, entry.span, entry.type),
        )
        if equal.type is POISON:
            continue
        test = (
            equal
            if isinstance(test, tree.BoolLiteral)
            else tree.Logical("and", test, equal, entry.span, BOOL)
        )
    function.body = [tree.Return(test, span)]
    function.locals = list(body.ordered)


def generate_hash(world: World, info: ClassInfo) -> None:
    """Gives a frozen dataclass its ``__hash__``: that of the tuple of its fields."""
    definition = info.definition
    span = definition.span
    this = tree.Local("self", self_type(info), span, parameter=True)
    function = tree.Function("__hash__", definition.module, definition, [this], INT, span)
    made = FunctionInfo(function, None, info.scope, info, [None], generated="dataclass", analysed=True)
    info.methods["__hash__"] = made
    definition.methods["__hash__"] = function
    world.functions[function] = made
    entries = list(definition.all_fields())
    own = tree.LocalGet(this, span, this.type)
    values: list[tree.Expression] = [tree.FieldGet(own, e, e.span, e.type) for e in entries]
    whole = tree.TupleNew(values, span, TupleType(tuple(entry.type for entry in entries)))
    function.body = [tree.Return(tree.Generic("hash", whole, None, span, INT), span)]


def complete(world: World, files: list[ModuleScope]) -> None:
    """Gives the author's dataclasses what containers ask of their items, whoever else asks: ``__eq__``, and
    ``__hash__`` where they are frozen. What cannot be compared gets neither; to compare it is an error where
    it is done.
    """
    for info in list(world.classes.values()):
        if info.scope not in files or not info.dataclass:
            continue
        declare_members(world, info)
        definition = info.definition
        own = ClassType(definition, definition.type_parameters)
        if families.SAME in info.methods or definition.unequal:
            continue
        if definition.subclasses or len(definition.ancestors()) > 1:
            continue
        if members.find_method(world, own, "__eq__") is not None:
            continue
        reporter, world.reporter = world.reporter, Reporter()
        try:
            generate_equal(world, info)
            failed = world.reporter.diagnostics
        finally:
            world.reporter = reporter
        if failed:
            del info.methods["__eq__"], definition.methods["__eq__"]
            definition.unequal = f"a field of `{definition.name}` cannot be, {failed[0].message}"
        elif info.frozen and members.find_method(world, own, "__hash__") is None:
            generate_hash(world, info)


def generate_repr(world: World, info: ClassInfo) -> str | None:
    """Gives a dataclass, and each class below it, its ``__repr__``: the class and all fields.

    What is wrong with a field's type, where that has no text.
    """
    from kmi.language.bodies.formats import written

    definition = info.definition
    declare_members(world, info)
    span = definition.span
    this = tree.Local("self", self_type(info), span, parameter=True)
    function = tree.Function("__repr__", definition.module, definition, [this], world.str_type, span)
    made = FunctionInfo(function, None, info.scope, info, [None], generated="dataclass", analysed=True)
    info.methods["__repr__"] = made
    definition.methods["__repr__"] = function
    world.functions[function] = made
    pieces: list[str | tree.FormatPiece] = [f"{definition.name}("]
    wrong: str | None = None
    for position, (_, entry) in enumerate(members.all_fields(world, info)):
        pieces.append(f"{', ' if position else ''}{entry.name}=")
        value = tree.FieldGet(tree.LocalGet(this, span, this.type), entry, entry.span, entry.type)
        pieces.append(tree.FormatPiece(value, "", "r", entry.span))
        wrong = wrong or written(world, entry.type, "r")
    pieces.append(")")
    function.body = [tree.Return(tree.Format(pieces, span, world.str_type), span)]
    for below in definition.subclasses:
        if "__repr__" not in world.classes[below].methods:
            wrong = wrong or generate_repr(world, world.classes[below])
    if wrong is not None:
        del info.methods["__repr__"], definition.methods["__repr__"], world.functions[function]
    return wrong


__all__ = ["complete", "generate_body", "generate_equal", "generate_hash", "generate_repr"]
