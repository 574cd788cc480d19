# expect: KMI0302 at 29
# expect: KMI0302 at 33
# expect: KMI0304 at 37
# expect: KMI0304 at 41
# expect: KMI0304 at 45
# expect: KMI0302 at 49
# expect: KMI0302 at 53
# expect: KMI0305 at 57
# expect: KMI0305 at 61
# expect: KMI0305 at 65
# expect: KMI0312 at 69
# expect: KMI0313 at 73
# expect: KMI0303 at 78
# expect: KMI0303 at 82
# expect: KMI0307 at 86
# expect: KMI0308 at 91
"""Values of the wrong type, in every position where a type is declared."""

from kmi import Module, module, u8


class Point:
    def __init__(self, x: int, y: int) -> None:
        self.x = x
        self.y = y


def result() -> str:
    return 7


def argument() -> None:
    Point("1", 2)


def few_arguments() -> None:
    Point(1)


def many_arguments() -> None:
    Point(1, 2, 3)


def wrong_keyword() -> None:
    Point(x=1, z=2)


def assigned() -> None:
    text: str = b"bytes"


def stored(point: Point) -> None:
    point.x = "1"


def operands() -> int:
    return 1 + "1"


def compared(point: Point) -> bool:
    return point < point


def indexed(point: Point) -> int:
    return point[0]


def called(number: int) -> int:
    return number(1)


def iterated(number: int) -> None:
    for digit in number:
        pass


def attribute(point: Point) -> int:
    return point.z


def method(buffer: bytearray) -> None:
    buffer.push(1)


def optional(point: Point | None) -> int:
    return point.x


def no_return(flag: bool) -> int:
    if flag:
        return 1


def literal() -> u8:
    return 300


@module(license="GPL", description="types")
class Types(Module):
    pass
