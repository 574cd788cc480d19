# mypy: disable-error-code="empty-body"
"""Unsafe kernel Python: pointers, C structs, C functions, and objects that C holds on to.

    with unsafe("the device outlives its files: fops.owner is set"):
        device = container_of(pointer, MiscDevice, "misc")

Kernel layers and the run time are written with it. For type checkers these are declarations; in CPython
nothing here can be called: what is unsafe exists only in a kernel.

Invariants: every use stands in a ``with unsafe("reason")`` block.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

__all__ = [
    "ConstPointer",
    "IomemPointer",
    "Pointer",
    "RcuPointer",
    "UserPointer",
    "address_of",
    "allocate",
    "c_function",
    "c_global",
    "c_string",
    "c_struct",
    "callback",
    "cast",
    "cold",
    "container_of",
    "from_raw",
    "inline",
    "into_raw",
    "member",
    "null",
    "per_place",
    "place",
    "sizeof",
    "tail",
    "take",
    "unsafe",
    "where_overridden",
]

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])
C = TypeVar("C", bound=type)


class Pointer(Generic[T]):
    """A bare C pointer to a T; ``Pointer[None]`` is ``void *``. Counts nothing and owns nothing."""

    def __getitem__(self, index: int) -> T:
        """What is at that many places of a T behind the pointer; as C, nothing is checked."""
        ...

    def __setitem__(self, index: int, value: T) -> None:
        """Store there; what was there is not let go."""
        ...

    def __add__(self, count: int) -> "Pointer[T]":
        """The pointer so many T further on."""
        ...

    def __sub__(self, count: int) -> "Pointer[T]":
        """The pointer so many T before."""
        ...

    def __getattr__(self, name: str) -> Any:
        """A member of the C struct that it points at: C's ``->``."""
        ...


class ConstPointer(Pointer[T]):
    """A pointer through which nothing is stored: C's ``const T *``."""


class UserPointer(Pointer[T]):
    """A pointer into a process's memory: only copied through, never followed."""


class IomemPointer(Pointer[T]):
    """A pointer to a device's registers."""


class RcuPointer(Pointer[T]):
    """A pointer that is read under ``rcu_read_lock``."""


@contextmanager
def unsafe(reason: str) -> Iterator[None]:
    """A block in which unsafe forms are allowed; ``reason`` says why it is sound, and `kmi audit` lists it.
    """
    yield


def address_of(place: T) -> Pointer[T]:
    """The address of a field, of a local C struct or of a member of one; valid as long as that lives."""
    ...


def cast(kind: type[T], value: object) -> T:
    """The same bits as another pointer, integer or object type; an object that comes out is borrowed.

    In a ``callback`` it is borrowed of C, which holds it until the callback returns.
    """
    ...


def container_of(pointer: Pointer[Any], kind: type[T], field: str) -> T:
    """The object whose field the pointer points at; borrowed."""
    ...


def sizeof(kind: type[Any]) -> int:
    """The size in bytes of a C struct, an integer, or the record of a ``Struct``."""
    ...


def take(pointer: Pointer[T], index: int) -> T:
    """The reference at that index, moved out: the memory counts as uninitialised after."""
    ...


def into_raw(value: object) -> Pointer[None]:
    """A ``void *`` that holds one count of the object, for C to keep."""
    ...


def from_raw(kind: type[T], pointer: Pointer[None]) -> T:
    """The object behind a pointer of ``into_raw``, whose count is taken over."""
    ...


def allocate(kind: type[T], extra: int = 0) -> T:
    """An object without ``__init__``: its fields are zero, ``extra`` bytes lie behind it. Raises
    MemoryError.
    """
    ...


def tail(value: object) -> Pointer[int]:
    """The extra bytes behind an object that ``allocate`` made."""
    ...


def null(kind: type[T]) -> Pointer[T]:
    """The null pointer."""
    ...


def c_string(text: str) -> ConstPointer[int]:
    """A NUL-terminated literal."""
    ...


def c_global(name: str, kind: type[T] | None = None) -> T:
    """A C variable or macro, by its C name."""
    ...


def member(offset: int, path: str = "") -> Any:
    """A member of a ``c_struct`` at that offset; ``path`` is its C spelling where it differs, as
    ``u.count``.
    """
    ...


def callback(function: F) -> F:
    """A static function that C calls: exactly these C types, and no exception leaves it."""
    return function


def per_place(function: F) -> F:
    """A method that is compiled anew for each place it initialises: static storage in it is one a place."""
    return function


def inline(function: F) -> F:
    """A function that is compiled into its callers."""
    return function


def cold(function: F) -> F:
    """A function that runs once in a while: compiled to be small, and apart from what runs often."""
    return function


def place(kind: C) -> C:
    """A class without an object header, embedded in its owner or on a C stack: never counted, never moved."""
    return kind


def where_overridden(function: F, kind: type[Any], method: str) -> F:
    """The callback, if a class of the module that derives from `kind` has that method anew; else null.

    For a table of C's, where a null pointer stands for what the method does by itself.
    """
    ...


def c_function(name: str, *, format: bool = False, variadic: bool = False) -> Callable[[F], F]:
    """A C function or macro of that name; ``format``: its string parameter is a printf format."""
    return lambda function: function


def c_struct(tag: str, size: int = 0, align: int = 0) -> Callable[[C], C]:
    """A C struct or union, by its C spelling; its members are annotated with ``member``."""
    return lambda kind: kind
