"""Pointers, C functions and C structs, as a kernel's layer writes them."""

from kmi import i32, u8, usize
from kmi.unsafe import (
    ConstPointer,
    Pointer,
    address_of,
    allocate,
    c_function,
    c_struct,
    callback,
    cast,
    container_of,
    from_raw,
    into_raw,
    member,
    null,
    sizeof,
    tail,
    unsafe,
    where_overridden,
)


@c_struct("struct point", size=16, align=8)
class point:
    across: i32 = member(0)
    data: Pointer[u8] = member(8)


@c_function("point_init")
def point_init(where: Pointer[point], name: ConstPointer[u8]) -> i32: ...


class Shape:
    corner: point

    def __init__(self) -> None:
        with unsafe("the corner lives as long as the shape"):
            self.corner.across = 3
            self.corner.data = null(u8)

    def start(self, data: Pointer[u8]) -> bool:
        with unsafe("the corner lives as long as the shape"):
            local = point()
            local.across = self.corner.across + 1
            data[0] = 255
            return point_init(address_of(self.corner), data + 1) == 0 and local.data is not None

    @callback
    @staticmethod
    def called(where: Pointer[point]) -> i32:
        with unsafe("only called with corners of shapes"):
            shape = container_of(where, Shape, "corner")
            kept = into_raw(shape)
            again = from_raw(Shape, kept)
            return again.corner.across


def room(size: usize) -> usize:
    with unsafe("the memory is new"):
        shape = allocate(Shape, size)
        tail(shape)[0] = 1
        return cast(usize, tail(shape)) + sizeof(point)


@c_function("set_handlers")
def set_handlers(called: Pointer[None]) -> None: ...


class Square(Shape):
    def start(self, data: Pointer[u8]) -> bool:
        with unsafe("a table takes null for what nobody has anew"):
            set_handlers(cast(Pointer[None], where_overridden(Shape.called, Shape, "start")))
        return False
