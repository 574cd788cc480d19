"""The generated bindings: C structs, C variables and C functions, as the generator writes them.

    @c_struct("struct miscdevice", size=80, align=8)
    class miscdevice:
        minor: i32 = member(0)

A C struct is declared like a class, its header first, so that structs may point at each other.
"""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.declarations.annotations import Annotations
from kmi.language.declarations.decorators import Decorators
from kmi.language.declarations.scope import CStructInfo, ModuleScope
from kmi.language.declarations.world import World
from kmi.language.types import CStructType


def declare_struct(
    world: World, scope: ModuleScope, node: ast.ClassDef, decorators: Decorators
) -> CStructInfo:
    """The C struct of a binding class. Its members are read when ``struct_members`` asks for them."""
    flags = decorators.flags
    size, align = flags.get("size", 0), flags.get("align", 0)
    binding = tree.CStruct(
        node.name,
        str(flags.get("tag", f"struct {node.name}")),
        size=size if isinstance(size, int) else 0,
        align=align if isinstance(align, int) else 0,
    )
    info = CStructInfo(CStructType(binding))
    scope.resolved[node.name] = info
    world.structs[binding.name] = (scope, node)
    return info


def struct_members(world: World, kind: CStructType) -> dict[str, tree.CField]:
    """The members of a C struct."""
    declared = world.structs.pop(kind.binding.name, None)
    if declared is None:
        return kind.binding.fields
    scope, node = declared
    reader = Annotations(world, scope)
    for statement in node.body:
        match statement:
            case ast.AnnAssign(
                target=ast.Name(id=name), annotation=annotation, value=ast.Call(args=arguments)
            ):
                values = [argument.value for argument in arguments if isinstance(argument, ast.Constant)]
                offset = values[0] if values and isinstance(values[0], int) else 0
                path = values[1] if len(values) > 1 and isinstance(values[1], str) else name
                kind.binding.fields[name] = tree.CField(name, path, reader.read(annotation), offset)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=None):
                kind.binding.fields[name] = tree.CField(name, name, reader.read(annotation))
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case _:
                world.reporter.error(
                    codes.BAD_TOP_LEVEL,
                    scope.span(statement),
                    "a C struct holds only its members",
                    help="name: i32 = member(0)",
                )
    return kind.binding.fields
