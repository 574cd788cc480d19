"""What a program is made of: modules, classes, fields, functions, locals, and what bindings declare of C."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmi.language.source import Source, Span
from kmi.language.types import ClassType, Type, TypeVariable

if TYPE_CHECKING:
    from kmi.language.tree.nodes import Expression, Statement

_property = property  # Function has a field of that name


@dataclass(slots=True, eq=False)
class Local:
    """A parameter or a local variable of one function."""

    name: str
    type: Type
    span: Span
    parameter: bool = False
    made: bool = False
    """The author did not write it: it holds what Python has on its stack, and dies with the statement."""
    fluid: bool = False
    """Assigned within an expression, so that reading it twice in one statement may give two values."""


@dataclass(slots=True, eq=False)
class Field:
    """A field of a class, of a ``Struct``, or of a dataclass."""

    name: str
    type: Type
    span: Span
    place: bool = False
    """Embedded in its object, pinned, with one owner: a lock, a registration, a C struct (see language.md).
    """
    final: bool = False
    """Assigned in ``__init__`` only."""
    order: str = ""
    """Of a ``Struct``'s field: "big" or "little" where its bytes do not lie as the machine has them."""
    count: int | None = None
    """Of a ``Struct``'s field: how many bytes or items there are, if it is an array."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How a call says whether it may sleep: by one of two flags in an argument."""

    parameter: str
    flag: int
    other: int
    shown: tuple[str, str]
    """What the two flags are called."""


@dataclass(slots=True, eq=False)
class Effects:
    """What the declaration of a function in the interface promises, as an upper bound over all kernels."""

    sleeps: bool = False
    waits: Waits | None = None
    raises: tuple[Class, ...] | None = None
    context: str = "process"


@dataclass(slots=True, eq=False, repr=False)
class Function:
    """A function or a method; ``owner`` is its class; ``self`` is the first parameter of a method."""

    name: str
    module: str
    owner: Class | None
    parameters: list[Local]
    result: Type
    span: Span
    body: list[Statement] = field(default_factory=list)
    type_parameters: tuple[TypeVariable, ...] = ()
    """The function's own type variables; those of its class are the class's."""
    shown: str = ""
    """What the author calls it, where the class has it under another name: a setter."""
    within: Function | None = None
    """The function in whose body it is defined."""
    static: bool = False
    property: bool = False
    abstract: bool = False
    callback: bool = False
    """Called by C: compiled with exactly its parameters' C types, must not let an exception out."""
    per_place: bool = False
    """Compiled anew for each place that it initialises, so that static storage in it is one a place."""
    inline: bool = False
    cold: bool = False
    """Runs once in a while: compiled to be small, and apart from what runs often."""
    external: CFunction | None = None
    """A declaration without a body: C code stands behind it."""
    effects: Effects | None = None
    locals: list[Local] = field(default_factory=list)
    waiting: bool = False
    """Of the library, and called nowhere: nobody has looked into it, so that it has no body here."""

    @_property
    def qualified(self) -> str:
        """``Echo.read``: what a log line and a traceback say."""
        if self.owner is not None and self.owner.calls is not None:
            return f"{self.owner.calls.qualified} as a value"
        if self.within is not None:
            return f"{self.within.qualified}.{self.name}"
        name = self.shown or self.name
        return f"{self.owner.name}.{name}" if self.owner is not None else name


@dataclass(slots=True, eq=False, repr=False)
class Class:
    """A class: of the module, of a kernel's layer, or built in (``list``, ``bytes``, exceptions)."""

    name: str
    module: str
    span: Span
    type_parameters: tuple[TypeVariable, ...] = ()
    base: ClassType | None = None
    fields: list[Field] = field(default_factory=list)
    """Its own fields; the base's come before them."""
    methods: dict[str, Function] = field(default_factory=dict)
    subclasses: list[Class] = field(default_factory=list)
    exception: bool = False
    struct: bool = False
    """A subclass of ``Struct``: C layout, a value."""
    packed: int | None = None
    """Of a ``Struct`` that does not lie in memory as it is packed: the size of that, in bytes."""
    place: bool = False
    """Made only as a field of another object."""
    confined: bool = False
    """Of kmi's own classes: declared to be used by one thread at a time."""
    shared: bool = False
    """Counted atomically: may be reached by two threads (language.md, Objects)."""
    enum: bool = False
    protocol: bool = False
    """A ``Protocol``: methods that any class may have."""
    implements: list[ClassType] = field(default_factory=list)
    """The protocols as which objects of the class are used, in terms of its own type variables."""
    callable: bool = False
    """Stands for functions as values: ``Callable[[int], bool]`` is a class of the run time."""
    calls: Function | None = None
    """The function that objects of this class stand for, which the compiler made for it as a value."""
    carrier: Class | None = None
    """Of an author's exception class with fields or methods: the class of the object that has them, which an
    exception carries.
    """
    unequal: str = ""
    """Why objects of the class cannot be compared with ``==``."""
    doc: str | None = None

    def ancestors(self) -> list[Class]:
        """This class and its bases, nearest first."""
        chain = [self]
        while chain[-1].base is not None:
            chain.append(chain[-1].base.definition)
        return chain

    def derives_from(self, other: Class) -> bool:
        return other in self.ancestors()

    def method(self, name: str) -> Function | None:
        """The method of that name, of this class or the nearest base that has it."""
        return next((c.methods[name] for c in self.ancestors() if name in c.methods), None)

    def carries(self) -> bool:
        """Of an exception class: whether an exception of it, or of one below it, may carry an object."""
        return self.carrier is not None or any(below.carries() for below in self.subclasses)

    def all_fields(self) -> list[Field]:
        """The bases' fields, then its own: the order in memory."""
        return [f for c in reversed(self.ancestors()) for f in c.fields]


@dataclass(slots=True, eq=False)
class Constant:
    """A module constant that is not folded into its uses: a bytes table, a tuple of bytes."""

    name: str
    module: str
    type: Type
    value: Expression
    span: Span


@dataclass(slots=True, eq=False)
class CStruct:
    """A C struct or union of the bindings; ``tag`` is its C spelling, as ``struct miscdevice``."""

    name: str
    tag: str
    fields: dict[str, CField] = field(default_factory=dict)
    size: int = 0
    align: int = 0


@dataclass(slots=True, eq=False)
class CField:
    """A member of a C struct, or a path to one: ``c_name`` may be ``a.b`` where the union in between has no
    name.
    """

    name: str
    c_name: str
    type: Type
    offset: int = 0


@dataclass(slots=True, eq=False)
class CFunction:
    """A C function or function-like macro, by its C name; ``variadic`` after its parameters."""

    name: str
    variadic: bool = False
    format: bool = False
    """Takes a printf format: an f-string given to it becomes the format and its arguments."""


@dataclass(slots=True, eq=False)
class ModuleParameter:
    """A parameter of the kernel module: ``capacity = Parameter(4096, "bytes kept", minimum=1)``."""

    name: str
    type: Type
    """BOOL, an integer's, ``str`` or ``list[int]``."""
    default: bool | int | str | tuple[int, ...]
    description: str
    minimum: int | None
    maximum: int | None
    writable: bool
    span: Span
    capacity: int = 0
    """The most items of a list."""
    check: Function | None = None
    """What C asks whether a value will do: the author's function, with no exception let out."""


@dataclass(slots=True, eq=False, repr=False)
class Module:
    """One Python file."""

    name: str
    source: Source
    classes: dict[str, Class] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    constants: dict[str, Constant] = field(default_factory=dict)
    headers: list[str] = field(default_factory=list)
    """The C headers that its bindings need, in order."""
    doc: str | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a decorator over the module's class says to the kernel."""

    name: str
    """The decorator's, dotted: `kmi.freebsd.module.depends`."""
    values: dict[str, str | int | bool]
    """All its arguments by name."""
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class Program:
    """All that is compiled together: the author's module, and what it reaches of layer and run time."""

    main: Module
    modules: dict[str, Module]
    entry: Class | None
    """The class under ``@module``."""
    about: dict[str, str] = field(default_factory=dict)
    """What ``@module(...)`` says: license, description, author, version, name."""
    metadata: list[Metadata] = field(default_factory=list)
    """What other decorators over the entry class say, the uppermost first."""
    parameters: list[ModuleParameter] = field(default_factory=list)
    """Those of the entry class, in order; reading one is a ``CGlobal`` of the name
    ``KMI_PARAMETER_<name>``.
    """

    def find(self, qualified: str) -> Class:
        """The class of that dotted name, as ``kmi.device.File``: for passes that know a class by name."""
        module, _, name = qualified.rpartition(".")
        return self.modules[module].classes[name]
