"""Protocols: a class that has the methods of one is used as one, without saying so.

    class Sized(Protocol):                  Box  ->  implements [Sized]
        def size(self) -> int: ...          Sized -> subclasses [Box]

It is settled when a value first goes where the protocol is wanted: from then on the class counts as one below
the protocol, whole program, so that a call through the protocol is a virtual call like any other.

Invariant: a protocol has methods and properties alone, so it has no place in an object's memory.
"""

from __future__ import annotations

import ast

from kmi.language import tree
from kmi.language.declarations.scope import ClassInfo, FunctionInfo
from kmi.language.declarations.world import World
from kmi.language.relations import same
from kmi.language.types import ClassType, NoneType, OptionalType, Type, substitute


def satisfies(world: World, kind: Type, target: Type) -> bool:
    """Whether objects of a class have all that a protocol asks for; remembers it where they have."""
    if not isinstance(kind, ClassType) or not isinstance(target, ClassType) or not target.definition.protocol:
        return False
    if lacking(world, kind, target) is not None:
        return False
    names = [variable.name for variable in kind.definition.type_parameters]
    if kind.definition.type_parameters and kind.arguments != kind.definition.type_parameters:
        back = dict(zip(names, kind.definition.type_parameters, strict=False))
        if target.arguments and not back:
            return False
    definition = kind.definition
    if target not in definition.implements:
        definition.implements.append(target)
    if definition not in target.definition.subclasses:
        target.definition.subclasses.append(definition)
    for name in target.definition.methods:
        from kmi.language.declarations.members import find_method

        found = find_method(world, kind, name)
        if found is not None:
            world.want(found)
    return True


def lacking(world: World, kind: ClassType, target: ClassType) -> str | None:
    """What a class lacks to be used as a protocol, in words; None if nothing."""
    from kmi.language.declarations.members import class_bindings, find_method

    for wanted in _methods(world, target):
        owner = wanted.function.owner
        assert owner is not None
        found = find_method(world, kind, wanted.function.name)
        if found is None or found.function.owner is None:
            return f"it has no method `{wanted.function.name}`"
        theirs = class_bindings(target, owner)
        own = class_bindings(kind, found.function.owner)
        if not _fits(found, own, wanted, theirs):
            return f"its `{wanted.function.name}` takes or gives something else"
        if not _called_alike(found, wanted):
            return f"its `{wanted.function.name}` has other names or defaults of parameters"
    return _lacks_itself(world, kind, target) if is_iterator(target.definition) else None


def is_iterator(definition: tree.Class) -> bool:
    """Whether a class is ``Iterator`` itself."""
    return definition.module == "kmi.runtime.iterators"


def _lacks_itself(world: World, kind: ClassType, target: ClassType) -> str | None:
    """Why a loop over an iterator would not go through the iterator itself; None if it does.

    A class that derives from ``Iterator`` has its ``__iter__``, which gives the iterator.
    """
    from kmi.language.declarations.members import find_method

    found = find_method(world, kind, "__iter__")
    if found is None:
        derived = any(
            is_iterator(each.definition) for c in kind.definition.ancestors() for each in c.implements
        )
        return None if derived or is_iterator(kind.definition) else "it does not derive from `Iterator`"
    body = [each for each in found.node.body if not _is_docstring(each)] if found.node is not None else []
    match body:
        case [ast.Return(value=ast.Name(id="self"))]:
            return None
        case _:
            return "its `__iter__` gives something other than `self`"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _methods(world: World, target: ClassType) -> list[FunctionInfo]:
    from kmi.language.declarations.declare import declare_members

    found: dict[str, FunctionInfo] = {}
    for definition in target.definition.ancestors():
        info = world.classes[definition]
        declare_members(world, info)
        for name, method in info.methods.items():
            found.setdefault(name, method)
    return list(found.values())


def _fits(
    found: FunctionInfo, own: dict[str, Type], wanted: FunctionInfo, theirs: dict[str, Type]
) -> bool:
    if found.function.static or found.function.property != wanted.function.property:
        return False
    given = [substitute(p.type, own) for p in found.function.parameters[1:]]
    asked = [substitute(p.type, theirs) for p in wanted.function.parameters[1:]]
    if len(given) != len(asked) or not all(map(same, given, asked)):
        return False
    result = substitute(wanted.function.result, theirs)
    gives = substitute(found.function.result, own)
    if same(gives, result):
        return True
    inner = result.inner if isinstance(result, OptionalType) else None
    return inner is not None and same(gives, inner) and not isinstance(inner, NoneType)


def _called_alike(found: FunctionInfo, wanted: FunctionInfo) -> bool:
    """Whether any call that is written for the protocol's method means the same for this one.

    It is compiled with the names and the defaults of the protocol.
    """
    if found.declared or not found.scope.author:
        return True
    both = zip(found.function.parameters, wanted.function.parameters, strict=True)
    for position, (own, asked) in list(enumerate(both))[1:]:
        if own.name != asked.name and asked.name not in wanted.positional_only:
            return False
        if own.name in found.keyword_only and asked.name not in wanted.keyword_only:
            return False
        if wanted.defaults[position] is not None and not found.same_default(wanted, position):
            return False
    return True


def abstract_methods(world: World, info: ClassInfo) -> list[tree.Function]:
    """The methods that a class only declares: its objects could not be used."""
    from kmi.language.declarations.declare import declare_members

    found: dict[str, FunctionInfo] = {}
    for definition in info.definition.ancestors():
        owner = world.classes[definition]
        declare_members(world, owner)
        for name, method in owner.methods.items():
            found.setdefault(name, method)
    return [method.function for method in found.values() if method.function.abstract]
