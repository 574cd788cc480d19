"""Which functions and classes are compiled: what the roots reach, once for each binding of type variables.

    Loader[SemaphoreModule].init  ->  SemaphoreModule.__init__  ->  Mutex[Permits].__init__, ...

Linearising a function asks here for the functions and classes that it uses; they join a queue. A virtual
call reaches the method of each class that derives from the receiver's and is made anywhere: both the calls
and the classes are remembered, so that the order in which they are met does not matter. Whole program:
nothing else can derive.

Invariant: asked twice for the same, it gives the same instance.
"""

from __future__ import annotations

from collections.abc import Callable

from kmi.compiler.instances import (
    ClassInstance,
    FunctionInstance,
    VirtualInstance,
    bases,
    bindings_of,
    supertypes,
)
from kmi.compiler.known import Known
from kmi.compiler.names import Namer, method_name, type_name
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.tree import Function, Program
from kmi.language.tree.walk import trusted
from kmi.language.types import ClassType, OptionalType, TupleType, Type, substitute

ATOMIC = " atomic"
"""The end of the place of an instance that may not sleep."""


class Monomorphiser:
    """The instances of a program, and the queue of functions whose bodies are still to be linearised."""

    def __init__(self, program: Program, namer: Namer) -> None:
        self.program = program
        self.namer = namer
        self.functions: dict[tuple[int, tuple[Type, ...], str], FunctionInstance] = {}
        self.virtuals: dict[tuple[str, ClassType], VirtualInstance] = {}
        self.classes: dict[ClassType, ClassInstance] = {}
        self.queue: list[FunctionInstance] = []
        self.literals: dict[bytes | str, ClassType] = {}
        self.learnt = Known()
        """What is known of the author's functions from their calls."""
        self.tables: dict[tuple[int, ...], str] = {}
        """Constant tuples of integers that are indexed, and their C names."""
        self.spins = False
        """Something runs where nothing may sleep."""
        self.c_names = frozenset(
            function.external.name
            for module in program.modules.values()
            for function in module.functions.values()
            if function.external is not None
        )
        """The C functions that the program calls: a variable of the same name would hide one."""
        namer.taken |= self.c_names

    def run(self, linearise: Callable[[FunctionInstance], None]) -> None:
        """Linearise everything that is reached, until nothing new turns up."""
        while self.queue:
            linearise(self.queue.pop(0))

    def function(self, function: Function, bindings: dict[str, Type], place: str = "") -> FunctionInstance:
        """The instance of a function for these type arguments, of its class and its own."""
        names = [
            v.name
            for v in (*(function.owner.type_parameters if function.owner else ()), *function.type_parameters)
        ]
        try:
            bound = {name: bindings[name] for name in names}
        except KeyError as missing:
            raise InternalError(
                f"type variable {missing} of {function.qualified} is not bound", function.span
            ) from None
        key = (id(function), tuple(bound.values()), place if function.per_place else "")
        instance = self.functions.get(key)
        if instance is None:
            author = not trusted(function.module)
            instance = FunctionInstance(
                function, bound, self._function_name(function, bound, key[2]), author, key[2]
            )
            self.functions[key] = instance
            if function.waiting:
                raise InternalError(f"nobody has looked into {function.qualified}", function.span)
            if function.external is None:
                self.queue.append(instance)
        return instance

    def atomic_twin(self, instance: FunctionInstance) -> FunctionInstance:
        """The same function, for where nothing may sleep; itself if it is a twin already."""
        if instance.place.endswith(ATOMIC):
            return instance
        place = instance.place + ATOMIC
        key = (id(instance.function), tuple(instance.bindings.values()), place)
        twin = self.functions.get(key)
        if twin is None:
            name = self.namer.unique(f"{instance.name}_atomic", instance.function.module)
            twin = FunctionInstance(instance.function, instance.bindings, name, instance.author, place)
            self.functions[key] = twin
            self.queue.append(twin)
        return twin

    def _function_name(self, function: Function, bound: dict[str, Type], place: str) -> str:
        own = [type_name(bound[v.name]) for v in function.type_parameters]
        if function.owner is not None:
            of_class = [type_name(bound[v.name]) for v in function.owner.type_parameters]
            wanted = "_".join([function.owner.name, *of_class, method_name(function.name), *own])
        else:
            wanted = "_".join([function.module.rpartition(".")[2], method_name(function.name), *own])
        if place:
            owner, _, field = place.partition(".")
            wanted = f"{wanted}_{owner}_{field.strip('_')}"
        return self.namer.unique(wanted, function.module)

    def method(self, receiver: ClassType, name: str, span: Span) -> FunctionInstance:
        """The method that an object of exactly this class has under this name."""
        for base in bases(receiver):
            if name in base.definition.methods:
                return self.function(base.definition.methods[name], bindings_of(base))
        raise InternalError(f"{receiver} has no method {name}", span)

    def virtual(
        self, receiver: ClassType, function: Function, own: dict[str, Type]
    ) -> FunctionInstance | VirtualInstance:
        """A method called on a receiver of which only a base class is known."""
        for base in bases(receiver):
            if function.name in base.definition.methods:
                function = base.definition.methods[function.name]
                bindings = {**bindings_of(base), **own}
                break
        else:
            raise InternalError(f"{receiver} has no method {function.name}", function.span)
        if (
            own or receiver.definition.place
            or not (receiver.definition.subclasses or function.abstract)
        ):  # fmt: skip
            return self.function(function, bindings)
        key = (function.name, receiver)
        virtual = self.virtuals.get(key)
        if virtual is None:
            declared = FunctionInstance(
                function, bindings, "", author=not trusted(function.module)
            )
            name = self.namer.unique(
                f"{type_name(receiver)}_any_{method_name(function.name)}", function.module
            )
            virtual = self.virtuals[key] = VirtualInstance(function.name, receiver, declared, name)
            for instance in list(self.classes.values()):
                self._join(virtual, instance)
        return virtual

    def _join(self, virtual: VirtualInstance, instance: ClassInstance) -> None:
        fits = instance.made and virtual.receiver in supertypes(instance.kind)
        if fits and instance.kind not in virtual.cases:
            virtual.cases[instance.kind] = self.method(
                instance.kind, virtual.method, instance.kind.definition.span
            )

    def cls(self, kind: ClassType) -> ClassInstance:
        """The instance of a class, and of all classes whose structs its own needs."""
        instance = self.classes.get(kind)
        if instance is None:
            name = self.namer.unique(type_name(kind), kind.definition.module)
            instance = self.classes[kind] = ClassInstance(kind, name)
            for base in bases(kind)[1:]:
                self.cls(base)
            for base in bases(kind):
                for field in base.definition.fields:
                    self.mention(substitute(field.type, bindings_of(base)))
        return instance

    def made(self, kind: ClassType) -> ClassInstance:
        """The instance of a class of which an object or a place is made."""
        instance = self.cls(kind)
        if not instance.made:
            instance.made = True
            if kind.definition.method("__del__") is not None:
                instance.deleter = self.method(kind, "__del__", kind.definition.span)
            for virtual in list(self.virtuals.values()):
                self._join(virtual, instance)
        return instance

    def mention(self, kind: Type) -> None:
        """A type that something has: its classes get their structs."""
        match kind:
            case ClassType():
                self.cls(kind)
            case OptionalType(inner=inner):
                self.mention(inner)
            case TupleType(items=items):
                for item in items:
                    self.mention(item)
            case _:
                pass

    def literal(self, value: bytes | str, kind: Type) -> None:
        """A ``bytes`` or ``str`` literal is used: it becomes a static object."""
        assert isinstance(kind, ClassType)
        self.made(kind)
        self.literals[value] = kind

    def table(self, values: tuple[int, ...]) -> str:
        """The C name of a constant array of these integers."""
        if values not in self.tables:
            self.tables[values] = f"kmi_table_{len(self.tables) + 1}"
        return self.tables[values]
