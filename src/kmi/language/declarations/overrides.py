"""Overrides: a method that replaces a base's takes and gives the same types.

def read(self, file: File, data: Uio) -> int: …     # error: FileOperations.read returns nothing
"""

from __future__ import annotations

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
