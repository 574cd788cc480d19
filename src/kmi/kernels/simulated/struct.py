"""Records with C layout: `kmi.struct` in CPython."""

import struct
import sys
import typing
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from kmi.kernels.simulated.integers import Ordered, Width

__all__ = ["Struct"]

_FORMATS = {(8, False): "B", (16, False): "H", (32, False): "I", (64, False): "Q"}
_FORMATS |= {(bits, True): letter.lower() for (bits, _), letter in list(_FORMATS.items())}
_NATIVE = "<" if sys.byteorder == "little" else ">"


@dataclass(frozen=True)
class _Field:
    """One field: its kind, that of one item where it is an array, and where it lies."""

    name: str
    kind: "type[Width] | type[Struct] | type[bytes]"
    order: str
    count: int | None
    offset: int

    @property
    def size(self) -> int:
        return _size(self.kind) * (self.count or 1)

    def store(self, owner: str, value: Any) -> object:
        """What the field keeps of a value; OverflowError or TypeError where it does not go."""
        if self.count is not None:
            wanted = bytes if self.kind is bytes else list
            if not isinstance(value, wanted):
                raise TypeError(f"{owner}.{self.name} holds a {wanted.__name__}")
            return value
        if issubclass(self.kind, Width):
            return self.kind.checked(int(value))
        if not isinstance(value, self.kind):
            raise TypeError(f"{owner}.{self.name} holds a {self.kind.__name__}")
        return value

    def pack(self, owner: str, value: Any) -> bytes:
        """The bytes of the field."""
        if self.count is None:
            return self._pack_one(value)
        if len(value) != self.count:
            what = "bytes" if self.kind is bytes else "items"
            raise ValueError(f"{owner}.{self.name} has {self.count} {what}, not {len(value)}")
        return value if self.kind is bytes else b"".join(map(self._pack_one, value))

    def _pack_one(self, value: Any) -> bytes:
        if issubclass(self.kind, Width):
            return struct.pack(_format(self.kind, self.order), self.kind.checked(value))
        packed = value.pack()
        assert isinstance(packed, bytes)
        return packed

    def unpack(self, data: bytes) -> object:
        """The value that these bytes hold, which are as many as the field has."""
        if self.kind is bytes:
            return data
        if self.count is None:
            return self._unpack_one(data)
        each = _size(self.kind)
        return [self._unpack_one(data[at : at + each]) for at in range(0, len(data), each)]

    def _unpack_one(self, data: bytes) -> object:
        if issubclass(self.kind, Width):
            return struct.unpack(_format(self.kind, self.order), data)[0]
        assert issubclass(self.kind, Struct)
        return self.kind.unpack(data)


def _size(kind: "type[Width] | type[Struct] | type[bytes]") -> int:
    if issubclass(kind, bytes):
        return 1
    return kind.SIZE if issubclass(kind, Struct) else kind.BITS // 8


def _alignment(kind: "type[Width] | type[Struct] | type[bytes]") -> int:
    return kind._alignment if issubclass(kind, Struct) else _size(kind)


def _field(owner: str, name: str, kind: Any, offset: int) -> _Field:
    """A field as its annotation says; TypeError where it has no layout in C."""
    count: int | None = None
    if typing.get_origin(kind) is Annotated:
        array, count = typing.get_args(kind)
        if not isinstance(count, int) or count < 1:
            raise TypeError(f"{owner}.{name} has no length: write Annotated[bytes, 16]")
        kind = typing.get_args(array)[0] if typing.get_origin(array) is list else array
        if kind is bytes and array is bytes:
            return _Field(name, bytes, "", count, offset)
        if typing.get_origin(array) is not list:
            raise TypeError(f"{owner}.{name} is no array: write Annotated[list[u32], {count}]")
    order = _NATIVE
    if isinstance(kind, type) and issubclass(kind, Ordered):
        kind, order = kind.WIDTH, kind.ORDER
    if not (isinstance(kind, type) and issubclass(kind, (Width, Struct)) and kind is not Struct):
        raise TypeError(
            f"{owner}.{name} needs a fixed width, such as u32, or a Struct: "
            f"{getattr(kind, '__name__', kind)} has no layout in C"
        )
    return _Field(name, kind, order, count, offset)


class Struct:
    """A record of fixed-width fields with C layout."""

    SIZE: ClassVar[int] = 0
    _alignment: ClassVar[int] = 1
    _layout: ClassVar[tuple[_Field, ...]] = ()

    def __init_subclass__(cls) -> None:
        layout: list[_Field] = []
        offset, alignment = 0, 1
        for name, kind in typing.get_type_hints(cls, include_extras=True).items():
            if typing.get_origin(kind) is ClassVar or name.startswith("_"):
                continue
            field = _field(cls.__name__, name, kind, offset)
            _refuse_padding(cls, f"before {name}", offset, _alignment(field.kind))
            layout.append(field)
            offset += field.size
            alignment = max(alignment, _alignment(field.kind))
        _refuse_padding(cls, "at the end", offset, alignment)
        cls._layout, cls.SIZE, cls._alignment = tuple(layout), offset, alignment

    def __init__(self, *values: Any, **named: Any) -> None:
        names = [field.name for field in self._layout]
        if len(values) > len(names):
            raise TypeError(f"{type(self).__name__} has {len(names)} fields, but {len(values)} were given")
        given = dict(zip(names, values, strict=False))
        for name, value in named.items():
            if name not in names or name in given:
                raise TypeError(
                    f"{type(self).__name__}: {name} is {'given twice' if name in given else 'no field'}"
                )
            given[name] = value
        for name in names:
            if name not in given and not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} needs a value for {name}")
            setattr(self, name, given[name] if name in given else getattr(type(self), name))

    def __setattr__(self, name: str, value: Any) -> None:
        field = next((field for field in self._layout if field.name == name), None)
        if field is None:
            raise AttributeError(f"{type(self).__name__} has no field {name}")
        super().__setattr__(name, field.store(type(self).__name__, value))

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, field.name) == getattr(other, field.name) for field in self._layout)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        fields = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in self._layout)
        return f"{type(self).__name__}({fields})"

    def pack(self) -> bytes:
        owner = type(self).__name__
        return b"".join(field.pack(owner, getattr(self, field.name)) for field in self._layout)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        if len(data) != cls.SIZE:
            raise ValueError(f"the record has {cls.SIZE} bytes, not {len(data)}")
        record = cls.__new__(cls)
        for field in cls._layout:
            setattr(record, field.name, field.unpack(data[field.offset : field.offset + field.size]))
        return record


def _format(kind: type[Width], order: str) -> str:
    return order + _FORMATS[kind.BITS, kind.SIGNED]


def _refuse_padding(cls: type, where: str, offset: int, alignment: int) -> None:
    if gap := -offset % alignment:
        place = " and a ".join(f"u{8 * size}" for size in (1, 2, 4) if gap & size)
        raise TypeError(
            f"{cls.__name__}: C would put {gap} bytes of padding {where}, which leak memory; "
            f"declare them there, as a {place}"
        )
