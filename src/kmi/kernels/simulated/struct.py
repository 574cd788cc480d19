"""Records with C layout: `kmi.struct` in CPython."""

import struct
import typing
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from kmi.kernels.simulated.integers import Width

__all__ = ["Struct"]

_FORMATS = {(8, False): "B", (16, False): "H", (32, False): "I", (64, False): "Q"}
_FORMATS |= {(bits, True): letter.lower() for (bits, _), letter in list(_FORMATS.items())}


@dataclass(frozen=True)
class _Field:
    """One field: its kind, and where it lies."""

    name: str
    kind: "type[Width] | type[Struct]"
    offset: int

    @property
    def size(self) -> int:
        return _size(self.kind)


def _size(kind: "type[Width] | type[Struct]") -> int:
    return kind.SIZE if issubclass(kind, Struct) else kind.BITS // 8


def _alignment(kind: "type[Width] | type[Struct]") -> int:
    return kind._alignment if issubclass(kind, Struct) else kind.BITS // 8


class Struct:
    """A record of fixed-width fields with C layout."""

    SIZE: ClassVar[int] = 0
    _alignment: ClassVar[int] = 1
    _layout: ClassVar[tuple[_Field, ...]] = ()

    def __init_subclass__(cls) -> None:
        layout: list[_Field] = []
        offset, alignment = 0, 1
        for name, kind in typing.get_type_hints(cls).items():
            if typing.get_origin(kind) is ClassVar or name.startswith("_"):
                continue
            if not (isinstance(kind, type) and issubclass(kind, (Width, Struct)) and kind is not Struct):
                raise TypeError(
                    f"{cls.__name__}.{name} needs a fixed width, such as u32, or a Struct: "
                    f"{getattr(kind, '__name__', kind)} has no layout in C"
                )
            _refuse_padding(cls, f"before {name}", offset, _alignment(kind))
            layout.append(_Field(name, kind, offset))
            offset += _size(kind)
            alignment = max(alignment, _alignment(kind))
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
        if issubclass(field.kind, Width):
            value = field.kind.checked(int(value))
        elif not isinstance(value, field.kind):
            raise TypeError(f"{type(self).__name__}.{name} holds a {field.kind.__name__}")
        super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, field.name) == getattr(other, field.name) for field in self._layout)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        fields = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in self._layout)
        return f"{type(self).__name__}({fields})"

    def pack(self) -> bytes:
        data = bytearray(self.SIZE)
        for field in self._layout:
            value = getattr(self, field.name)
            if isinstance(value, Struct):
                data[field.offset : field.offset + field.size] = value.pack()
            else:
                struct.pack_into(_format(field.kind), data, field.offset, value)
        return bytes(data)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        if len(data) != cls.SIZE:
            raise ValueError(f"the record has {cls.SIZE} bytes, not {len(data)}")
        values: list[object] = []
        for field in cls._layout:
            if issubclass(field.kind, Struct):
                values.append(field.kind.unpack(data[field.offset : field.offset + field.size]))
            else:
                values.extend(struct.unpack_from(_format(field.kind), data, field.offset))
        return cls(*values)


def _format(kind: "type[Width] | type[Struct]") -> str:
    assert issubclass(kind, Width)
    return "=" + _FORMATS[kind.BITS, kind.SIGNED]


def _refuse_padding(cls: type, where: str, offset: int, alignment: int) -> None:
    if gap := -offset % alignment:
        place = " and a ".join(f"u{8 * size}" for size in (1, 2, 4) if gap & size)
        raise TypeError(
            f"{cls.__name__}: C would put {gap} bytes of padding {where}, which leak memory; "
            f"declare them there, as a {place}"
        )
