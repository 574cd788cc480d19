"""``==`` and ``hash`` of classes that have a base or subclasses: which method is asked is known at run time.

    @dataclass                      def __same__(self: Point, other: Point) -> bool:
    class Point: x: int                 if isinstance(other, Point) and not isinstance(other, Spot): fields
    @dataclass
    class Spot(Point): …            def __same__(self: Spot, other: Point) -> bool: …

Each class of a family (a class of the author's without a base of his, and all that is below it) gets a method
``__same__``, which does for an object of exactly that class what CPython's ``==`` does:

1. an object of a class below one's own is asked first, the other way round;
2. what ``@dataclass`` makes compares objects of exactly one class;
3. whoever was not asked yet is asked; if nobody has an answer it counts whether both are one object.

Invariant: where one class of a family has a say in ``==`` (or ``hash``), all of it have the method, so that
it can be called on any of them.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from kmi.language import codes, tree
from kmi.language.bodies.body import Body
from kmi.language.declarations import members
from kmi.language.declarations.declare import declare_members
from kmi.language.declarations.scope import ClassInfo, FunctionInfo, ModuleScope, self_type
from kmi.language.declarations.signatures import root_type
from kmi.language.declarations.weak import is_weak
from kmi.language.declarations.world import World
from kmi.language.relations import POISON, describe, same
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Span
from kmi.language.types import BOOL, INT, ClassType, OptionalType, TupleType, Type, UnionType

SAME = "__same__"
ALIKE = (frozenset({"bytes", "bytearray", "memoryview"}), frozenset({"set", "frozenset"}))
"""Built-in classes whose objects can be equal to those of another one."""


def complete(world: World, files: list[ModuleScope]) -> None:
    """Gives the families of the author's classes what ``==`` and ``hash`` need."""
    for info in list(world.classes.values()):
        if info.scope in files and root_type(world, info).definition is info.definition:
            family = _family(world, info)
            if len(family) > 1 and any(_has_say(each) for each in family):
                _complete_family(world, family)


def _family(world: World, root: ClassInfo) -> list[ClassInfo]:
    """A class and all below it, each before its subclasses."""
    definition = root.definition
    if definition.protocol or definition.exception or definition.struct or definition.enum:
        return [root]
    found = [root]
    for each in found:
        declare_members(world, each)
        found += [world.classes[below] for below in each.definition.subclasses]
    return found


def _has_say(info: ClassInfo) -> bool:
    return info.dataclass or "__eq__" in info.methods or "__hash__" in info.methods


def _complete_family(world: World, family: list[ClassInfo]) -> None:
    root = family[0]
    for info in family:
        own = info.definition
        if own.type_parameters and own is not root.definition and not _plainly_generic(own):
            why = f"`{own.name}` has type variables that `{root.definition.name}` has not"
            for each in family:
                each.definition.unequal = why
            return
        if not _check_signature(world, info, root):
            return
    for info in family:
        _declare_same(world, info)
    held, world.reporter = world.reporter, Reporter()
    wrong: str | None = None
    try:
        for info in family:
            wrong = wrong or _same(world, info, family)
    finally:
        world.reporter = held
    if wrong is not None:
        for each in family:
            del each.methods[SAME], each.definition.methods[SAME]
            each.definition.unequal = wrong
        return
    if any(info.frozen or "__hash__" in info.methods for info in family):
        for info in family:
            if "__hash__" not in info.methods:
                _hash(world, info)


def _plainly_generic(definition: tree.Class) -> bool:
    """Whether a class hands its type variables on to its base as they are."""
    return definition.base is not None and definition.base.arguments == definition.type_parameters


def _check_signature(world: World, info: ClassInfo, root: ClassInfo) -> bool:
    """Reports an ``__eq__`` that does not take all objects that it may be asked about."""
    method = info.methods.get("__eq__")
    if method is None or len(method.function.parameters) != 2:
        return method is None
    given = method.function.parameters[1]
    if same(given.type, root_type(world, info)):
        return True
    if info is not root and "__eq__" not in root.methods:  # or it is reported as an override
        world.reporter.error(
            codes.BAD_OVERRIDE,
            given.span,
            f"`{given.name}` of `{method.function.qualified}` may be any `{root.definition.name}`",
            help=f"def __eq__(self, {given.name}: object) -> bool:\n"
            f"    return isinstance({given.name}, {info.definition.name}) and …",
        )
    return False


def _declare(world: World, info: ClassInfo, name: str, kinds: list[Type], result: Type) -> tree.Function:
    definition = info.definition
    places = [
        tree.Local(word, kind, definition.span, parameter=True)
        for word, kind in zip(("self", "other"), kinds, strict=False)
    ]
    function = tree.Function(name, definition.module, definition, places, result, definition.span)
    function.shown = {SAME: "__eq__"}.get(name, "")
    made = FunctionInfo(
        function, None, info.scope, info, [None] * len(places), generated="family", analysed=True
    )
    info.methods[name] = made
    definition.methods[name] = function
    world.functions[function] = made
    return function


def _declare_same(world: World, info: ClassInfo) -> None:
    _declare(world, info, SAME, [self_type(info), root_type(world, info)], BOOL)


def _same(world: World, info: ClassInfo, family: list[ClassInfo]) -> str | None:
    """The body of ``__same__``; what is wrong where the fields cannot be compared."""
    function, span = info.definition.methods[SAME], info.definition.span
    own = _asked(world, info)
    below = [each for each in family if each is not info and each.definition.derives_from(info.definition)]
    beside = [each for each in family if each is not info and each not in below]
    function.body = _asking(world, function, below)
    if own is not None and own.method is not None:
        function.body.append(tree.Return(_ask(own.method, *_places(function)), span))
        return None
    if own is not None:
        wrong = _fields(world, info, own.info, function)
        if wrong is not None:
            return f"`{info.definition.name}.{wrong}` cannot be"
    function.body += _asking(world, function, beside)
    this, other = _places(function)
    one = tree.Identity(tree.Upcast(this, span, other.type), other, span)
    function.body.append(tree.Return(one, span))
    return None


def _places(function: tree.Function) -> tuple[tree.LocalGet, tree.LocalGet]:
    """``self`` and ``other``."""
    this, other = (tree.LocalGet(each, function.span, each.type) for each in function.parameters)
    return this, other


@dataclass(frozen=True, slots=True)
class _Asked:
    """The ``__eq__`` that a class has, and the class that has it of its own; None: made by ``@dataclass``."""

    info: ClassInfo
    method: tree.Function | None


def _asked(world: World, info: ClassInfo) -> _Asked | None:
    """Which ``__eq__`` an object of exactly this class has; None for that of ``object``."""
    for definition in info.definition.ancestors():
        each = world.classes[definition]
        if "__eq__" in each.methods:
            return _Asked(each, each.methods["__eq__"].function)
        if each.dataclass:
            return _Asked(each, None)
    return None


def _ask(method: tree.Function, receiver: tree.Expression, argument: tree.Expression) -> tree.Expression:
    wanted = [parameter.type for parameter in method.parameters]
    arguments = [_seen(value, kind) for value, kind in zip((receiver, argument), wanted, strict=True)]
    return tree.Call(method, arguments, receiver.span, BOOL)


def _seen(value: tree.Expression, kind: Type) -> tree.Expression:
    """An object as one of a base, or of the class that it was found to be of."""
    if value.type == kind:
        return value
    assert isinstance(value.type, ClassType) and isinstance(kind, ClassType)
    if value.type.definition.derives_from(kind.definition):
        return tree.Upcast(value, value.span, kind)
    return tree.Narrow(value, value.span, kind)


def _asking(world: World, function: tree.Function, others: list[ClassInfo]) -> list[tree.Statement]:
    """``return other.__eq__(self)``, where ``other`` is of a class whose method is written by hand."""
    made: list[tree.Statement] = []
    for each in others:
        found = _asked(world, each)
        if found is None or found.method is None:
            continue
        this, other = _places(function)
        answer = _ask(found.method, tree.Narrow(other, function.span, self_type(each)), this)
        then: list[tree.Statement] = [tree.Return(answer, function.span)]
        made.append(tree.If(_exactly(each, function), then, [], function.span))
    return made


def _exactly(info: ClassInfo, function: tree.Function) -> tree.Expression:
    """Whether ``other`` is of this class and of none below it."""
    span = function.span
    test: tree.Expression = tree.IsInstance(_places(function)[1], info.definition, span, BOOL)
    for below in info.definition.subclasses:
        no = tree.Not(tree.IsInstance(_places(function)[1], below, span, BOOL), span)
        test = tree.Logical("and", test, no, span, BOOL)
    return test


def _fields(world: World, info: ClassInfo, owner: ClassInfo, function: tree.Function) -> str | None:
    """Compares the fields that the dataclass ``owner`` has; one that cannot be compared."""
    from kmi.language.bodies import comparisons

    body = Body(world, info.scope, info.methods[SAME], info, reporter=world.reporter)
    result: tree.Expression = tree.BoolLiteral(True, function.span)
    for position, (_, entry) in enumerate(members.all_fields(world, owner)):
        span = entry.span
        this, other = _places(function)
        theirs = _seen(other, self_type(info))
        left, right = (tree.FieldGet(each, entry, span, entry.type) for each in (this, theirs))
        equal = comparisons.compare_values(body, span, left, ast.Eq(), right)
        if equal.type is POISON:
            return entry.name
        result = equal if position == 0 else tree.Logical("and", result, equal, span, BOOL)
    then: list[tree.Statement] = [tree.Return(result, function.span)]
    function.body.append(tree.If(_exactly(info, function), then, [], function.span))
    function.locals = list(body.ordered)
    return None


def _hash(world: World, info: ClassInfo) -> None:
    """A ``__hash__`` where a class of the family has one: of fields, of the base, of ``object``."""
    function = _declare(world, info, "__hash__", [self_type(info)], INT)
    span = function.span
    this = tree.LocalGet(function.parameters[0], span, function.parameters[0].type)
    if info.dataclass and info.frozen:
        entries = [entry for _, entry in members.all_fields(world, info)]
        values: list[tree.Expression] = [tree.FieldGet(this, e, e.span, e.type) for e in entries]
        whole = tree.TupleNew(values, span, TupleType(tuple(entry.type for entry in entries)))
        function.body = [tree.Return(tree.Generic("hash", whole, None, span, INT), span)]
        return
    base = info.definition.base
    inherited = members.find_method(world, base, "__hash__") if base is not None else None
    if inherited is not None and base is not None:
        del info.methods["__hash__"], info.definition.methods["__hash__"], world.functions[function]
        return
    function.body = [tree.Return(tree.Generic("id", this, None, span, INT), span)]


def unequal(kind: Type) -> str | None:
    """Why values of a type cannot be compared as CPython compares them; None where they can."""
    match kind:
        case ClassType(definition=definition) if definition.callable or definition.calls is not None:
            return "a function as a value is an object that is made anew each time"
        case ClassType(definition=definition) if is_weak(definition):
            return "weak references are equal for as long as their objects live and are equal"
        case ClassType(definition=definition, arguments=arguments):
            if definition.unequal:
                return definition.unequal
            return next(filter(None, map(unequal, arguments)), None)
        case UnionType(members=parts):
            built_in = [part.definition for part in parts if part.definition.module.startswith("kmi.runtime")]
            names = {definition.name for definition in built_in}
            if any(len(names & alike) > 1 for alike in ALIKE):
                return "objects of several of its classes can be equal"
            return next(filter(None, map(unequal, parts)), None)
        case TupleType(items=items):
            return next(filter(None, map(unequal, items)), None)
        case OptionalType(inner=inner):
            return unequal(inner)
        case _:
            return None


def refuse(body: Body, at: ast.AST | Span, kind: Type, why: str) -> tree.Expression:
    """Reports that values of a type cannot be compared."""
    return body.error(
        codes.BAD_OPERANDS,
        at,
        f"values of the type `{describe(kind)}` cannot be compared: {why}",
        help="compare what is in them",
    )


def check_items(body: Body, at: ast.AST, kind: Type) -> bool:
    """Reports what cannot be compared, where a container looks for an item; whether it can be."""
    wrong = unequal(kind) if body.scope.author else None
    if wrong is not None:
        refuse(body, at, kind, wrong)
    return wrong is None


__all__ = ["SAME", "check_items", "complete", "refuse", "unequal"]
