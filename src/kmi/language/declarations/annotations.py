"""Annotations: from what the author wrote after a colon or an arrow to a type.

    data: bytes | None      ->  OptionalType(ClassType(bytes))

``Annotations`` says in whose scope names are looked up. What is wrong is reported here, once, and gives the
poison type, which goes with everything.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from kmi.language import codes
from kmi.language.declarations import callables, names, vocabulary
from kmi.language.declarations.scope import (
    ClassInfo,
    ConstantInfo,
    CStructInfo,
    Entity,
    Form,
    FunctionInfo,
    GlobalInfo,
    ModuleScope,
    Poisoned,
    PseudoModule,
    TypeAlias_,
)
from kmi.language.declarations.weak import is_weak, refuse_target
from kmi.language.declarations.world import World
from kmi.language.relations import POISON
from kmi.language.types import (
    BOOL,
    INT,
    NEVER,
    NONE,
    WIDTHS,
    ClassType,
    ExceptionType,
    FunctionType,
    NeverType,
    NoneType,
    OptionalType,
    PointerType,
    TupleType,
    Type,
    TypeObject,
    TypeVariable,
    UnionType,
)

ORDERS = {"be": "big", "le": "little"}
"""What `be32` and `le32` begin with: the order of the bytes."""
POINTERS = {
    "Pointer": "",
    "ConstPointer": "const",
    "UserPointer": "user",
    "IomemPointer": "iomem",
    "RcuPointer": "rcu",
}

STANDING = {"typing.Sequence": "list", "typing.Iterable": "list", "typing.Mapping": "dict"}
"""Names of what many classes are, and the class that is meant most often."""


@dataclass(slots=True)
class Annotations:
    """Where annotations are read: the module, the class around them, and the type variables met so far."""

    world: World
    scope: ModuleScope
    owner: ClassInfo | None = None
    self_type: Type | None = None
    met: dict[str, TypeVariable] = field(default_factory=dict)
    record: bool = False
    """Whether this is a field of a ``Struct``, where orders of bytes mean something."""

    def read(self, node: ast.expr) -> Type:
        """The type that an annotation names."""
        match node:
            case ast.Constant(value=None):
                return NONE
            case ast.Constant(value=str() as text):
                return self._quoted(node, text)
            case ast.Name(id=name):
                return self._entity(node, names.lookup(self.world, self.scope, name), name)
            case ast.Attribute():
                entity = self.entity(node)
                return self._entity(node, entity, ast.unparse(node))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self.union([self.read(left), self.read(right)], node)
            case ast.Subscript(value=value, slice=index):
                return self._subscript(node, value, index)
            case _:
                return self._refuse(node, f"`{ast.unparse(node)}` is not a type")

    def entity(self, node: ast.expr) -> Entity | None:
        """What a dotted name stands for."""
        match node:
            case ast.Name(id=name):
                return names.lookup(self.world, self.scope, name)
            case ast.Attribute(value=value, attr=attribute):
                home = self.entity(value)
                return names.member(self.world, home, attribute) if home is not None else None
            case _:
                return None

    def _quoted(self, node: ast.Constant, text: str) -> Type:
        try:
            inner = ast.parse(text.strip(), mode="eval").body
        except SyntaxError:
            return self._refuse(node, "the quoted annotation is not an expression")
        for part in ast.walk(inner):
            ast.copy_location(part, node)
        return self.read(inner)

    def _entity(self, node: ast.expr, entity: Entity | None, name: str) -> Type:
        match entity:
            case None:
                return self._unknown(node, name)
            case ClassInfo():
                return self.instance(entity, node)
            case TypeAlias_(type=kind):
                return kind
            case CStructInfo(type=struct):
                return struct
            case TypeVariable():
                self.met.setdefault(entity.name, entity)
                return entity
            case Form():
                return self._form(node, entity)
            case Poisoned():
                return POISON
            case FunctionInfo() | ConstantInfo() | ModuleScope() | PseudoModule() | GlobalInfo():
                return self._refuse(node, f"`{name}` is {names.describe(entity)}, not a type")

    def _unknown(self, node: ast.expr, name: str) -> Type:
        instead = vocabulary.lacking(name)
        if instead is not None:
            self.world.reporter.error(
                vocabulary.lacking_code(name),
                self.scope.span(node),
                f"`{name}` is not in kernel Python",
                help=instead,
            )
            return POISON
        types = ["int", "bool", "str", "bytes", "bytearray", "list", "dict"]
        types += [name for name in self.scope.bindings if name[:1].isupper() or name[1:].isdigit()]
        self.world.reporter.error(
            codes.UNKNOWN_NAME,
            self.scope.span(node),
            f"there is no type `{name}` here",
            help=names.suggest(name, types) or import_help(name),
        )
        return POISON

    def _form(self, node: ast.expr, form: Form) -> Type:
        match form.name:
            case "builtins.int":
                return INT
            case "builtins.bool":
                return BOOL
            case "builtins.range":
                return self.world.builtin_type("range")
            case (
                "kmi.interface.Callback" | "kmi.interface.SoftirqCallback" | "kmi.interface.ThreadCallback"
                | "kmi.interface.ShowCallback" | "kmi.interface.StoreCallback"
            ) as word:  # fmt: skip
                if self.scope.author:
                    return self._refuse(
                        node, "what a registration calls does not hold its object", "Callable[[], None]"
                    )
                return callables.callback_type(self.world, word.rpartition(".")[2])
            case "typing.Never" | "typing.NoReturn":
                return NEVER
            case name if name.startswith("kmi.integers.") and form.short[:2] in ORDERS:
                width = f"u{form.short[2:]}"
                if self.record:
                    return WIDTHS[width]
                return self._refuse(
                    node, f"`{form.short}` says how a field of a `Struct` lies in memory", width
                )
            case "typing.Self" if self.self_type is not None:
                if isinstance(self.self_type, TypeVariable):
                    self.met.setdefault("Self", self.self_type)
                return self.self_type
            case "typing.Any" | "builtins.object" | "types.TracebackType" | "typing.Callable":
                if self.scope.interface or self.scope.name.startswith("kmi."):
                    return POISON
                return self._refuse(
                    node,
                    f"`{form.short}` says nothing about the value",
                    "name the class, a union of classes, or a `TypeVar`",
                )
            case _:
                name = ast.unparse(node)
                if form.name.startswith("kmi.unsafe.") and form.short in POINTERS:
                    return self._refuse(node, f"`{name}` does not say to what it points", f"{name}[None]")
                return self._refuse(node, f"`{name}` is not a type here")

    def instance(self, info: ClassInfo, node: ast.AST, arguments: list[Type] | None = None) -> Type:
        """The type of the instances of a class, its type arguments complete."""
        definition = info.definition
        if definition.exception:
            return ExceptionType(definition)
        if info.enum is not None:
            return info.enum
        wanted = definition.type_parameters
        given = arguments if arguments is not None else []
        if len(given) < len(wanted):
            for variable in wanted[len(given) :]:
                if variable.default is None:
                    short = ", ".join(["…"] * len(wanted))
                    return self._refuse(
                        node,
                        f"`{definition.name}` does not say of what",
                        f"{definition.name}[{'int' if len(wanted) == 1 else short}]",
                    )
                given = [*given, variable.default]
        if len(given) > len(wanted):
            what = f"takes {len(wanted) or 'no'} type argument{'s' * (len(wanted) != 1)}"
            return self._refuse(node, f"`{definition.name}` {what}")
        if is_weak(definition) and refuse_target(self.world, self.scope.span(node), given[0]):
            return POISON
        return ClassType(definition, tuple(given))

    def _subscript(self, node: ast.Subscript, value: ast.expr, index: ast.expr) -> Type:
        items = index.elts if isinstance(index, ast.Tuple) else [index]
        entity = self.entity(value)
        match entity:
            case ClassInfo():
                return self.instance(entity, node, [self.read(item) for item in items])
            case Form(name="builtins.tuple"):
                return TupleType(tuple(self.read(item) for item in items))
            case Form(name="builtins.type"):
                return TypeObject(self.read(items[0]))
            case Form(name="typing.Optional"):
                return self.union([self.read(items[0]), NONE], node)
            case Form(name="typing.Union"):
                return self.union([self.read(item) for item in items], node)
            case Form(name="typing.Final" | "typing.ClassVar"):
                return self.read(items[0])
            case Form(name="typing.Literal"):
                return self._literal(items)
            case Form(name="typing.Annotated"):
                return self._refuse(
                    node, "only a field of a `Struct` has a length in its type", ast.unparse(items[0])
                )
            case Form(name="typing.Callable"):
                return self._callable(node, items)
            case Form(name=name) if name.startswith("kmi.unsafe.") and entity.short in POINTERS:
                target = self.read(items[0])
                return PointerType(None if target == NONE else target, POINTERS[entity.short])
            case Form(name=name) if name in STANDING:
                own = f"{STANDING[name]}[{', '.join(ast.unparse(item) for item in items)}]"
                return self._refuse(
                    node,
                    f"a `{ast.unparse(node)}` may be of many classes, and what is compiled is made for one",
                    own if name != "typing.Iterable" else f"{own}, and give it `list(…)` of anything else",
                )
            case Poisoned():
                return POISON
            case None:
                return self._entity(value, None, ast.unparse(value))
            case _:
                return self._refuse(node, f"`{ast.unparse(value)}` takes no type arguments")

    def _literal(self, items: list[ast.expr]) -> Type:
        match items[0]:
            case ast.Constant(value=bool()):
                return BOOL
            case ast.Constant(value=int()):
                return INT
            case ast.Constant(value=str()):
                return self.world.str_type
            case _:
                return POISON

    def _callable(self, node: ast.expr, items: list[ast.expr]) -> Type:
        if len(items) == 2 and isinstance(items[0], ast.List):
            taken, result = tuple(self.read(item) for item in items[0].elts), self.read(items[1])
            if self.scope.name.endswith(".bindings"):
                return FunctionType(taken, result)
            if POISON in (*taken, result):
                return POISON
            if len(taken) > callables.MOST:
                return self._refuse(
                    node,
                    f"a function as a value takes at most {callables.MOST} arguments",
                    "put what belongs together into a dataclass, and pass that",
                )
            return callables.callable_type(self.world, taken, result)
        if self.scope.interface:
            return POISON
        return self._refuse(node, "`Callable` does not say what it takes", "Callable[[int], bool]")

    def union(self, members: list[Type], node: ast.AST) -> Type:
        """``A | B | None``."""
        optional = False
        flat: list[Type] = []
        for member in members:
            match member:
                case OptionalType(inner=inner):
                    optional = True
                    flat.extend(inner.members if isinstance(inner, UnionType) else [inner])
                case NoneType():
                    optional = True
                case UnionType(members=inner_members):
                    flat.extend(inner_members)
                case _ if member is POISON:
                    return POISON
                case NeverType():
                    pass
                case _:
                    flat.append(member)
        distinct = list(dict.fromkeys(flat))
        if not distinct:
            return NONE
        kind: Type = distinct[0]
        if len(distinct) > 1:
            classes = [member for member in distinct if isinstance(member, ClassType)]
            if len(classes) != len(distinct):
                wrong = next(member for member in distinct if not isinstance(member, ClassType))
                return self._refuse(
                    node, f"a union of classes cannot hold `{wrong}`", "put the value in a class of its own"
                )
            kind = UnionType(tuple(sorted(classes, key=str)))
        return OptionalType(kind) if optional else kind

    def _refuse(self, node: ast.AST, message: str, instead: str | None = None) -> Type:
        self.world.reporter.error(
            codes.BAD_ANNOTATION,
            self.scope.span(node),
            message,
            help=instead,
        )
        return POISON


def import_help(name: str) -> str | None:
    from kmi.language.library import PACKAGE

    for file in [PACKAGE / "__init__.py", *sorted(PACKAGE.glob("[a-z]*.py"))]:
        text = file.read_text(encoding="utf-8")
        package = file.stem == "__init__"
        if f'"{name}"' in text and (package or "import provided" in text or ", provided" in text):
            module = "kmi" if package else f"kmi.{file.stem}"
            return f"import it:\nfrom {module} import {name}"
    return None
