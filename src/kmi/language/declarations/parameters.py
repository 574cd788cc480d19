"""Parameters of the module: ``capacity = Parameter(4096, "bytes kept", minimum=1)`` in the ``Module``
subclass.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.declarations import constants, names
from kmi.language.declarations.annotations import Annotations
from kmi.language.declarations.scope import ClassInfo, Form, FunctionInfo, ModuleScope
from kmi.language.declarations.world import World
from kmi.language.relations import POISON, describe
from kmi.language.types import BOOL, INT, WIDTHS, IntType, Type

KNOWN = ("default", "description", "minimum", "maximum", "capacity", "check", "writable")
MOST = 1024
"""The most items that a list can be given."""


def is_parameter(world: World, scope: ModuleScope, node: ast.expr) -> bool:
    entity = Annotations(world, scope).entity(node)
    return isinstance(entity, Form) and entity.name == "kmi.parameter.Parameter"


def module_parameter(
    world: World,
    info: ClassInfo,
    statement: ast.stmt,
    name: str,
    call: ast.Call,
    annotation: ast.expr | None = None,
) -> tree.ModuleParameter | None:
    """The parameter that the call declares; None where it is wrong, which is then reported.

    ``annotation`` is what stands in the brackets of ``Parameter[u8]``.
    """
    nodes = _arguments(world, info.scope, name, call)
    if nodes is None:
        return None
    given: dict[str, object] = {}
    items: list[int] | None = None
    for key, node in nodes.items():
        if key == "check":
            continue
        if key == "default" and isinstance(node, ast.List):
            items = _items(world, info, name, node)
            if items is None:
                return None
            continue
        folded = constants.fold(world, info.scope, node, info)
        if folded is None:
            return None
        given[key] = folded.value
    kind = _kind(world, info, name, call, given.get("default") if items is None else items, annotation)
    if kind is None:
        return None
    made = tree.ModuleParameter(
        name, kind, True, "", None, None, bool(given.get("writable")), info.scope.span(statement)
    )
    default = given.get("default") if items is None else tuple(items)
    assert isinstance(default, bool | int | str | tuple)
    made.default = default
    if not _describe(world, info.scope, made, call, given):
        return None
    if not _bound(world, info.scope, made, nodes, given):
        return None
    if "check" in nodes:
        made.check = _check(world, info.scope, made, nodes["check"])
        if made.check is None:
            return None
    return made


def _arguments(world: World, scope: ModuleScope, name: str, call: ast.Call) -> dict[str, ast.expr] | None:
    nodes: dict[str, ast.expr] = {}
    for position, argument in enumerate(call.args):
        if position > 1:
            _refuse(world, scope, name, argument, "`Parameter` takes what follows the description by name")
            return None
        nodes[KNOWN[position]] = argument
    for keyword in call.keywords:
        if keyword.arg not in KNOWN or keyword.arg in nodes:
            _refuse(world, scope, name, keyword, f"`Parameter` has no argument `{keyword.arg}`")
            return None
        nodes[keyword.arg] = keyword.value
    return nodes


def _items(world: World, info: ClassInfo, name: str, node: ast.List) -> list[int] | None:
    """The items of a list that is a default."""
    items: list[int] = []
    for item in node.elts:
        folded = constants.fold(world, info.scope, item, info)
        if folded is None:
            return None
        if not isinstance(folded.value, int) or isinstance(folded.value, bool):
            _refuse(world, info.scope, name, item, f"a list as a parameter holds integers; `{name}` does not")
            return None
        items.append(folded.value)
    return items


def _kind(
    world: World, info: ClassInfo, name: str, call: ast.Call, default: object, annotation: ast.expr | None
) -> Type | None:
    kind: Type
    match default:
        case bool():
            kind = BOOL
        case int():
            kind = INT
        case str():
            kind = world.str_type
        case list():
            kind = world.builtin_type("list", INT)
        case _:
            _refuse(
                world,
                info.scope,
                name,
                call,
                f"the parameter `{name}` has no default of kind bool, int, str or list of int",
            )
            return None
    if annotation is None:
        return kind
    said = Annotations(world, info.scope, info).read(annotation)
    if said is POISON:
        return None
    if said != kind and not (kind == INT and isinstance(said, IntType) and world.enum_of(said) is None):
        _refuse(
            world,
            info.scope,
            name,
            annotation,
            f"`{name}` is declared as `{describe(said)}`, and its default is `{describe(kind)}`",
        )
        return None
    return said


def _describe(
    world: World, scope: ModuleScope, made: tree.ModuleParameter, call: ast.Call, given: dict[str, object]
) -> bool:
    description = given.get("description")
    if not isinstance(description, str):
        _refuse(world, scope, made.name, call, f"the parameter `{made.name}` has no description")
        return False
    made.description = description
    return True


def _bound(
    world: World,
    scope: ModuleScope,
    made: tree.ModuleParameter,
    nodes: dict[str, ast.expr],
    given: dict[str, object],
) -> bool:
    """Fills in bounds and capacity; whether they suit the kind and the default."""
    name, kind, listed = made.name, made.type, isinstance(made.default, tuple)
    for key in ("minimum", "maximum"):
        bound = given.get(key)
        if bound is not None and not (
            (isinstance(kind, IntType) or listed) and isinstance(bound, int) and not isinstance(bound, bool)
        ):
            _refuse(world, scope, name, nodes[key], f"`{key}` bounds an integer; `{name}` is `{kind}`")
            return False
    low, high, capacity = (given.get(key) for key in ("minimum", "maximum", "capacity"))
    made.minimum = low if isinstance(low, int) else None
    made.maximum = high if isinstance(high, int) else None
    if isinstance(made.default, tuple):
        made.capacity = max(1, len(made.default)) if capacity is None else -1
        if isinstance(capacity, int) and not isinstance(capacity, bool):
            made.capacity = capacity
        if not 1 <= made.capacity <= MOST or len(made.default) > made.capacity:
            said = f"a `capacity` is 1 to {MOST}, and no less than the default has items"
            _refuse(world, scope, name, nodes.get("capacity", nodes["default"]), said)
            return False
    elif capacity is not None:
        _refuse(world, scope, name, nodes["capacity"], f"only a list has a `capacity`; `{name}` is `{kind}`")
        return False
    width = kind if isinstance(kind, IntType) else INT
    numbers = made.default if isinstance(made.default, tuple) else (made.default,)
    for number in numbers:
        if not isinstance(number, int) or isinstance(number, bool):
            continue
        if not width.low <= number <= width.high:
            said = f"{width.bits} bits" if width == INT else f"`{width}`"
            _refuse(world, scope, name, nodes["default"], f"the default of `{name}` does not fit {said}")
            return False
        least, most = made.minimum, made.maximum
        if (least is not None and number < least) or (most is not None and number > most):
            said = f"the default of `{name}` is outside its own bounds"
            _refuse(world, scope, name, nodes["default"], said)
            return False
    return True


def _check(
    world: World, scope: ModuleScope, made: tree.ModuleParameter, node: ast.expr
) -> tree.Function | None:
    """The author's function, as C calls it: with the value as C has it; it gives 0 or a negative errno."""
    entity = Annotations(world, scope).entity(node)
    function = entity.function if isinstance(entity, FunctionInfo) and entity.owner is None else None
    if function is None or not isinstance(entity, FunctionInfo):
        _refuse_check(world, scope, made, node, f"the `check` of `{made.name}` is no function of the module")
        return None
    accepted = [parameter.type for parameter in function.parameters]
    if accepted != [made.type] or function.result != BOOL:
        said = f"the `check` of `{made.name}` does not take a `{describe(made.type)}` and return a `bool`"
        _refuse_check(world, scope, made, node, said)
        return None
    world.want(entity)
    span = function.span
    value = tree.Local("value", made.type, span, parameter=True)
    argument: tree.Expression = tree.LocalGet(value, span, made.type)
    if (reader := snapshot_function(world, made.type, "held")) is not None:
        world.want(reader)
        value.type = reader.function.parameters[0].type
        argument = tree.Call(
            reader.function, [tree.LocalGet(value, span, value.type)], span, reader.function.result
        )
    asked = tree.Call(function, [argument], span, BOOL)
    result = WIDTHS["i32"]
    wrapper = tree.Function(f"check_{made.name}", scope.name, None, [value], result, span, callback=True)

    def answer(word: str) -> list[tree.Statement]:
        number = -constants.ERRNOS[word] if word else 0
        return [tree.Return(tree.IntLiteral(number, span, result), span)]

    home = world.scope("kmi.runtime.exceptions")
    memory = names.own(world, home, "MemoryError") if home is not None else None
    handlers = [tree.Handler((), None, answer("EINVAL"), span)]
    if isinstance(memory, ClassInfo):
        handlers.insert(0, tree.Handler((memory.definition,), None, answer("ENOMEM"), span))
    decided = tree.If(asked, answer(""), answer("EINVAL"), span)
    wrapper.body = [tree.Try([decided], handlers, [], [], span)]
    return wrapper


def snapshot_function(world: World, kind: Type, what: str) -> FunctionInfo | None:
    """The function of the kernel's layer that reads a str or a list as a whole: what is ``held``, or what it
    ``latest`` was. None for what one load reads, and where there is no layer.
    """
    word = "text" if world.is_builtin(kind, "str") else "numbers" if world.is_builtin(kind, "list") else None
    home = world.library.layer_module("kmi.parameter")
    scope = world.scope(home) if word is not None and home is not None else None
    entity = names.own(world, scope, f"{what}_{word}") if scope is not None else None
    return entity if isinstance(entity, FunctionInfo) else None


def _refuse(world: World, scope: ModuleScope, name: str, node: ast.AST, message: str) -> None:
    world.reporter.error(
        codes.BAD_PARAMETER,
        scope.span(node),
        message,
        help=f'{name} = Parameter(4096, "what it is for", minimum=1)\n'
        f'{name} = Parameter([1, 2], "what they are for", capacity=8)',
    )


def _refuse_check(
    world: World, scope: ModuleScope, made: tree.ModuleParameter, node: ast.AST, message: str
) -> None:
    world.reporter.error(
        codes.BAD_PARAMETER,
        scope.span(node),
        message,
        help=f"def good_{made.name}(value: {describe(made.type)}) -> bool:\n    return …",
    )
