"""Overrides: a method that replaces a base's takes and gives the same types.

def read(self, file: File, data: Uio) -> int: …     # error: FileOperations.read returns nothing
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kmi.language import codes
from kmi.language.declarations.scope import ClassInfo, FunctionInfo
from kmi.language.declarations.uncalled import check_uncalled
from kmi.language.declarations.world import World
from kmi.language.relations import describe, same
from kmi.language.types import NONE, ClassType, OptionalType, Type, TypeVariable, substitute


def check_overrides(world: World, info: ClassInfo) -> None:
    """Compares each method with the one of a base class that it replaces."""
    base = info.definition.base
    if base is None:
        return
    from kmi.language.declarations.members import class_bindings, find_method

    if info.scope.author:
        _check_defaults(world, info, base)
        check_uncalled(world, info, base)
    for name, method in info.methods.items():
        if name == "__init__" or method.function.static or method.generated:
            continue
        replaced = find_method(world, base, name)
        if replaced is None or replaced.function.owner is None or replaced.function.static:
            continue
        bindings = class_bindings(base, replaced.function.owner)
        method.function.effects = method.function.effects or replaced.function.effects
        _compare(world, info, method, replaced, bindings)


def _check_defaults(world: World, info: ClassInfo, base: ClassType) -> None:
    """Refuses to inherit a method of the interface that gives ``None`` where this class promises something
    else.

    `open` of `FileOperations[Cursor]` has to be written: the interface's own returns None.
    """
    from kmi.language.declarations.members import class_bindings, find_method

    for definition in base.definition.ancestors():
        for name, method in world.classes[definition].methods.items():
            result = method.function.result
            if (
                not isinstance(result, TypeVariable)
                or result.default != NONE
                or definition.module == info.scope.name
            ):
                continue
            wanted = class_bindings(base, definition).get(result.name, NONE)
            found = find_method(world, ClassType(info.definition, info.definition.type_parameters), name)
            if found is method and wanted != NONE and not isinstance(wanted, TypeVariable | OptionalType):
                parameters = ", ".join(
                    f"{p.name}: {describe(p.type)}" for p in method.function.parameters[1:]
                )
                world.reporter.error(
                    codes.BAD_OVERRIDE,
                    info.definition.span,
                    f"`{info.definition.name}` inherits a `{name}` that returns `None`, "
                    f"but promises a `{describe(wanted)}`",
                    help=f"def {name}(self, {parameters}) -> {describe(wanted)}:",
                )


def _compare(
    world: World, info: ClassInfo, method: FunctionInfo, replaced: FunctionInfo, known: dict[str, Type]
) -> None:
    own, other = method.function, replaced.function
    wanted = [substitute(p.type, known) for p in other.parameters[1:]]
    given = [p.type for p in own.parameters[1:]]
    places = zip(other.parameters[1:], wanted, strict=True)
    # `File` is short for `File[None]`, and what people write.
    header = ", ".join(["self", *(f"{p.name}: {describe(k)}".replace("[None]", "") for p, k in places)])
    result = substitute(other.result, known)
    help = f"def {own.name}({header}) -> {describe(result)}:"
    required = [p for p, d in zip(own.parameters, method.defaults, strict=False) if d is None][1:]
    if len(given) < len(wanted) or len(required) > len(wanted):
        world.reporter.error(
            codes.BAD_OVERRIDE,
            own.span,
            f"`{own.qualified}` takes {len(given)} arguments, but `{other.qualified}` takes {len(wanted)}",
            help=help,
        )
        return
    for parameter, kind, expected in zip(own.parameters[1:], given, wanted, strict=False):
        if not same(kind, expected):
            world.reporter.error(
                codes.BAD_OVERRIDE,
                parameter.span,
                f"`{parameter.name}` of `{own.qualified}` is `{describe(kind)}`, "
                f"but `{other.qualified}` has `{describe(expected)}`",
                help=help,
            )
    if info.scope.author:
        _compare_calls(world, method, replaced)
    inner = result.inner if isinstance(result, OptionalType) else result
    if not same(own.result, result) and not same(own.result, inner):
        world.reporter.error(
            codes.BAD_OVERRIDE,
            own.span,
            f"`{own.qualified}` returns `{describe(own.result)}`, "
            f"but `{other.qualified}` returns `{describe(result)}`",
            note="what a caller reads is given to it with `data.put(...)`, not returned"
            if own.name == "read" and result == NONE
            else None,
            help=help,
        )
    elif own.property != other.property:
        world.reporter.error(
            codes.BAD_OVERRIDE,
            own.span,
            f"one of `{own.qualified}` and `{other.qualified}` is a property",
            help=help,
        )


def _compare_calls(world: World, own: FunctionInfo, replaced: FunctionInfo) -> None:
    """Refuses what would make a call by way of the base's method another call of this one.

    Who calls is compiled with the base's names and defaults, whatever class the object has.
    """
    for position, base in enumerate(replaced.function.parameters[1:], 1):
        mine = own.function.parameters[position]
        if mine.name != base.name:
            for each in _above(world, replaced):
                each.renamed[each.function.parameters[position].name] = own
        keywords = (base.name in replaced.keyword_only, mine.name in own.keyword_only)
        if keywords == (False, True) or (keywords != (False, False) and mine.name != base.name):
            world.reporter.error(
                codes.BAD_OVERRIDE,
                mine.span,
                f"`{mine.name}` of `{own.function.qualified}` is given by name where "
                f"`{replaced.function.qualified}` has "
                + (f"`{base.name}`" if mine.name != base.name else "it by its place too"),
                help="keep the names, the order and the `*` of the method that is replaced",
            )
            return
        if replaced.defaults[position] is not None and not own.same_default(replaced, position):
            default = replaced.defaults[position]
            assert default is not None
            world.reporter.error(
                codes.BAD_OVERRIDE,
                mine.span,
                f"`{mine.name}` of `{own.function.qualified}` has another default than in "
                f"`{replaced.function.qualified}`",
                note="which of them a call leaves out would depend on the class of the object",
                help=f"keep it: `{mine.name}: {describe(mine.type)} = {ast.unparse(default)}`; "
                "or take `None` and choose in the body",
            )


def _above(world: World, method: FunctionInfo) -> Iterator[FunctionInfo]:
    """The method, and those of base classes that it replaces in turn."""
    from kmi.language.declarations.members import find_method

    found: FunctionInfo | None = method
    while found is not None:
        yield found
        base = found.owner.definition.base if found.owner is not None else None
        found = find_method(world, base, found.function.name) if base is not None else None
