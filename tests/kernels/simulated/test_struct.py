"""`Struct`, widths and commands in CPython: C's layout, checked values, padding refused."""

import ctypes
import struct
from typing import Annotated

import pytest

from kmi import Struct, i8, i16, i64, u8, u16, u32, u64, wrapping
from kmi.integers import be16, be32, le64
from kmi.ioctl import IO, IOR


class Inner(Struct):
    a: u16
    b: u8
    c: u8


class Outer(Struct):
    first: u64
    inner: Inner
    last: i16 = -3
    reserved: u16 = 0


def test_layout_is_that_of_c() -> None:
    class CInner(ctypes.Structure):
        _fields_ = [("a", ctypes.c_uint16), ("b", ctypes.c_uint8), ("c", ctypes.c_uint8)]

    class COuter(ctypes.Structure):
        _fields_ = [
            ("first", ctypes.c_uint64),
            ("inner", CInner),
            ("last", ctypes.c_int16),
            ("reserved", ctypes.c_uint16),
        ]

    value = Outer(1 << 60, Inner(1, 2, c=3))
    assert Outer.SIZE == ctypes.sizeof(COuter)
    assert value.pack() == bytes(COuter(1 << 60, CInner(1, 2, 3), -3, 0))
    assert Outer.unpack(value.pack()) == value
    assert repr(value) == f"Outer(first={1 << 60}, inner=Inner(a=1, b=2, c=3), last=-3, reserved=0)"


def test_padding_is_refused_with_its_place() -> None:
    with pytest.raises(TypeError, match="3 bytes of padding before late, .* as a u8 and a u16"):
        type("Gap", (Struct,), {"__annotations__": {"early": u8, "late": u32}})
    with pytest.raises(TypeError, match="4 bytes of padding at the end, .* as a u32"):
        type("Tail", (Struct,), {"__annotations__": {"early": u64, "late": u32}})


def test_a_field_without_a_width_is_refused() -> None:
    with pytest.raises(TypeError, match="Loose.n needs a fixed width, such as u32, or a Struct: int has"):
        type("Loose", (Struct,), {"__annotations__": {"n": int}})


class Framed(Struct):
    magic: be32
    inner: Inner
    total: le64
    name: Annotated[bytes, 2]
    ports: Annotated[list[be16], 2]
    inners: Annotated[list[Inner], 2]
    reserved: u16 = 0


def test_orders_of_bytes_and_arrays_are_those_of_c() -> None:
    class CInner(ctypes.Structure):
        _fields_ = [("a", ctypes.c_uint16), ("b", ctypes.c_uint8), ("c", ctypes.c_uint8)]

    class CFramed(ctypes.Structure):
        _fields_ = [
            ("magic", ctypes.c_uint32.__ctype_be__),
            ("inner", CInner),
            ("total", ctypes.c_uint64.__ctype_le__),
            ("name", ctypes.c_char * 2),
            ("ports", ctypes.c_uint16.__ctype_be__ * 2),
            ("inners", CInner * 2),
            ("reserved", ctypes.c_uint16),
        ]

    value = Framed(7, Inner(1, 2, 3), 1 << 60, b"xy", [8, 9], [Inner(4, 5, 6), Inner(7, 8, 9)])
    same = CFramed()
    same.magic, same.inner, same.total, same.name = 7, CInner(1, 2, 3), 1 << 60, b"xy"
    same.ports[0], same.ports[1] = 8, 9
    same.inners[0], same.inners[1] = CInner(4, 5, 6), CInner(7, 8, 9)
    assert Framed.SIZE == ctypes.sizeof(CFramed)
    assert value.pack() == bytes(same)
    assert Framed.unpack(bytes(same)) == value


def test_an_array_has_its_length_when_it_is_packed() -> None:
    value = Framed(7, Inner(1, 2, 3), 0, b"xyz", [8], [Inner(4, 5, 6), Inner(7, 8, 9)])
    with pytest.raises(ValueError, match="Framed.name has 2 bytes, not 3"):
        value.pack()
    value.name = b"xy"
    with pytest.raises(ValueError, match="Framed.ports has 2 items, not 1"):
        value.pack()
    value.ports.append(1 << 16)
    with pytest.raises(OverflowError, match="65536 does not fit u16"):
        value.pack()


def test_arrays_are_declared_with_a_length() -> None:
    with pytest.raises(TypeError, match=r"Loose.n has no length: write Annotated\[bytes, 16\]"):
        type("Loose", (Struct,), {"__annotations__": {"n": Annotated[bytes, "x"]}})
    with pytest.raises(TypeError, match=r"Loose.n is no array: write Annotated\[list\[u32\], 4\]"):
        type("Loose", (Struct,), {"__annotations__": {"n": Annotated[u32, 4]}})


@pytest.mark.parametrize(("name", "value"), [("b", 256), ("b", -1), ("a", 1 << 16)])
def test_a_field_checks_what_is_stored(name: str, value: int) -> None:
    inner = Inner(1, 2, 3)
    with pytest.raises(OverflowError, match=f"{value} does not fit u"):
        setattr(inner, name, value)
    assert inner == Inner(1, 2, 3)


def test_fields_are_given_once_each() -> None:
    with pytest.raises(TypeError, match="needs a value for c"):
        Inner(1, 2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="a is given twice"):
        Inner(1, 2, 3, a=1)  # type: ignore[misc]
    with pytest.raises(TypeError, match="d is no field"):
        Inner(1, 2, 3, d=4)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="has 3 fields, but 4 were given"):
        Inner(1, 2, 3, 4)  # type: ignore[call-arg]
    with pytest.raises(AttributeError, match="has no field d"):
        Inner(1, 2, 3).d = 4  # type: ignore[attr-defined]


def test_unpacking_needs_all_bytes() -> None:
    with pytest.raises(ValueError, match="the record has 4 bytes, not 3"):
        Inner.unpack(b"abc")


@pytest.mark.parametrize("value", [0, 1, -1, 127, 128, 255, 256, 1 << 63, -(1 << 63), (1 << 64) + 5])
def test_wrapping_keeps_the_low_bits(value: int) -> None:
    assert wrapping(u8, value) == value % 256
    assert wrapping(i8, value) == struct.unpack("b", struct.pack("B", value % 256))[0]
    assert wrapping(i64, value) == struct.unpack("q", struct.pack("Q", value % (1 << 64)))[0]


def test_wrapping_needs_a_width() -> None:
    with pytest.raises(TypeError, match="needs a width such as u32, not int"):
        wrapping(int, 5)


@pytest.mark.parametrize(
    ("group", "number", "complaint"), [("ab", 1, "one ASCII"), ("é", 1, "one ASCII"), ("a", 256, "0 to 255")]
)
def test_commands_have_bounds(group: str, number: int, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        IO(group, number)
    with pytest.raises(ValueError, match=complaint):
        IOR(group, number, Inner)
