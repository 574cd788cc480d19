"""The typed tree: what the front end makes of a module and what every compiler pass reads.

It is structured (``while``, ``try``, ``with`` stay), every node has a span, every expression a type, every
name is resolved. What Python spells in many ways is spelt in one: keyword and default arguments are in
their places, ``x += 1`` is an assignment, ``assert`` an ``If`` with a ``Raise``, ``match`` a chain of
``If``, a chained comparison an ``And``, ``a[i]`` a call of ``__getitem__``, ``a[i:j]`` of ``__slice__``,
``for`` over anything but ``range`` a ``ForEach``.

Invariants, which ``verify`` checks:

- The value stored in a place has the place's type: integers by a ``Fit``, subclasses and ``T | None`` by an
  ``Upcast``.
- Evaluation is left to right; a node's operands are evaluated in the order of its fields.
- Only ``unsafe`` bodies hold the nodes of the last section.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from kmi.language.source import Source, Span
from kmi.language.types import BOOL, EXACT, NONE, ClassType, Type, TypeVariable

_property = property  # Function has a field of that name
_field = field  # and InitPlace of that one

# --- definitions --------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Local:
    """A parameter or a local variable of one function."""

    name: str
    type: Type
    span: Span
    parameter: bool = False


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


@dataclass(slots=True, eq=False)
class Effects:
    """What the declaration of a function in the interface promises, as an upper bound over all kernels."""

    sleeps: bool = False
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
    static: bool = False
    property: bool = False
    abstract: bool = False
    callback: bool = False
    """Called by C: compiled with exactly its parameters' C types, must not let an exception out."""
    per_place: bool = False
    """Compiled anew for each place that it initialises, so that static storage in it is one a place."""
    inline: bool = False
    external: CFunction | None = None
    """A declaration without a body: C code stands behind it."""
    effects: Effects | None = None
    atomic: bool = False
    """Reached where nothing may sleep, so that it allocates without sleeping; the context pass sets it."""
    locals: list[Local] = field(default_factory=list)

    @_property
    def qualified(self) -> str:
        """``Echo.read``: what a log line and a traceback say."""
        return f"{self.owner.name}.{self.name}" if self.owner is not None else self.name


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
    place: bool = False
    """Made only as a field of another object."""
    shared: bool = False
    """Counted atomically: may be reached by two threads (language.md, Objects)."""
    enum: bool = False
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
    """BOOL, INT or ``str``."""
    default: bool | int | str
    description: str
    minimum: int | None
    maximum: int | None
    writable: bool
    span: Span


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


@dataclass(slots=True, eq=False, repr=False)
class Program:
    """All that is compiled together: the author's module, and what it reaches of layer and run time."""

    main: Module
    modules: dict[str, Module]
    entry: Class | None
    """The class under ``@module``."""
    about: dict[str, str] = field(default_factory=dict)
    """What ``@module(...)`` says: license, description, author, version, name."""
    parameters: list[ModuleParameter] = field(default_factory=list)
    """Those of the entry class, in order; reading one is a ``CGlobal`` of the name
    ``KMI_PARAMETER_<name>``.
    """

    def find(self, qualified: str) -> Class:
        """The class of that dotted name, as ``kmi.device.File``: for passes that know a class by name."""
        module, _, name = qualified.rpartition(".")
        return self.modules[module].classes[name]


# --- expressions --------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class IntLiteral:
    value: int
    span: Span
    type: Type = EXACT
    name: str = ""
    """The C name of a number that differs between kernels, as ``EBUSY``; ``value`` is this machine's then."""


@dataclass(slots=True, eq=False)
class BoolLiteral:
    value: bool
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class NoneLiteral:
    span: Span
    type: Type = NONE


@dataclass(slots=True, eq=False)
class StrLiteral:
    value: str
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class BytesLiteral:
    value: bytes
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class LocalGet:
    local: Local
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class FieldGet:
    """``object.field``. Of a place it is the place itself, which is only ever used as a path."""

    object: Expression
    field: Field
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class ConstantGet:
    constant: Constant
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Binary:
    """Integer arithmetic with Python's meaning: + - * // % & | ^ << >> min max ; ``type`` is EXACT."""

    operator: str
    left: Expression
    right: Expression
    span: Span
    type: Type = EXACT


@dataclass(slots=True, eq=False)
class Unary:
    """Integer - ~ abs ."""

    operator: str
    operand: Expression
    span: Span
    type: Type = EXACT


@dataclass(slots=True, eq=False)
class Fit:
    """The value, checked to fit the integer place ``type``; ``OverflowError`` if not. ``wrap`` takes the
    low bits.

    The value may be a bool: then it is 0 or 1.
    """

    value: Expression
    span: Span
    type: Type
    wrap: bool = False


@dataclass(slots=True, eq=False)
class Compare:
    """== != < <= > >= of two integers or two bools. Of objects it is a call of ``__eq__`` and its like."""

    operator: str
    left: Expression
    right: Expression
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class Identity:
    """``left is right``, both references of one family or pointers; ``IsNone`` where one side is ``None``."""

    left: Expression
    right: Expression
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class IsNone:
    value: Expression
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class IsInstance:
    value: Expression
    definition: Class
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class Truth:
    """The bool that Python's truth gives of a value that is not a bool: an integer, a container, a ``T |
    None``.
    """

    value: Expression
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class Not:
    operand: Expression
    span: Span
    type: Type = BOOL


@dataclass(slots=True, eq=False)
class Logical:
    """``and`` / ``or`` with Python's short circuit and value; both operands have the node's type."""

    operator: str
    left: Expression
    right: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Conditional:
    condition: Expression
    then: Expression
    otherwise: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Let:
    """``local`` gets the value, then ``body`` is the node's value; ``local`` is released when it has been
    evaluated.

    For what Python evaluates once and uses twice: the middle of ``a < f() < b``.
    """

    local: Local
    value: Expression
    body: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Call:
    """A call of a known function, method or C function, its arguments complete and in order.

    ``virtual``: the method is looked up by the class of the first argument. ``type_arguments`` bind the
    function's own type variables, and those of its class where it is static.
    """

    function: Function
    arguments: list[Expression]
    span: Span
    type: Type
    virtual: bool = False
    type_arguments: dict[str, Type] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class New:
    """An object of a class, made by its ``__init__`` (given, or the one a dataclass has).

    ``type_arguments`` bind the type variables that ``__init__`` has of its own.
    """

    type: Type
    arguments: list[Expression]
    span: Span
    type_arguments: dict[str, Type] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class ExceptionNew:
    """An exception value: class, errno, and a message that is a literal, an f-string or absent."""

    definition: Class
    errno: Expression | None
    message: Expression | None
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class ExceptionErrno:
    """``error.errno`` of a caught OSError."""

    value: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Upcast:
    """The same value seen as a wider type: a base class, ``T | None``, a union."""

    value: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Narrow:
    """The same value seen as a narrower type. ``checked``: proven nowhere, so ``None`` there raises at run
    time.
    """

    value: Expression
    span: Span
    type: Type
    checked: bool = False


@dataclass(slots=True, eq=False)
class TupleNew:
    items: list[Expression]
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class TupleGet:
    value: Expression
    index: int
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class ListNew:
    """``[a, b, c]``, each item of the list's element type."""

    items: list[Expression]
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class DictNew:
    items: list[tuple[Expression, Expression]]
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Generic:
    """``left == right``, ``left < right`` or ``hash(left)`` of values whose type is a bare type variable.

    Monomorphising turns it into a ``Compare``, an ``Identity`` or a call of ``__eq__``, ``__lt__``,
    ``__hash__``.
    """

    operator: str
    left: Expression
    right: Expression | None
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class FormatPiece:
    """One ``{value:spec}`` of an f-string; ``spec`` as written, ``conversion`` is "", "r" or "s"."""

    value: Expression
    spec: str
    conversion: str
    span: Span


@dataclass(slots=True, eq=False)
class Format:
    """An f-string. Where it goes to a ``Format`` parameter it is passed in pieces and never allocates."""

    pieces: list[str | FormatPiece]
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class TypeGet:
    """A class as an argument for a ``type[T]`` parameter; ``type`` is a TypeObject."""

    span: Span
    type: Type


# --- expressions of unsafe code -----------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class AddressOf:
    """``address_of(place)``: a pointer to a field, a local C struct or a member of a C struct."""

    place: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class CMember:
    """A member of a C struct: of the place ``object``, or behind it where it is a pointer."""

    object: Expression
    member: CField
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class PointerGet:
    """``pointer[index]``."""

    pointer: Expression
    index: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class PointerAdd:
    """``pointer + count``, in elements."""

    pointer: Expression
    count: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Cast:
    """``cast(T, value)``: between pointers, pointers and integers, objects and pointers; integers by
    truncation.

    From an object to a pointer it borrows; from a pointer to an object the result is borrowed, too.
    """

    value: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class PointerTake:
    """``take(pointer, index)``: the reference there is moved out; the memory is uninitialised after."""

    pointer: Expression
    index: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class IntoRaw:
    """``into_raw(object)``: a ``void *`` that holds one count of the object, for C to keep."""

    value: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class FromRaw:
    """``from_raw(T, pointer)``: the object behind a pointer of ``into_raw``, its count taken over."""

    value: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class Allocate:
    """``allocate(T, extra)``: an object without ``__init__``, its fields zero, and ``extra`` bytes behind
    it.
    """

    extra: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class TailOf:
    """``tail(object)``: a pointer to the extra bytes behind an object made by ``allocate``."""

    value: Expression
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class SizeOf:
    kind: Type
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class ContainerOf:
    """``container_of(pointer, Class, "field")``: the object whose field the pointer points at, borrowed."""

    pointer: Expression
    field: Field
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class FunctionGet:
    """The C address of a callback, for a function pointer in a C struct. ``receiver`` binds the class's
    type arguments.
    """

    function: Function
    receiver: Type | None
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class CGlobal:
    """A C variable or macro that is an expression: ``current``, ``THIS_MODULE``, ``jiffies``."""

    name: str
    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class CZero:
    """A C struct of zeroes (``wait_queue_entry()``): the initial value of a local on the stack."""

    span: Span
    type: Type


@dataclass(slots=True, eq=False)
class CString:
    """``c_string("text")``: a NUL-terminated literal; ``type`` is ``Pointer[u8]`` const."""

    value: str
    span: Span
    type: Type


Expression: TypeAlias = (
    IntLiteral | BoolLiteral | NoneLiteral | StrLiteral | BytesLiteral
    | LocalGet | FieldGet | ConstantGet
    | Binary | Unary | Fit | Compare | Identity | IsNone | IsInstance | Truth | Not | Logical | Conditional
    | Let | Call | New | ExceptionNew | ExceptionErrno | Upcast | Narrow
    | TupleNew | TupleGet | ListNew | DictNew | Generic | Format | TypeGet
    | AddressOf | CMember | PointerGet | PointerAdd | PointerTake | Cast | IntoRaw | FromRaw | Allocate
    | TailOf | SizeOf | ContainerOf | FunctionGet | CGlobal | CZero | CString
)  # fmt: skip


# --- statements ---------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Assign:
    """A local gets a value; its old value is released."""

    local: Local
    value: Expression
    span: Span


@dataclass(slots=True, eq=False)
class SetField:
    object: Expression
    field: Field
    value: Expression
    span: Span


@dataclass(slots=True, eq=False)
class InitPlace:
    """``self.f = Mutex(Permits())`` in ``__init__``: the place is built where it will stay."""

    object: Expression
    field: Field
    arguments: list[Expression]
    """Those of the class's ``__init__``; none for a C struct, which is zeroed."""
    span: Span
    type_arguments: dict[str, Type] = _field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Store:
    """A value goes to memory: ``pointer[index] = v`` or ``struct.member = v``; only in unsafe code.

    The target is a ``PointerGet`` or a ``CMember``. A counted reference is *moved* there: raw memory owns
    it and the old content is not released (``PointerGet`` of a reference gives a borrowed one; see
    ``take``).
    """

    target: Expression
    value: Expression
    span: Span


@dataclass(slots=True, eq=False)
class Evaluate:
    """An expression for its effect; its value is dropped."""

    value: Expression
    span: Span


@dataclass(slots=True, eq=False)
class If:
    condition: Expression
    then: list[Statement]
    otherwise: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class While:
    condition: Expression
    body: list[Statement]
    otherwise: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class ForRange:
    """``for target in range(start, stop, step)``; all three are evaluated once, before."""

    target: Local
    start: Expression
    stop: Expression
    step: Expression
    body: list[Statement]
    otherwise: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class ForEach:
    """``for target in iterable``: by the class's ``__advance__(position) -> int`` and ``__item__(position)
    -> T``.

    ``__advance__(i)`` gives the first position >= i that holds an item, or -1 at the end. It is asked
    before every round, so that a list that grows or shrinks meanwhile behaves as in CPython.
    """

    target: Local
    iterable: Expression
    body: list[Statement]
    otherwise: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class Break:
    span: Span


@dataclass(slots=True, eq=False)
class Continue:
    span: Span


@dataclass(slots=True, eq=False)
class Return:
    value: Expression | None
    span: Span


@dataclass(slots=True, eq=False)
class Raise:
    """``raise value``, or the one that is being handled again where ``value`` is None. A cause is only
    checked.
    """

    value: Expression | None
    span: Span


@dataclass(slots=True, eq=False)
class Handler:
    """``except A, B as name``; ``classes`` empty is a bare ``except`` of ``Exception``."""

    classes: tuple[Class, ...]
    local: Local | None
    body: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class Try:
    body: list[Statement]
    handlers: list[Handler]
    otherwise: list[Statement]
    final: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class With:
    """``with context as target``: ``__enter__``, the body, and ``__exit__`` on every way out.

    ``context`` is a place (a lock) or an object; ``__exit__`` of kmi's own takes no argument but self and
    returns None.
    """

    context: Expression
    target: Local | None
    body: list[Statement]
    span: Span
    atomic: bool = False
    """A spin lock is held in the body, so that nothing in it may sleep; the context pass sets it."""


@dataclass(slots=True, eq=False)
class Delete:
    """``del local``: released now, unusable after."""

    local: Local
    span: Span


@dataclass(slots=True, eq=False)
class Unsafe:
    """``with unsafe("reason")``; its body is part of the enclosing scope."""

    reason: str
    body: list[Statement]
    span: Span


Statement: TypeAlias = (
    Assign | SetField | InitPlace | Store | Evaluate | If | While | ForRange | ForEach | Break | Continue
    | Return | Raise | Try | With | Delete | Unsafe
)  # fmt: skip

Node: TypeAlias = Expression | Statement
