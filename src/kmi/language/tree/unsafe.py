"""The expressions of unsafe code: pointers, C structs, and objects that C holds on to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmi.language.source import Span
from kmi.language.types import Type

if TYPE_CHECKING:
    from kmi.language.tree.definitions import CField, Class, Field, Function
    from kmi.language.tree.nodes import Expression


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
    type arguments. ``where``: null unless a class below this one has the method of this name anew.
    """

    function: Function
    receiver: Type | None
    span: Span
    type: Type
    where: tuple[Class, str] | None = None


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
